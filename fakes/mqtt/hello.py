"""CONNECT, read by hand.

Not by amqtt: it cannot parse `MQIsdp` (MQTT 3.1), as which refused Paho clients for C and Go try
again at once, and it turns a binary password into the text "b'…'".
"""

from __future__ import annotations

from dataclasses import dataclass

from fakes.mqtt.packets import Undecodable
from fakes.service import Hello, Will

_USERNAME, _PASSWORD, _RETAIN, _WILL, _CLEAN = 0x80, 0x40, 0x20, 0x04, 0x02


@dataclass(slots=True)
class _Cursor:
    data: bytes
    at: int = 0

    def take(self, size: int) -> bytes:
        piece = self.data[self.at : self.at + size]
        if len(piece) < size:
            raise Undecodable("CONNECT ends inside a field")
        self.at += size
        return piece

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def block(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        return self.block().decode("utf-8", errors="backslashreplace")


def body_start(raw: bytes) -> int:
    """Where the variable header starts: behind the type byte and the remaining length (2.2.3)."""
    at = 1
    while raw[at] & 0x80:
        at += 1
    return at + 1


def parse(raw: bytes) -> Hello:
    """What a CONNECT says (MQTT 3.1.1, 3.1), of any protocol level. Undecodable when it ends early.

    Of MQTT 5, whose layout differs, only protocol name and level are read: it is refused anyway.
    """
    cursor = _Cursor(raw, body_start(raw))
    protocol, level, flags = cursor.text(), cursor.number(1), cursor.number(1)
    keepalive = cursor.number(2)
    if level > 4:
        return Hello("", keepalive=keepalive, level=level, protocol=protocol)
    client_id = cursor.text()
    will = _will(cursor, flags)
    username = cursor.text() if flags & _USERNAME else None
    password = cursor.text() if flags & _PASSWORD else None
    clean = bool(flags & _CLEAN)
    return Hello(client_id, username, password, keepalive, clean, level, protocol, will)


def _will(cursor: _Cursor, flags: int) -> Will | None:
    if not flags & _WILL:
        return None
    return Will(cursor.text(), cursor.block(), flags >> 3 & 3, bool(flags & _RETAIN))
