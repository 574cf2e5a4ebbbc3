"""An IoTDA behind a door, and devices for it: raw packets where order matters, else Paho."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
import pytest_asyncio
from doors import OPENED, Device, packet, puback, publish, subscribe, text

from fakes.door import Door
from fakes.iotda import IotDa, IotDaOptions
from transcript import EventLog

HOST = "127.0.43.1"
STAMP = "2022010507"
QUICK = {"resend_after": 0.05, "resend_again_after": 0.05}
PINGREQ, PINGRESP = b"\xc0\x00", b"\xd0\x00"


@pytest.fixture
def iotda_options(request: pytest.FixtureRequest) -> IotDaOptions:
    return getattr(request, "param", IotDaOptions(**QUICK))


@pytest_asyncio.fixture
async def bench(door: Door, log: EventLog, iotda_options: IotDaOptions) -> Bench:
    return await Bench.open(door, IotDa(log=log, host=HOST, options=iotda_options))


def having(**changed: Any) -> Any:
    """Run the test with these options."""
    chosen = IotDaOptions(**(QUICK | changed))
    return pytest.mark.parametrize("iotda_options", [chosen], indirect=True)


def seen(log: EventLog, name: str) -> list[Any]:
    """The events of a name."""
    return [one for one in log.events if one.name == name]


async def becomes(condition: Callable[[], bool], *, within: float = 2.0) -> None:
    """Wait for what no event shows."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the fake has no event for it
            await asyncio.sleep(0.01)


async def answer(thing: Thing, device: RawDevice, payload: bytes = b'{"result_code":0}') -> str:
    """Answer the command that comes next; its request id."""
    got = await device.got()
    request_id = got.topic.partition("/request_id=")[2]
    await device.send(f"{thing.sys}commands/response/request_id={request_id}", payload)
    return request_id


def signed(secret: str, stamp: str = STAMP) -> str:
    """The password, made here and not by the code under test."""
    return hmac.new(stamp.encode(), secret.encode(), hashlib.sha256).hexdigest()


def login(
    client_id: str,
    username: str | None,
    password: str | None,
    *,
    keepalive=120,
    clean=True,
    will="",
) -> bytes:
    """A CONNECT packet."""
    flags = (2 if clean else 0) | (4 if will else 0)
    flags |= (0x80 if username is not None else 0) | (0x40 if password is not None else 0)
    said = (text(will) + text("gone")) if will else b""
    end = b"".join(text(one) for one in (username, password) if one is not None)
    head = text("MQTT") + bytes([4, flags]) + keepalive.to_bytes(2, "big")
    return packet(0x10, head + text(client_id) + said + end)


def event(service_id: str, event_type: str, paras: object) -> bytes:
    """An events/up body with one event."""
    services = [{"service_id": service_id, "event_type": event_type, "paras": paras}]
    return json.dumps({"services": services}).encode()


@dataclass(frozen=True)
class Got:
    """A PUBLISH that a raw device received."""

    topic: str
    payload: bytes
    qos: int
    dup: bool
    packet_id: int | None


def read_publish(raw: bytes) -> Got:
    at = 1
    while raw[at] & 0x80:
        at += 1
    at += 1
    end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
    topic, qos = raw[at + 2 : end].decode(), raw[0] >> 1 & 3
    number = int.from_bytes(raw[end : end + 2], "big") if qos else None
    return Got(topic, raw[end + (2 if qos else 0) :], qos, bool(raw[0] & 8), number)


@dataclass
class Bench:
    """One IoTDA, its log and its ports."""

    iotda: IotDa
    log: EventLog
    ports: Any
    ca_file: Path

    @classmethod
    async def open(cls, door: Door, iotda: IotDa) -> Bench:
        door.serve(HOST, iotda)
        ports = await door.open([HOST], ports={"mqtt": 0, "mqtts": 0})
        return cls(iotda, door.log, ports, door.pki.ca_file)

    def add(self, **said: Any) -> Thing:
        """A registered device with random id and secret."""
        device_id = f"{secrets.token_hex(6)}_{secrets.token_hex(4)}_0"
        thing = Thing(self, device_id, secrets.token_urlsafe(12))
        self.iotda.operator.create_device(device_id, secret=thing.secret, **said)
        return thing


@dataclass
class Thing:
    """A registered device and what it says. `sys` begins its system topics."""

    bench: Bench
    device_id: str
    secret: str

    @property
    def sys(self) -> str:
        return f"$oc/devices/{self.device_id}/sys/"

    def client_id(self, sign_type: str = "0", stamp: str = STAMP) -> str:
        return f"{self.device_id}_0_{sign_type}_{stamp}"

    def hello(self, **said: Any) -> bytes:
        return login(self.client_id(), self.device_id, signed(self.secret), **said)

    async def raw(self, hello: bytes | None = None, *, code: int = 0, **said: Any) -> RawDevice:
        """Connect by raw packets; the CONNACK must have this code."""
        device = RawDevice(await Device.open(HOST, self.bench.ports["mqtt"]))
        await device.wire.send(hello or self.hello(**said))
        connack = await device.wire.read()
        assert (connack[0], connack[3]) == (0x20, code)
        device.present = bool(connack[2])
        return device

    def paho(self, *, tls: bool = False, **said: Any) -> PahoDevice:
        return PahoDevice(self, tls=tls, **said)


@dataclass
class RawDevice:
    """A connected device that does nothing unasked."""

    wire: Device
    present: bool = False
    numbers: int = 0

    async def got(self) -> Got:
        raw = await self.wire.read()
        assert raw[:1], "the connection ended"
        assert raw[0] >> 4 == 3, raw
        return read_publish(raw)

    async def rest(self) -> list[Got]:
        """All that has arrived, and is on its way, until a PINGRESP."""
        await self.wire.send(PINGREQ)
        found = []
        while (raw := await self.wire.read()) != PINGRESP:
            assert raw, "the connection ended"
            found.append(read_publish(raw))
        return found

    async def subscribe(self, name: str, qos: int = 1) -> int:
        await self.wire.send(subscribe(name, qos=qos, packet_id=77))
        suback = await self.wire.read()
        assert suback[0] == 0x90
        return suback[-1]

    async def send(self, topic: str, payload: bytes, qos: int = 0) -> None:
        self.numbers += 1
        await self.wire.send(publish(topic, payload, qos=qos, packet_id=self.numbers))

    async def ack(self, got: Got) -> None:
        await self.wire.send(puback(got.packet_id or 0))

    async def ended(self) -> bool:
        return await self.wire.read() == b""

    def close(self) -> None:
        OPENED.remove(self.wire)
        self.wire.close()


class PahoDevice:
    """Paho 2.x in a thread of its own; what it receives comes by `got`."""

    def __init__(
        self, thing: Thing, *, tls: bool, keepalive: int = 60, protocol: int = paho.MQTTv311
    ) -> None:
        self.thing, self.keepalive = thing, keepalive
        self.loop = asyncio.get_running_loop()
        self.arrived: asyncio.Queue[paho.MQTTMessage] = asyncio.Queue()
        self.over = asyncio.Event()
        self.client = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            client_id=thing.client_id(),
            protocol=protocol,
            reconnect_on_failure=False,
        )
        self.client.username_pw_set(thing.device_id, signed(thing.secret))
        self.port = thing.bench.ports["mqtts" if tls else "mqtt"]
        if tls:
            self.client.tls_set(str(thing.bench.ca_file))
        self.client.on_message = self._on_message
        self.client.on_disconnect = lambda *_: self._call(self.over.set)

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        self._call(self.arrived.put_nowait, message)

    def _call(self, *what: Any) -> None:
        with suppress(RuntimeError):  # the test's loop has ended
            self.loop.call_soon_threadsafe(*what)

    async def __aenter__(self) -> PahoDevice:
        after = len(self.thing.bench.log.events)
        await asyncio.to_thread(self.client.connect, HOST, self.port, self.keepalive)
        self.client.loop_start()
        assert await self.thing.bench.log.until("mqtt.connack", within=5, after=after)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.client.disconnect()
        await asyncio.to_thread(self.client.loop_stop)

    async def got(self) -> paho.MQTTMessage:
        return await asyncio.wait_for(self.arrived.get(), 5)
