"""What a link does besides reading: steps in tasks of their own, after the acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fakes.service import Deferred


class Later:
    """The steps of one link. `failed` is told when one of them breaks: that is our own fault."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed
        self._held: list[Deferred] | None = None
        self._running: set[asyncio.Task[object]] = set()
        self._closed = False

    def hold(self) -> None:
        """From now on keep steps back: a packet is being answered."""
        self._held = []

    def add(self, step: Deferred) -> None:
        """Run a step, now or when the packet at hand is answered. Nothing after `end`."""
        if self._held is not None:
            self._held.append(step)
        elif not self._closed:
            task = asyncio.create_task(_run(step))
            self._running.add(task)
            task.add_done_callback(self._ran)

    def release(self) -> None:
        """The acknowledgement has left: run what was kept back."""
        held, self._held = self._held or [], None
        for step in held:
            self.add(step)

    async def end(self) -> None:
        """Cancel what runs and wait for it."""
        self._held, self._closed = None, True
        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _ran(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)


async def _run(step: Deferred) -> object:
    return await step()
