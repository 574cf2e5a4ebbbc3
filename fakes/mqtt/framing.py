"""Cutting a byte stream into MQTT control packets."""

from __future__ import annotations

import asyncio

from fakes.mqtt.packets import Undecodable

LARGEST = (4 << 20) + 65_540
"""Bytes behind the fixed header of the largest packet that is read: 4 MiB of payload, the longest
topic with its length (65,537) and a packet id.

Far above every cloud's limit (IoTDA: 1 MB a message, iot_04_0010; IoT Hub: 256 KB), so that a
message too large is recorded and its service, not the framing, says what becomes of it.
"""


async def read_packet(reader: asyncio.StreamReader, *, largest: int = LARGEST) -> bytes:
    """One control packet. Undecodable for a length out of bounds; IncompleteReadError at the end.

    The partial of the IncompleteReadError is empty when the stream ended between two packets.
    """
    raw = await reader.readexactly(1)
    size = 0
    for shift in (0, 7, 14, 21):
        raw += await _more(reader, 1, raw)
        size |= (raw[-1] & 0x7F) << shift
        if raw[-1] < 0x80:
            break
    if raw[-1] >= 0x80:
        raise Undecodable("a remaining length of more than four bytes (MQTT 3.1.1, 2.2.3)")
    if size > largest:
        raise Undecodable(f"a packet of {size} bytes; at most {largest} are read")
    return raw + await _more(reader, size, raw)


async def _more(reader: asyncio.StreamReader, size: int, begun: bytes) -> bytes:
    try:
        return await reader.readexactly(size)
    except asyncio.IncompleteReadError as error:
        raise asyncio.IncompleteReadError(begun + error.partial, None) from None
