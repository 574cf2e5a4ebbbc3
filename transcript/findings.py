"""Findings, and the two exceptions that say whose fault it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcript.text import shortened, visible

TOLD = 20  # findings of one case that a person is shown; the stream has them all


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction between what a device did and what it owed.

    `at` is in seconds since the lane opened; None when the finding has no moment of its own.
    """

    at: float | None
    expected: str
    observed: str

    def __str__(self) -> str:
        moment = "" if self.at is None else f"at {self.at:.3f} s\n"
        # Each on one line: a topic with a line end in it must not pass for words of ours.
        expected, observed = visible(shortened(self.expected)), visible(shortened(self.observed))
        return f"{moment}  expected  {expected}\n  observed  {observed}"


def told(findings: Sequence[Finding]) -> list[str]:
    """The findings in words, of very many the first, and how many more there are."""
    more = len(findings) - TOLD
    rest = [f"and {more} more: results.jsonl has them"] if more > 0 else []
    return [*map(str, findings[:TOLD]), *rest]


class Nonconformity(Exception):  # noqa: N818 - ISO/IEC 9646's word; "Error" would say that we failed
    """The device contradicts the requirement. The only exception that becomes FAIL (or WARN)."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class Inconclusive(Exception):  # noqa: N818 - see Nonconformity
    """What had to be true before the question could be asked did not come true."""
