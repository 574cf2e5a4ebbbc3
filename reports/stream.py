"""Reads results.jsonl, the one source of every view, also when its last line is half-written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from harness.results import FORMAT
from harness.verdict import Verdict
from transcript import Event, Finding

NAME = "results.jsonl"


class StreamError(Exception):
    """There is nothing to make a report from; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device or service that was judged."""

    name: str
    version: str = ""
    vendor: str = ""
    kind: str = "device"
    manifest: str = ""
    firmware_sha256: str | None = None
    profile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was run, when, and with which versions."""

    format: int
    tool: str
    started: str
    seed: int
    versions: Mapping[str, str]
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What came of one scenario on one device; `record` is its id, "device/scenario"."""

    device: str
    scenario: str
    record: str
    duration: float
    ended: str
    output: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """How a known deviation stands to a case: "accepted", or why it does not hold."""

    state: str
    reason: str
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One judged case."""

    device: str
    requirement: str
    level: str
    title: str
    source: str
    feature: str
    case: str
    scenario: str
    record: str
    verdict: Verdict
    deviation: Excuse | None
    reason: str
    findings: tuple[Finding, ...]
    duration: float
    repeat: str


@dataclass(frozen=True, slots=True)
class Stream:
    """A whole run. `duration` is None when the run did not come to its end."""

    run: Run
    watched: Mapping[str, Watched]
    cases: tuple[Case, ...]
    duration: float | None
    interrupted: bool
    notes: tuple[str, ...] = ()


def read(directory: Path) -> Stream:
    """The stream in a report directory. StreamError when there is none, or of another format."""
    path = directory / NAME
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StreamError(_unreadable(directory, error)) from error
    reader = _Reader()
    for number, line in enumerate(data.splitlines(), start=1):
        reader.take(number, line)
    return reader.stream(path)


def _unreadable(directory: Path, error: OSError) -> str:
    if directory.is_file():
        return f"{directory} is a file: expected the directory that holds {NAME}"
    if not directory.is_dir():
        return f"there is no directory {directory}"
    if isinstance(error, FileNotFoundError):
        return f"there is no {NAME} in {directory}: no run has written its results there"
    return f"{directory / NAME} cannot be read: {error.strerror}"


class _Reader:
    """Takes the lines one by one; a line that cannot be used becomes a note."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._watched: dict[str, Watched] = {}
        self._cases: list[Case] = []
        self._end: Mapping[str, Any] | None = None
        self._notes: list[str] = []
        self._takers: dict[str, Callable[[dict[str, Any]], None]] = {
            "run": self._take_run,
            "record": self._take_record,
            "case": self._take_case,
            "end": self._take_end,
        }

    def take(self, number: int, line: bytes) -> None:
        """Read one line; lines of a kind from a later version are passed over."""
        try:
            data = json.loads(line)
            if taker := self._takers.get(data["kind"]):
                taker(data)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._notes.append(f"line {number} of {NAME} was left out: {_trouble(error)}")

    def stream(self, path: Path) -> Stream:
        """Everything that was read."""
        if self._run is None:
            raise StreamError(f"{path} does not begin with a run: nothing can be reported from it")
        end, notes = self._end, list(self._notes)
        if end is None:
            notes.append("the run did not come to its end; this is what had been judged until then")
        interrupted = end is None or bool(end["interrupted"])
        duration = None if end is None else float(end["duration"])
        return Stream(
            self._run, self._watched, tuple(self._cases), duration, interrupted, tuple(notes)
        )

    def _take_run(self, data: dict[str, Any]) -> None:
        if data["format"] != FORMAT:
            raise StreamError(
                f"{NAME} has format {data['format']!r}: this version reads format {FORMAT}"
            )
        devices = tuple(_made(Device, each, profile=tuple) for each in data["devices"])
        self._run = _made(Run, data | {"devices": devices})

    def _take_record(self, data: dict[str, Any]) -> None:
        watched = _made(Watched, data, events=_events)
        self._watched[watched.record] = watched

    def _take_case(self, data: dict[str, Any]) -> None:
        self._cases.append(
            _made(Case, data, verdict=Verdict, deviation=_excuse, findings=_findings)
        )

    def _take_end(self, data: dict[str, Any]) -> None:
        self._end = {"duration": float(data["duration"]), "interrupted": data["interrupted"]}


def _made(kind: type[Any], data: Mapping[str, Any], **readers: Callable[[Any], Any]) -> Any:
    """A dataclass from the members of a line that it knows, some of them read by a function."""
    known = {each.name for each in fields(kind)} & data.keys()
    return kind(**{name: readers.get(name, _as_is)(data[name]) for name in known})


def _as_is(value: Any) -> Any:
    return value


def _events(data: list[dict[str, Any]]) -> tuple[Event, ...]:
    return tuple(map(Event.from_json, data))


def _findings(data: list[dict[str, Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(each["at"], each["expected"], each["observed"]) for each in data)


def _excuse(data: Mapping[str, Any] | None) -> Excuse | None:
    return (
        None if data is None else Excuse(**{each.name: data[each.name] for each in fields(Excuse)})
    )


def _trouble(error: Exception) -> str:
    match error:
        case json.JSONDecodeError() | UnicodeDecodeError():
            return "it is not whole"
        case KeyError():
            return f"it lacks {error}"
    return f"{error}"
