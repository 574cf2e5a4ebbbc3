"""SIGTERM and SIGINT as something to wait for, so that the device leaves in good order."""

from __future__ import annotations

import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(BaseException):
    """The device was asked to stop. Not an Exception: nobody may take it for a failure."""


class Stop:
    """Notes the request to stop; `wake` becomes readable when it comes, for use in select."""

    def __init__(self) -> None:
        self.asked = False
        self._raises = False
        self.wake, self._bell = socket.socketpair()
        self.wake.setblocking(False)
        self._bell.setblocking(False)
        signal.signal(signal.SIGTERM, self._note)
        signal.signal(signal.SIGINT, self._note)
        # A handler alone does not end a select (PEP 475 goes back to it): the bell does.
        signal.set_wakeup_fd(self._bell.fileno())

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        if self._raises:
            raise Stopped

    def check(self) -> None:
        """Raise Stopped if the request has come."""
        if self.asked:
            raise Stopped

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Inside, the request interrupts calls that block in code of others, as a connect does."""
        self._raises = True
        try:
            self.check()
            yield
        finally:
            self._raises = False

    def wait(self, seconds: float) -> None:
        """Sleep; raise Stopped when asked to stop before the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            self.check()
            left = deadline - time.monotonic()
            if left <= 0:
                return
            select.select([self.wake], [], [], left)
