"""A device that somebody starts by hand, with the values that are printed."""

from __future__ import annotations

import re

import pytest

from tests.drives import hand
from tests.drives.running import Outcome

NEEDED = ["ca_file", "iotda_host", "iotda_mqtts_port", "iotda_device_id", "iotda_secret"]
WIDEST = 200  # characters of a line: a long key and what it is


def test_the_run_is_green(by_hand: Outcome) -> None:
    assert by_hand.status == pytest.ExitCode.OK, by_hand.said
    watches = by_hand.records["by-hand"].values()
    assert {str(watch.ending) for watch in watches} == {"was left running"}


def test_each_watch_asks_for_the_device(by_hand: Outcome) -> None:
    headings = [request[0] for request in hand.requests(by_hand.said)]
    watches = by_hand.records["by-hand"]
    assert sorted(heading.partition(":")[0] for heading in headings) == sorted(watches)


def test_a_request_says_what_is_to_be_done(by_hand: Outcome) -> None:
    for heading, order, *told, last in hand.requests(by_hand.said):
        assert re.fullmatch(r"\w+: [A-Z].+\.", heading)
        assert order == "Start by-hand now, with these values:"
        assert last == "If it still runs, end it first. Its call is awaited for 30 s."
        assert told


def test_a_request_has_one_line_for_each_value(by_hand: Outcome) -> None:
    for _, _, *told, _ in hand.requests(by_hand.said):
        assert all(hand.VALUE.fullmatch(line) for line in told), told
        assert max(map(len, told)) < WIDEST
        assert list(hand.values(told))[: len(NEEDED)] == NEEDED


def test_what_is_printed_is_what_the_watch_expects(by_hand: Outcome) -> None:
    for heading, *told in hand.requests(by_hand.said):
        given = by_hand.records["by-hand"][heading.partition(":")[0]].given
        assert hand.values(told).items() <= given.items()
