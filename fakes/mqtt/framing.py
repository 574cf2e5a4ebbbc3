"""Cutting a byte stream into MQTT control packets."""

from __future__ import annotations

import asyncio

from fakes.mqtt.packets import Undecodable

LARGEST = 1 << 20
"""Bytes of the largest packet that is read; the clouds' limits are lower (IoT Hub: 256 KB)."""


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
