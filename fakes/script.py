"""What only a fake can do, for all services of a door: certificates to show, faults on the wire."""

from __future__ import annotations

from collections.abc import Callable

from fakes.pki import Presented
from fakes.service import Gate


class DoorScript:
    """The script of one door."""

    def __init__(self) -> None:
        self.gates: list[Gate] = []
        self._presented: dict[str | None, Presented] = {}

    def present(self, certificate: Presented, *, host: str | None = None) -> None:
        """From the next handshake on, show this certificate at a host (None: at all)."""
        self._presented[host] = certificate

    def presented(self, host: str) -> Presented:
        """The certificate shown at a host."""
        return self._presented.get(host) or self._presented.get(None) or "good"

    def gate(self, gate: Gate) -> Callable[[], None]:
        """Put a fault in the way of every MQTT packet; returns the function that takes it away."""
        self.gates.append(gate)
        return lambda: self.gates.remove(gate)
