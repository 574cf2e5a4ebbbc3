"""The check of CONNECT (OASIS MQTT 3.1.1, section 3.1)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.mqtt_topics import topic_problem
from protocol.mqtt_wire import Body, Violation

_USERNAME, _PASSWORD, _WILL_RETAIN, _WILL, _CLEAN, _RESERVED = 0x80, 0x40, 0x20, 0x04, 0x02, 0x01


def connect(body: Body) -> Iterator[Violation]:
    """Variable header and payload of CONNECT.

    MQTT 3.1 (MQIsdp, level 3) has the same layout and is read on; any other level may not, so the
    reading ends there.
    """
    name = yield from body.text("MQTT-3.1.2-1", "the protocol name")
    if name != "MQTT":
        yield Violation("MQTT-3.1.2-1", f"the protocol name is {name!r}, not 'MQTT'")
    level = body.byte("MQTT-3.1.2-2", "the protocol level")
    if level != 4:
        yield Violation("MQTT-3.1.2-2", f"the protocol level is {level}, not 4")
    if (name, level) not in (("MQTT", 4), ("MQIsdp", 3)):
        return
    flags = body.byte("MQTT-3.1.2-3", "the connect flags")
    yield from _flags(flags)
    body.number("MQTT-3.1.2.10", "the keep-alive")
    yield from _payload(flags, body)
    if not body.is_empty:
        yield Violation(_trailing_clause(flags), f"{body.rest} bytes follow the end of CONNECT")


def _flags(flags: int) -> Iterator[Violation]:
    will_qos = (flags >> 3) & 3
    if flags & _RESERVED:
        yield Violation("MQTT-3.1.2-3", "the reserved connect flag is 1")
    if not flags & _WILL and will_qos:
        yield Violation("MQTT-3.1.2-13", f"the will QoS is {will_qos} without a will")
    if flags & _WILL and will_qos == 3:
        yield Violation("MQTT-3.1.2-14", "the will QoS is 3")
    if not flags & _WILL and flags & _WILL_RETAIN:
        yield Violation("MQTT-3.1.2-15", "will retain is 1 without a will")
    if flags & _PASSWORD and not flags & _USERNAME:
        yield Violation("MQTT-3.1.2-22", "the password flag is 1 and the user name flag 0")


def _payload(flags: int, body: Body) -> Iterator[Violation]:
    """Client id, will topic, will message, user name, password, in this order [MQTT-3.1.3-1]."""
    client_id = yield from body.text("MQTT-3.1.3-3", "the client id")
    if client_id == "" and not flags & _CLEAN:
        yield Violation("MQTT-3.1.3-7", "the client id is empty and clean session 0")
    if flags & _WILL:
        topic = yield from body.text("MQTT-3.1.2-9", "the will topic")
        if topic is not None:
            yield from topic_problem(topic)
        body.binary("MQTT-3.1.2-9", "the will message")
    if flags & _USERNAME:
        yield from body.text("MQTT-3.1.2-19", "the user name")
    if flags & _PASSWORD:
        body.binary("MQTT-3.1.2-21", "the password")


def _trailing_clause(flags: int) -> str:
    """Which rule bytes behind the last announced field break: a field that its flag denies, else
    the order of fields.
    """
    if not flags & _USERNAME:
        return "MQTT-3.1.2-18"
    return "MQTT-3.1.3-1" if flags & _PASSWORD else "MQTT-3.1.2-20"
