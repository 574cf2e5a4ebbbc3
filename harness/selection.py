"""Which cases apply to a device: what it claims (PICS) against what a case needs."""

from __future__ import annotations

from collections.abc import Iterable

from harness.device import Device
from harness.requirement import Requirement
from harness.scenario import Scenario


def unclaimed(device: Device, requirement: Requirement, scenarios: Iterable[Scenario]) -> list[str]:
    """The features that a case needs and the device does not claim, in the case's order."""
    needed = [*requirement.needs, *(need for each in scenarios for need in each.needs)]
    return [need for need in dict.fromkeys(needed) if need not in device.features]
