"""Figures: what was measured several times, and tables of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity, measured one or more times. `unit` is "s", "ms" or "" for a plain number."""

    name: str
    unit: str
    values: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """Name, minimum, median, maximum, number of measurements."""
        shown = (
            _shown(each, self.unit) for each in (min(self.values), self.middle, max(self.values))
        )
        least, middle, most = shown
        return self.name, least, middle, most, str(len(self.values))


def figure(name: str, seconds: Iterable[float], *, unit: str = "s") -> Figure:
    """A figure from measurements in seconds, or plain numbers where `unit` is ""."""
    scale = 1000.0 if unit == "ms" else 1.0
    return Figure(name, unit, tuple(each * scale for each in seconds))


def table(title: str, figures: Sequence[Figure]) -> str:
    """A table that reads well as text and as Markdown."""
    head = (title, "min", "median", "max", "n")
    rows = [head, *(each.cells for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [_row(row, widths) for row in rows]
    rule = [
        f"{'-' * (width - 1)}:" if column else "-" * width for column, width in enumerate(widths)
    ]
    return "\n".join([lines[0], f"| {' | '.join(rule)} |", *lines[1:]])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
    return f"| {' | '.join(padded)} |"


def _shown(value: float, unit: str) -> str:
    digits = 2 if value < 100 else 0
    return f"{value:.{digits}f} {unit}".rstrip()
