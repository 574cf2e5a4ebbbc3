"""The driver: how a scenario starts, awaits and ends a device, whatever it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from devices.environment import interpreter
from devices.launch import DeviceNotStarted
from devices.manifest import Manifest
from devices.manual import ManualDriver
from devices.process import GRACE, ProcessDriver
from devices.trigger import TriggerDriver
from transcript import Ending


class Driver(Protocol):
    """One device in one scenario. Made inside the event loop in which it is used.

    `on_end` is set once the device has ended, or could not be started; a board's never is. `given`
    are the values of the last start, python, manifest_dir and work_dir included.
    """

    on_end: asyncio.Event
    given: Mapping[str, str]

    @property
    def running(self) -> bool:
        """Whether the device runs, as far as that can be known."""

    async def start(self, given: Mapping[str, str]) -> None:
        """Start it with values by placeholder name. DeviceNotStarted with a sentence if not."""

    async def wait(self, within: float) -> bool:
        """Whether it ended by itself within so many seconds."""

    async def stop(self) -> Ending:
        """End it, with all it started, and say how it ended. Safe at any time, and again."""

    def output(self) -> str:
        """What it has printed, unredacted."""


def driver_for(
    manifest: Manifest,
    *,
    show: Callable[[str], None] = print,
    python: str | None = None,
    grace: float = GRACE,
) -> Driver:
    """The driver that a manifest asks for.

    `show` prints the values for a device started by hand; `python` is the interpreter that {python}
    stands for, by default that of the device's own environment, which `devices.environment` makes
    beforehand; `grace` the seconds that a device has to end when asked.
    """
    python = python or interpreter(manifest)
    match manifest.drive:
        case "command":
            return ProcessDriver(manifest, python=python, grace=grace)
        case "trigger":
            return TriggerDriver(manifest, python=python)
        case "manual":
            return ManualDriver(manifest, show=show)


__all__ = ["DeviceNotStarted", "Driver", "driver_for"]
