"""IoTDA's topics, built and read."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol import iotda

device_ids = st.from_regex("[A-Za-z0-9_-]{1,60}", fullmatch=True)


SYS = "$oc/devices/d_1/sys/"


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (iotda.message_up("d_1"), "messages/up"),
        (iotda.message("d_1"), "messages/down"),
        (iotda.report("d_1"), "properties/report"),
        (iotda.gateway_report("d_1"), "gateway/sub_devices/properties/report"),
        (iotda.property_set("d_1", "r"), "properties/set/request_id=r"),
        (iotda.property_set_reply("d_1", "r"), "properties/set/response/request_id=r"),
        (iotda.property_get("d_1", "r"), "properties/get/request_id=r"),
        (iotda.property_get_reply("d_1", "r"), "properties/get/response/request_id=r"),
        (iotda.shadow_get("d_1", "r"), "shadow/get/request_id=r"),
        (iotda.shadow_get_reply("d_1", "r"), "shadow/get/response/request_id=r"),
        (iotda.command("d_1", "r"), "commands/request_id=r"),
        (iotda.command_reply("d_1", "r"), "commands/response/request_id=r"),
        (iotda.commands("d_1"), "commands/#"),
        (iotda.event_up("d_1"), "events/up"),
        (iotda.event_down("d_1"), "events/down"),
        (iotda.topic("bootstrap_up", "d_1"), "bootstrap/up"),
        (iotda.topic_filter("message", "d_1"), "messages/down"),
        (iotda.topic_filter("property_get", "d_1"), "properties/get/#"),
    ],
)
def test_builds_the_documented_topics(built: str, expected: str) -> None:
    assert built == SYS + expected


@given(kind=st.sampled_from(sorted(iotda.KINDS)), device_id=device_ids, rid=st.text(min_size=1))
@example(kind="command", device_id="d", rid="a=b/request_id=c")
def test_topics_round_trip(kind: str, device_id: str, rid: str) -> None:
    if "?" in rid:  # a "?" starts the query, so it ends the request id
        return
    with_id = iotda.topic_filter(kind, device_id).endswith("#")
    text = iotda.topic(kind, device_id, rid if with_id else None)
    found = iotda.parse_topic(text)
    assert (found.kind, found.device_id) == (kind, device_id)
    assert found.request_id == (rid if with_id else None)
    assert found.way == ("up" if kind in iotda.UP else "down")


def test_reads_what_follows_a_question_mark_apart() -> None:
    found = iotda.parse_topic(f"{SYS}properties/report?request_id=7&encoding=gzip")
    assert (found.kind, found.request_id) == ("report", None)
    assert found.query == {"request_id": "7", "encoding": "gzip"}
    found = iotda.parse_topic(f"{SYS}commands/response/request_id=a=b?encoding=gzip")
    assert (found.kind, found.request_id) == ("command.reply", "a=b")
    assert found.query == {"encoding": "gzip"}


def test_the_kinds_are_words_that_others_rely_on() -> None:
    assert {
        "bootstrap_up",
        "command.reply",
        "event_up",
        "gateway_report",
        "message_up",
        "property_get.reply",
        "property_set.reply",
        "report",
        "shadow_get",
    } == iotda.UP
    assert {
        "bootstrap_down",
        "command",
        "event_down",
        "message",
        "property_get",
        "property_set",
        "shadow_get.reply",
    } == iotda.DOWN
    assert set(iotda.KINDS) == iotda.UP | iotda.DOWN


def test_reads_custom_topics() -> None:
    found = iotda.parse_topic("$oc/devices/d_1/user/a/b")
    assert (found.kind, found.device_id, found.suffix) == ("user", "d_1", "a/b")
    assert found.way == "either"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "t",
        "$oc/devices/d/sys/",
        "$oc/devices//sys/messages/up",
        "$oc/devices/d/sys/messages",
        "$oc/devices/d/sys/commands",
        "$oc/devices/d/sys/commands/",
        "$oc/devices/d/sys/commands/request_id=",
        "$oc/devices/d/sys/commands/abc",
        "$oc/devices/d/sys/messages/up/request_id=1",
        "$oc/devices/d/sys/gateway/sub-devices/properties/report",
        "$oc/devices/d/sys/Messages/up",
        "/huawei/v1/devices/d/data/json",
        "$oc/devices/d/user/",
    ],
)
def test_refuses_other_topics(text: str) -> None:
    with pytest.raises(iotda.TopicError):
        iotda.parse_topic(text)


def test_a_request_id_out_of_place_is_the_callers_error() -> None:
    with pytest.raises(ValueError, match="has a id"):
        iotda.topic("command", "d")
    with pytest.raises(ValueError, match="has no id"):
        iotda.topic("report", "d", "1")
    with pytest.raises(KeyError):
        iotda.topic("unheard of", "d")
