"""Verdicts, after ISO/IEC 9646, and how the outcome of a case becomes one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from harness.requirement import Level
from transcript import Finding, Inconclusive, Nonconformity


class Verdict(StrEnum):
    """In rising order of weight: the heaviest stands for the device."""

    NOT_APPLICABLE = "NOT_APPLICABLE"
    PASS = "PASS"
    WARN = "WARN"
    INCONCLUSIVE = "INCONCLUSIVE"
    FAIL = "FAIL"
    ERROR = "ERROR"

    @property
    def weight(self) -> int:
        """Its place in the order."""
        return list(Verdict).index(self)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with what led to it."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    reason: str = ""


def judge(error: BaseException | None, level: Level) -> Judgement:
    """What an exception, or its absence, says of the device.

    Only a Nonconformity speaks against the device. Anything unforeseen is our own fault.
    """
    match error:
        case None:
            return Judgement(Verdict.PASS)
        case Nonconformity():
            against = Verdict.FAIL if level is Level.MUST else Verdict.WARN
            return Judgement(against, error.findings)
        case Inconclusive():
            return Judgement(Verdict.INCONCLUSIVE, reason=str(error))
    return Judgement(Verdict.ERROR, reason=f"{type(error).__name__}: {error}")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The heaviest verdict; NOT_APPLICABLE when there is none."""
    return max(verdicts, key=lambda verdict: verdict.weight, default=Verdict.NOT_APPLICABLE)
