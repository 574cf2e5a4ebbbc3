"""How MQTT packets read in the transcript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from fakes.mqtt import packets
from fakes.service import Hello, Publish
from protocol.mqtt import broken_clauses
from transcript import Event

Note = Callable[..., Event]
"""`link.note`."""


def publish_fields(message: Publish) -> dict[str, Any]:
    """The fields of a mqtt.publish event."""
    names = ("topic", "payload", "qos", "retain", "dup", "packet_id")
    return {name: getattr(message, name) for name in names}


def note_connect(note: Note, hello: Hello, raw: bytes, at: float) -> None:
    """Record a CONNECT. The strict check knows MQTT 3.1.1 only: it is left out for others."""
    fields = asdict(hello)
    note("mqtt.connect", "in", at=at, **fields, raw=raw)
    if hello.level == 4:
        note_violations(note, raw, at)


def note_packet(note: Note, packet: packets.Packet, at: float) -> packets.Packet:
    """Record a packet; a PUBLISH comes back with the sequence number of its event."""
    match packet:
        case Publish():
            event = note("mqtt.publish", "in", at=at, **publish_fields(packet))
            return replace(packet, seq=event.seq)
        case packets.Puback(packet_id):
            note("mqtt.puback", "in", at=at, packet_id=packet_id)
        case packets.Subscribe(packet_id, filters):
            listed = [list(pair) for pair in filters]
            note("mqtt.subscribe", "in", at=at, packet_id=packet_id, filters=listed)
        case packets.Unsubscribe(packet_id, names):
            note("mqtt.unsubscribe", "in", at=at, packet_id=packet_id, filters=list(names))
        case packets.Pingreq():
            note("mqtt.pingreq", "in", at=at)
        case packets.Disconnect():
            note("mqtt.disconnect", "in", at=at)
    return packet


def note_violations(note: Note, raw: bytes, at: float) -> None:
    """Record each MQTT clause that a packet breaks, by a check independent of amqtt's codec."""
    for broken in broken_clauses(raw):
        note("mqtt.violation", "own", at=at, clause=broken.clause, text=broken.text)
