"""What a case may ask of a record."""

from __future__ import annotations

import json

import pytest

from transcript import Ending, Event, Finding, Inconclusive, Nonconformity, Record, conforms

WORD = Event(0.5, "word", "in", "toy", 1, 1, {"text": "hello", "raw": b"\x00\xff"})
RECORD = Record(
    "chat", (WORD,), given={"id": "x"}, facts={"keys": ["k"]}, features=frozenset({"talk"}),
    output="out", ending=Ending("exited", 1, 2.0), began_unix=100.0, duration=3.0,
)  # fmt: skip


def test_what_was_not_reached_is_inconclusive_and_says_how_the_device_ended() -> None:
    assert RECORD.reach("word", text="hello") is WORD
    with pytest.raises(Inconclusive, match="never reached song; it exited with status 1"):
        RECORD.reach("song")


def test_what_is_owed_and_missing_is_a_nonconformity() -> None:
    assert RECORD.expect("word", owed="a word") is WORD
    with pytest.raises(Nonconformity) as raised:
        RECORD.expect("song", owed="a song")
    assert raised.value.findings[0].expected == "a song"


def test_some_of_nothing_is_inconclusive() -> None:
    assert RECORD.some(lambda record: record.all("word"), "a word") == [WORD]
    with pytest.raises(Inconclusive, match="never showed a song"):
        RECORD.some(lambda record: record.all("song"), "a song")


def test_findings_are_all_reported() -> None:
    conforms([])
    with pytest.raises(Nonconformity) as raised:
        conforms([Finding(0.5, "a", "b"), Finding(None, "c", "d")])
    assert (
        str(raised.value)
        == "at 0.500 s\n  expected  a\n  observed  b\n  expected  c\n  observed  d"
    )


def test_a_record_survives_json() -> None:
    again = Record.from_json(json.loads(json.dumps(RECORD.to_json())))
    assert again.to_json() == RECORD.to_json()
    assert again.events[0].raw == b"\x00\xff"
    assert again.unix(again.events[0]) == 100.5
