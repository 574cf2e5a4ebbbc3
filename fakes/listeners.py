"""Listening sockets: one port on every address of a lane, and one sentence when it cannot be."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Sequence

from fakes.service import Kind

TRIES = 50


class CannotListen(Exception):  # noqa: N818 - reads as the sentence it is
    """A port cannot be had: what was tried, what is wrong, what to do, in one sentence."""


def listen(hosts: Sequence[str], kind: Kind, port: int) -> list[socket.socket]:
    """One listening socket per host, all on one port; port 0 takes one that is free on all of them.

    CannotListen when that cannot be.
    """
    if port:
        return _all(hosts, kind, port)
    for _ in range(TRIES):
        first = _bound(hosts[0], kind, 0)
        chosen = first.getsockname()[1]
        try:
            return [first, *_all(hosts[1:], kind, chosen)]
        except CannotListen as failure:
            first.close()
            if not isinstance(failure.__cause__, OSError) or not _taken(failure.__cause__):
                raise
    where = ", ".join(hosts)
    raise CannotListen(f"no port is free for {kind} on all of {where} after {TRIES} tries")


def _all(hosts: Sequence[str], kind: Kind, port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for host in hosts:
            sockets.append(_bound(host, kind, port))
    except CannotListen:
        for one in sockets:
            one.close()
        raise
    return sockets


def _bound(host: str, kind: Kind, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With protocol 0 asyncio leaves TCP_NODELAY off, and answers wait 40 ms for an acknowledgement.
    one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would let two programs share a port
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((host, port))
        one.listen(100)
    except (OSError, OverflowError) as error:
        one.close()
        raise CannotListen(_sentence(host, kind, port, error)) from error
    one.setblocking(False)
    return one


def _taken(error: OSError) -> bool:
    return error.errno == errno.EADDRINUSE


def _sentence(host: str, kind: Kind, port: int, error: OSError | OverflowError) -> str:
    where = f"{host}:{port}" if port else host
    tried = f"cannot listen for {kind} on {where}"
    match error:
        case OSError(errno=errno.EADDRINUSE):
            return (
                f"{tried}: the port is in use; end the program that has it or choose another port"
            )
        case OSError(errno=errno.EACCES) | PermissionError():
            return (
                f"{tried}: the system refuses ports below 1024 without privilege; "
                "choose a higher port or grant the right to bind it"
            )
        case OSError(errno=errno.EADDRNOTAVAIL):
            return f"{tried}: this machine has no such address; add it to the loopback interface"
        case socket.gaierror():
            return f"{tried}: {host} is no address; give an IP address of this machine"
        case OverflowError():
            return f"{tried}: a port is a number from 0 to 65535"
    return f"{tried}: {error.strerror or error}; choose another address or port"
