"""A service that answers anything, and raw clients, for the tests of the door itself."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from fakes.mqtt.link import Link
from fakes.mqtt.sessions import Sessions
from fakes.service import (
    Address,
    Answer,
    Deferred,
    Gate,
    Hello,
    HttpReply,
    HttpRequest,
    Publish,
)

Said = Callable[[Link, Publish], Awaitable[Sequence[Deferred] | None]]


@dataclass
class Agreeable:
    """A service with both faces that admits everybody and grants everything."""

    name: str = "hub"
    gates: list[Gate] = field(default_factory=list)
    sessions: Sessions = field(default_factory=Sessions)
    links: list[Link] = field(default_factory=list)
    wills: list[str] = field(default_factory=list)
    lost_links: list[tuple[int, bool]] = field(default_factory=list)
    on_publish: Said | None = None
    refuse_with: int = 0
    reply: Callable[[HttpRequest], HttpReply] = lambda request: HttpReply(200, {}, request.body)

    @property
    def mqtt(self) -> Agreeable:
        return self

    @property
    def http(self) -> Agreeable:
        return self

    def takes(self, _: Hello | HttpRequest, __: Address) -> bool:
        return True

    async def answer(self, request: HttpRequest) -> HttpReply:
        return self.reply(request)

    async def connect(self, link: Link) -> Answer:
        if self.refuse_with:
            return Answer(self.refuse_with)
        await link.take_over(link.hello.client_id)
        link.session, present = self.sessions.open(link.hello.client_id, clean=link.hello.clean)
        self.links.append(link)
        return Answer(0, present)

    async def publish(self, link: Link, message: Publish) -> Sequence[Deferred] | None:
        return await self.on_publish(link, message) if self.on_publish else None

    async def subscribe(self, link: Link, filter: str, qos: int) -> int:
        return min(qos, 1)

    async def subscribed(self, link: Link) -> None:
        pass

    async def unsubscribe(self, link: Link, filters: list[str]) -> None:
        pass

    async def lost(self, link: Link, *, orderly: bool) -> None:
        self.lost_links.append((link.number, orderly))
        if not orderly and link.hello.will:
            self.wills.append(link.hello.will.topic)


def text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def packet(first: int, body: bytes = b"") -> bytes:
    size, length = len(body), b""
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes([low | (0x80 if size else 0)])
        if not size:
            return bytes([first]) + length + body


def connect(
    client_id: str = "dev",
    *,
    clean: bool = True,
    keepalive: int = 0,
    level: int = 4,
    protocol: str = "MQTT",
    will: str = "",
) -> bytes:
    flags = 0xC0 | (2 if clean else 0) | (4 if will else 0)
    head = text(protocol) + bytes([level, flags]) + keepalive.to_bytes(2, "big")
    said = text(will) + text("gone") if will else b""
    return packet(0x10, head + text(client_id) + said + text("user") + text("pass"))


def publish(topic: str, payload: bytes = b"x", *, qos: int = 0, packet_id: int = 1) -> bytes:
    number = packet_id.to_bytes(2, "big") if qos else b""
    return packet(0x30 | qos << 1, text(topic) + number + payload)


def subscribe(name: str, *, qos: int = 1, packet_id: int = 1) -> bytes:
    return packet(0x82, packet_id.to_bytes(2, "big") + text(name) + bytes([qos]))


def puback(packet_id: int) -> bytes:
    return packet(0x40, packet_id.to_bytes(2, "big"))


OPENED: list[Device] = []
"""Devices that the door fixture closes at the end of a test."""


@dataclass
class Device:
    """A raw client: sends bytes, reads whole packets."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, host: str, port: int, context: ssl.SSLContext | None = None) -> Device:
        device = cls(*await asyncio.open_connection(host, port, ssl=context))
        OPENED.append(device)
        return device

    async def send(self, *packets: bytes) -> None:
        self.writer.write(b"".join(packets))
        await self.writer.drain()

    async def read(self) -> bytes:
        """One packet; b"" at the end of the stream."""
        async with asyncio.timeout(5):
            try:
                raw = await self.reader.readexactly(2)
                size, shift = raw[1] & 0x7F, 7
                while raw[-1] & 0x80:
                    raw += await self.reader.readexactly(1)
                    size |= (raw[-1] & 0x7F) << shift
                    shift += 7
                return raw + await self.reader.readexactly(size)
            except (asyncio.IncompleteReadError, OSError):
                return b""

    async def hello(self, client_id: str = "dev", **said: object) -> bytes:
        await self.send(connect(client_id, **said))  # type: ignore[arg-type]
        return await self.read()

    def close(self) -> None:
        self.writer.close()
