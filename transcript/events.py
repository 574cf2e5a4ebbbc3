"""Events: one line each of what went over the wire, and the log in which a lane collects them."""

from __future__ import annotations

import asyncio
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Way = Literal["in", "out", "own"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    `at` is in seconds since the lane opened. `way` is "in" (from the device), "out" (to the device)
    or "own" (noted by us). `link` numbers the TCP connection, 0 for none. The fields are the
    event's own words and may be read as attributes: `event.status`.
    """

    at: float
    name: str
    way: Way
    service: str
    link: int
    seq: int
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(f"event {self.name} has no field {name!r}") from None

    def matches(self, name: str, **wanted: Any) -> bool:
        """Whether this event has the name, and every wanted field with the wanted value.

        A wanted value that is a function is asked instead: `filters=lambda all: "a/#" in all`.
        """
        return self.name == name and all(
            value(self.get(key)) if callable(value) else self.get(key) == value
            for key, value in wanted.items()
        )

    def get(self, key: str, default: Any = None) -> Any:
        """A field, or one of `service`, `way`, `link`; the default where it is absent."""
        if key in ("service", "way", "link", "seq"):
            return getattr(self, key)
        return self.fields.get(key, default)

    def to_json(self) -> dict[str, Any]:
        """The event as JSON values; bytes become {"bytes": base64}."""
        return {
            "seq": self.seq,
            "at": round(self.at, 6),
            "name": self.name,
            "way": self.way,
            "service": self.service,
            "link": self.link,
            "fields": to_json(self.fields),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Event:
        """The inverse of `to_json`. KeyError when a member is missing."""
        plain = {key: data[key] for key in ("at", "name", "way", "service", "link", "seq")}
        return cls(**plain, fields=MappingProxyType(from_json(data["fields"])))


def to_json(value: Any) -> Any:
    """JSON values for what an event may hold: text, numbers, bytes, lists and mappings of them."""
    match value:
        case bytes():
            return {"bytes": b64encode(value).decode()}
        case Mapping():
            return {str(key): to_json(item) for key, item in value.items()}
        case list() | tuple():
            return [to_json(item) for item in value]
    return value


def from_json(value: Any) -> Any:
    """The inverse of `to_json`; sequences come back as lists."""
    match value:
        case {"bytes": str(text)} if len(value) == 1:
            return b64decode(text)
        case dict():
            return {key: from_json(item) for key, item in value.items()}
        case list():
            return [from_json(item) for item in value]
    return value


Listener = Callable[[Event], None]


class EventLog:
    """The events of one lane, in the order they were noted. Belongs to one event loop."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._opened = clock()
        self._events: list[Event] = []
        self._listeners: list[Listener] = []

    @property
    def events(self) -> tuple[Event, ...]:
        """All events so far."""
        return tuple(self._events)

    def now(self) -> float:
        """Seconds since the lane opened: the time to stamp a reply with before it is sent."""
        return self._clock() - self._opened

    def add(
        self,
        name: str,
        *,
        way: Way,
        service: str,
        link: int = 0,
        at: float | None = None,
        **fields: Any,
    ) -> Event:
        """Note an event and wake whoever waits for it."""
        moment = self.now() if at is None else at
        seq = len(self._events) + 1
        event = Event(moment, name, way, service, link, seq, MappingProxyType(fields))
        self._events.append(event)
        for listener in tuple(self._listeners):
            listener(event)
        return event

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each event to come. Returns the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def find(self, name: str, *, after: int = 0, **wanted: Any) -> Event | None:
        """The first event past sequence number `after` that matches."""
        later = self._events[after:]
        return next((event for event in later if event.matches(name, **wanted)), None)

    async def until(
        self, name: str, *, within: float, after: int = 0, **wanted: Any
    ) -> Event | None:
        """Wait for a matching event, at most `within` seconds; None when it did not come.

        Events that have happened already count, past sequence number `after`.
        """
        if found := self.find(name, after=after, **wanted):
            return found
        coming: asyncio.Future[Event] = asyncio.get_running_loop().create_future()

        def notice(event: Event) -> None:
            if not coming.done() and event.matches(name, **wanted):
                coming.set_result(event)

        stop = self.listen(notice)
        try:
            return await asyncio.wait_for(coming, within)
        except TimeoutError:
            return None
        finally:
            stop()
