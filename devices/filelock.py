"""A lock between processes on one machine, let go by the system when its holder dies."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK = 0.2  # seconds between two looks at a lock that another process holds


@contextmanager
def locked(file: Path, *, within: float, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock on a file. TimeoutError if another holds it longer than `within` seconds.

    `waiting` is called once if it is held by another.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + within
    told = False
    with file.open("a+b") as handle:
        while not _taken(handle.fileno()):
            if not told:
                waiting()
                told = True
            if time.monotonic() > end:
                raise TimeoutError
            time.sleep(_LOOK)
        yield


if sys.platform == "win32":
    import msvcrt

    def _taken(descriptor: int) -> bool:
        """Whether the lock is ours now; closing the file lets it go."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(descriptor: int) -> bool:
        """Whether the lock is ours now; closing the file lets it go."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
