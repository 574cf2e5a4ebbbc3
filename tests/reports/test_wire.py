"""Each event of the vocabulary as one line that needs no second look."""

from __future__ import annotations

import pytest
from made_run import HOSTILE, HUGE, provisioning

from reports.wire import SAYINGS, line, lines
from transcript import Event
from transcript.text import payload, readable, shown, visible


def said(name, *, way="own", link=1, **fields):
    return line(Event(4.104, name, way, "dps", link, 1, fields))


def test_a_line_has_time_arrow_and_words():
    reply = said("http.reply", way="out", status=202, headers={"retry-after": "3"}, body=b"{}")
    assert str(reply) == "    4.104 s  ← 202 Accepted Retry-After 3 · {}"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            said(
                "mqtt.connect",
                way="in",
                client_id="dev-1",
                username="u",
                password=None,
                keepalive=60,
                clean=True,
                level=4,
                protocol="MQTT",
                will=None,
            ),
            "→ CONNECT client id dev-1, user name u, password none, keepalive 60, clean session",
        ),
        (
            said(
                "mqtt.connect",
                way="in",
                will={"topic": "bye", "payload": b"x", "qos": 1, "retain": 1},
            ),
            "will on bye, QoS 1, retained · x",
        ),
        (said("mqtt.connack", way="out", code=5), "← CONNACK 5 not authorized"),
        (said("mqtt.connack", way="out", code=77), "← CONNACK 77 ?"),
        (
            said(
                "mqtt.subscribe", way="in", packet_id=7, filters=[["$dps/registrations/res/#", 1]]
            ),
            "→ SUBSCRIBE id 7 $dps/registrations/res/# (QoS 1)",
        ),
        (
            said("mqtt.suback", way="out", packet_id=7, codes=[0, 128]),
            "← SUBACK id 7 QoS 0, refused",
        ),
        (
            said(
                "mqtt.publish",
                way="in",
                topic="a/b",
                qos=1,
                retain=True,
                packet_id=2,
                payload=b"hi",
            ),
            "→ PUBLISH id 2 a/b (QoS 1, retain) · hi",
        ),
        (said("mqtt.puback", way="out", packet_id=2), "← PUBACK id 2"),
        (said("mqtt.pingreq", way="in"), "→ PINGREQ"),
        (
            said("mqtt.violation", clause="MQTT-3.3.1-4", text="QoS 3"),
            "· breaks MQTT-3.3.1-4: QoS 3",
        ),
        (said("mqtt.lost", why="keepalive"), "no packet for one and a half keepalive periods"),
        (said("tcp.close", why="device"), "· connection 1 closed by the device"),
        (
            said("tls.hello", server_name=None, certificate="expired"),
            "· TLS hello without a server name; certificate shown: expired",
        ),
        (said("tls.failed", reason="unknown ca"), "· TLS failed: unknown ca"),
        (
            said("dps.register", way="in", registration_id="r1", admitted=True, refusal=""),
            "= dps register: registration id r1 · admitted",
        ),
        (
            said("hub.login", way="in", device_id="d1", admitted=True, refusal="expired"),
            "= hub login: device id d1 · let in all the same: expired",
        ),
        (
            said("iotda.login", way="in", device_id="d1", admitted=False, refusal="hour"),
            "= iotda login: device id d1 · refused: hour",
        ),
        (
            said("dps.reply", way="out", to="poll", status=200, headers={}, operation_id="4.a"),
            "= dps answers poll with 200, operation 4.a",
        ),
        (said("http.reply", way="out", status=299), "← 299"),
        (
            said("hub.unknown_topic", way="in", topic="x", action="publish", done="closed"),
            "= hub unknown topic: topic x, action publish, done closed",
        ),
    ],
)
def test_says_each_event_in_the_protocols_words(event, words):
    assert words in str(event)


@pytest.mark.parametrize("name", [*SAYINGS, "hub.method.reply", "something.new"])
def test_an_event_without_its_fields_is_still_a_line(name):
    assert str(said(name))


@pytest.mark.parametrize("odd", [None, 7, b"\xff", HOSTILE, [HOSTILE, 1], {"a": b"\x1b"}, 1.5])
@pytest.mark.parametrize("name", SAYINGS)
def test_an_event_with_odd_fields_is_still_a_line(name, odd):
    fields = ("code", "why", "topic", "payload", "body", "status", "filters", "codes", "will", "to")
    listed = {"filters": [odd], "codes": [odd], "headers": {"retry-after": odd, HOSTILE: odd}}
    event = said(name, **(dict.fromkeys(fields, odd) | listed))
    assert "\n" not in str(event)
    assert "\x1b" not in str(event)


def test_no_line_is_long_and_none_is_obeyed():
    for each in lines(provisioning()):
        assert len(each.text) < 2500
        assert visible(each.text) == each.text


def test_what_breaks_a_rule_stands_out():
    tones = {each.tone for each in lines(provisioning()) if "breaks" in each.text}
    assert tones == {"bad"}


def test_the_middle_of_a_flood_is_left_out():
    told = lines(provisioning() * 1000, most=100)
    assert len(told) == 101
    assert "27900 events left out" in told[75].text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "no body"),
        (b'{"a": 1}', '{"a": 1}'),
        ("Grüße".encode(), "Grüße"),
        (b"\xff\x00\x1b[0m", "\\xff\\x00\\x1b[0m"),
        (b"a\nb", "a\\nb"),
    ],
)
def test_payload_is_text_where_it_can_be(body, text):
    assert payload(body) == text


def test_a_long_payload_is_cut_and_its_size_told():
    text = payload(HUGE)
    assert len(text) < 850
    assert text.startswith('{"noise": "xxx')
    assert text.endswith('xxx"} (300013 bytes)')


def test_several_lines_stay_several():
    assert readable("a\tb\r\n\x1b[31mc\u2028d") == "a   b\n\\x1b[31mc\nd"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        ("", '""'),
        (True, "yes"),
        (3, "3"),
        ([1, "a"], "1, a"),
        ({"k": None}, "k: none"),
    ],
)
def test_values_read_as_words(value, text):
    assert shown(value) == text
