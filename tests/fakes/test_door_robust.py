"""The door under rubbish, stampedes and repeated opening: nothing breaks, nothing stays behind."""

from __future__ import annotations

import asyncio
import os
import random
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from doors import Agreeable, Device, connect, packet, publish, subscribe

from fakes.door import Door
from fakes.mqtt import gates
from fakes.pki import Authority
from transcript import EventLog

pytestmark = pytest.mark.asyncio

HOST = "127.0.49.1"
GOOD = [connect(), subscribe("a/#"), publish("a/b", qos=1), packet(0xC0), packet(0xE0)]


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0


def rubbish(rng: random.Random) -> bytes:
    """Random bytes, or a good stream with a few bytes changed, cut off or doubled."""
    if rng.random() < 0.3:
        return rng.randbytes(rng.randrange(1, 200))
    stream = bytearray(b"".join(GOOD[: rng.randrange(1, 6)]))
    for _ in range(rng.randrange(4)):
        stream[rng.randrange(len(stream))] = rng.randrange(256)
    return bytes(stream[: rng.randrange(1, len(stream) + 1)]) * rng.randrange(1, 3)


async def closed(log: EventLog, count: int) -> None:
    async with asyncio.timeout(10):
        while sum(event.name == "tcp.close" for event in log.events) < count:
            await log.until("tcp.close", within=10, after=len(log.events))


@pytest.mark.parametrize("kind", ["mqtt", "https"])
async def test_rubbish_breaks_nothing(
    door: Door, log: EventLog, kind: Literal["mqtt", "https"], authority: Authority
) -> None:
    rng = random.Random(20261120)
    door.serve(HOST, Agreeable())
    port = (await door.open([HOST], ports={kind: 0}))[kind]
    for _ in range(150):
        device = await Device.open(HOST, port)
        await device.send(rubbish(rng))
        device.close()
    await closed(log, 150)
    assert door.errors == []


async def test_a_stampede_of_take_overs_leaves_nothing(door: Door, log: EventLog) -> None:
    rng = random.Random(1)
    service = Agreeable()
    door.serve(HOST, service)
    port = (await door.open([HOST], ports={"mqtt": 0}))["mqtt"]

    async def one() -> None:
        device = await Device.open(HOST, port)
        await device.send(connect(f"d{rng.randrange(3)}", clean=rng.random() < 0.5))
        await device.send(publish("t", qos=1), packet(0xC0))
        await asyncio.sleep(rng.random() / 50)
        device.close()

    await asyncio.gather(*(one() for _ in range(120)))
    await closed(log, 120)
    assert all(link.ended or link.gone.is_set() for link in service.links)


async def test_opening_and_closing_costs_no_descriptor(authority: Authority) -> None:
    context = ssl.create_default_context(cafile=authority.ca_file)
    counts = []
    for _ in range(12):
        door = Door(pki=authority, log=EventLog())
        door.serve(HOST, Agreeable())
        ports = await door.open([HOST])
        waiting = await Device.open(HOST, ports["mqtt"])
        device = await Device.open(HOST, ports["mqtts"], context)
        await device.hello()
        shaking = await Device.open(HOST, ports["https"])
        async with asyncio.timeout(2):
            await door.close()
        for one in (waiting, device, shaking):
            one.close()
        await asyncio.sleep(0.01)
        counts.append(descriptors())
        assert door.errors == []
    assert counts[-1] <= counts[3]
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "fakes" in repr(task.get_coro())]


@pytest.mark.parametrize(
    ("gate", "seen"),
    [
        (lambda: gates.drop("PUBACK"), [b"\xd0\x00"]),
        (lambda: gates.alter("PUBACK", lambda raw: raw[:2] + b"\0\x05"), [b"\x40\x02\0\x05"]),
        (lambda: gates.delay("PUBACK", 0.01), [b"\x40\x02\0\x01", b"\xd0\x00"]),
        (lambda: gates.cut("PUBACK"), [b""]),
        (lambda: gates.drop("PUBLISH", way="in"), [b"\xd0\x00"]),
    ],
)
async def test_ready_made_faults(
    door: Door, gate: Callable[[], gates.Gate], seen: list[bytes]
) -> None:
    door.serve(HOST, Agreeable())
    port = (await door.open([HOST], ports={"mqtt": 0}))["mqtt"]
    device = await Device.open(HOST, port)
    await device.hello()
    door.script.gate(gate())
    await device.send(publish("t", qos=1), packet(0xC0))
    assert [await device.read() for _ in seen] == seen
