"""A record: what came of one scenario, frozen, and the questions a case may put to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from transcript.events import Event, from_json, to_json
from transcript.findings import Finding, Inconclusive, Nonconformity

Chosen = TypeVar("Chosen")


@dataclass(frozen=True, slots=True)
class Ending:
    """How the device's program ended.

    `how` is "exited" (by itself), "stopped" (by us, at the end of the watch), "killed" (it did not
    stop when asked), "never started", or "running" (nothing of ours to stop: a board).
    """

    how: str
    code: int | None = None
    after: float | None = None
    reason: str = ""

    def __str__(self) -> str:
        code = "" if self.code is None else f" with status {self.code}"
        after = "" if self.after is None else f" after {self.after:.1f} s"
        reason = f": {self.reason}" if self.reason else ""
        how = "was left running" if self.how == "running" else self.how
        return f"{how}{code}{after}{reason}"


@dataclass(frozen=True, slots=True)
class Record:
    """What came of a scenario: the wire, what the device was given, its output and its end.

    `given` holds the values the device was told (the manifest's placeholders); `facts` what the
    scenario wants its cases to know besides (an id that the operator chose). `secrets` are texts in
    it that may not be written down. Iterating over a record gives its events, so that a check needs
    nothing but an iterable of events.
    """

    scenario: str
    # Out of the repr, which pytest puts into a traceback: keys, and fifty thousand events.
    events: tuple[Event, ...] = field(repr=False)
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    features: frozenset[str] = frozenset()
    output: str = field(default="", repr=False)
    ending: Ending = field(default_factory=lambda: Ending("running"))
    began_unix: float = 0.0
    duration: float = 0.0
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values, from which `from_json` makes it again."""
        plain = {name: getattr(self, name) for name in ("scenario", "output", "began_unix")}
        return plain | {
            "duration": round(self.duration, 3),
            "given": dict(self.given),
            "facts": to_json(self.facts),
            "features": sorted(self.features),
            "ending": asdict(self.ending),
            "events": [event.to_json() for event in self.events],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """The inverse of `to_json`, so that old records can be judged anew. KeyError if not one."""
        plain = ("scenario", "output", "began_unix", "duration", "given")
        return cls(
            **{name: data[name] for name in plain},
            facts=from_json(data["facts"]),
            features=frozenset(data["features"]),
            ending=Ending(**data["ending"]),
            events=tuple(Event.from_json(each) for each in data["events"]),
        )

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def all(self, name: str, **wanted: Any) -> list[Event]:
        """Every event with this name whose fields have the wanted values."""
        return [event for event in self.events if event.matches(name, **wanted)]

    def first(self, name: str, **wanted: Any) -> Event | None:
        """The first such event, or None."""
        return next(iter(self.all(name, **wanted)), None)

    def reach(self, name: str, **wanted: Any) -> Event:
        """The first such event: what must have happened before the question can be asked.

        Inconclusive when it did not happen, with how the device ended.
        """
        if event := self.first(name, **wanted):
            return event
        raise Inconclusive(f"the device never reached {_named(name, wanted)}; it {self.ending}")

    def some(self, choose: Callable[[Record], Sequence[Chosen]], what: str) -> Sequence[Chosen]:
        """What a function chooses from the record. Inconclusive, naming `what`, if it is empty."""
        if chosen := choose(self):
            return chosen
        raise Inconclusive(f"the device never showed {what}; it {self.ending}")

    def expect(self, name: str, *, owed: str, **wanted: Any) -> Event:
        """The first such event: what the requirement asks for. Nonconformity when it is missing."""
        if event := self.first(name, **wanted):
            return event
        seen = f"no {_named(name, wanted)} in {self.duration:.1f} s; the device {self.ending}"
        raise Nonconformity([Finding(None, owed, seen)])

    def whole(self) -> None:
        """Inconclusive when the device flooded us, so that not all it did is in the record."""
        if self.first("door.flooded"):
            raise Inconclusive(f"not all that it did was recorded; the device {self.ending}")

    def unix(self, event: Event) -> float:
        """Seconds since 1970 at which an event happened."""
        return self.began_unix + event.at


def conforms(findings: Sequence[Finding]) -> None:
    """Nonconformity with all findings, if there are any."""
    if findings:
        raise Nonconformity(findings)


def agrees(observed: object, expected: object) -> None:
    """Nonconformity unless the two are equal."""
    if observed != expected:
        raise Nonconformity([Finding(None, repr(expected), repr(observed))])


def _named(name: str, wanted: Mapping[str, Any]) -> str:
    details = ", ".join(f"{key} {value}" for key, value in wanted.items())
    return f"{name} ({details})" if details else name
