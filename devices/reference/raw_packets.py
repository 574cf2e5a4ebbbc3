"""MQTT packets made by hand, for the faults that a client library refuses to commit."""

from __future__ import annotations

from .faults import broken

DUP = 0x08
QOS_1 = 0x02


def malformed(service: str, topic: str, payload: bytes) -> bytes | None:
    """A packet that MQTT 3.1.1 forbids; None in a device without such a fault."""
    if broken(f"{service}-pingreq-with-reserved-bits"):  # MQTT-2.2.2-2
        return b"\xc1\x00"
    if broken(f"{service}-dup-at-qos-0"):  # MQTT-3.3.1-2
        return publish(topic, payload, flags=DUP, packet_id=None)
    if broken(f"{service}-packet-id-zero"):  # MQTT-2.3.1-1
        return publish(topic, payload, flags=QOS_1, packet_id=0)
    return None


def publish(topic: str, payload: bytes, *, flags: int, packet_id: int | None) -> bytes:
    """A PUBLISH with these flag bits, and with a packet id unless it is None."""
    name = topic.encode()
    identifier = b"" if packet_id is None else packet_id.to_bytes(2, "big")
    rest = len(name).to_bytes(2, "big") + name + identifier + payload
    return bytes([0x30 | flags]) + _length(len(rest)) + rest


def _length(number: int) -> bytes:
    """The remaining length: seven bits a byte, lowest first (MQTT 3.1.1, section 2.2.3)."""
    digits = bytearray()
    while True:
        number, digit = divmod(number, 128)
        digits.append(digit | 0x80 if number else digit)
        if not number:
            return bytes(digits)
