"""What only a fake DPS can do: answer as told."""

from __future__ import annotations

from collections import deque

from fakes.dps.answers import Scripted
from fakes.service import Gate


class Script:
    """Answers in place of DPS's own, one per admitted register or poll; then DPS's own again."""

    def __init__(self) -> None:
        self.gates: list[Gate] = []
        self._answers: deque[Scripted] = deque()
        self._connacks: deque[int] = deque()

    def answers(self, *answers: Scripted) -> None:
        """Answer the next requests like this. What an earlier call left over is dropped."""
        self._answers = deque(answers)

    def refuse_connects(self, count: int = 1, *, code: int = 3) -> None:
        """Answer the next CONNECTs with a code, whatever they show (3: server unavailable)."""
        self._connacks.extend([code] * count)

    def gate(self, gate: Gate) -> None:
        """Put a fault in the way of every MQTT packet of this DPS."""
        self.gates.append(gate)

    def next_answer(self) -> Scripted | None:
        """For the service: what it has to answer now."""
        return self._answers.popleft() if self._answers else None

    def next_connack(self) -> int | None:
        """For the service: the code it has to refuse a CONNECT with."""
        return self._connacks.popleft() if self._connacks else None
