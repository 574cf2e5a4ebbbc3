"""Known deviations of a device, held against what was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from harness.device import Deviation, Device
from harness.verdict import Judgement, Verdict
from transcript import Finding

EXCUSABLE = (Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class Excuse:
    """How a deviation stands to one judgement: "accepted", "expired" or "does not match"."""

    state: str
    deviation: Deviation

    @property
    def holds(self) -> bool:
        """Whether the judgement no longer fails the run."""
        return self.state == "accepted"


def excuse(
    judgement: Judgement, requirement_id: str, deviations: Iterable[Deviation], *, today: date
) -> Excuse | None:
    """The deviation that speaks for a judgement, with its state; None when there is none."""
    if judgement.verdict not in EXCUSABLE:
        return None
    named = [each for each in deviations if each.id == requirement_id]
    excuses = [Excuse(_state(judgement, each, today), each) for each in named]
    return next((each for each in excuses if each.holds), excuses[0] if excuses else None)


def _state(judgement: Judgement, deviation: Deviation, today: date) -> str:
    texts = [str(finding) for finding in judgement.findings] or [judgement.reason]
    if not all(deviation.match in text for text in texts):
        return "does not match"
    return "accepted" if today <= deviation.expires else "expired"


class Ledger:
    """Which deviation lines a run has needed, so that those it did not need are told."""

    def __init__(self) -> None:
        self._verdicts: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
        self._used: set[tuple[str, Deviation]] = set()

    def note(
        self, device: Device, requirement_id: str, verdict: Verdict, given: Excuse | None
    ) -> None:
        """Take down one judged case."""
        self._verdicts[device.name, requirement_id].append(verdict)
        if given:
            self._used.add((device.name, given.deviation))

    def idle(self, device: Device) -> list[Finding]:
        """One finding for each line whose requirement was judged and that spoke for nothing."""
        judged = [each for each in device.deviations if (device.name, each.id) in self._verdicts]
        lines = [each for each in judged if (device.name, each) not in self._used]
        return [self._finding(device, line) for line in lines]

    def _finding(self, device: Device, line: Deviation) -> Finding:
        verdicts = sorted(set(self._verdicts[device.name, line.id]))
        seen = " and ".join(verdict.replace("_", " ") for verdict in verdicts)
        owed = f"{line.id} to deviate with {line.match!r} ({line.reason})"
        return Finding(None, owed, f"{line.id} is {seen}: remove the line from the manifest")
