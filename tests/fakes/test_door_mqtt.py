"""The life of an MQTT link behind the door, spoken to by raw packets over plain TCP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

import pytest
from doors import Agreeable, Device, connect, packet, puback, publish, subscribe

from fakes.door import Door
from fakes.mqtt.link import Link
from fakes.service import Deferred, Publish
from transcript import EventLog

pytestmark = pytest.mark.asyncio

HOST = "127.0.41.1"


async def opened(door: Door, service: Agreeable) -> int:
    door.serve(HOST, service)
    return (await door.open([HOST], ports={"mqtt": 0}))["mqtt"]


async def test_a_login_is_recorded_with_what_it_said(door: Door, log: EventLog) -> None:
    port = await opened(door, Agreeable())
    device = await Device.open(HOST, port)
    assert await device.hello("d1", keepalive=30, will="w") == b"\x20\x02\x00\x00"
    said = log.find("mqtt.connect")
    assert said is not None
    assert (said.client_id, said.username, said.password) == ("d1", "user", "pass")
    assert (said.keepalive, said.clean, said.level, said.service) == (30, True, 4, "hub")
    assert said.will == {"topic": "w", "payload": b"gone", "qos": 0, "retain": False}
    await device.send(packet(0xE0))
    device.close()
    closed = await log.until("tcp.close", within=2)
    assert closed is not None
    assert closed.why == "device"
    assert log.find("mqtt.disconnect")
    assert not log.find("mqtt.lost")


async def test_the_puback_leaves_before_the_response(door: Door) -> None:
    service = Agreeable()

    async def answer(link: Link, message: Publish) -> Sequence[Deferred]:
        return [lambda: link.push("re/" + message.topic, message.payload, qos=1)]

    service.on_publish = answer
    device = await Device.open(HOST, await opened(door, service))
    await device.hello()
    await device.send(subscribe("#"), publish("$dps/x", qos=1, packet_id=7))
    assert (await device.read())[0] == 0x90
    assert await device.read() == b"\x40\x02\x00\x07"
    assert (await device.read())[0] == 0x32


async def test_a_push_at_qos_1_waits_for_its_puback(door: Door) -> None:
    service = Agreeable()
    device = await Device.open(HOST, await opened(door, service))
    await device.hello()
    push = asyncio.create_task(service.links[0].push("t", b"hello", qos=1))
    sent = await device.read()
    assert sent[0] == 0x32
    assert not push.done()
    await device.send(puback(int.from_bytes(sent[5:7], "big")))
    assert await push
    assert not await service.links[0].push("t", b"again", qos=1, timeout=0.05)
    assert service.links[0].session.unacked


async def test_a_push_inside_a_handler_is_our_own_error(door: Door, log: EventLog) -> None:
    service = Agreeable()

    async def wrong(link: Link, message: Publish) -> None:
        await link.push("t", b"", qos=1)

    service.on_publish = wrong
    device = await Device.open(HOST, await opened(door, service))
    await device.hello()
    await device.send(publish("x"))
    assert await device.read() == b""
    assert "return it as a Deferred" in (await log.until("fake.error", within=2)).text
    assert isinstance(door.errors.pop(), RuntimeError)


async def test_a_newcomer_takes_over(door: Door, log: EventLog) -> None:
    service = Agreeable()
    port = await opened(door, service)
    devices = [await Device.open(HOST, port) for _ in range(12)]
    for device in devices:
        await device.send(connect("same", will="w"))
    while len([one for one in log.events if one.name == "mqtt.lost"]) < 11:
        assert await log.until("mqtt.lost", within=2, after=len(log.events))
    await devices[-1].read()
    assert {one.why for one in log.events if one.name == "mqtt.lost"} == {"displaced"}
    assert len([link for link in service.links if not link.ended]) == 1
    assert len(service.wills) == len(service.lost_links) == len(service.links) - 1


async def test_a_kept_session_gets_what_it_did_not_acknowledge(door: Door) -> None:
    service = Agreeable()
    port = await opened(door, service)
    device = await Device.open(HOST, port)
    assert await device.hello(clean=False) == b"\x20\x02\x00\x00"
    await device.send(subscribe("t/#"))
    await device.read()
    assert not await service.links[0].push("t/1", b"one", qos=1, timeout=0.05)
    first = await device.read()
    device.close()
    device = await Device.open(HOST, port)
    assert await device.hello(clean=False) == b"\x20\x02\x01\x00"
    again = await device.read()
    assert again == bytes([first[0] | 8]) + first[1:]
    assert service.links[1].session.granted("t/9") == 1
    await device.send(puback(int.from_bytes(again[7:9], "big")))
    device.close()
    device = await Device.open(HOST, port)
    assert await device.hello(clean=True) == b"\x20\x02\x00\x00"


@pytest.mark.parametrize(
    ("level", "protocol"), [(3, "MQIsdp"), (5, "MQTT"), (3, "MQTT"), (4 | 0x80, "MQTT")]
)
async def test_other_levels_get_connack_1_and_are_no_logins(
    door: Door, log: EventLog, level: int, protocol: str
) -> None:
    service = Agreeable()
    device = await Device.open(HOST, await opened(door, service))
    assert await device.hello(level=level, protocol=protocol) == b"\x20\x02\x00\x01"
    assert await device.read() == b""
    assert not service.links
    lost = await log.until("mqtt.lost", within=2)
    assert lost is not None
    assert lost.why == "refused"


async def test_a_refusal_closes_after_the_connack(door: Door, log: EventLog) -> None:
    service = Agreeable(refuse_with=5)
    device = await Device.open(HOST, await opened(door, service))
    assert await device.hello() == b"\x20\x02\x00\x05"
    assert await device.read() == b""
    closed = await log.until("tcp.close", within=2)
    assert closed is not None
    assert closed.why == "fake"
    assert not service.lost_links


@pytest.mark.parametrize(
    "raw",
    [
        publish("t", qos=2),
        connect(),
        packet(0x20, b"\0\0"),
        packet(0x00),
        b"\x30\xff\xff\xff\xff\x01",
        b"\x30\xff\xff\xff\x7f",
        packet(0x82, b"\0\1"),
        packet(0x32, b"\0\1"),
        packet(0x30, b"\0\3a#b"),
    ],
)
async def test_what_is_not_mqtt_ends_the_link(door: Door, log: EventLog, raw: bytes) -> None:
    device = await Device.open(HOST, await opened(door, Agreeable()))
    await device.hello()
    await device.send(raw)
    assert await device.read() == b""
    lost = await log.until("mqtt.lost", within=2)
    assert lost is not None
    assert lost.why == "protocol"
    assert lost.text


async def test_broken_clauses_are_recorded(door: Door, log: EventLog) -> None:
    device = await Device.open(HOST, await opened(door, Agreeable()))
    await device.hello()
    await device.send(packet(0xC1), publish("t", qos=1, packet_id=0))
    await device.read()
    broken = [one.clause for one in log.events if one.name == "mqtt.violation"]
    assert broken[0].startswith("MQTT-")


async def test_silence_beyond_the_keepalive_ends_the_link(door: Door, log: EventLog) -> None:
    service = Agreeable()
    device = await Device.open(HOST, await opened(door, service))
    await device.hello(keepalive=1, will="w")
    lost = await log.until("mqtt.lost", within=4)
    assert lost is not None
    assert lost.why == "keepalive"
    assert 1.4 < lost.at - log.find("mqtt.connect").at < 2.5
    assert service.wills == ["w"]


async def test_an_end_inside_a_packet_is_told(door: Door, log: EventLog) -> None:
    device = await Device.open(HOST, await opened(door, Agreeable()))
    await device.hello()
    await device.send(publish("topic")[:-3])
    device.close()
    lost = await log.until("mqtt.lost", within=2)
    assert lost is not None
    assert (lost.why, lost.text) == ("eof", "inside a packet, after 7 bytes")


async def test_gates_drop_delay_alter_and_cut(door: Door, log: EventLog) -> None:
    service = Agreeable()
    device = await Device.open(HOST, await opened(door, service))
    await device.hello()

    async def no_puback(link: Link, way: Literal["in", "out"], raw: bytes) -> bytes:
        return b"" if raw[0] >> 4 == 4 else raw

    async def other_id(link: Link, way: Literal["in", "out"], raw: bytes) -> bytes:
        return raw[:-1] + b"\x63" if raw[0] >> 4 == 4 else raw

    async def break_off(link: Link, way: Literal["in", "out"], raw: bytes) -> bytes:
        if way == "out":
            link.cut_inside(raw, 3)
            return b""
        return raw

    undo = door.script.gate(no_puback)
    await device.send(publish("a", qos=1, packet_id=1), packet(0xC0))
    assert await device.read() == b"\xd0\x00"
    undo()
    service.gates.append(other_id)
    await device.send(publish("a", qos=1, packet_id=2))
    assert await device.read() == b"\x40\x02\x00\x63"
    assert log.find("mqtt.puback").altered == b"\x40\x02\x00\x63"
    door.script.gate(break_off)
    await device.send(publish("a", qos=1, packet_id=3))
    async with asyncio.timeout(2):
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)) as caught:
            await device.reader.readexactly(4)
    if isinstance(caught.value, asyncio.IncompleteReadError):
        assert caught.value.partial == b"\x40\x02\x00"


async def test_a_flood_is_bounded_and_noted(authority: object, log: EventLog) -> None:
    door = Door(pki=authority, log=log, most_events=200)  # type: ignore[arg-type]
    port = await opened(door, Agreeable())
    device = await Device.open(HOST, port)
    await device.hello()
    await device.send(*[publish("t")] * 1000)
    assert await device.read() == b""
    assert log.find("door.flooded")
    assert len(log.events) < 210
    other = await Device.open(HOST, port)
    assert await other.read() == b""
    await door.close()
    await door.close()
    assert door.errors == []


async def test_closing_ends_links_in_every_state(door: Door, log: EventLog) -> None:
    service = Agreeable()

    async def slow(link: Link, way: Literal["in", "out"], raw: bytes) -> bytes:
        if raw[0] >> 4 == 3:
            await asyncio.sleep(60)
        return raw

    door.script.gate(slow)
    port = await opened(door, service)
    silent = await Device.open(HOST, port)
    held = await Device.open(HOST, port)
    await held.hello("held")
    await held.send(publish("t", qos=1))
    pushed = await Device.open(HOST, port)
    await pushed.hello("pushed")
    service.links[1].send_later(lambda: service.links[1].push("t", b"", qos=1))
    await log.until("mqtt.publish", within=2)
    async with asyncio.timeout(2):
        await door.close()
    assert {await device.read() for device in (silent, held, pushed)} == {b""}
