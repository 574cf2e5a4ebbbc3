"""MQTT packets as plain values. The one file that knows amqtt, whose packet layer does the coding.

amqtt is pinned: its next version moves these modules (amqtt PR #337).
"""

from __future__ import annotations

from dataclasses import dataclass

# amqtt ships no types, hence the ignores
from amqtt.adapters import BufferReader  # type: ignore[import-untyped]
from amqtt.errors import (  # type: ignore[import-untyped]
    AMQTTError,
    CodecError,
    MQTTError,
    NoDataError,
)
from amqtt.mqtt import (  # type: ignore[import-untyped]
    DISCONNECT,
    PINGREQ,
    PUBACK,
    PUBLISH,
    SUBSCRIBE,
    UNSUBSCRIBE,
    ConnackPacket,
    DisconnectPacket,
    PingReqPacket,
    PingRespPacket,
    PubackPacket,
    PublishPacket,
    SubackPacket,
    SubscribePacket,
    UnsubackPacket,
    UnsubscribePacket,
)

from fakes.service import Publish


class Undecodable(Exception):  # noqa: N818 - the packet is, not we
    """A packet that is not MQTT 3.1.1, or not one that a device may send."""


@dataclass(frozen=True, slots=True)
class Puback:
    """A device's PUBACK."""

    packet_id: int


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A SUBSCRIBE: filters with the QoS asked for."""

    packet_id: int
    filters: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """An UNSUBSCRIBE."""

    packet_id: int
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pingreq:
    """A PINGREQ."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """A DISCONNECT."""


Packet = Publish | Puback | Subscribe | Unsubscribe | Pingreq | Disconnect

_CLASSES = {
    PUBLISH: PublishPacket,
    PUBACK: PubackPacket,
    SUBSCRIBE: SubscribePacket,
    UNSUBSCRIBE: UnsubscribePacket,
    PINGREQ: PingReqPacket,
    DISCONNECT: DisconnectPacket,
}


async def decode(raw: bytes) -> Packet:
    """The packet that the bytes are. Undecodable for what a connected device may not send."""
    kind = _CLASSES.get(raw[0] >> 4)
    if kind is None:
        raise Undecodable(f"packet type {raw[0] >> 4} from a connected device")
    rest = BufferReader(raw)
    try:
        packet = await kind.from_stream(rest)
    except (AMQTTError, MQTTError, CodecError, NoDataError, ValueError) as error:
        raise Undecodable(str(error)) from None
    if await rest.read():
        raise Undecodable("bytes behind the end of the packet")
    return _plain(packet)


def _plain(packet: object) -> Packet:
    match packet:
        case PublishPacket():
            return _publish(packet)
        case PubackPacket(variable_header=header):
            return Puback(header.packet_id)
        case SubscribePacket(variable_header=header, payload=payload):
            return Subscribe(header.packet_id, tuple(payload.topics))
        case UnsubscribePacket(variable_header=header, payload=payload):
            return Unsubscribe(header.packet_id, tuple(payload.topics))
        case PingReqPacket():
            return Pingreq()
    return Disconnect()


def _publish(packet: PublishPacket) -> Publish:
    return Publish(
        topic=packet.topic_name or "",
        payload=bytes(packet.data or b""),
        qos=packet.qos or 0,
        retain=packet.retain_flag,
        dup=packet.dup_flag,
        packet_id=packet.packet_id,
    )


def connack(code: int, *, session_present: bool) -> bytes:
    """A CONNACK (MQTT 3.1.1, 3.2)."""
    return bytes(ConnackPacket.build(int(session_present), code).to_bytes())


def suback(packet_id: int, codes: list[int]) -> bytes:
    """A SUBACK (3.9)."""
    return bytes(SubackPacket.build(packet_id, codes).to_bytes())


def unsuback(packet_id: int) -> bytes:
    """An UNSUBACK (3.11)."""
    return bytes(UnsubackPacket.build(packet_id).to_bytes())


def puback(packet_id: int) -> bytes:
    """A PUBACK (3.4)."""
    return bytes(PubackPacket.build(packet_id).to_bytes())


def pingresp() -> bytes:
    """A PINGRESP (3.13)."""
    return bytes(PingRespPacket.build().to_bytes())


def publish(message: Publish) -> bytes:
    """A PUBLISH (3.3)."""
    flags = (message.packet_id, message.dup, message.qos, message.retain)
    return bytes(PublishPacket.build(message.topic, message.payload, *flags).to_bytes())
