"""Problems of a manifest: one line each, all at once, with place, expectation and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from devices.lines import Lines
from devices.lines import Path as Place

LISTED = 24  # more valid words than that would hide the sentence


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong; `line` counts from 1, `where` is such as `[start] command`."""

    file: str
    line: int
    where: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{self.file}:{self.line}: {where}{self.sentence}"


class ManifestError(ValueError):
    """A manifest cannot be used. Its text is one line for every problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """Collects what is wrong with one manifest."""

    def __init__(self, file: Path, lines: Lines) -> None:
        self._file = file
        self.lines = lines
        self.found: list[Problem] = []

    def add(self, place: Place, sentence: str) -> None:
        """Note a problem at a place such as ("start", "env", "TZ")."""
        line = self.lines.of(place)
        problem = Problem(str(self._file), line, _where(place), sentence)
        if problem not in self.found:
            self.found.append(problem)

    def raise_if_any(self) -> None:
        """ManifestError with everything found, in the order of the lines."""
        if self.found:
            raise ManifestError(sorted(self.found, key=lambda problem: problem.line))


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The valid word that was most likely meant, if one is near."""
    by_fold = {name.casefold(): name for name in valid}
    near = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[near[0]] if near else None


def suggestion(word: str, valid: Sequence[str], *, form: str = "{!r}") -> str:
    """What to say after "unknown …": the nearest valid word, or all of them."""
    if near := nearest(word, valid):
        return f"; did you mean {form.format(near)}?"
    return f"; valid are {', '.join(sorted(valid))}" if len(valid) <= LISTED else ""


def _where(place: Place) -> str:
    if not place:
        return ""
    section, *rest = place
    if section == "deviations" and rest:
        rest = rest[1:]
        head = "[[deviations]]"
    else:
        head = f"[{section}]"
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest)
    return f"{head} {text.lstrip('.')}".strip()
