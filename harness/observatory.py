"""Observing apart from judging: the scenarios of a run, side by side on one event loop in a thread.

pytest judges its cases one after another; a device's waits are long. So every scenario that the
selected cases need is started once, as a task, as many at a time as its device allows, and a case
only waits for its record. Many cases share one record, and wall time comes down to the longest
wait.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from harness.device import Device
from harness.scenario import Scenario
from transcript import Record

AT_ONCE = 16  # watches for each core: a watch mostly waits, yet a device that starts costs CPU
TICK = 0.2  # seconds between two looks at the keyboard while a case waits
FAREWELL = 15.0  # seconds that lanes have to close their devices at the end


class CannotObserve(Exception):  # noqa: N818 - reads as the sentence it carries
    """The surroundings do not allow a watch (a port is taken, say); the text tells what to do."""


class OpenLane(Protocol):
    """What the harness needs of a lane that somebody else has put together."""

    async def finish(self) -> Record:
        """Stop the device and freeze what was seen."""

    @property
    def failure(self) -> BaseException | None:
        """An error of our own during the watch: then there is no verdict."""


LaneOpener = Callable[[Device, Scenario], AbstractAsyncContextManager[OpenLane]]
RecordSink = Callable[[Device, Record], None]


@dataclass(frozen=True, slots=True)
class Watch:
    """One scenario on one device: the unit that is observed once and judged many times."""

    device: Device
    scenario: Scenario

    def __str__(self) -> str:
        return f"{self.scenario.name} on {self.device.name}"


class Observatory:
    """Runs watches in the background and hands out their records."""

    def __init__(self, open_lane: LaneOpener, sink: RecordSink) -> None:
        self._open_lane = open_lane
        self._sink = sink
        self._records: dict[Watch, Future[Record]] = {}
        self._lanes: dict[str, asyncio.Semaphore] = {}
        self._loop = asyncio.new_event_loop()
        # A daemon: a lane that will not close must not keep the interpreter from its end either.
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="observatory", daemon=True
        )
        self._room = asyncio.Semaphore(AT_ONCE * (os.cpu_count() or 1))

    def start(self, watches: Iterable[Watch]) -> None:
        """Begin every watch; those that find no free lane wait their turn."""
        self._thread.start()
        for watch in watches:
            self._records[watch] = self._submit(self._observe(watch))

    @property
    def progress(self) -> tuple[int, int]:
        """How many watches are over, and how many there are."""
        return sum(future.done() for future in self._records.values()), len(self._records)

    def record(self, watch: Watch, *, waiting: Callable[[], None]) -> Record:
        """The record of a watch that was started; calls `waiting` now and then until it is there.

        Raises what the watch raised: an error of ours.
        """
        while True:
            try:
                return self._records[watch].result(timeout=TICK)
            except NotYet:
                if self._records[watch].done():
                    raise
                waiting()

    def stop(self) -> None:
        """End every watch and its device, and the loop. May be called again."""
        if not self._thread.is_alive():
            return
        # A lane that will not close must not keep the report from being written.
        with suppress(NotYet, CancelledError):
            self._submit(_cancel_all()).result(timeout=FAREWELL)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=FAREWELL)

    def _submit(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _observe(self, watch: Watch) -> Record:
        own = self._lanes.setdefault(watch.device.name, asyncio.Semaphore(watch.device.lanes))
        async with own, self._room, self._open_lane(watch.device, watch.scenario) as lane:
            # Past the bound of the watch, what was seen until then is the record.
            with suppress(TimeoutError):
                async with asyncio.timeout(watch.scenario.within):
                    await watch.scenario.body(lane)
            record = await lane.finish()
            self._sink(watch.device, record)
            if lane.failure is not None:
                raise lane.failure
        return record


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
