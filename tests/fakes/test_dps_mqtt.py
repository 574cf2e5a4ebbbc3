"""The device API of the fake DPS over MQTT: raw packets for the order, Paho as a real client."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
import pytest
from doors import Device, packet, publish, subscribe, text

from fakes.door import Door
from fakes.dps import Dps, DpsOptions, assigning, cut, throttled
from fakes.iothub.state import Identity
from fakes.pki import Authority
from fakes.service import Address, Hello
from protocol import sas
from transcript import EventLog

pytestmark = pytest.mark.asyncio

HOST = "127.0.45.1"
SCOPE = "0ne00C0FFEE"
KEY = base64.b64encode(secrets.token_bytes(64)).decode()
RESPONSES = "$dps/registrations/res/#"
REGISTER = "$dps/registrations/PUT/iotdps-register/?$rid="
POLL = "$dps/registrations/GET/iotdps-get-operationstatus/?$rid="


@dataclass
class Linked:
    host: str = "127.0.45.2"
    devices: list[Identity] = field(default_factory=list)

    def put_device(self, identity: Identity) -> None:
        self.devices.append(identity)


def token(key: str = KEY, registration_id: str = "dev-1") -> str:
    return sas.build(f"{SCOPE}/registrations/{registration_id}", key, int(time.time()) + 600)


def username(registration_id: str = "dev-1", rest: str = "/api-version=2019-03-31") -> str:
    return f"{SCOPE}/registrations/{registration_id}{rest}"


def login(
    *, user: str | None = None, password: str | None = None, client_id: str = "dev-1"
) -> bytes:
    said = text(client_id) + text(username() if user is None else user)
    secret = b"" if password == "" else text(token() if password is None else password)
    flags = 0x82 | (0x40 if secret else 0)
    return packet(0x10, text("MQTT") + bytes([4, flags]) + b"\0\0" + said + secret)


async def opened(
    door: Door, log: EventLog, authority: Authority, options: DpsOptions | None = None
) -> tuple[Dps, Device]:
    dps = Dps(log=log, host=HOST, id_scope=SCOPE, hubs=[Linked()], options=options)
    dps.operator.individual("dev-1", primary_key=KEY, device_id="named-otherwise")
    door.serve(HOST, dps)
    port = (await door.open([HOST], ports={"mqtts": 0}))["mqtts"]
    context = ssl.create_default_context(cafile=authority.ca_file)
    return dps, await Device.open(HOST, port, context)


def topic_of(raw: bytes) -> tuple[str, dict[str, Any]]:
    """Topic and JSON of a PUBLISH whose remaining length takes one or two bytes."""
    start = 2 if raw[1] < 0x80 else 3
    size = int.from_bytes(raw[start : start + 2], "big")
    rest = raw[start + 2 + size :]
    return raw[start + 2 : start + 2 + size].decode(), json.loads(rest[2 if raw[0] & 6 else 0 :])


async def test_suback_then_puback_then_the_response(
    door: Door, log: EventLog, authority: Authority
) -> None:
    dps, device = await opened(door, log, authority)
    dps.script.answers(assigning(retry_after=11))
    await device.send(
        login(), subscribe(RESPONSES, qos=2), publish(REGISTER + "r1", b"", qos=1, packet_id=9)
    )
    assert await device.read() == b"\x20\x02\x00\x00"
    assert await device.read() == b"\x90\x03\x00\x01\x01"
    assert await device.read() == b"\x40\x02\x00\x09"
    first = await device.read()
    assert first[0] & 6 == 2
    topic, body = topic_of(first)
    assert topic == "$dps/registrations/res/202/?$rid=r1&retry-after=11"
    assert set(body) == {"operationId", "status"}
    await device.send(publish(f"{POLL}r1&operationId={body['operationId']}", b" ", qos=0))
    topic, body = topic_of(await device.read())
    assert topic == "$dps/registrations/res/200/?$rid=r1"
    assert body["registrationState"]["deviceId"] == "named-otherwise"
    asked = log.find("dps.register")
    assert asked is not None
    assert (asked.transport, asked.rid, asked.admitted) == ("mqtt", "r1", True)
    replied = log.find("dps.reply")
    assert replied is not None
    assert (replied.answers, replied.headers) == (asked.seq, {"retry-after": "11"})
    assert log.find("dps.login").admitted


async def test_paho_provisions(door: Door, log: EventLog, authority: Authority) -> None:
    _, device = await opened(door, log, authority)
    device.close()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, "dev-1")
    client.tls_set(str(authority.ca_file))
    client.username_pw_set(username(rest="/api-version=2019-03-31&ClientVersion=x%2F1"), token())
    done, answers = threading.Event(), []

    def subscribed(client: paho.Client, *_: object) -> None:
        client.publish(REGISTER + "a-b", json.dumps({"registrationId": "dev-1"}), qos=1)

    def message(client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        answers.append((message.topic, json.loads(message.payload)))
        if "/202/" in message.topic:
            client.publish(f"{POLL}c&operationId={answers[0][1]['operationId']}", " ", qos=1)
        else:
            done.set()

    client.on_connect = lambda client, *_: client.subscribe(RESPONSES, qos=1)
    client.on_subscribe, client.on_message = subscribed, message
    await asyncio.to_thread(client.connect, HOST, door.ports["mqtts"])
    client.loop_start()
    assert await asyncio.to_thread(done.wait, 5)
    client.disconnect()
    await asyncio.to_thread(client.loop_stop)
    assert answers[1][1]["status"] == "assigned"
    assert not log.find("mqtt.violation")


@pytest.mark.parametrize(("mode", "code"), [("topic", 0), ("connack", 5)])
async def test_a_bad_credential_is_said_on_the_topic_or_at_connect(
    door: Door, log: EventLog, authority: Authority, mode: Any, code: int
) -> None:
    _, device = await opened(door, log, authority, DpsOptions(mqtt_bad_credential=mode))
    await device.send(login(password=token(base64.b64encode(b"x" * 32).decode())))
    assert await device.read() == bytes([0x20, 2, 0, code])
    if code:
        assert await device.read() == b""
        assert "matches none of the keys" in log.find("dps.login").refusal
        return
    await device.send(subscribe(RESPONSES), publish(REGISTER + "1", b"{}"))
    await device.read()
    topic, body = topic_of(await device.read())
    assert topic == "$dps/registrations/res/401/?$rid=1"
    assert body["errorCode"] == 401002
    assert not log.find("dps.register").admitted


@pytest.mark.parametrize(
    ("user", "client_id"),
    [
        (username(rest="?api-version=2019-03-31"), "dev-1"),
        (username(rest=""), "dev-1"),
        ("hub/dev-1/?api-version=2021-04-12", "dev-1"),
        (username(), "another"),
        ("", "dev-1"),
    ],
)
async def test_a_wrong_user_name_or_client_id_is_refused_or_recorded(
    door: Door, log: EventLog, authority: Authority, user: str, client_id: str
) -> None:
    dps, device = await opened(door, log, authority)
    await device.send(login(user=user, client_id=client_id))
    assert await device.read() == b"\x20\x02\x00\x05"
    assert await device.read() == b""
    refused = log.find("dps.login")
    assert refused is not None
    assert refused.refusal
    assert not refused.admitted
    dps.admit = "record"
    context = ssl.create_default_context(cafile=authority.ca_file)
    device = await Device.open(HOST, door.ports["mqtts"], context)
    await device.send(login(user=user, client_id=client_id))
    assert await device.read() == b"\x20\x02\x00\x00"
    await device.send(subscribe(RESPONSES), publish(REGISTER + "1", b""))
    await device.read()
    assert topic_of(await device.read())[0].startswith("$dps/registrations/res/202/")


async def test_without_a_subscription_the_response_is_lost(
    door: Door, log: EventLog, authority: Authority
) -> None:
    _, device = await opened(door, log, authority)
    await device.send(login(), publish(REGISTER + "1", b"", qos=1), packet(0xC0))
    assert [(await device.read())[0] for _ in range(3)] == [0x20, 0x40, 0xD0]
    assert log.find("dps.reply").delivered is False


@pytest.mark.parametrize(
    "topic",
    ["devices/dev-1/messages/events/", REGISTER[:-6], POLL + "1", "$dps/registrations/res/200"],
)
async def test_an_unknown_topic_ends_the_connection(
    door: Door, log: EventLog, authority: Authority, topic: str
) -> None:
    _, device = await opened(door, log, authority)
    await device.send(login(), publish(topic, qos=1))
    await device.read()
    assert await device.read() == b""
    noted = log.find("dps.unknown_topic")
    assert noted is not None
    assert (noted.topic, noted.action, noted.done) == (topic, "publish", "closed")


@pytest.mark.parametrize(("option", "code"), [("refuse", 0x80), ("grant", 1), ("close", None)])
async def test_an_unknown_filter_is_an_option(
    door: Door, log: EventLog, authority: Authority, option: Any, code: int | None
) -> None:
    _, device = await opened(door, log, authority, DpsOptions(unknown_subscribe=option))
    await device.send(login(), subscribe("#"))
    await device.read()
    assert await device.read() == (b"" if code is None else bytes([0x90, 3, 0, 1, code]))
    assert log.find("dps.unknown_topic").action == "subscribe"


async def test_throttling_and_cuts_by_script(
    door: Door, log: EventLog, authority: Authority
) -> None:
    dps, device = await opened(door, log, authority)
    dps.script.answers(throttled(retry_after=7), cut())
    await device.send(login(), subscribe(RESPONSES), publish(REGISTER + "1", b""))
    await device.read()
    await device.read()
    assert topic_of(await device.read())[0] == "$dps/registrations/res/429/?$rid=1&retry-after=7"
    await device.send(publish(REGISTER + "2", b""))
    assert await device.read() == b""
    dps.script.refuse_connects(code=3)
    context = ssl.create_default_context(cafile=authority.ca_file)
    device = await Device.open(HOST, door.ports["mqtts"], context)
    await device.send(login())
    assert await device.read() == b"\x20\x02\x00\x03"


async def test_who_shares_an_address_is_told_apart(log: EventLog) -> None:
    alone = Dps(log=log, host=HOST, id_scope=SCOPE, hubs=[Linked()])
    beside = Dps(log=log, host=HOST, id_scope=SCOPE, hubs=[Linked(HOST)])
    at = Address(HOST, 8883, "mqtts")
    for made in (alone, beside):
        assert made.mqtt.takes(Hello("dev-1", username()), at)
        assert not made.mqtt.takes(Hello("dev-1", username()), Address(HOST, 1883, "mqtt"))
    hub_login = Hello("dev-1", f"{HOST}/dev-1/?api-version=2021-04-12")
    assert alone.mqtt.takes(hub_login, at)
    assert not beside.mqtt.takes(hub_login, at)


async def test_every_option_says_where_it_comes_from() -> None:
    for name, provenance, source in DpsOptions.provenance():
        assert name
        assert provenance in ("documented", "observed", "assumed")
        assert len(source) > 10
