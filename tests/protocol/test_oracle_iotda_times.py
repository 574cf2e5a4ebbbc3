"""IoTDA's times: the stamp of a login and the event_time of a report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import iotda
from protocol.grammar import GrammarError


@given(st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)))
def test_stamps_round_trip(at: datetime) -> None:
    found = iotda.parse_stamp(iotda.stamp(at))
    assert found <= at < found + timedelta(hours=1) or at.year == 9999


@pytest.mark.parametrize("text", ["2026010124", "2026130100", "0000010100", "20260101", "x" * 10])
def test_refuses_what_is_no_hour(text: str) -> None:
    with pytest.raises(iotda.StampError):
        iotda.parse_stamp(text)
    assert iotda.stamp_problem(text, now=0.0) is not None


def now(hour: int, minute: int = 0, second: int = 0) -> float:
    return datetime(2026, 11, 20, hour, minute, second, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("stamp", "at", "refused"),
    [
        ("2026112013", now(13), None),
        ("2026112013", now(13, 59, 59), None),
        ("2026112013", now(14), None),
        ("2026112013", now(14, 0, 1), "started 1.00 h ago"),  # no grace at the full hour
        ("2026112014", now(13, 0, 0), None),
        ("2026112015", now(13, 30), "starts in 1.50 h"),
        ("2026112021", now(13), "starts in 8.00 h"),
    ],
)
def test_judges_a_stamp_as_the_published_rule_does(
    stamp: str, at: float, refused: str | None
) -> None:
    problem = iotda.stamp_problem(stamp, now=at)
    assert (problem is None) if refused is None else (problem is not None and refused in problem)


def test_the_window_can_be_set() -> None:
    assert iotda.stamp_problem("2026112021", now=now(13), future_hours=None) is None
    assert iotda.stamp_problem("2026112011", now=now(13), past_hours=2) is None
    assert iotda.hours_ahead("2026112021", now=now(13)) == 8.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20151212T121212Z", datetime(2015, 12, 12, 12, 12, 12, tzinfo=UTC)),
        ("2026-11-20T18:02:36.250Z", datetime(2026, 11, 20, 18, 2, 36, 250_000, tzinfo=UTC)),
    ],
)
def test_reads_both_forms_of_event_time(text: str, expected: datetime) -> None:
    assert iotda.parse_event_time(text) == expected
    assert iotda.event_time_problem(text) is None


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20T18:02:36Z",  # published SDKs send this third form
        "20261120T180236",
        "20261120T180236z",
        "2026-11-20T18:02:36.2Z",
        "2026-11-20T18:02:36.250+08:00",
        "2026-11-20 18:02:36.250Z",
        "20261320T180236Z",
        "20261120T250236Z",
        "20261120T180236Z\n",
        "\u0662\u0660261120T180236Z",
        "",
        None,
        1763661756,
        ["20261120T180236Z"],
    ],
)
def test_refuses_other_event_times(value: object) -> None:
    with pytest.raises(GrammarError, match="event_time"):
        iotda.parse_event_time(value)
    assert iotda.event_time_problem(value)


@given(st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)))
def test_event_times_round_trip(at: datetime) -> None:
    short = iotda.parse_event_time(iotda.event_time(at))
    assert short == at.replace(microsecond=0)
    long = iotda.parse_event_time(iotda.event_time(at, timespec="milliseconds"))
    assert long == at.replace(microsecond=at.microsecond // 1000 * 1000)
