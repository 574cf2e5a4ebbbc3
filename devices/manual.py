"""A device that somebody starts by hand: the values are shown, and it is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping

from devices.manifest import Manifest
from devices.placeholders import OURS, PLACEHOLDERS, Placeholder
from devices.process import happens
from transcript import Ending

# What DPS tells a device that it provisions, and what only a program that enrolls devices needs.
_TOLD_BY_DPS = ("hub_host", "device_id", "device_key", "device_connection_string")
_FOR_ENROLLING = ("enrollment_group_id", "signing_cert_file", "dps_service_connection_string")


class ManualDriver:
    """Shows what the device needs to be told; the rest is done by whoever stands beside it."""

    def __init__(self, manifest: Manifest, *, show: Callable[[str], None]) -> None:
        self._manifest = manifest
        self._show = show
        self._ending = Ending("never started", reason="the scenario did not start it")
        self.on_end = asyncio.Event()
        self.given: Mapping[str, str] = {}

    @property
    def running(self) -> bool:
        """Whether somebody was asked to start it; more cannot be known."""
        return self._ending.how == "running"

    async def start(self, given: Mapping[str, str]) -> None:
        """Show the values and return at once."""
        self.given = dict(given)
        self._show(values_text(self._manifest, given))
        self._ending = Ending("running")

    async def wait(self, within: float) -> bool:
        """False after `within` seconds: that it ended cannot be seen."""
        return await happens(self.on_end, within)

    async def stop(self) -> Ending:
        """How the device was left: running."""
        return self._ending

    def output(self) -> str:
        """Nothing: its output is not ours to read."""
        return ""


def values_text(manifest: Manifest, given: Mapping[str, str]) -> str:
    """The values that a device with these features needs, one per line; burnt-in ones last."""
    wanted = [each for each in _wanted(manifest.features) if each.name in given]
    told = [each for each in wanted if each.name not in manifest.identity]
    width = max((len(each.name) for each in told), default=0)
    rows = [f"  {each.name:<{width}}  {given[each.name]}   ({each.meaning})" for each in told]
    burnt = ", ".join(each.name for each in wanted if each.name in manifest.identity)
    last = [f"  as burnt in: {burnt}"] if burnt else []
    return "\n".join([f"Start {manifest.name} now, with these values:", *rows, *last])


def _wanted(features: Collection[str]) -> list[Placeholder]:
    """What a device with these features can be told, by a person who does not enroll it."""
    needless = set(OURS)
    if "dps" in features:
        needless.update(_TOLD_BY_DPS)
    if "dps.enrolls" not in features:
        needless.update(_FOR_ENROLLING)
    every = (each for each in PLACEHOLDERS.values() if each.name not in needless)
    return [each for each in every if not each.needs or each.needs in features]
