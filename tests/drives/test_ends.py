"""Programs that end by themselves: allowed with `runs = "once"`, and told of otherwise."""

from __future__ import annotations

import pytest

from tests.drives.running import Outcome

AT_ONCE = 5.0  # seconds; the patience for a device's next step is twice that


def test_one_that_runs_once_may_end_when_all_is_done(ends: Outcome) -> None:
    day = ends.records["done"]["azure_day"]
    assert ends.verdicts["done"]["PROFILE-1"] == "PASS"
    assert (day.ending.how, day.ending.code, day.ending.reason) == ("exited", 0, "")


@pytest.mark.parametrize("runs", ["once", "forever"])
def test_one_that_ends_too_soon_is_not_waited_for(runs: str, ends: Outcome) -> None:
    day = ends.records[runs]["azure_day"]
    assert ends.verdicts[runs]["PROFILE-1"] == "INCONCLUSIVE"
    assert day.duration < AT_ONCE


@pytest.mark.parametrize(
    ("runs", "reason"),
    [("once", ""), ("forever", 'it must not end by itself ([start] runs = "forever")')],
)
def test_its_end_is_told(runs: str, reason: str, ends: Outcome) -> None:
    ending = ends.records[runs]["azure_day"].ending
    assert (ending.how, ending.code, ending.reason) == ("exited", 3, reason)
    assert ends.status == pytest.ExitCode.TESTS_FAILED
    assert f"it {ending}" in ends.said
