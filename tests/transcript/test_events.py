"""Events and their log."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript import Event, EventLog

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=6), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=6), values))
def test_an_event_survives_json(fields: dict[str, object]) -> None:
    event = Event(0.5, "mqtt.publish", "in", "hub", 3, 7, fields)
    again = Event.from_json(json.loads(json.dumps(event.to_json())))
    assert again.to_json() == event.to_json()
    assert dict(again.fields) == dict(event.fields)


def test_fields_read_as_attributes_and_a_missing_one_is_named() -> None:
    event = Event(0.0, "dps.reply", "out", "dps", 1, 1, {"status": 202})
    assert event.status == 202
    with pytest.raises(AttributeError, match=r"event dps\.reply has no field 'body'"):
        _ = event.body


def test_a_wanted_value_may_be_a_question() -> None:
    event = Event(0.0, "mqtt.subscribe", "in", "hub", 1, 1, {"filters": [["a/#", 1]]})
    assert event.matches("mqtt.subscribe", service="hub", filters=lambda all: ["a/#", 1] in all)
    assert not event.matches("mqtt.subscribe", filters=lambda all: all == [])


@pytest.mark.asyncio
async def test_until_finds_what_was_and_what_comes() -> None:
    log = EventLog()
    log.add("word", way="in", service="toy", text="one")
    assert (await log.until("word", within=0)).text == "one"  # type: ignore[union-attr]
    coming = asyncio.ensure_future(log.until("word", within=5, after=1))
    await asyncio.sleep(0)
    log.add("word", way="in", service="toy", text="two")
    assert (await coming).text == "two"  # type: ignore[union-attr]


@pytest.mark.asyncio
async def test_until_gives_up_after_its_bound() -> None:
    assert await EventLog().until("word", within=0.01) is None
