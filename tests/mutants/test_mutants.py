"""Each mutant is caught by what the table says and by nothing else; no check is idle."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from devices.reference.faults import registry
from harness.verdict import Verdict
from tests.judging import CaseFunction, Records, cases, checks, records
from tests.mutants import page
from tests.mutants.run import ROOT, Outcome
from tests.mutants.table import MUTANTS, UNCAUGHT, Mutant

SOUND = ("reference-azure-https", "reference-azure-mqtt", "reference-azure-x509", "reference-iotda")
AGAINST = (Verdict.FAIL, Verdict.WARN)
CASES = {case.requirement.id: case for case in cases()}
ABSENT = {"PROFILE-1", "PROFILE-3"}  # never more than INCONCLUSIVE: see tests/canaries


@pytest.mark.parametrize("device", SOUND)
def test_a_sound_device_passes(device: str, outcomes: dict[str, Outcome]) -> None:
    verdicts = outcomes[device].verdicts
    assert {name: ids for name, ids in verdicts.items() if ids} == {
        "PASS": verdicts["PASS"],
        "NOT_APPLICABLE": verdicts["NOT_APPLICABLE"],
    }


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught_by_that_and_nothing_else(
    mutant: Mutant, outcomes: dict[str, Outcome]
) -> None:
    outcome = outcomes[mutant.name]
    assert outcome.caught_by == set(mutant.trips)
    assert outcome.verdicts["ERROR"] == set()
    unlisted = [
        each
        for each in outcome.verdicts["INCONCLUSIVE"]
        if not any(fnmatch(each, pattern) for pattern in mutant.follows)
    ]
    assert unlisted == []


def test_every_requirement_has_a_mutant_that_only_it_catches() -> None:
    alone = {mutant.trips[0] for mutant in MUTANTS if len(mutant.trips) == 1}
    assert set(CASES) - alone - ABSENT == set()


# --- delete any one check, and a named mutant turns green -----------------------------------------


@pytest.fixture(scope="session")
def watched(stream: Path) -> dict[str, Records]:
    """The records of the run, by device."""
    return records(stream)


@contextmanager
def deleted(check: Callable[..., Any]) -> Iterator[None]:
    """While inside, the check finds nothing, wherever a suite has imported it."""
    places = [
        (module, name)
        for module in list(sys.modules.values())
        if isinstance(module, ModuleType) and module.__name__.startswith("suites")
        for name, value in vars(module).items()
        if value is check
    ]
    for module, name in places:
        setattr(module, name, lambda *_, **__: [])
    try:
        yield
    finally:
        for module, name in places:
            setattr(module, name, check)


def turned_green(watched: dict[str, Records]) -> list[str]:
    """The mutants that the requirement named in the table does not catch any more."""
    return [
        mutant.name
        for mutant in MUTANTS
        for requirement in mutant.trips
        if verdict(CASES[requirement], watched[mutant.name]) not in AGAINST
    ]


def verdict(case: CaseFunction, found: Records) -> Verdict:
    return case.judge(found).verdict


def test_records_judged_again_come_to_the_same(watched: dict[str, Records]) -> None:
    assert turned_green(watched) == []


@pytest.mark.parametrize(
    "check", checks(), ids=lambda check: f"{check.__module__}.{check.__name__}"
)
def test_without_the_check_a_mutant_turns_green(
    check: Callable[..., Any], watched: dict[str, Records]
) -> None:
    with deleted(check):
        assert turned_green(watched) != []


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "mutants.md").read_text() == page.markdown(MUTANTS)


def test_every_fault_is_in_the_table() -> None:
    listed = {mutant.fault for mutant in MUTANTS if mutant.fault}
    assert {fault.name for fault in registry()} == listed | set(UNCAUGHT)
    assert listed & set(UNCAUGHT) == set()
