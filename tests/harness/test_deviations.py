"""Known deviations: accepted, expired, not matching, no longer needed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.harness.conftest import Toy

CASES = """
    @verifies(req.SAYS)
    def test_says_hello(chat):
        conforms([Finding(0.5, 'please', 'a growl')])
"""
GOOD = """
    @verifies(req.SAYS)
    def test_says_hello(chat):
        chat.reach("word")
"""


def deviate(toy: Toy, *, match: str = "growl", expires: date = date(2999, 1, 1)) -> None:
    line = f'Deviation("TOY-1", "teething", date.fromisoformat("{expires}"), "{match}")'
    path = toy.pytester.path / "lanes.py"
    path.write_text(path.read_text().replace("lanes=4)", f"lanes=4, deviations=({line},))"))


def test_a_valid_deviation_does_not_fail_the_run(toy: Toy) -> None:
    deviate(toy)
    toy.cases(CASES)
    assert toy.run().ret == pytest.ExitCode.OK
    [case] = toy.lines("case")
    assert case["verdict"] == "FAIL"
    assert case["deviation"] == {
        "state": "accepted",
        "reason": "teething",
        "expires": "2999-01-01",
    }


@pytest.mark.parametrize(
    ("change", "state"),
    [({"expires": date(2020, 1, 1)}, "expired"), ({"match": "bark"}, "does not match")],
)
def test_one_that_is_expired_or_matches_something_else_fails_it(
    toy: Toy, change: dict[str, object], state: str
) -> None:
    deviate(toy, **change)  # type: ignore[arg-type]
    toy.cases(CASES)
    assert toy.run().ret == pytest.ExitCode.TESTS_FAILED
    assert toy.lines("case")[0]["deviation"]["state"] == state


def test_an_unexpected_pass_fails_it(toy: Toy) -> None:
    deviate(toy)
    toy.cases(GOOD)
    assert toy.run().ret == pytest.ExitCode.TESTS_FAILED
    assert toy.verdicts() == {"TOY-1": "PASS", "MANIFEST-1": "FAIL"}
    [finding] = toy.lines("case")[-1]["findings"]
    assert finding["observed"] == "TOY-1 is PASS: remove the line from the manifest"
