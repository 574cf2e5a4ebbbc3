"""What a device sends to IoTDA."""

from __future__ import annotations

import gzip
import json

import iotda_bench
import pytest
from iotda_bench import Bench, event, having, seen

bench, iotda_options = iotda_bench.bench, iotda_bench.iotda_options  # fixtures
pytestmark = pytest.mark.asyncio


async def test_takes_reports_messages_and_custom_messages(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    body = b'{"services":[{"service_id":"a","properties":{"t":1}}]}'
    await device.send(f"{thing.sys}properties/report", body)
    await device.send(f"{thing.sys}properties/report?request_id=7", b"no json")
    zipped = gzip.compress(body)
    await device.send(f"{thing.sys}properties/report?encoding=gzip", zipped)
    await device.send(f"{thing.sys}messages/up", b"first message")
    await device.send(f"$oc/devices/{thing.device_id}/user/x", b"\xff")
    assert await device.rest() == []
    reports = bench.iotda.operator.reports(thing.device_id)
    assert [one.value for one in reports] == [json.loads(body), "no json", json.loads(body)]
    assert [e.body for e in seen(bench.log, "iotda.report")] == [body, b"no json", zipped]
    messages = bench.iotda.operator.messages_up(thing.device_id)
    assert [one.value for one in messages] == ["first message", None]
    assert len(seen(bench.log, "iotda.message_up")) == 2


async def test_acknowledges_before_it_answers(bench: Bench):
    """SUBACK and PUBACK leave before what the packet led to; `$log` and `$sdk_info` pass."""
    thing = bench.add()
    device = await thing.raw()
    await device.send(f"{thing.sys}events/up", event("$log", "log_report", {"type": "x"}), qos=1)
    assert (await device.wire.read())[0] == 0x40
    asked = event("$time_sync", "time_sync_request", {"device_send_time": "1700000000000"})
    await device.send(f"{thing.sys}events/up", asked, qos=1)
    assert (await device.wire.read())[0] == 0x40
    got = await device.got()
    assert got.topic == f"{thing.sys}events/down"
    (service,) = json.loads(got.payload)["services"]
    assert service["event_type"] == "time_sync_response"
    assert service["paras"]["device_send_time"] == "1700000000000"
    assert service["paras"]["server_recv_time"] <= service["paras"]["server_send_time"]
    assert len(seen(bench.log, "iotda.event_up")) == 2


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'{"services":3}', b'{"services":[1,{"service_id":"$time_sync"}]}'],
)
async def test_survives_events_of_any_shape(bench: Bench, body: bytes):
    thing = bench.add()
    device = await thing.raw()
    await device.send(f"{thing.sys}events/up", body)
    assert await device.rest() == []


@having(report_longest=100, message_longest=200)
async def test_drops_what_is_too_large(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    for size in (100, 101, 201):
        await device.send(f"{thing.sys}properties/report", b"x" * size)
    assert await device.rest() == []
    assert [e.dropped for e in seen(bench.log, "iotda.report")] == [False, True]
    assert [e.size for e in seen(bench.log, "iotda.oversize")] == [201]
    assert len(bench.iotda.operator.reports(thing.device_id)) == 1


async def test_takes_the_largest_message_and_sees_a_larger_one(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    for size in (1 << 20, (1 << 20) + 1, 4 << 20):
        await device.send(f"{thing.sys}messages/up", b"x" * size, qos=1)
        assert (await device.wire.read())[0] == 0x40
    assert [e.size for e in seen(bench.log, "iotda.message_up")] == [1 << 20]
    assert [e.size for e in seen(bench.log, "iotda.oversize")] == [(1 << 20) + 1, 4 << 20]


async def test_ends_on_qos_2_and_publishes_a_will(bench: Bench):
    thing = bench.add()
    device = await thing.raw(will=f"{thing.sys}messages/up")
    await device.send(f"{thing.sys}messages/up", b"x", qos=2)
    assert await device.ended()
    assert await bench.log.until("iotda.message_up", within=1, body=b"gone")


@having(qos2_subscribe="refuse")
async def test_refuses_qos_2_subscriptions_by_option(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    assert await device.subscribe(f"{thing.sys}commands/#", 2) == 0x80
    assert await device.subscribe(f"{thing.sys}commands/#", 1) == 1
