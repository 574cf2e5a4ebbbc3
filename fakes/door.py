"""The front door of a lane: listeners, TLS, and the way to the service that a connection means.

Services stand behind local addresses. What crosses is recorded; faults are injected here.
"""

from __future__ import annotations

import asyncio
import itertools
import ssl
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fakes.connection import Connection, Landing, Watched
from fakes.http.side import HttpSide
from fakes.listeners import CannotListen, listen
from fakes.mqtt.link import Link
from fakes.mqtt.links import Links
from fakes.pki import Authority
from fakes.quiet import silence_asyncio
from fakes.recorder import MOST_BYTES, MOST_EVENTS, Recorder
from fakes.script import DoorScript
from fakes.service import (
    KINDS,
    Address,
    Hello,
    HttpFace,
    HttpRequest,
    Kind,
    MqttFace,
    Service,
)
from fakes.tls import (
    HANDSHAKE_WITHIN,
    SHUTDOWN_WITHIN,
    Trust,
    reason,
    server_context,
    shown,
    who_failed,
)
from fakes.wire import StreamWire
from transcript import EventLog

__all__ = ["CannotListen", "Door", "DoorScript"]

CLOSE_WITHIN = 5.0


class Door:
    """One lane's front door.

    `names` are host names that certificates are valid for besides the address. After `open`,
    `ports` holds the port of each kind. `errors` are failures of our own code: a lane with any is
    worth no verdict.
    """

    def __init__(
        self,
        *,
        pki: Authority,
        log: EventLog,
        names: Sequence[str] = (),
        most_events: int = MOST_EVENTS,
        most_bytes: int = MOST_BYTES,
        handshake_within: float = HANDSHAKE_WITHIN,
    ) -> None:
        self.pki, self.log = pki, log
        self.script, self.trust = DoorScript(), Trust()
        self.ports: dict[Kind, int] = {}
        self.errors: list[BaseException] = []
        self.closing = False
        self._names, self._handshake_within = tuple(names), handshake_within
        self._recorder = Recorder(log, most_events=most_events, most_bytes=most_bytes)
        self._recorder.on_full = self._cut_all
        self._services: list[tuple[str, Service]] = []
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._links, self._live = Links(), set[Link]()
        self._numbers = itertools.count(1)
        self._http: HttpSide | None = None

    def serve(self, host: str, service: Service) -> None:
        """Let a service answer at a local address; the first that takes a caller has it."""
        self._services.append((host, service))

    async def open(
        self, hosts: Sequence[str], *, ports: Mapping[Kind, int] | None = None
    ) -> Mapping[Kind, int]:
        """Listen on every host for the kinds in `ports` (default: all); port 0 is a free one.

        One kind has the same port on every host. CannotListen leaves nothing open.
        """
        silence_asyncio()
        self._http = self._http or HttpSide(
            recorder=self._recorder, choose=self._http_face, failed=self._failed
        )
        try:
            for kind, port in (ports or dict.fromkeys(KINDS, 0)).items():
                await self._listen(hosts, kind, port)
        except CannotListen:
            await self.close()
            raise
        return self.ports

    async def close(self) -> None:
        """Close everything: no socket, no task is left. May be called again, or after a failure."""
        self.closing = True
        for server in self._servers:
            server.close()
        self._cut_all()
        waiting = [asyncio.create_task(one.gone.wait()) for one in self._connections]
        pending = {*self._tasks, *waiting}
        if pending:
            _, late = await asyncio.wait(pending, timeout=CLOSE_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    # -- accepting ----------------------------------------------------------------------------

    async def _listen(self, hosts: Sequence[str], kind: Kind, port: int) -> None:
        loop = asyncio.get_running_loop()
        for host, sock in zip(hosts, listen(hosts, kind, port), strict=True):
            local = Address(host, sock.getsockname()[1], kind)
            self.ports[kind] = local.port
            factory = self._factory(local)
            self._servers.append(await loop.create_server(factory, sock=sock))

    def _factory(self, local: Address) -> Callable[[], Landing]:
        def arrived(transport: asyncio.Transport, landing: Landing) -> None:
            self._accept(local, transport, landing)

        return lambda: Landing(arrived)

    def _accept(self, local: Address, transport: asyncio.Transport, landing: Landing) -> None:
        if self.closing or self._recorder.full:
            transport.abort()
            return
        connection = Connection(number=next(self._numbers), local=local, transport=transport)
        self._connections.add(connection)
        peer = _peer(transport)
        self._note(connection, "tcp.open", peer=peer, local=str(local), port_kind=local.kind)
        task = asyncio.create_task(self._serve(connection, landing))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._served(done, connection))

    async def _serve(self, connection: Connection, landing: Landing) -> None:
        if connection.local.kind != "mqtt" and not await self._handshake(connection, landing):
            return
        if connection.local.kind == "https":
            self._speak_http(connection, landing)
        else:
            await self._speak_mqtt(connection, landing)

    async def _handshake(self, connection: Connection, landing: Landing) -> bool:
        host = connection.local.host
        presented = self.script.presented(host)

        def hello(name: str | None) -> None:
            self._note(connection, "tls.hello", server_name=name, certificate=presented)

        file = self.pki.server_file(host, presented, names=self._names)
        context = server_context(file, self.trust, hello)
        try:
            await self._start_tls(connection, landing, context)
        except OSError as error:  # ssl.SSLError, resets and time-outs are all of this kind
            self._note(connection, "tls.failed", reason=reason(error))
            connection.transport.abort()
            self._over(connection, who_failed(error))
            return False
        if self.closing:  # the handshake ended after close() had looked round
            connection.transport.abort()
            self._over(connection, "fake")
        return not self.closing

    async def _start_tls(
        self, connection: Connection, landing: Landing, context: ssl.SSLContext
    ) -> None:
        transport = await asyncio.get_running_loop().start_tls(
            connection.transport,
            landing,
            context,
            server_side=True,
            ssl_handshake_timeout=self._handshake_within,
            ssl_shutdown_timeout=SHUTDOWN_WITHIN,
        )
        if transport is None:
            raise ConnectionResetError
        connection.transport = transport
        connection.shown = seen = shown(transport.get_extra_info("ssl_object"))
        self._note(
            connection,
            "tls.done",
            version=seen.version,
            cipher=seen.cipher,
            client_certificate=seen.certificate,
            client_chain=list(seen.chain),
        )

    # -- speaking -----------------------------------------------------------------------------

    def _speak_http(self, connection: Connection, landing: Landing) -> None:
        if self._http is None:
            raise RuntimeError("a connection before the door was opened")
        speaker = self._http.protocol(connection)
        landing.hand_over(connection.transport, self._watched(connection, speaker))

    async def _speak_mqtt(self, connection: Connection, landing: Landing) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(loop=loop)
        stream = asyncio.StreamReaderProtocol(reader, loop=loop)
        landing.hand_over(connection.transport, self._watched(connection, stream))
        writer = asyncio.StreamWriter(connection.transport, stream, reader, loop)
        if connection.local.kind == "mqtt":
            connection.transport.resume_reading()
        link = self._link(connection, reader, StreamWire(writer))
        self._live.add(link)
        try:
            await link.run()
        finally:
            self._live.discard(link)
            connection.ended_by = "device" if link.ended_by_device else "fake"

    def _link(self, connection: Connection, reader: asyncio.StreamReader, wire: StreamWire) -> Link:
        return Link(
            reader=reader,
            wire=wire,
            local=connection.local,
            number=connection.number,
            recorder=self._recorder,
            links=self._links,
            choose=self._mqtt_face,
            gates=self.script.gates,
            failed=self._failed,
            chain=connection.shown.chain,
        )

    def _watched(self, connection: Connection, inner: asyncio.Protocol) -> Watched:
        return Watched(inner, lambda who, _: self._over(connection, who))

    def _mqtt_face(self, hello: Hello, local: Address) -> MqttFace | None:
        faces = (service.mqtt for host, service in self._services if host == local.host)
        return next((face for face in faces if face and face.takes(hello, local)), None)

    def _http_face(self, request: HttpRequest, local: Address) -> HttpFace | None:
        faces = (service.http for host, service in self._services if host == local.host)
        return next((face for face in faces if face and face.takes(request, local)), None)

    # -- ends ---------------------------------------------------------------------------------

    def _over(self, connection: Connection, who: str) -> None:
        if not connection.gone.is_set():
            connection.gone.set()
            self._connections.discard(connection)
            self._note(connection, "tcp.close", why=connection.ended_by or who)

    def _served(self, task: asyncio.Task[None], connection: Connection) -> None:
        self._tasks.discard(task)
        if task.cancelled() or task.exception() is not None:
            connection.transport.abort()
            self._over(connection, "fake")
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error, connection.number)

    def _failed(self, error: BaseException, number: int) -> None:
        """Our own code failed: keep it, and say so in the record."""
        self.errors.append(error)
        text = "".join(traceback.format_exception(error))
        self._recorder.note("fake.error", way="own", service="door", link=number, text=text)

    def _cut_all(self) -> None:
        for link in tuple(self._live):
            link.cut()
        for connection in tuple(self._connections):
            connection.ended_by = connection.ended_by or "fake"
            connection.transport.abort()

    def _note(self, connection: Connection, name: str, **fields: Any) -> None:
        self._recorder.note(name, way="own", service="door", link=connection.number, **fields)


def _peer(transport: asyncio.Transport) -> str:
    peer = transport.get_extra_info("peername")
    return f"{peer[0]}:{peer[1]}" if peer else "gone"
