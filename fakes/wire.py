"""The sending half of a connection, as a link sees it.

A link reads from an `asyncio.StreamReader` and writes to a `Wire`. MQTT over WebSocket will be a
second Wire, fed by the HTTP side's upgrade; the link will not notice.
"""

from __future__ import annotations

from asyncio import StreamWriter
from typing import Protocol


class Wire(Protocol):
    """Where whole MQTT packets are written to."""

    def write(self, raw: bytes) -> None:
        """Send bytes; never blocks, nothing after the end."""

    async def drain(self) -> None:
        """Wait until the device has read enough. OSError when the connection is gone."""

    def close(self) -> None:
        """End politely: what was written is sent first."""

    def abort(self) -> None:
        """Break off at once: TCP reset or close without TLS goodbye."""


class StreamWire:
    """A Wire over a TCP or TLS stream."""

    def __init__(self, writer: StreamWriter) -> None:
        self._writer = writer

    def write(self, raw: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(raw)

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()

    def abort(self) -> None:
        self._writer.transport.abort()
