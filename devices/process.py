"""A device that is a program on this machine: started, watched and ended by us."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from devices.capture import Capture
from devices.launch import DeviceNotStarted, complete, launch
from devices.manifest import Manifest
from devices.program import Program
from transcript import Ending

GRACE = 2.0  # seconds for a device to end when asked
_AGAIN = b"\n[\xe2\x80\xa6 started again \xe2\x80\xa6]\n"


class ProcessDriver:
    """Runs the manifest's command. One driver serves one scenario, and may start several times."""

    def __init__(
        self, manifest: Manifest, *, python: str = sys.executable, grace: float = GRACE
    ) -> None:
        self._manifest = manifest
        self._python = python
        self._grace = grace
        self._capture = Capture()
        self._program: Program | None = None
        self._ending: Ending | None = None
        self.on_end = asyncio.Event()
        self.given: Mapping[str, str] = {}

    @property
    def running(self) -> bool:
        """Whether the program runs now."""
        return self._program is not None and self._program.running

    async def start(self, given: Mapping[str, str]) -> None:
        """Start with a lane's values. DeviceNotStarted says in a sentence why it cannot be."""
        if self.running:
            raise RuntimeError("the device is running; stop it before it is started again")
        if self._program is not None:
            await self.stop()
            self._capture.feed(_AGAIN)
        self._program, self._ending = None, None
        self.given = complete(self._manifest, given, python=self._python)
        self.on_end.clear()
        argv = self._manifest.start.command or ()
        try:
            self._program = launch(
                self._manifest, argv, self.given, capture=self._capture, ended=setter(self.on_end)
            )
        except DeviceNotStarted as error:
            self._ending = Ending("never started", reason=str(error))
            self.on_end.set()
            raise

    async def wait(self, within: float) -> bool:
        """Wait for the program to end by itself; False if it still runs after `within` seconds."""
        return await happens(self.on_end, within)

    async def stop(self) -> Ending:
        """End the program and all it started, and say how it ended. Safe to call again."""
        if self._ending is None:
            self._ending = await self._stop()
        return self._ending

    def output(self) -> str:
        """What it has printed so far, on both its outputs, in order; the middle may be left out."""
        return self._capture.text()

    async def _stop(self) -> Ending:
        program = self._program
        if program is None:
            return Ending("never started", reason="the scenario did not start it")
        how = "exited"
        try:
            if program.running:
                program.ask()
                how = "stopped" if await self.wait(self._grace) else "killed"
            left = await asyncio.to_thread(program.finish)
        except asyncio.CancelledError:
            self._ending = Ending("killed", None, program.lasted, "the watch was broken off")
            program.finish_aside()
            raise
        return Ending(how, program.code, program.lasted, self._reason(how, program.code, left))

    def _reason(self, how: str, code: int | None, left: int) -> str:
        said = []
        if how == "exited" and code is not None and code < 0:
            said.append(f"by signal {_signal(-code)}")
        if how == "exited" and self._manifest.start.runs == "forever":
            said.append('it must not end by itself ([start] runs = "forever")')
        if how == "killed":
            said.append(f"it did not end within {self._grace:.1f} s when asked")
        if left and how != "killed":
            said.append(f"it left {left} process{'es' if left > 1 else ''} behind, which we killed")
        return "; ".join(said)


def setter(event: asyncio.Event) -> Callable[[], None]:
    """A function that sets an event of the running loop from any thread."""
    loop = asyncio.get_running_loop()

    def set_it() -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(event.set)

    return set_it


async def happens(event: asyncio.Event, within: float) -> bool:
    """Whether an event is set within so many seconds."""
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
