"""What the terminal says of a run: a live count while a case waits, and the summary at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from harness.verdict import Verdict
from reports.stream import Case, Stream
from reports.summary import (
    GLYPHS,
    HEAVIEST_FIRST,
    Row,
    Standing,
    accepted,
    clean,
    matrix,
    standings,
    word,
)
from reports.words import in_words
from transcript.text import visible

NAME_SHOWN = 24  # columns of a device's name
UNTOLD_SHOWN = 20
ROOM_NEEDED = 24  # columns below which the live count would say nothing


class LiveLine:
    """A text behind what pytest has written on its line, which takes itself away again.

    It is drawn and erased with backspaces, so that it needs nothing of a terminal but that.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._shown = 0

    def show(self, text: str, *, room: int) -> None:
        """Show the text in at most `room` columns; instead of what was shown before."""
        cut = f"  {visible(text)}"[: max(room, 0)] if room >= ROOM_NEEDED else ""
        blank = max(self._shown - len(cut), 0)
        self._write(cut + " " * blank + "\b" * (len(cut) + blank))
        self._shown = len(cut)

    def erase(self) -> None:
        """Take the text away; pytest may write again."""
        if self._shown:
            self._write(" " * self._shown + "\b" * self._shown)
            self._shown = 0


def progress(verdicts: Counter[str], *, cases: int, watch: str, waited: float) -> str:
    """The live count: what is judged so far, and what is being waited for."""
    bad = [verdict for verdict in HEAVIEST_FIRST if verdict.weight > Verdict.PASS.weight]
    told = [f"{verdicts[verdict]} {word(verdict)}" for verdict in bad if verdicts[verdict]]
    judged = f"{sum(verdicts.values())} of {cases}"
    return ", ".join([judged, *told, f"waiting {waited:.0f} s for {watch}"])


def closing(
    stream: Stream, directory: Path, *, width: int = 100, warnings: bool = True
) -> list[str]:
    """The lines after a run: what pytest left out, each device, what stands out, where it lies."""
    judged = standings(stream)
    return [
        *_untold(stream.cases, warnings=warnings),
        *_devices(judged),
        *_standing_out(stream, width=width),
        *(f"note: {visible(note)}" for note in [*stream.notes, *_interruption(stream)]),
        f"report: {directory / 'report.html'}",
    ]


def _interruption(stream: Stream) -> list[str]:
    """A run that was stopped says so; one that was killed has a note from its reader."""
    stopped = stream.interrupted and stream.duration is not None
    return ["the run was interrupted; this is what had been judged until then"] if stopped else []


def _untold(cases: Iterable[Case], *, warnings: bool) -> list[str]:
    """The cases that pytest did not tell among its failures, in words.

    It passes over a WARN, which does not fail the run, and does not know what was judged without
    an item of its own, such as the manifest's deviations.
    """
    warned = [case for case in cases if case.verdict is Verdict.WARN and not accepted(case)]
    itemless = [case for case in cases if not case.scenario and not clean(case)]
    every = [*(warned if warnings else []), *itemless]
    told = [f"{in_words(case)}\n" for case in every[:UNTOLD_SHOWN]]
    more = len(every) - len(told)
    return [*told, *([f"and {more} more: see the report\n"] if more else [])]


def _devices(judged: Sequence[Standing]) -> list[str]:
    names = [_name(each.device.name) for each in judged]
    column = max(map(len, names), default=0)
    return [
        f"{name:<{column}}  {GLYPHS[each.verdict]} {word(each.verdict):<14}  {_counts(each)}"
        for name, each in zip(names, judged, strict=True)
    ]


def _counts(judged: Standing) -> str:
    counts = [(count, verdict) for verdict, count in judged.counts.items() if count]
    told = [f"{count} {word(verdict)}{_known(judged, verdict)}" for count, verdict in counts]
    return ", ".join(told) or "nothing was judged"


def _known(judged: Standing, verdict: Verdict) -> str:
    count = judged.known[verdict]
    return f" ({count} known)" if count else ""


def _standing_out(stream: Stream, *, width: int) -> list[str]:
    """The rows of the matrix with anything but PASS, or nothing."""
    rows = [row for group in matrix(stream) for row in group.rows if not row.clean]
    if not rows:
        return []
    names = [_name(device.name) for device in stream.run.devices]
    cells = [[_cell(case) for case in row.cells] for row in rows]
    columns = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    left = max(len(_clause(row)) for row in rows)
    if left + sum(columns) + 2 * len(columns) > width:
        return [
            "",
            *(f"{_clause(row):<{left}}  {_enumerated(row)}" for row in rows),
            *_legend(rows),
        ]
    head = _line("", names, left, columns)
    body = (_line(_clause(row), own, left, columns) for row, own in zip(rows, cells, strict=True))
    return ["", head, *body, *_legend(rows), ""]


def _clause(row: Row) -> str:
    return visible(f"{row.requirement:<14} {row.level}")


def _line(first: str, cells: Iterable[str], left: int, columns: Sequence[int]) -> str:
    texts = zip(cells, columns, strict=True)
    return (f"{first:<{left}}" + "".join(f"  {text:<{column}}" for text, column in texts)).rstrip()


def _cell(case: Case | None) -> str:
    if case is None:
        return ""
    return f"({word(case.verdict)})" if accepted(case) else word(case.verdict)


def _enumerated(row: Row) -> str:
    """The row's troubles with their devices, where the columns would be wider than the screen."""
    told = [case for case in row.cells if case and case.verdict.weight > Verdict.PASS.weight]
    return ", ".join(f"{_cell(case)} {_name(case.device)}" for case in told)


def _legend(rows: Sequence[Row]) -> list[str]:
    known = any(case and accepted(case) for row in rows for case in row.cells)
    return ["(in brackets: a known deviation, accepted until it expires)"] if known else []


def _name(name: str) -> str:
    half = NAME_SHOWN // 2
    short = name if len(name) <= NAME_SHOWN else f"{name[:half]}…{name[1 - half :]}"
    return visible(short)
