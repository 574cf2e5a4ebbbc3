"""The fake hub over MQTT, spoken to by Paho through the front door."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hub_devices import Paho, fresh_key, token

from fakes.door import Door
from fakes.iothub import Hub, HubError, HubOptions
from fakes.mqtt.link import Link
from fakes.pki import DeviceAuthority
from fakes.service import Address, Hello
from protocol import iothub
from transcript import Event, EventLog

HOST = "127.0.42.1"
METHODS = ("$iothub/methods/POST/#", 0)


@dataclass
class Bench:
    """A hub behind an open door, one registered device, and the Paho clients that play it."""

    hub: Hub
    door: Door
    log: EventLog
    device_id: str
    key: str
    clients: list[Paho] = field(default_factory=list)

    @property
    def events_topic(self) -> str:
        return f"devices/{self.device_id}/messages/events/"

    @property
    def bound(self) -> tuple[str, int]:
        return (f"devices/{self.device_id}/messages/devicebound/#", 1)

    def device(self, **said: Any) -> Paho:
        username = said.pop("username", f"{HOST}/{self.device_id}/?api-version=2021-04-12")
        shown = said.pop("password", token(HOST, self.device_id, self.key))
        client_id = said.pop("client_id", self.device_id)
        ca = self.door.pki.ca_file
        device = Paho.make(client_id, username=username, password=shown, ca_file=ca, **said)
        self.clients.append(device)
        return device

    async def online(self, **said: Any) -> Paho:
        device = self.device(**said)
        assert await device.connect(HOST, self.door.ports["mqtts"]) == 0
        return device

    async def seen(self, name: str, **wanted: Any) -> Event:
        event = await self.log.until(name, within=5, **wanted)
        assert event is not None, [(one.name, dict(one.fields)) for one in self.log.events]
        return event


@asynccontextmanager
async def bench_of(door: Door, log: EventLog, options: HubOptions) -> AsyncIterator[Bench]:
    hub = Hub(log=log, host=HOST, options=options)
    device_id, key = f"dev-{secrets.token_hex(4)}", fresh_key()
    hub.operator.create_device(device_id, primary_key=key, secondary_key=fresh_key())
    door.serve(HOST, hub)
    await door.open([HOST], ports={"mqtts": 0})
    bench = Bench(hub, door, log, device_id, key)
    try:
        yield bench
    finally:
        for client in bench.clients:
            await client.leave()


@pytest_asyncio.fixture
async def bench(door: Door, log: EventLog) -> AsyncIterator[Bench]:
    async with bench_of(door, log, HubOptions()) as bench:
        yield bench


@pytest.mark.asyncio
async def test_a_good_device_comes_in_and_sends_telemetry(bench: Bench) -> None:
    device = await bench.online()
    said = await bench.seen("hub.login")
    assert (said.admitted, said.refusal, said.device_id) == (True, "", bench.device_id)
    assert (said.host, said.hub, said.service, said.transport) == (HOST, HOST, "hub", "mqtt")
    bag = "%24.mid=m%2F1&colour=dark%20blue&flag&empty="
    device.client.publish(bench.events_topic + bag, b"\x00body", qos=1, retain=True)
    await device.got(device.pubacks)
    sent = await bench.seen("hub.telemetry")
    assert sent.properties == {
        "$.mid": "m/1",
        "colour": "dark blue",
        "flag": "",
        "empty": "",
        "mqtt-retain": "true",
    }
    assert (sent.body, sent.qos, sent.retain) == (b"\x00body", 1, True)
    assert sent.topic == bench.events_topic + bag
    device.client.publish(bench.events_topic.rstrip("/"), b"bare")
    await bench.seen("hub.telemetry", body=b"bare")
    kept = bench.hub.operator.messages(bench.device_id)
    assert [message.body for message in kept] == [b"\x00body", b"bare"]
    assert bench.hub.operator.connection_state(bench.device_id) == "Connected"
    await device.leave()
    await bench.seen("mqtt.disconnect")
    await bench.seen("tcp.close")
    assert bench.hub.operator.connection_state(bench.device_id) == "Disconnected"


@pytest.mark.asyncio
async def test_who_is_wrong_is_refused_or_recorded(bench: Bench) -> None:
    wrong = token(HOST, bench.device_id, fresh_key())
    port = bench.door.ports["mqtts"]
    assert await bench.device(password=wrong).connect(HOST, port) == 5
    first = await bench.seen("hub.login")
    assert (first.admitted, first.token) == (False, wrong)
    assert "none of the keys" in first.refusal
    strayed = bench.device(username=f"0ne0/registrations/{bench.device_id}/api-version=2019-03-31")
    assert await strayed.connect(HOST, port) == 5
    assert "module" in (await bench.seen("hub.login", username=strayed.username)).refusal
    bench.hub.admit = "record"
    assert await bench.device(password=wrong, client_id="other").connect(HOST, port) == 0
    second = await bench.seen("hub.login", admitted=True)
    assert "none of the keys" in second.refusal
    assert "client id" in second.refusal


@pytest.mark.asyncio
async def test_the_connack_code_is_an_option(door: Door, log: EventLog) -> None:
    async with bench_of(door, log, HubOptions(connack={"disabled": 3})) as bench:
        bench.hub.operator.disable(bench.device_id)
        assert await bench.device().connect(HOST, door.ports["mqtts"]) == 3
        bench.hub.operator.enable(bench.device_id)
        await bench.online()
        bench.hub.operator.disable(bench.device_id)
        assert (await bench.seen("mqtt.lost", why="cut")).text == "the device was disabled"


def test_there_is_no_plain_port(log: EventLog) -> None:
    hub, hello = Hub(log=log, host=HOST), Hello("dev", f"{HOST}/dev/?api-version=2021-04-12")
    assert hub.mqtt.takes(hello, Address(HOST, 8883, "mqtts"))
    assert not hub.mqtt.takes(hello, Address(HOST, 1883, "mqtt"))


@pytest.mark.asyncio
async def test_a_certificate_admits_a_device_without_password(bench: Bench, tmp_path: Path) -> None:
    vendor = DeviceAuthority(tmp_path)
    bench.door.trust.add(vendor.root_pem)
    bench.hub.operator.create_device("cert-dev", ca=vendor.root_pem)
    own = vendor.issue("cert-dev")
    device = bench.device(
        client_id="cert-dev",
        username=f"{HOST}/cert-dev/?api-version=2021-04-12",
        password=None,
        certfile=str(own.chain_file),
        keyfile=str(own.key_file),
    )
    assert await device.connect(HOST, bench.door.ports["mqtts"]) == 0
    assert (await bench.seen("hub.login", admitted=True)).certificate is not None


@pytest.mark.asyncio
async def test_the_end_of_the_token_ends_the_connection(bench: Bench) -> None:
    began = time.time()
    device = await bench.online(password=token(HOST, bench.device_id, bench.key, lasts=2))
    await device.ended()
    assert (await bench.seen("mqtt.lost", why="cut")).text == "the token has expired"
    assert 0.5 < time.time() - began < 3


@pytest.mark.asyncio
async def test_only_documented_filters_are_granted(bench: Bench) -> None:
    device = await bench.online()
    other = "devices/somebody/messages/devicebound/#"
    twin = [("$iothub/twin/res/#", 0), ("$iothub/twin/PATCH/properties/desired/#", 1)]
    filters = [(bench.bound[0], 2), METHODS, *twin, ("#", 0), (other, 1)]
    assert await device.subscribe(*filters) == [1, 0, 0, 1, 0x80, 0x80]
    seen = await bench.seen("hub.unknown_topic", topic=other)
    assert (seen.action, seen.done, seen.device_id) == ("subscribe", "refused", bench.device_id)


@pytest.mark.asyncio
async def test_an_unknown_topic_closes_the_connection(bench: Bench) -> None:
    for topic in (
        "cmnd/x",
        "devices/other/messages/events/",
        f"/{bench.events_topic}",
        "$iothub/methods/res/200?$rid=1",
    ):
        device = await bench.online()
        device.client.publish(topic, b"x", qos=1)
        await device.ended()
        assert (await bench.seen("hub.unknown_topic", topic=topic)).done == "closed"
    assert bench.log.find("mqtt.puback") is None


@pytest.mark.asyncio
async def test_unknown_topics_may_be_ignored_or_subscriptions_close(
    door: Door, log: EventLog
) -> None:
    options = HubOptions(unknown_publish="ignore", unknown_subscribe="close")
    async with bench_of(door, log, options) as bench:
        device = await bench.online()
        device.client.publish("cmnd/x", b"x", qos=1)
        await device.got(device.pubacks)
        assert (await bench.seen("hub.unknown_topic")).done == "ignored"
        device.client.subscribe("#")
        await device.ended()
        assert (await bench.seen("hub.unknown_topic", action="subscribe")).done == "closed"


@pytest.mark.asyncio
async def test_quality_of_service_2_closes_the_connection(bench: Bench) -> None:
    device = await bench.online()
    device.client.publish(bench.events_topic, b"x", qos=2)
    await device.ended()
    assert (await bench.seen("mqtt.lost")).why == "protocol"
    assert bench.log.find("hub.telemetry") is None


@pytest.mark.asyncio
async def test_a_message_reaches_the_device_and_its_puback_completes_it(bench: Bench) -> None:
    device = await bench.online()
    assert await device.subscribe(bench.bound) == [1]
    asked = {"a b": "ü&=/", "n": ""}
    sent = bench.hub.operator.send_c2d(
        bench.device_id,
        "hello",
        properties=asked,
        message_id="id/1",
        system={"iothub-ack": "full"},
    )
    came = await device.message()
    to = f"%2Fdevices%2F{bench.device_id}%2Fmessages%2FdeviceBound"
    start = f"devices/{bench.device_id}/messages/devicebound/%24.to={to}&%24.mid=id%2F1"
    assert came.topic.startswith(start)
    assert came.topic.endswith("&iothub-ack=full&a%20b=%C3%BC%26%3D%2F&n=")
    assert (came.payload, came.qos, came.retain, came.dup) == (b"hello", 1, False, False)
    _, properties = iothub.parse_c2d_topic(came.topic)
    assert properties["a b"] == "ü&=/"
    settled = await bench.seen("hub.c2d.settled", message_id=sent)
    assert (settled.how, settled.way) == ("complete", "in")
    out = await bench.seen("hub.c2d")
    assert (out.attempt, out.body, out.properties) == (1, b"hello", asked)
    assert bench.hub.operator.pending(bench.device_id) == 0


@pytest.mark.asyncio
async def test_at_qos_0_a_message_is_done_when_it_is_sent(bench: Bench) -> None:
    device = await bench.online()
    assert await device.subscribe((bench.bound[0], 0)) == [0]
    bench.hub.operator.send_c2d(bench.device_id, b"x")
    assert (await device.message()).qos == 0
    assert bench.hub.operator.pending(bench.device_id) == 0
    assert bench.log.find("hub.c2d.settled") is None


@pytest.mark.asyncio
async def test_a_kept_session_gets_its_messages_without_subscribing_again(bench: Bench) -> None:
    device = await bench.online(clean=False)
    assert not device.present
    await device.subscribe(bench.bound, METHODS)
    await device.leave(orderly=False)
    await bench.seen("mqtt.lost")
    bench.hub.operator.send_c2d(bench.device_id, b"one")
    bench.hub.operator.send_c2d(bench.device_id, b"two")
    again = await bench.online(clean=False)
    assert again.present
    assert [(await again.message()).payload for _ in range(2)] == [b"one", b"two"]
    await bench.seen("hub.c2d.settled")
    with pytest.raises(HubError, match="504101"):  # reached: the subscription has been kept too
        await bench.hub.operator.call_method(bench.device_id, "m", timeout=0.05)
    await again.leave()
    clean = await bench.online(clean=True)
    assert not clean.present
    with pytest.raises(HubError, match="404103"):
        await bench.hub.operator.call_method(bench.device_id, "m", timeout=0.05)
    bench.hub.operator.send_c2d(bench.device_id, b"three")
    assert clean.messages.empty()
    await clean.subscribe(bench.bound)
    assert (await clean.message()).payload == b"three"
    await clean.leave()
    assert not (await bench.online(clean=False)).present


@pytest.mark.asyncio
@pytest.mark.parametrize("clean", [False, True])
async def test_what_is_not_acknowledged_comes_again(bench: Bench, clean: bool) -> None:
    device = await bench.online(clean=clean, manual_ack=True)
    await device.subscribe(bench.bound)
    sent = bench.hub.operator.send_c2d(bench.device_id, b"x")
    first = await device.message()
    await device.leave()
    await bench.seen("mqtt.disconnect")
    again = await bench.online(clean=clean)
    if clean:
        await again.subscribe(bench.bound)
    second = await again.message()
    assert (second.payload, second.topic) == (b"x", first.topic)
    assert second.dup is not clean
    assert clean or second.mid == first.mid
    await bench.seen("hub.c2d.settled", message_id=sent)
    tries = [event.attempt for event in bench.log.events if event.name == "hub.c2d"]
    assert tries == [1, 2]
    assert bench.hub.operator.pending(bench.device_id) == 0


@pytest.mark.asyncio
async def test_a_message_is_tried_only_so_often(door: Door, log: EventLog) -> None:
    async with bench_of(door, log, HubOptions(c2d_attempts=2)) as bench:
        sent = bench.hub.operator.send_c2d(bench.device_id, b"x")
        for _ in range(2):
            device = await bench.online(clean=False, manual_ack=True)
            await device.subscribe(bench.bound)
            await device.message()
            await device.leave()
        last = await bench.online(clean=False)
        assert (await bench.seen("hub.c2d.dropped", message_id=sent)).way == "own"
        assert last.messages.empty()
        assert bench.hub.operator.pending(bench.device_id) == 0


@pytest.mark.asyncio
async def test_the_lock_may_run_out_on_the_same_connection(door: Door, log: EventLog) -> None:
    async with bench_of(door, log, HubOptions(c2d_lock=0.2, c2d_retry_after_lock=True)) as bench:
        device = await bench.online(manual_ack=True)
        await device.subscribe(bench.bound)
        bench.hub.operator.send_c2d(bench.device_id, b"x")
        first, second = await device.message(), await device.message()
        assert (first.dup, second.dup, first.mid) == (False, True, second.mid)
        device.client.ack(second.mid, 1)
        await bench.seen("hub.c2d.settled")


@pytest.mark.asyncio
async def test_a_method_is_answered_under_its_request_id(bench: Bench) -> None:
    device = await bench.online()
    await device.subscribe(METHODS)
    call = asyncio.create_task(
        bench.hub.operator.call_method(bench.device_id, "reboot", {"in": 3}, timeout=5)
    )
    came = await device.message()
    asked = iothub.parse_method_topic(came.topic)
    assert (asked.name, json.loads(came.payload), came.qos) == ("reboot", {"in": 3}, 0)
    device.client.publish("$iothub/methods/res/200/?$rid=foreign", b"{}", qos=1)
    device.client.publish(f"$iothub/methods/res/-1/?$rid={asked.rid}", b'{"ok": true}')
    result = await call
    assert (result.status, result.payload, result.rid) == (-1, {"ok": True}, asked.rid)
    assert not (await bench.seen("hub.method.reply", rid="foreign")).known
    reply = await bench.seen("hub.method.reply", rid=asked.rid)
    assert (reply.known, reply.status, reply.body) == (True, "-1", b'{"ok": true}')
    device.client.publish(f"$iothub/methods/res/200/?$rid={asked.rid}", b"", qos=1)
    await device.got(device.pubacks)
    late = await bench.seen("hub.method.reply", rid=asked.rid, status="200")
    assert (late.known, late.late) == (False, True)


@pytest.mark.asyncio
async def test_a_method_that_cannot_be_delivered_or_is_not_answered_fails(bench: Bench) -> None:
    call = bench.hub.operator.call_method
    with pytest.raises(HubError, match="not connected") as caught:
        await call(bench.device_id, "m")
    assert caught.value.code == 404103
    with pytest.raises(HubError, match="404001"):
        await call("nobody", "m")
    device = await bench.online()
    with pytest.raises(HubError, match="has not subscribed"):
        await call(bench.device_id, "m", connect_timeout=0.05)
    waiting = asyncio.create_task(
        call(bench.device_id, "m", timeout=0.3, connect_timeout=5, rid="0x1F-a")
    )
    await device.subscribe(METHODS)
    assert (await device.message()).topic == "$iothub/methods/POST/m/?$rid=0x1F-a"
    device.client.publish("$iothub/methods/res/fine/?$rid=0x1F-a", b"{}")
    with pytest.raises(HubError, match="504101"):
        await waiting
    assert (await bench.seen("hub.method.reply")).status == "fine"


@pytest.mark.asyncio
async def test_a_will_is_telemetry_of_its_own_kind(bench: Bench) -> None:
    for topic, seen in (
        (bench.events_topic + "k=v", "hub.telemetry"),
        ("lwt/x", "hub.unknown_topic"),
    ):
        device = bench.device()
        device.client.will_set(topic, b"gone", qos=1)
        await device.connect(HOST, bench.door.ports["mqtts"])
        assert bench.hub.script.cut(bench.device_id)
        assert await bench.seen(seen)
    will = await bench.seen("hub.telemetry")
    assert will.properties == {"k": "v", "iothub-MessageType": "Will"}
    assert (await bench.seen("hub.unknown_topic")).done == "ignored"
    quiet = bench.device()
    quiet.client.will_set(bench.events_topic, b"quiet")
    await quiet.connect(HOST, bench.door.ports["mqtts"])
    await quiet.leave()
    await bench.seen("mqtt.disconnect")
    assert bench.log.find("hub.telemetry", body=b"quiet") is None


@pytest.mark.asyncio
async def test_a_second_connection_displaces_the_first(bench: Bench) -> None:
    first = await bench.online(clean=False)
    await first.subscribe(bench.bound)
    second = await bench.online(clean=False)
    await first.ended()
    assert (await bench.seen("mqtt.lost")).why == "displaced"
    assert second.present
    bench.hub.operator.send_c2d(bench.device_id, b"x")
    assert (await second.message()).payload == b"x"


@pytest.mark.asyncio
async def test_nothing_overtakes_the_connack(bench: Bench) -> None:
    async def slowly(_link: Link, way: str, raw: bytes) -> bytes:
        if way == "out" and raw[0] == 0x20:
            await asyncio.sleep(0.1)
        return raw

    device = await bench.online(clean=False)
    await device.subscribe(bench.bound, METHODS)
    await device.leave()
    await bench.seen("tcp.close")
    bench.door.script.gate(slowly)
    before = len(bench.log.events)
    bench.hub.operator.send_c2d(bench.device_id, b"x")
    call = bench.hub.operator.call_method(bench.device_id, "m", timeout=0.3, connect_timeout=5)
    waiting = asyncio.create_task(call)
    again = await bench.online(clean=False)
    assert [await again.message(), await again.message()]
    with pytest.raises(HubError, match="504101"):
        await waiting
    sent = [event.name for event in bench.log.events[before:] if event.way == "out"]
    assert sent[0] == "mqtt.connack"
    assert {"hub.c2d", "hub.method"} <= set(sent)


@pytest.mark.asyncio
async def test_the_script_withholds_refuses_and_cuts(bench: Bench) -> None:
    script = bench.hub.script
    script.refuse_connects(code=3)
    assert await bench.device().connect(HOST, bench.door.ports["mqtts"]) == 3
    refused = await bench.seen("hub.login")
    assert (refused.admitted, refused.refusal) == (False, "")
    device = await bench.online()
    script.withhold_puback()
    device.client.publish(bench.events_topic, b"one", qos=1)
    second = device.client.publish(bench.events_topic, b"two", qos=1)
    assert await device.got(device.pubacks) == second.mid
    assert len(bench.hub.operator.messages(bench.device_id)) == 2
    script.withhold_puback(of="method.reply")
    device.client.publish("$iothub/methods/res/200/?$rid=1", b"", qos=1)
    script.send(bench.device_id, "odd/topic", b"x")
    assert (await device.message()).topic == "odd/topic"
    script.cut_on()
    device.client.publish(bench.events_topic, b"three", qos=1)
    await device.ended()
    assert bench.log.find("hub.telemetry", body=b"three") is None


@pytest.mark.asyncio
async def test_a_deleted_device_is_gone(bench: Bench) -> None:
    device = await bench.online()
    bench.hub.operator.delete(bench.device_id)
    await device.ended()
    assert bench.hub.operator.devices() == []
    assert await bench.device().connect(HOST, bench.door.ports["mqtts"]) == 5
