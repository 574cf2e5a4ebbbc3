"""A document's own listing, run verbatim, is judged as the project's program is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows import documents, wire
from tests.flows.certifying import Absence, Outcome
from tests.flows.flows import BY_NAME, FLOWS, Flow


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_listing_is_judged_as_the_program(
    flow: Flow, programs: Outcome, listings: Outcome
) -> None:
    verbatim = listings.verdicts_of(flow)
    assert verbatim == programs.verdicts_of(flow)
    assert listings.deviations.get(flow.device) == programs.deviations.get(flow.device)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_listing_puts_the_same_on_the_wire(
    flow: Flow, programs: Outcome, listings: Outcome
) -> None:
    verbatim, program = (wire.day(each.records_of(flow)) for each in (listings, programs))
    assert wire.shapes(verbatim) == wire.shapes(program)


def test_the_run_of_the_listings_is_green(listings: Outcome) -> None:
    listings.need_any()
    assert listings.status == pytest.ExitCode.OK, listings.said


# --- what is shown when one is not at hand ----------------------------------------------------


def test_without_a_folder_no_listing_is_missed() -> None:
    absent = documents.absences(FLOWS, None)
    assert set(absent) == {flow.device for flow in FLOWS}
    assert all(absence.everywhere for absence in absent.values())


def test_a_document_that_is_missing_from_the_folder_is_missed(tmp_path: Path) -> None:
    absent = documents.absences([BY_NAME["003"]], tmp_path)
    assert not absent[BY_NAME["003"].device].everywhere


def test_the_sample_of_000_is_not_part_of_its_document(tmp_path: Path) -> None:
    (tmp_path / "000_text.txt").touch()
    absent = documents.absences([BY_NAME["000"]], tmp_path)
    assert absent[BY_NAME["000"].device].everywhere


@pytest.mark.parametrize(
    ("machine", "everywhere", "shown"),
    [
        ("true", False, pytest.fail.Exception),
        ("true", True, pytest.skip.Exception),
        ("", False, pytest.skip.Exception),
    ],
)
def test_what_is_absent_is_not_run_and_a_failure_where_all_could_be_there(
    machine: str,
    everywhere: bool,
    shown: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", machine)
    with pytest.raises(shown, match="NOT RUN: no xxd"):
        Absence("no xxd", everywhere=everywhere).show()
