"""Ready-made faults for `door.script.gate`: each strikes a number of packets of one type, one way.

A way is "in" (from the device) or "out" (to it); a type is its name in the standard, "PUBACK".
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal

from fakes.service import Gate

if TYPE_CHECKING:
    from fakes.mqtt.link import Link

Way = Literal["in", "out"]
Strike = Callable[["Link", bytes], Awaitable[bytes]]

TYPES = {
    "CONNECT": 1,
    "CONNACK": 2,
    "PUBLISH": 3,
    "PUBACK": 4,
    "SUBSCRIBE": 8,
    "SUBACK": 9,
    "UNSUBSCRIBE": 10,
    "UNSUBACK": 11,
    "PINGREQ": 12,
    "PINGRESP": 13,
    "DISCONNECT": 14,
}


def drop(name: str, *, way: Way = "out", count: int = 1) -> Gate:
    """Lose packets: a withheld PUBACK, a PINGRESP that never comes."""

    async def strike(_: Link, __: bytes) -> bytes:
        return b""

    return _gate(name, way, count, strike)


def delay(name: str, seconds: float, *, way: Way = "out", count: int = 1) -> Gate:
    """Hold packets up, and with them all that the link does next."""

    async def strike(_: Link, raw: bytes) -> bytes:
        await asyncio.sleep(seconds)
        return raw

    return _gate(name, way, count, strike)


def alter(name: str, change: Callable[[bytes], bytes], *, way: Way = "out", count: int = 1) -> Gate:
    """Pass other bytes on."""

    async def strike(_: Link, raw: bytes) -> bytes:
        return change(raw)

    return _gate(name, way, count, strike)


def cut(name: str, *, way: Way = "out", count: int = 1) -> Gate:
    """Break the connection off in place of a packet."""

    async def strike(link: Link, _: bytes) -> bytes:
        link.cut(f"in place of {name}")
        return b""

    return _gate(name, way, count, strike)


def cut_inside(name: str, size: int, *, count: int = 1) -> Gate:
    """Send the first `size` bytes of a packet and break off."""

    async def strike(link: Link, raw: bytes) -> bytes:
        link.cut_inside(raw, size)
        return b""

    return _gate(name, "out", count, strike)


def _gate(name: str, way: Way, count: int, strike: Strike) -> Gate:
    wanted, left = TYPES[name], [count]

    async def gate(link: Link, passing: Way, raw: bytes) -> bytes:
        if passing != way or raw[0] >> 4 != wanted or not left[0]:
            return raw
        left[0] -= 1
        return await strike(link, raw)

    return gate
