"""Down-links at QoS 1, messages for an absent device, and the script."""

from __future__ import annotations

import asyncio
import json

import iotda_bench
import pytest
from doors import subscribe
from iotda_bench import HOST, Bench, answer, becomes, having, seen

from fakes.door import Door
from fakes.iotda import CommandTimeout, DeviceOffline, IotDa, IotDaError
from transcript import EventLog

bench, iotda_options = iotda_bench.bench, iotda_bench.iotda_options  # fixtures
pytestmark = pytest.mark.asyncio


async def test_sends_a_command_three_times_without_puback(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    await device.subscribe(f"{thing.sys}commands/#")
    with pytest.raises(CommandTimeout):
        await bench.iotda.operator.command(thing.device_id, paras={}, timeout=0.4)
    sends = await device.rest()
    assert [(got.qos, got.dup) for got in sends] == [(1, False), (1, True), (1, True)]
    assert len({(got.packet_id, got.topic, got.payload) for got in sends}) == 1
    assert len(seen(bench.log, "iotda.command")) == 1


@having(resend_after=2.0)
async def test_waits_two_seconds_between_sends(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    await device.subscribe(f"{thing.sys}messages/down")
    bench.iotda.operator.message(thing.device_id, "x")
    first, second = await device.got(), await device.got()
    await device.ack(second)
    assert (first.dup, second.dup) == (False, True)
    sends = [e.at for e in seen(bench.log, "mqtt.publish") if e.way == "out"]
    assert 1.9 < sends[1] - sends[0] < 2.5


async def test_a_lost_puback_brings_the_command_twice(bench: Bench):
    thing = bench.add()
    bench.iotda.script.lose_pubacks()
    async with thing.paho() as device:
        device.client.subscribe(f"{thing.sys}commands/#", 1)
        await bench.log.until("mqtt.suback", within=2)
        asking = asyncio.create_task(bench.iotda.operator.command(thing.device_id, paras={}))
        first, second = await device.got(), await device.got()
        assert (first.dup, second.dup, first.topic) == (False, True, second.topic)
        asking.cancel()


async def test_unacknowledged_messages_come_again_after_reconnect_and_subscribe(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    await device.subscribe(f"{thing.sys}messages/down")
    message = bench.iotda.operator.message(thing.device_id, "keep me", message_id="m-1")
    first = await device.got()
    device.close()
    await bench.log.until("tcp.close", within=2)
    device = await thing.raw()
    assert await device.rest() == []  # a fresh session has no QoS 1 yet
    await device.subscribe(f"{thing.sys}messages/down")
    again = await device.got()
    assert (again.payload, again.qos, again.dup) == (first.payload, 1, False)
    await device.ack(again)
    assert message.message_id == "m-1"
    await device.rest()
    assert message.status == "DELIVERED"
    assert len(seen(bench.log, "iotda.message")) == 1


@having(resend_after=5.0, resend_again_after=5.0)
async def test_a_kept_session_goes_on_with_dup(bench: Bench):
    thing = bench.add()
    device = await thing.raw(clean=False)
    assert not device.present
    await device.subscribe(f"{thing.sys}messages/down")
    bench.iotda.operator.message(thing.device_id, "keep me")
    first = await device.got()
    device.close()
    await bench.log.until("tcp.close", within=2)
    device = await thing.raw(clean=False)
    assert device.present
    again = await device.got()
    assert (again.packet_id, again.dup) == (first.packet_id, True)
    await device.ack(again)
    assert await device.rest() == []


async def test_stops_after_five_more_sends(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    await device.subscribe(f"{thing.sys}messages/down")
    message = bench.iotda.operator.message(thing.device_id, "x")
    for _ in range(3):
        await device.got()
    await becomes(lambda: not message.busy)
    await device.subscribe(f"{thing.sys}messages/down")
    again = [await device.got() for _ in range(5)]
    await becomes(lambda: not message.busy)
    assert await device.rest() == []
    assert all(got.dup for got in again)
    await device.ack(again[-1])  # late, but it counts
    await device.subscribe(f"{thing.sys}messages/down")
    assert await device.rest() == []
    assert message.status == "DELIVERED"


@having(cache_most=3)
async def test_keeps_messages_for_an_absent_device(bench: Bench):
    thing = bench.add()
    operator = bench.iotda.operator
    kept = [operator.message(thing.device_id, str(n), message_id=f"m{n}") for n in range(4)]
    gone = operator.message(thing.device_id, "now or never", ttl=0)
    assert [one.status for one in (*kept, gone)] == [
        "FAILED",
        "PENDING",
        "PENDING",
        "PENDING",
        "FAILED",
    ]
    device = await thing.raw()
    bodies = [json.loads((await device.got()).payload) for _ in range(3)]
    assert [body["content"] for body in bodies] == ["1", "2", "3"]
    assert bodies[0] == {"object_device_id": None, "name": None, "id": "m1", "content": "1"}
    assert [one.status for one in kept[1:]] == ["DELIVERED"] * 3


async def test_forgets_kept_messages_after_a_day(door: Door, log: EventLog):
    now = 1_700_000_000.0
    bench = await Bench.open(door, IotDa(log=log, host=HOST, clock=lambda: now))
    thing = bench.add()
    message = bench.iotda.operator.message(thing.device_id, "old")
    now += 86_401
    device = await thing.raw()
    assert await device.rest() == []
    assert message.status == "TIMEOUT"


async def test_script_refuses_withholds_and_cuts(bench: Bench):
    thing, script = bench.add(), bench.iotda.script
    script.refuse_logins(3)
    assert await (await thing.raw(code=3)).ended()
    device = await thing.raw()
    script.withhold_pubacks()
    for _ in range(2):
        await device.send(f"{thing.sys}messages/up", b"x", qos=1)
    assert await device.wire.read() == b"\x40\x02\x00\x02"
    assert await script.push(thing.device_id, f"{thing.sys}what/ever", b"{")
    assert (await device.got()).payload == b"{"
    script.cut(thing.device_id)
    assert await device.ended()
    await bench.log.until("mqtt.lost", within=1, why="cut")
    with pytest.raises(DeviceOffline):
        script.cut(thing.device_id)
    with pytest.raises(ValueError, match="CONNACK code 0"):
        script.refuse_logins(0)


async def test_registers_only_what_the_platform_would(bench: Bench):
    create = bench.iotda.operator.create_device
    create("a-1", secret="12345678")
    with pytest.raises(IotDaError, match=r"IOTDA\.014031"):
        create("a-1", secret="12345678")
    for device_id, secret in [("a b", "12345678"), ("", "12345678"), ("b", "short")]:
        with pytest.raises(ValueError, match=r"device id|secret"):
            create(device_id, secret=secret)


async def test_many_devices_at_once(bench: Bench):
    things = [bench.add() for _ in range(20)]
    devices = await asyncio.gather(*(thing.raw() for thing in things))
    pairs = list(zip(things, devices, strict=True))
    asking = [
        asyncio.create_task(bench.iotda.operator.command(thing.device_id, paras=thing.device_id))
        for thing in things
    ]
    await asyncio.gather(*(answer(t, d, json.dumps(t.device_id).encode()) for t, d in pairs))
    assert await asyncio.gather(*asking) == [thing.device_id for thing in things]


async def test_outlives_a_device_that_comes_and_goes(bench: Bench):
    """Messages, commands, displacements and cuts at once; the door reports any error of ours."""
    thing = bench.add()
    sent = [
        bench.iotda.operator.message(thing.device_id, str(n), message_id=f"m{n}") for n in range(5)
    ]
    asking = []
    for number in range(30):
        device = await thing.raw(clean=bool(number % 3))
        await device.wire.send(subscribe(f"{thing.sys}#"))
        sent.append(bench.iotda.operator.message(thing.device_id, "x"))
        if bench.iotda.operator.online(thing.device_id):
            asking.append(
                asyncio.create_task(
                    bench.iotda.operator.command(thing.device_id, paras={}, timeout=0.3)
                )
            )
        if number % 2:
            bench.iotda.script.cut(thing.device_id)
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(one) for one in outcomes} <= {CommandTimeout, DeviceOffline}
    async with thing.paho() as last:  # which acknowledges
        last.client.subscribe(f"{thing.sys}#", 1)
        await becomes(lambda: all(one.status != "PENDING" for one in sent))
    assert {one.status for one in sent} == {"DELIVERED"}
