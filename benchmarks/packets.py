"""The least of an MQTT device: a CONNECT packet (MQTT 3.1.1, 3.1), written out."""

from __future__ import annotations

import struct

_USER_PASSWORD_CLEAN = 0b1100_0010
CONNACK_LENGTH = 4


def connect(*, client_id: str, username: str, password: str, keepalive: int = 60) -> bytes:
    """A CONNECT with user name, password and clean session."""
    texts = (client_id, username, password)
    body = _text("MQTT") + bytes([4, _USER_PASSWORD_CLEAN]) + struct.pack("!H", keepalive)
    body += b"".join(_text(each) for each in texts)
    return b"\x10" + _length(len(body)) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("!H", len(raw)) + raw


def _length(number: int) -> bytes:
    """The remaining length (MQTT 3.1.1, 2.2.3)."""
    more, least = divmod(number, 128)
    return bytes([least | 0x80]) + _length(more) if more else bytes([least])
