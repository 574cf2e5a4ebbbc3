"""Placeholders: what is filled in, what is refused, and that every name has a home."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.model import Bench
from devices.placeholders import PLACEHOLDERS, PlaceholderError, fill, fill_text, names

VALUES = {"dps_host": "127.0.0.1", "ca_file": "/tmp/a dir/{x}.pem"}


def test_fills_each_argument_by_itself() -> None:
    argv = ["--ca={ca_file}", "{dps_host}{dps_host}", "plain"]
    assert fill(argv, VALUES) == ["--ca=/tmp/a dir/{x}.pem", "127.0.0.1127.0.0.1", "plain"]


def test_doubled_braces_stand_for_themselves() -> None:
    assert fill_text('{{"host": "{dps_host}"}}', VALUES) == '{"host": "127.0.0.1"}'
    assert names("{{dps_host}}") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{hub_host}", "{hub_host} has no value here"),
        ("{", "a { on its own; double it if it stands for itself"),
        ("x}", "a } on its own; double it if it stands for itself"),
        ("{dps_host", "a { on its own; double it if it stands for itself"),
    ],
)
def test_refuses_what_has_no_value(text: str, sentence: str) -> None:
    with pytest.raises(PlaceholderError) as caught:
        fill_text(text, VALUES)
    assert str(caught.value) == sentence


@given(st.text())
def test_any_text_survives_when_its_braces_are_doubled(text: str) -> None:
    assert fill_text(text.replace("{", "{{").replace("}", "}}"), {}) == text


def test_what_can_be_burnt_in_stands_in_bench() -> None:
    burnt = {each.name for each in PLACEHOLDERS.values() if each.burnt}
    others = {"patience", "lanes", "timer_allowance", "method", "command"}
    assert set(Bench.model_fields) - others == burnt
