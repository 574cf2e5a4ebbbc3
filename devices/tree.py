"""A program's process with all that descends from it, wherever that went, and the killing of it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import psutil

MARK = "DEVICE_CERTIFY_RUN"  # the variable that descendants inherit
_PASSES = 10  # of killing, for a program that starts others faster than we look
_DYING = 1.0  # seconds for the killed to disappear, in each pass
_SLACK = 5.0  # seconds: create times are counted from a boot time that the clock's setting moves
_LOOK = 0.01  # seconds between two looks at who is still alive


class Tree:
    """A process and its descendants, found by parentage, by session and by the mark.

    `since` is when it was created, in seconds since 1970; asked of the system when not given.
    NoSuchProcess if it is not given and the process is gone.
    """

    def __init__(self, pid: int, mark: str, *, since: float | None = None) -> None:
        self.pid, self.mark = pid, mark
        self.since = psutil.Process(pid).create_time() if since is None else since
        self.patience = 0.0  # seconds for others to follow the root of themselves

    def kill(self) -> int:
        """Kill all; how many besides the root were alive."""
        others: set[int] = set()
        _until_dead(list(self._alive()), within=self.patience)
        for _ in range(_PASSES):
            alive = {each.pid: each for each in self._alive()}
            if not alive:
                break
            others |= alive.keys() - {self.pid}
            for each in alive.values():
                with suppress(psutil.Error, OSError):
                    each.kill()
            _until_dead(list(alive.values()), within=_DYING)
        return len(others)

    def _alive(self) -> Iterator[psutil.Process]:
        with suppress(psutil.Error):
            root = psutil.Process(self.pid)
            if abs(root.create_time() - self.since) < _SLACK and _lives(root):
                yield root
                yield from filter(_lives, root.children(recursive=True))
        for pid in psutil.pids():
            with suppress(psutil.Error, OSError):
                if pid != self.pid and self._ours(psutil.Process(pid)):
                    yield psutil.Process(pid)

    def _ours(self, process: psutil.Process) -> bool:
        if process.create_time() < self.since - _SLACK or not _lives(process):
            return False
        if sys.platform != "win32" and os.getsid(process.pid) == self.pid:
            return True
        return process.environ().get(MARK) == self.mark


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _until_dead(processes: Sequence[psutil.Process], *, within: float) -> None:
    """Wait for processes to end. psutil's own wait would take the exit status from Popen."""
    end = time.monotonic() + within
    while time.monotonic() < end and any(map(_lives, processes)):
        time.sleep(_LOOK)
