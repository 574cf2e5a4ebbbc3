"""Commands and property requests to a device, and their answers."""

from __future__ import annotations

import asyncio
import json

import iotda_bench
import pytest
from iotda_bench import Bench, answer, seen

from fakes.iotda import CommandTimeout, DeviceOffline, IotDaError

bench, iotda_options = iotda_bench.bench, iotda_bench.iotda_options  # fixtures
pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("tls", [False, True])
async def test_a_command_goes_round_with_paho(bench: Bench, tls: bool):
    thing = bench.add()
    async with thing.paho(tls=tls) as device:
        asking = asyncio.create_task(
            bench.iotda.operator.command(
                thing.device_id, service_id="lamp", command_name="on", paras={"level": 3}
            )
        )
        got = await device.got()
        assert json.loads(got.payload) == {
            "service_id": "lamp",
            "command_name": "on",
            "paras": {"level": 3},
        }
        request_id = got.topic.split("request_id=")[1]
        reply = {"result_code": 0, "response_name": "done", "paras": {"at": "now"}}
        topic = f"{thing.sys}commands/response/request_id={request_id}"
        device.client.publish(topic, json.dumps(reply, indent="\t"), qos=1)
        assert await asking == reply
    (sent,), (back,) = seen(bench.log, "iotda.command"), seen(bench.log, "iotda.command.reply")
    assert sent.request_id == back.request_id == request_id
    assert back.known
    publish = next(e for e in seen(bench.log, "mqtt.publish") if e.way == "out")
    assert sent.seq < publish.seq < back.seq


@pytest.mark.parametrize(
    "request_id",
    ["a=b", "request_id=x", "a/b", "a?b=c", "x?encoding=gzip", "ÜMLAUT-é", "1", "0" * 200, " "],
)
async def test_an_awkward_request_id_comes_back_whole(bench: Bench, request_id: str):
    thing = bench.add()
    device = await thing.raw()
    asking = asyncio.create_task(
        bench.iotda.operator.command(thing.device_id, paras={}, request_id=request_id)
    )
    assert await answer(thing, device) == request_id
    assert await asking == {"result_code": 0}
    assert seen(bench.log, "iotda.command.reply")[0].known


@pytest.mark.parametrize("request_id", ["", "a+b", "#", "a\0b"])
async def test_an_impossible_request_id_is_refused(bench: Bench, request_id: str):
    thing = bench.add()
    await thing.raw()
    with pytest.raises(ValueError, match="fits in no topic"):
        await bench.iotda.operator.command(thing.device_id, paras={}, request_id=request_id)


async def test_a_wrong_or_second_answer_is_not_known(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    asking = asyncio.create_task(
        bench.iotda.operator.command(thing.device_id, paras={}, request_id="Aa")
    )
    await device.got()
    for request_id in ("aa", "Aa", "Aa"):
        await device.send(f"{thing.sys}commands/response/request_id={request_id}", b"raw text")
    assert await asking == "raw text"
    await device.rest()
    assert [e.known for e in seen(bench.log, "iotda.command.reply")] == [False, True, False]


async def test_a_command_times_out_or_finds_nobody(bench: Bench):
    thing = bench.add()
    with pytest.raises(DeviceOffline, match=r"IOTDA\.014016"):
        await bench.iotda.operator.command(thing.device_id, paras={})
    with pytest.raises(IotDaError, match=r"IOTDA\.014000"):
        await bench.iotda.operator.command("nobody", paras={})
    device = await thing.raw()
    with pytest.raises(CommandTimeout, match=r"IOTDA\.014111"):
        await bench.iotda.operator.command(thing.device_id, paras={}, timeout=0.05)
    assert await answer(thing, device)  # too late
    await device.rest()
    assert [e.known for e in seen(bench.log, "iotda.command.reply")] == [False]


async def test_sets_and_gets_properties(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    services = [{"service_id": "lamp", "properties": {"on": True}}]
    asking = asyncio.create_task(
        bench.iotda.operator.set_properties(thing.device_id, services, request_id="s-1")
    )
    got = await device.got()
    assert got.topic == f"{thing.sys}properties/set/request_id=s-1"
    assert json.loads(got.payload) == {"services": services}
    await device.send(f"{thing.sys}properties/set/response/request_id=s-1", b'{"result_code":0}')
    assert await asking == {"result_code": 0}
    asking = asyncio.create_task(
        bench.iotda.operator.get_properties(thing.device_id, service_id="lamp", request_id="g/1")
    )
    got = await device.got()
    assert (got.topic, got.payload) == (
        f"{thing.sys}properties/get/request_id=g/1",
        b'{"service_id":"lamp"}',
    )
    await device.send(
        f"{thing.sys}properties/get/response/request_id=g/1", json.dumps({"services": []}).encode()
    )
    assert await asking == {"services": []}
    names = [e.name for e in bench.log.events if e.name.startswith("iotda.property")]
    assert names == [
        "iotda.property_set",
        "iotda.property_set.reply",
        "iotda.property_get",
        "iotda.property_get.reply",
    ]


async def test_a_reply_may_come_before_the_puback(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    await device.subscribe(f"{thing.sys}commands/#")
    asking = asyncio.create_task(bench.iotda.operator.command(thing.device_id, paras={}))
    assert await answer(thing, device)
    assert await asking == {"result_code": 0}
