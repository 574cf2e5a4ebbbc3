"""IoTDA's MQTT endpoint: who comes in, what may be subscribed, what is sent where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from fakes.iotda.courier import Courier
from fakes.iotda.login import Gatekeeper, Login
from fakes.iotda.options import IotDaOptions
from fakes.iotda.script import Script
from fakes.iotda.state import Device
from fakes.iotda.uplinks import Uplinks
from fakes.mqtt.link import Link
from fakes.mqtt.sessions import Sessions
from fakes.service import REFUSED, Address, Answer, Deferred, Gate, Hello, Publish

Admit = Literal["verify", "record"]
Done = Literal["granted", "ignored", "refused", "closed"]


class MqttEndpoint:
    """The MQTT face. `admit` is "verify", or "record" to let in whoever can be told."""

    def __init__(
        self,
        *,
        gatekeeper: Gatekeeper,
        uplinks: Uplinks,
        courier: Courier,
        script: Script,
        options: IotDaOptions,
        clock: Callable[[], float],
    ) -> None:
        self.admit: Admit = "verify"
        self._gatekeeper, self._uplinks, self._courier = gatekeeper, uplinks, courier
        self._script, self._options, self._clock = script, options, clock
        self._sessions = Sessions()

    @property
    def name(self) -> str:
        return "iotda"

    @property
    def gates(self) -> Sequence[Gate]:
        return self._script.gates

    def takes(self, hello: Hello, local: Address) -> bool:
        """The Azure clouds' user names have slashes, a device id has none (AddDevice)."""
        return "/" not in (hello.username or "")

    # -- coming and going ---------------------------------------------------------------------

    async def connect(self, link: Link) -> Answer:
        """Judge the login. One connection per device id: the newcomer displaces (iot_04_0010)."""
        login = self._gatekeeper.judge(link.hello, now=self._clock())
        scripted = self._script.next_refusal()
        code = self._code(login) if scripted is None else scripted
        present = False
        if not code and login.device is not None:
            present = await self._begin(link, login.device)
        self._note(link, login, code, "script" if scripted else login.refusal)
        return Answer(code, present, redeliver=False)

    def _code(self, login: Login) -> int:
        """The CONNACK code. A frozen device is out in either mode: that is the customer's will."""
        causes = [refusal.cause for refusal in login.refusals]
        if self.admit == "record" and login.device is not None and "frozen" not in causes:
            return 0
        return self._options.connack(causes[0]) if causes else 0

    async def _begin(self, link: Link, device: Device) -> bool:
        """Connect the device; whether its session was there already (MQTT 3.1.1, 3.1.2.4)."""
        await link.take_over(device.device_id)
        hello = link.hello
        link.session, present = self._sessions.open(hello.client_id, clean=hello.clean)
        link.account, device.link = device, link
        link.send_later(partial(self._courier.deliver, device, link))
        return present

    def _note(self, link: Link, login: Login, code: int, refusal: str) -> None:
        client, hello = login.client, link.hello
        link.note(
            "iotda.login",
            "in",
            client_id=hello.client_id,
            username=hello.username,
            password=hello.password,
            device_id=client.device_id if client else None,
            account=login.device.device_id if login.device else None,
            sign_type=client.sign_type if client else None,
            stamp=client.stamp if client else None,
            admitted=not code,
            refusal=refusal,
            causes=[reason.cause for reason in login.refusals],
        )

    async def lost(self, link: Link, *, orderly: bool) -> None:
        device: Device | None = link.account
        if device is None:  # it ended while the older connection was being displaced
            return
        if device.link is link:  # of three in a row the last may come before the first is over
            device.link = None
        will = link.hello.will
        if will is not None and not orderly:
            self._uplinks.take(link, device, Publish(will.topic, will.payload, will.qos))

    # -- messages and subscriptions -----------------------------------------------------------

    async def publish(self, link: Link, message: Publish) -> Sequence[Deferred]:
        return self._uplinks.take(link, link.account, message)

    async def subscribe(self, link: Link, filter: str, qos: int) -> int:
        """Grant at most QoS 1 (iot_04_0010)."""
        done = self._allowed(link, filter)
        if done != "granted":
            link.note("iotda.unknown_topic", "in", topic=filter, action="subscribe", done=done)
        if done == "closed":
            link.cut("a topic that is not the device's")
        full = len(link.session.subscriptions) >= self._options.subscriptions_most
        crowded = full and filter not in link.session.subscriptions
        above = qos > 1 and self._options.qos2_subscribe == "refuse"
        return REFUSED if done in ("refused", "closed") or crowded or above else min(qos, 1)

    def _allowed(self, link: Link, topic_filter: str) -> Done:
        device: Device = link.account
        if topic_filter.startswith("$oc/broadcast/"):
            return "granted"
        if topic_filter.startswith(f"$oc/devices/{device.device_id}/sys/"):
            return "granted"
        if self._custom(device, topic_filter):
            short = len(topic_filter.encode()) <= self._options.custom_topic_longest
            return "granted" if short else "refused"
        match self._options.foreign_subscribe:
            case "ignore":
                return "ignored"
            case "close":
                return "closed"
        return "refused"

    def _custom(self, device: Device, topic_filter: str) -> bool:
        """Whether it is the device's own branch, or outside `$oc` where policies allow that."""
        own = topic_filter.startswith(f"$oc/devices/{device.device_id}/")
        return own or (not topic_filter.startswith("$oc") and self._options.custom_topics)

    async def subscribed(self, link: Link) -> None:
        await self._courier.deliver(link.account, link)

    async def unsubscribe(self, link: Link, filters: list[str]) -> None:
        """The implicit subscription stays: system down-links still arrive, at QoS 0."""
