"""aiohttp's low-level server on connections that the door has accepted, with everything recorded.

MQTT over WebSocket, when it comes, branches off in `_handle`: an upgrade request on a WebSocket
path becomes a `Wire` and a StreamReader for a `Link`, as the door makes them for plain streams.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

from aiohttp import web

from fakes.connection import Connection
from fakes.recorder import Recorder
from fakes.service import Address, HttpFace, HttpReply, HttpRequest

LARGEST = 1 << 20  # bytes of a body: aiohttp's own limit; the clouds' are below (IoT Hub: 256 KB)
IDLE_WITHIN = 75.0

Choose = Callable[[HttpRequest, Address], HttpFace | None]
Failed = Callable[[BaseException, int], None]


class HttpSide:
    """The HTTP half of a door."""

    def __init__(self, *, recorder: Recorder, choose: Choose, failed: Failed) -> None:
        self._recorder, self._choose, self._failed = recorder, choose, failed
        self._server = web.Server(self._handle, handler_cancellation=True)

    def protocol(self, connection: Connection) -> asyncio.Protocol:
        """The protocol that speaks HTTP on a connection."""
        return _Speaker(self._server, connection, self._refused)

    async def close(self) -> None:
        """End every handler; the connections are closed by their owner."""
        await self._server.shutdown(0)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = _connection(request)
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        seen = _plain(request, connection, await self._body(request, connection))
        at = self._recorder.now()
        face = self._choose(seen, connection.local)
        role = "door" if face is None else face.name
        seen = replace(seen, seq=self._note_request(seen, role, at))
        reply = HttpReply(404) if face is None else await face.answer(seen)
        if reply.cut:
            self._cut(request, connection)
        else:
            self._note_reply(reply, role, seen)
        return web.Response(status=reply.status, headers=reply.headers, body=reply.body)

    async def _body(self, request: web.BaseRequest, connection: Connection) -> bytes:
        try:
            return await request.read()
        except web.HTTPRequestEntityTooLarge:
            self._malformed(connection, 413, f"a body of more than {LARGEST} bytes")
            raise
        except (asyncio.CancelledError, web.RequestPayloadError, ConnectionError) as error:
            self._malformed(connection, 400, str(error) or "the request breaks off in its body")
            raise

    def _note_request(self, seen: HttpRequest, role: str, at: float) -> int:
        event = self._recorder.note(
            "http.request",
            way="in",
            service=role,
            link=seen.number,
            at=at,
            method=seen.method,
            target=seen.target,
            path=seen.path,
            query=dict(seen.query),
            headers=dict(seen.headers),
            body=seen.body,
        )
        return event.seq

    def _note_reply(self, reply: HttpReply, role: str, seen: HttpRequest) -> None:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        self._recorder.note(
            "http.reply",
            way="out",
            service=role,
            link=seen.number,
            request=seen.seq,
            status=reply.status,
            headers=headers,
            body=reply.body,
        )

    def _cut(self, request: web.BaseRequest, connection: Connection) -> None:
        connection.ended_by = "fake"
        if request.transport is not None:
            request.transport.abort()

    def _refused(
        self, connection: Connection, status: int, error: BaseException | None, message: str | None
    ) -> None:
        """aiohttp could not read a request (4xx), or our own code failed (5xx)."""
        if error is not None and status >= 500:
            self._failed(error, connection.number)
            return
        self._malformed(connection, status, message or str(error or ""))

    def _malformed(self, connection: Connection, status: int, text: str) -> None:
        self._recorder.note(
            "http.malformed",
            way="in",
            service="door",
            link=connection.number,
            status=status,
            reason=text,
        )


Refused = Callable[[Connection, int, BaseException | None, str | None], None]


class _Speaker(web.RequestHandler):
    """aiohttp's server protocol, told which connection it speaks on; records its errors."""

    def __init__(self, server: web.Server, connection: Connection, refused: Refused) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=IDLE_WITHIN,
            lingering_time=1.0,
            auto_decompress=False,  # the record shows the bytes as sent
        )
        self.access_logger = None
        self.connection = connection
        self._refused = refused

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        self._refused(self.connection, status, exc, message)
        response = web.Response(status=status, text=message or "")
        response.force_close()
        return response


def _connection(request: web.BaseRequest) -> Connection:
    speaker = request.protocol
    if not isinstance(speaker, _Speaker):
        raise TypeError("a request on a connection that the door did not make")
    return speaker.connection


def _plain(request: web.BaseRequest, connection: Connection, body: bytes) -> HttpRequest:
    target = request.raw_path
    parts = urlsplit(target if target.startswith("/") else target.partition("//")[2] or "/")
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        lower = name.lower()
        headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    return HttpRequest(
        method=request.method,
        target=target,
        path=unquote(parts.path),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=headers,
        body=body,
        local=connection.local,
        certificate=connection.shown.certificate,
        chain=connection.shown.chain,
        number=connection.number,
    )
