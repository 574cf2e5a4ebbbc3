"""report.html: the run as one page without anything outside it, to be shown to whom it concerns."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from harness.verdict import Verdict
from reports.stream import Case, Stream, Watched
from reports.summary import (
    GLYPHS,
    HEAVIEST_FIRST,
    accepted,
    clean,
    matrix,
    standing,
    standings,
    troubled,
    word,
)
from reports.wire import Line, lines
from transcript import TOLD
from transcript.text import readable, shortened, visible

SHORT = 12  # findings listed at the top; the others are a click away
HERE = Path(__file__).parent
WHOLE = 60  # lines of wire that a case shows without leaving any out
AROUND = 12  # lines shown on either side of the moment of a finding
TAIL = 40  # lines of a device's output beside a case
OUTPUT = 400  # lines of it with the record
SAME_MOMENT = 1e-5  # seconds; the stream rounds to a millionth


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the wire in the page; `line` is None for a gap of `left_out` lines."""

    line: Line | None
    marked: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A case that needs explaining, with its evidence."""

    case: Case
    anchor: str
    evidence: str
    wire: Sequence[Shown]
    ended: str
    output: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The whole wire of one scenario."""

    anchor: str
    watched: Watched
    wire: Sequence[Shown]
    output: str


def render(stream: Stream) -> str:
    """The page as text."""
    style, script = ((HERE / name).read_text("utf-8") for name in ("report.css", "report.js"))
    page = _environment().get_template("report.html.j2")
    return page.render(
        run=stream.run,
        stream=stream,
        started=_moment(stream.run.started),
        standings=standings(stream),
        groups=matrix(stream),
        sections=_sections(stream),
        SHORT=SHORT,
        evidence=_evidence(stream),
        verdicts=HEAVIEST_FIRST,
        anchors=_Anchors(stream),
        # The page's own style and script, and nothing else, may run: even an escape that was
        # forgotten gives a hostile device no way in. What is left open is named by its hash.
        style=Markup(style),
        script=Markup(script),
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'",
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_finalized,
    )
    environment.filters |= {"seconds": _seconds, "word": word, "glyph": GLYPHS.__getitem__}
    environment.filters |= {"slug": _slug, "standing": standing}
    environment.filters |= {"readable": readable, "shortened": shortened}
    environment.tests |= {"accepted": accepted, "clean": clean}
    environment.globals |= {"NOT_APPLICABLE": Verdict.NOT_APPLICABLE, "TOLD": TOLD}
    return environment


def _finalized(value: Any) -> Any:
    """Every text that the page prints, on its way to being escaped: control characters shown."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return "\n".join(visible(line) for line in value.split("\n"))
    return value


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3f} s"


def _slug(verdict: Verdict) -> str:
    return verdict.lower().replace("_", "-")


def _moment(started: str) -> str:
    """The start for people, in UTC; as it stands when it is not a time."""
    try:
        at = datetime.fromisoformat(started).astimezone(UTC)
    except ValueError:
        return started
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


class _Anchors:
    """Where in the page a case or record is."""

    def __init__(self, stream: Stream) -> None:
        self._cases = {id(case): f"case-{n}" for n, case in enumerate(stream.cases, start=1)}
        self._records = {name: f"record-{n}" for n, name in enumerate(stream.watched, start=1)}

    def of(self, case: Case) -> str:
        """The section of a case that needs explaining, or else the wire it rests on; "" if none."""
        return self.evidence(case.record) if clean(case) else self._cases[id(case)]

    def evidence(self, record: str) -> str:
        """The wire of a record; "" when it was not written."""
        return self._records.get(record, "")


def _sections(stream: Stream) -> list[Section]:
    anchors = _Anchors(stream)
    return [_section(case, stream, anchors) for case in troubled(stream.cases)]


def _section(case: Case, stream: Stream, anchors: _Anchors) -> Section:
    watched = stream.watched.get(case.record)
    anchor, evidence = anchors.of(case), anchors.evidence(case.record)
    if watched is None:
        return Section(case, anchor, evidence, (), "", "")
    moments = [finding.at for finding in case.findings[:TOLD] if finding.at is not None]
    wire = excerpt(lines(watched.events), moments)
    return Section(case, anchor, evidence, wire, watched.ended, _tail(watched.output, TAIL))


def _evidence(stream: Stream) -> list[Evidence]:
    anchors = _Anchors(stream)
    return [
        Evidence(
            anchors.evidence(name),
            watched,
            [Shown(line) for line in lines(watched.events)],
            _tail(watched.output, OUTPUT),
        )
        for name, watched in stream.watched.items()
    ]


def excerpt(wire: Sequence[Line], moments: Iterable[float]) -> list[Shown]:
    """The wire around some moments; all of it when it is short, its end when there is no moment."""
    times = list(moments)
    marked = [any(abs(line.at - at) < SAME_MOMENT for at in times) for line in wire]
    if len(wire) <= WHOLE:
        return [Shown(line, mark) for line, mark in zip(wire, marked, strict=True)]
    centres = [_index(wire, at) for at in times] or [len(wire) - 1]
    near = {i for centre in centres for i in range(centre - AROUND, centre + AROUND + 1)}
    kept = sorted(near & set(range(len(wire))))
    return list(_with_gaps(wire, marked, kept))


def _index(wire: Sequence[Line], at: float) -> int:
    return min(range(len(wire)), key=lambda index: abs(wire[index].at - at))


def _with_gaps(
    wire: Sequence[Line], marked: Sequence[bool], kept: Sequence[int]
) -> Iterable[Shown]:
    expected = 0
    for index in kept:
        if index > expected:
            yield Shown(None, left_out=index - expected)
        yield Shown(wire[index], marked[index])
        expected = index + 1
    if expected < len(wire):
        yield Shown(None, left_out=len(wire) - expected)


def _tail(output: str, most: int) -> str:
    """The last lines of a device's output, safe to show."""
    every = readable(output).split("\n") if output.strip() else []
    left = [f"… {len(every) - most} lines left out; results.jsonl has them …"]
    return "\n".join([*(left if len(every) > most else []), *every[-most:]])
