"""How we judge: requirements, verdicts, scenarios, profiles, deviations. Knows no cloud."""

from harness.requirement import Level, Requirement, requirement, verifies
from harness.scenario import Scenario, scenario
from transcript import (
    Event,
    Finding,
    Inconclusive,
    Nonconformity,
    Record,
    agrees,
    conforms,
)

__all__ = [
    "Event",
    "Finding",
    "Inconclusive",
    "Level",
    "Nonconformity",
    "Record",
    "Requirement",
    "Scenario",
    "agrees",
    "conforms",
    "requirement",
    "scenario",
    "verifies",
]
