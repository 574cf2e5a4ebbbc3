"""A board on the bench that a command makes start anew: a reset line, a power switch, ssh."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping

from devices.capture import Capture
from devices.launch import DeviceNotStarted, complete, launch
from devices.manifest import Manifest
from devices.process import happens, setter
from devices.program import Program
from transcript import Ending

WITHIN = 60.0  # seconds for the trigger command


class TriggerDriver:
    """Runs the manifest's trigger at each start; the board itself is not ours to stop."""

    def __init__(
        self, manifest: Manifest, *, python: str = sys.executable, within: float = WITHIN
    ) -> None:
        self._manifest = manifest
        self._python = python
        self._within = within
        self._capture = Capture()
        self._ending = Ending("never started", reason="the scenario did not start it")
        self.on_end = asyncio.Event()
        self.given: Mapping[str, str] = {}

    @property
    def running(self) -> bool:
        """Whether the board was triggered; more cannot be known."""
        return self._ending.how == "running"

    async def start(self, given: Mapping[str, str]) -> None:
        """Run the trigger to its end. DeviceNotStarted if it fails or takes too long."""
        self._clear_up()
        self.on_end.clear()
        self.given = complete(self._manifest, given, python=self._python)
        # Stands when the watch is over, or broken off, before the trigger is.
        self._ending = Ending("never started", reason="the trigger had not ended by then")
        try:
            await self._trigger()
        except DeviceNotStarted as error:
            self._ending = Ending("never started", reason=str(error))
            self.on_end.set()
            raise
        self._ending = Ending("running")

    async def wait(self, within: float) -> bool:
        """False after `within` seconds: a board does not end."""
        return await happens(self.on_end, within)

    async def stop(self) -> Ending:
        """How the board was left: running, if the trigger worked."""
        self._clear_up()
        return self._ending

    def output(self) -> str:
        """What the trigger has printed."""
        return self._capture.text()

    async def _trigger(self) -> None:
        argv = self._manifest.start.trigger or ()
        done = asyncio.Event()
        program = launch(
            self._manifest, argv, self.given, capture=self._capture, ended=setter(done)
        )
        try:
            in_time = await happens(done, self._within)
        except asyncio.CancelledError:
            program.finish_aside()
            raise
        await self._judge(program, argv[0], in_time=in_time)

    async def _judge(self, program: Program, name: str, *, in_time: bool) -> None:
        if in_time and program.code == 0:
            program.let_go()  # what it started may well be the device
            return
        await asyncio.to_thread(program.finish)
        if not in_time:
            raise DeviceNotStarted(f"the trigger {name} did not end within {self._within:.0f} s")
        last = (self.output().strip().splitlines() or ["it printed nothing"])[-1]
        raise DeviceNotStarted(f"the trigger {name} ended with status {program.code}: {last}")

    def _clear_up(self) -> None:
        if work_dir := self.given.get("work_dir"):
            shutil.rmtree(work_dir, ignore_errors=True)
