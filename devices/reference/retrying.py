"""How long to wait before the next try, and the two ways in which a try ends badly."""

from __future__ import annotations

import random

from .faults import broken

LONGEST = 60.0
"""The longest pause between two tries, in seconds."""
STEADY = 30.0
"""A connection that lasted this long counts as good: the next pause is short again."""


class LinkLostError(Exception):
    """The connection is gone or never came to be; trying again later is right."""


class RefusedError(Exception):
    """The cloud said no in a way that trying again cannot change."""


class Backoff:
    """Pauses of 1, 2, 4 … 60 s, each spread by a quarter either way: a fleet must not march."""

    def __init__(self) -> None:
        self._tries = 0

    def next(self) -> float:
        """Seconds to wait before the coming try."""
        pause = min(LONGEST, 2.0**self._tries)
        self._tries = min(self._tries + 1, 10)
        return pause * random.uniform(0.75, 1.25)

    def before_reconnecting(self) -> float:
        """Seconds to wait before the coming connection."""
        if broken("reconnects-without-pause"):
            return 0.05
        return 1.0 if broken("reconnects-at-a-fixed-interval") else self.next()

    def lived(self, seconds: float) -> None:
        """Say how long the last connection held."""
        if seconds >= STEADY:
            self._tries = 0
