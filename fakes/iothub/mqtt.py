"""The MQTT face of the hub: who comes in, which topics there are, and what becomes of the others.

What a topic means lies in the features (telemetry, c2d, methods); here is only what holds for all
of them. Source: Microsoft Learn, iot-mqtt-connect-to-iot-hub.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.iothub.login import Login, Proof
from fakes.iothub.state import Device
from fakes.mqtt.sessions import Sessions
from fakes.service import REFUSED, Address, Answer, Deferred, Gate, Hello, Publish
from protocol import iothub

if TYPE_CHECKING:
    from fakes.iothub.hub import Hub
    from fakes.mqtt.link import Link

MOST_QOS = 1  # a QoS 2 that is asked for is granted as 1
LONGEST_TIMER = 10.0 * 365 * 86_400  # tokens of the year 5000 exist


@dataclass(slots=True)
class Account:
    """What a link carries once it is admitted."""

    device: Device
    expiry: asyncio.TimerHandle | None = None


class HubMqtt:
    """The hub as the front door's MQTT links see it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.sessions = Sessions()

    @property
    def name(self) -> str:
        return self._hub.name

    @property
    def gates(self) -> Sequence[Gate]:
        return (self._hub.script.gate,)

    def takes(self, hello: Hello, local: Address) -> bool:
        """Any CONNECT: a user name that is not a hub's is for the hub to refuse, and to record.

        So the hub is served last where it shares an address with DPS or IoTDA. There is no plain
        port (iot-mqtt-connect-to-iot-hub: 8883 with TLS only).
        """
        return local.kind != "mqtt"

    async def connect(self, link: Link) -> Answer:
        """Judge the login; on admission take the identity over and go on with its session."""
        hello = link.hello
        proof = Proof(token=hello.password, chain=link.chain)
        login = self._hub.gatekeeper.mqtt(hello, proof, now=self._hub.clock())
        scripted = self._hub.script.next_connack()
        device = login.device if scripted is None and self._hub.admits(login) else None
        self._note_login(link, login, admitted=device is not None)
        if scripted is not None:
            return Answer(scripted)
        if device is None:
            return Answer(self._hub.options.connack_for(login.refusals[0].cause))
        await link.take_over(device.device_id)
        return Answer(0, self._begin(link, device, login), redeliver=False)

    async def publish(self, link: Link, message: Publish) -> Sequence[Deferred] | None:
        """Give the message to the feature whose topic it is."""
        device = self._device(link)
        self._hub.script.taken(link, message)
        if link.ended:
            return None
        for feature in self._hub.features:
            steps = await feature.published(link, device, message)
            if steps is not None:
                return steps
        self._unknown_publish(link, device, message.topic)
        return None

    async def subscribe(self, link: Link, filter: str, qos: int) -> int:
        """Grant the documented filters, at QoS 1 at most."""
        device = self._device(link)
        if filter in self._filters(device.device_id):
            return min(qos, MOST_QOS)
        close = self._hub.options.unknown_subscribe == "close"
        self._hub.note_unknown(link, device, filter, "subscribe", "closed" if close else "refused")
        if close:
            link.cut(f"a subscription to {filter!r}")
        return REFUSED

    async def subscribed(self, link: Link) -> None:
        """The SUBACK has left: deliver what waits, and let method calls through."""
        device = self._device(link)
        device.changed()
        await self._hub.c2d.deliver(device)

    async def unsubscribe(self, link: Link, filters: list[str]) -> None:
        """Nothing to do: the session has lost the filters already."""

    async def lost(self, link: Link, *, orderly: bool) -> None:
        """The connection is over: publish the will, keep what belongs to the session."""
        account = link.account
        if not isinstance(account, Account):
            return  # ended between the take-over and the session
        if account.expiry is not None:
            account.expiry.cancel()
        device = account.device
        self._hub.c2d.lost(device, link)
        if device.link is link:
            device.link, device.online = None, False
        if link.hello.will is not None and not orderly:
            self._hub.telemetry.left(link, device, link.hello.will)

    def _begin(self, link: Link, device: Device, login: Login) -> bool:
        """Start the session of an admitted link; whether it was present."""
        session, present = self.sessions.open(device.device_id, clean=link.hello.clean)
        link.session = session
        link.account = Account(device, self._expiry(link, login))
        link.idle_limit = self._patience(link.hello.keepalive)
        device.link = link
        self._hub.c2d.resume(device, link, present=present)
        link.send_later(self._online(device))
        return present

    def _online(self, device: Device) -> Deferred:
        async def step() -> None:
            device.online = True
            device.changed()

        return step

    def _expiry(self, link: Link, login: Login) -> asyncio.TimerHandle | None:
        """The timer that cuts the link when its token ends (401003, then 404104)."""
        if login.expires is None:
            return None
        options, now = self._hub.options, self._hub.clock()
        end = login.expires + options.expiry_grace
        if end <= now:  # let in by the allowance for the device's clock: it ends with that
            end = login.expires + options.clock_allowance
        delay = min(max(end - now, 0.0), LONGEST_TIMER)
        return asyncio.get_running_loop().call_later(delay, link.cut, "the token has expired")

    def _patience(self, keepalive: int) -> float:
        """Seconds of silence after which the link is cut."""
        longest = self._hub.options.longest_silence
        return min(1.5 * keepalive, longest) if keepalive else longest

    def _filters(self, device_id: str) -> set[str]:
        """All documented filters. The twin's are granted though nothing is published there yet."""
        twin = {iothub.TWIN_RESPONSES, iothub.TWIN_DESIRED_FILTER}
        return twin.union(*(feature.filters(device_id) for feature in self._hub.features))

    def _unknown_publish(self, link: Link, device: Device, topic: str) -> None:
        close = self._hub.options.unknown_publish == "close"
        self._hub.note_unknown(link, device, topic, "publish", "closed" if close else "ignored")
        if close:
            link.cut(f"a message on {topic!r}")

    def _device(self, link: Link) -> Device:
        account = link.account
        if not isinstance(account, Account):
            raise RuntimeError("a packet on a link that was not admitted")
        return account.device

    def _note_login(self, link: Link, login: Login, *, admitted: bool) -> None:
        link.note(
            "hub.login",
            "in",
            hub=self._hub.host,
            local=str(link.local),
            transport="mqtt",
            device_id=login.claimed,
            host=(link.hello.username or "").partition("/")[0],
            username=link.hello.username,
            client_id=link.hello.client_id,
            token=link.hello.password,
            certificate=link.certificate,
            admitted=admitted,
            refusal=login.refusal,
        )
