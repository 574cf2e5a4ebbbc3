"""A TCP connection from accept to close: held until it is known what speaks on it, then watched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fakes.service import Address
from fakes.tls import Shown


class Connection:
    """One accepted connection. `gone` is set when its socket is closed."""

    def __init__(self, *, number: int, local: Address, transport: asyncio.Transport) -> None:
        self.number, self.local, self.transport = number, local, transport
        self.shown = Shown()
        self.ended_by: str | None = None
        self.gone = asyncio.Event()


class Landing(asyncio.Protocol):
    """Where a connection lands: reads nothing until told, then hands over to what fits.

    TLS may decrypt the first request in the very tick in which the handshake ends, before anybody
    could be told: that data is kept and passed on.
    """

    def __init__(self, arrived: Callable[[asyncio.Transport, Landing], None]) -> None:
        self._arrived = arrived
        self._early = bytearray()
        self._eof = False
        self.lost: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a TCP listener made something else than a stream")
        transport.pause_reading()
        self._arrived(transport, self)

    def data_received(self, data: bytes) -> None:
        self._early += data

    def eof_received(self) -> bool:
        self._eof = True
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        if not self.lost.done():
            self.lost.set_result(exc)

    def hand_over(self, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
        """From now on `protocol` speaks on `transport`."""
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if self._early:
            protocol.data_received(bytes(self._early))
        if self._eof:
            protocol.eof_received()
        if self.lost.done():
            protocol.connection_lost(self.lost.result())  # type: ignore[arg-type]  # asyncio gives Exception here


class Watched(asyncio.Protocol):
    """Passes everything to another protocol and tells when the connection is over, and by whom."""

    def __init__(
        self, inner: asyncio.Protocol, over: Callable[[str, BaseException | None], None]
    ) -> None:
        self._inner, self._over = inner, over
        self._eof = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        self._eof = True
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._inner.connection_lost(exc)
        by_device = self._eof or isinstance(exc, ConnectionError)
        self._over("device" if by_device else "error" if exc else "fake", exc)
