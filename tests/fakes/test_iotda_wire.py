"""IoTDA on the wire: logins and their codes, who stays connected, what may be subscribed."""

from __future__ import annotations

import asyncio
import json

import iotda_bench
import paho.mqtt.client as paho
import pytest
from doors import packet, subscribe, text
from iotda_bench import STAMP, Bench, having, login, seen, signed

bench, iotda_options = iotda_bench.bench, iotda_bench.iotda_options  # fixtures
pytestmark = pytest.mark.asyncio


async def test_takes_a_good_login_and_notes_it(bench: Bench):
    thing = bench.add()
    await thing.raw()
    (noted,) = seen(bench.log, "iotda.login")
    assert (noted.device_id, noted.sign_type, noted.stamp) == (thing.device_id, "0", STAMP)
    assert (noted.admitted, noted.refusal, noted.service) == (True, "", "iotda")
    assert bench.iotda.operator.online(thing.device_id)


async def test_answers_each_mistake_with_its_code(bench: Bench):
    thing = bench.add()
    id_, password = thing.device_id, signed(thing.secret)
    good = thing.client_id()
    for hello, code in [
        (login(f"{id_}_0_0_{STAMP[1:]}", id_, password), 2),
        (login(id_, id_, password), 2),
        (login(good, id_, password, keepalive=29), 2),
        (login(good, id_, password, keepalive=0), 2),
        (login(good, id_, password[:-1] + "z"), 4),
        (login(good, id_, None), 4),
        (login(good, "other", password), 4),
        (login(f"x{good}", f"x{id_}", password), 4),
    ]:
        device = await thing.raw(hello, code=code)
        assert await device.ended()
    assert not any(event.admitted for event in seen(bench.log, "iotda.login"))
    assert len(seen(bench.log, "iotda.login")) == 8


@having(connack_unknown_device=5, connack_keepalive=3)
async def test_takes_its_codes_from_the_options(bench: Bench):
    thing = bench.add()
    await thing.raw(thing.hello(keepalive=10), code=3)
    await thing.raw(login(f"x{thing.client_id()}", f"x{thing.device_id}", "p"), code=5)


async def test_records_instead_of_refusing(bench: Bench):
    bench.iotda.admit = "record"
    thing = bench.add()
    await thing.raw(login("what", thing.device_id, "wrong", keepalive=5))
    (noted,) = seen(bench.log, "iotda.login")
    assert (noted.admitted, noted.causes) == (True, ["client id", "keepalive"])
    assert await bench.iotda.log.until("mqtt.connack", within=1, code=0)


async def test_keeps_a_frozen_device_out_in_either_mode(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    bench.iotda.operator.freeze(thing.device_id)
    assert await device.ended()
    bench.iotda.admit = "record"
    await thing.raw(code=5)
    bench.iotda.operator.unfreeze(thing.device_id)
    await thing.raw()


async def test_refuses_mqisdp_cleanly_and_counts_no_login(bench: Bench):
    thing = bench.add()
    head = text("MQIsdp") + bytes([3, 0xC2]) + (60).to_bytes(2, "big")
    fields = text(thing.client_id()) + text(thing.device_id) + text(signed(thing.secret))
    device = await thing.raw(packet(0x10, head + fields), code=1)
    assert await device.ended()
    async with thing.paho(protocol=paho.MQTTv31) as other:
        await asyncio.wait_for(other.over.wait(), 5)
    assert seen(bench.log, "iotda.login") == []


async def test_ends_a_silent_connection_after_one_and_a_half_keepalives(bench: Bench):
    thing = bench.add()
    bench.iotda.admit = "record"  # a keepalive of 1 s is out of range
    device = await thing.raw(keepalive=1)
    assert await device.ended()
    lost = await bench.log.until("mqtt.lost", within=2, why="keepalive")
    connack = seen(bench.log, "mqtt.connack")[0]
    assert 1.4 < lost.at - connack.at < 2.0
    assert not bench.iotda.operator.online(thing.device_id)


async def test_newcomer_displaces_under_another_client_id(bench: Bench):
    thing = bench.add()
    older = await thing.raw()
    newer_id = thing.client_id(stamp="2022010508")
    password = signed(thing.secret, "2022010508")
    newer = await thing.raw(login(newer_id, thing.device_id, password))
    assert await older.ended()
    assert await bench.log.until("mqtt.lost", within=1, why="displaced")
    bench.iotda.operator.message(thing.device_id, "hi")
    assert (await newer.got()).topic == f"{thing.sys}messages/down"


async def test_delivers_without_subscribe_once_at_qos_0(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    asking = asyncio.create_task(bench.iotda.operator.command(thing.device_id, paras={"n": 1}))
    got = await device.got()
    assert (got.qos, got.dup, json.loads(got.payload)) == (0, False, {"paras": {"n": 1}})
    assert await device.rest() == []
    asking.cancel()


async def test_subscribe_raises_the_qos_and_never_doubles(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    for name, qos in [
        ("commands/#", 1),
        ("commands/#", 0),
        ("#", 1),
        ("+/#", 2),
        ("commands/+", 0),
    ]:
        assert await device.subscribe(thing.sys + name, qos) == min(qos, 1)
    asking = asyncio.create_task(bench.iotda.operator.command(thing.device_id, paras={}))
    got = await device.got()
    assert got.qos == 1
    await device.ack(got)
    assert await device.rest() == []
    asking.cancel()


async def test_subscribe_at_qos_0_stays_one_copy(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    assert await device.subscribe(f"{thing.sys}messages/down", 0) == 0
    bench.iotda.operator.message(thing.device_id, "once")
    assert (await device.got()).qos == 0
    assert await device.rest() == []


async def test_implicit_subscription_outlives_unsubscribe(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    topic = f"{thing.sys}messages/down"
    await device.subscribe(topic)
    await device.wire.send(packet(0xA2, (9).to_bytes(2, "big") + text(topic)))
    assert (await device.wire.read())[0] == 0xB0
    bench.iotda.operator.message(thing.device_id, "still")
    assert (await device.got()).qos == 0


async def test_never_echoes_the_devices_own_up_links(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    for name in ("commands/#", "properties/get/#", "#"):
        await device.subscribe(thing.sys + name)
    await device.subscribe("mine/#")
    for topic in ("commands/response/request_id=1", "properties/get/response/request_id=1"):
        await device.send(thing.sys + topic, b"{}")
    await device.send("mine/too", b"x")
    assert await device.rest() == []
    assert [e.known for e in seen(bench.log, "iotda.command.reply")] == [False]


async def test_refuses_what_is_not_the_devices(bench: Bench):
    thing, other = bench.add(), bench.add()
    device = await thing.raw()
    for name in (f"{other.sys}commands/#", "$oc/devices/+/sys/commands/#", "$oc/#"):
        assert await device.subscribe(name) == 0x80
    await device.send(f"{other.sys}properties/report", b"{}")
    await device.send(f"{thing.sys}no/such/place", b"{}")
    assert await device.rest() == []
    done = [(e.action, e.done) for e in seen(bench.log, "iotda.unknown_topic")]
    assert done == [("subscribe", "refused")] * 3 + [("publish", "ignored")] * 2
    assert bench.iotda.operator.reports(other.device_id) == []


@having(foreign_subscribe="close", foreign_publish="close")
async def test_closes_on_foreign_topics_by_option(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    await device.send("$oc/devices/x/sys/properties/report", b"{}", qos=1)
    assert await device.ended()  # and no PUBACK
    device = await thing.raw()
    await device.wire.send(subscribe("$oc/devices/x/sys/commands/#"))
    assert await device.ended()


@having(custom_topics=False)
async def test_refuses_topics_outside_oc_by_option(bench: Bench):
    device = await bench.add().raw()
    assert await device.subscribe("mine/down") == 0x80


@having(subscriptions_most=2)
async def test_bounds_the_number_of_subscriptions(bench: Bench):
    device = await bench.add().raw()
    granted = [await device.subscribe(name) for name in ("a", "b", "c", "a")]
    assert granted == [1, 1, 0x80, 1]


async def test_custom_topics_need_a_subscribe(bench: Bench):
    thing = bench.add()
    device = await thing.raw()
    topic = f"$oc/devices/{thing.device_id}/user/orders"
    missed = bench.iotda.operator.message(thing.device_id, "a", topic=topic)
    assert (missed.status, missed.error) == ("FAILED", "IOTDA.014112")
    assert await device.subscribe(topic) == 1
    assert await device.subscribe("plain/+") == 1
    for name in (topic, "plain/x"):
        bench.iotda.operator.message(thing.device_id, b"\x00b", topic=name, raw=True)
        got = await device.got()
        assert (got.topic, got.payload) == (name, b"\x00b")
        await device.ack(got)
    assert await device.rest() == []
