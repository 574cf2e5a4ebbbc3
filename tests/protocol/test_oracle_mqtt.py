"""The strict packet check: what real clients send is accepted, every departure is named."""

from __future__ import annotations

import socket
from typing import BinaryIO

import pytest
from amqtt.mqtt.connect import ConnectPacket, ConnectPayload, ConnectVariableHeader
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mqtt_packets import ID, RIGHT, SAS, WRONG, connect, packet, publish, text
from paho.mqtt import client as paho

from protocol import mqtt


def clauses(raw: bytes) -> list[str]:
    return [violation.clause for violation in mqtt.broken_clauses(raw)]


@pytest.mark.parametrize("raw", RIGHT.values(), ids=RIGHT)
def test_accepts_what_real_clients_send(raw: bytes) -> None:
    assert mqtt.broken_clauses(raw) == []


@pytest.mark.parametrize(("raw", "clause"), WRONG.values(), ids=WRONG)
def test_names_the_one_clause_that_is_broken(raw: bytes, clause: str) -> None:
    found = mqtt.broken_clauses(raw)
    # MQTT 3.1 breaks two rules at once; everything else here breaks exactly one
    assert found[0].clause == clause
    assert len(found) == 1 or raw[4:10] == b"MQIsdp"
    assert found[0].text


def test_reports_several_faults_in_the_order_of_their_bytes() -> None:
    raw = packet(0x83, b"\0\0", text("a#"), b"\x07")
    assert clauses(raw) == [
        "MQTT-3.8.1-1",
        "MQTT-2.3.1-1",
        "MQTT-4.7.1-2",
        "MQTT-3.8.3-4",
        "MQTT-3.8.3-4",
    ]


def test_faults_before_a_cut_are_kept() -> None:
    assert clauses(connect(flags=0x43)) == ["MQTT-3.1.2-3", "MQTT-3.1.2-22", "MQTT-3.1.3-3"]


# --- never raises ---------------------------------------------------------------------------------


@settings(max_examples=500)
@given(st.binary(max_size=300))
@example(b"")
@example(b"\x10\xff\xff\xff\xff")
def test_random_bytes_never_raise(raw: bytes) -> None:
    for violation in mqtt.broken_clauses(raw):
        assert violation.clause.startswith("MQTT-")
        assert violation.text


@given(
    first=st.integers(0, 255), body=st.binary(max_size=200), start=st.sampled_from(sorted(RIGHT))
)
def test_random_bodies_of_every_type_never_raise(first: int, body: bytes, start: str) -> None:
    mqtt.broken_clauses(packet(first, body))
    mqtt.broken_clauses(RIGHT[start] + body)


@given(st.data())
def test_a_cut_packet_is_always_noticed(data: st.DataObject) -> None:
    raw = RIGHT[data.draw(st.sampled_from(sorted(RIGHT)))]
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    assert mqtt.broken_clauses(cut)


@given(
    topic=st.text(min_size=1).filter(lambda one: not set(one) & set("#+\0")),
    payload=st.binary(),
    qos=st.sampled_from([0, 1, 2]),
    retain=st.booleans(),
)
def test_every_right_publish_is_accepted(
    topic: str, payload: bytes, qos: int, retain: bool
) -> None:
    rest = (ID, payload) if qos else (payload,)
    assert mqtt.broken_clauses(publish(topic, *rest, flags=qos << 1 | retain)) == []


# --- against outsiders ----------------------------------------------------------------------------


def test_accepts_what_amqtt_writes() -> None:
    """amqtt's codec is the engine of the fakes and shares nothing with this check."""
    header = ConnectVariableHeader()
    header.keep_alive, header.clean_session_flag, header.username_flag = 60, True, True
    login = ConnectPacket(variable_header=header, payload=ConnectPayload("dev-1", username="u"))
    written = [
        login,
        PublishPacket.build("a/b", b"x", 7, False, 1, False),
        SubscribePacket.build([("a/#", 1), ("$iothub/methods/POST/#", 0)], 9),
        UnsubscribePacket.build(["a/#"], 9),
    ]
    for one in written:
        assert mqtt.broken_clauses(bytes(one.to_bytes())) == []


def frame(stream: BinaryIO) -> bytes:
    """The next packet of a stream, cut by its remaining length."""
    raw = stream.read(2)
    while raw[-1] & 0x80:
        raw += stream.read(1)
    count = sum((byte & 0x7F) << (7 * place) for place, byte in enumerate(raw[1:]))
    return raw + stream.read(count)


def test_accepts_what_paho_writes() -> None:
    device = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="dev-1", clean_session=False)
    device.username_pw_set("h/dev-1/?api-version=2021-04-12", SAS)
    device.will_set("devices/dev-1/messages/events/", b"gone", qos=1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        device.connect("127.0.0.1", listener.getsockname()[1])
        peer, _ = listener.accept()
    with peer, peer.makefile("rb") as stream:
        peer.settimeout(10)
        written = [frame(stream)]
        peer.sendall(b"\x20\x02\x00\x00" + publish("a/b", ID, b"x", flags=2))
        while not device.is_connected():
            device.loop_read()
        device.loop_read()
        device.subscribe([("a/#", 1), ("$iothub/methods/POST/#", 0)])
        device.publish("a/b", b"x", qos=1)
        device.unsubscribe("a/#")
        device.disconnect()
        written += [frame(stream) for _ in range(5)]
    assert {mqtt.packet_name(raw) for raw in written} == {
        "CONNECT",
        "PUBACK",
        "SUBSCRIBE",
        "PUBLISH",
        "UNSUBSCRIBE",
        "DISCONNECT",
    }
    assert [mqtt.broken_clauses(raw) for raw in written] == [[]] * 6


# --- filters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic_filter", "topic", "matched"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/a", False),
        ("+/a", "$SYS/a", False),
        ("$SYS/#", "$SYS/a", True),
        ("$iothub/methods/POST/#", "$iothub/methods/POST/reboot/?$rid=1", True),
        ("$oc/devices/+/sys/commands/#", "$oc/devices/d/sys/commands/request_id=1", True),
        ("a", "a/b", False),
        ("a/b", "a", False),
        ("A", "a", False),
        ("#", "a/b/c", True),
    ],
)
def test_matches_as_the_standards_examples_do(topic_filter: str, topic: str, matched: bool) -> None:
    assert mqtt.matches(topic_filter, topic) is matched
