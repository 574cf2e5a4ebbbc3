"""The lane's event log with a bound, so that a flooding device fills neither memory nor disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transcript import Event, EventLog, Way

MOST_EVENTS = 50_000
MOST_BYTES = 64 << 20
_ALWAYS = ("mqtt.lost", "tcp.close", "fake.error")  # one per link at most: bounded by themselves


class Recorder:
    """Notes what the door sees, until there is too much of it.

    At the bound it notes one `door.flooded` (with `events` and `bytes` so far), calls `on_full`
    once, and from then on drops all but the ends of connections.
    """

    def __init__(
        self, log: EventLog, *, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES
    ) -> None:
        self.log = log
        self.full = False
        self.on_full: Callable[[], None] = lambda: None
        self._most_events, self._most_bytes = most_events, most_bytes
        self._events = self._bytes = 0

    def now(self) -> float:
        """Seconds since the lane opened."""
        return self.log.now()

    def note(
        self,
        name: str,
        *,
        way: Way,
        service: str,
        link: int,
        at: float | None = None,
        **fields: Any,
    ) -> Event:
        """Note an event. Past the bound the event is returned with sequence number 0, unnoted."""
        if self.full and name not in _ALWAYS:
            return Event(self.now(), name, way, service, link, 0, fields)
        event = self.log.add(name, way=way, service=service, link=link, at=at, **fields)
        self._events += 1
        self._bytes += sum(len(item) for item in fields.values() if isinstance(item, bytes | str))
        if not self.full and (self._events >= self._most_events or self._bytes >= self._most_bytes):
            self._overflow(link)
        return event

    def _overflow(self, link: int) -> None:
        self.full = True
        seen = {"events": self._events, "bytes": self._bytes}
        self.log.add("door.flooded", way="own", service="door", link=link, **seen)
        self.on_full()
