"""How down-links travel: at which QoS, how often, and what waits for an absent device.

The platform acts as if a connected device had subscribed, at QoS 0, to every system down-link; an
explicit SUBSCRIBE only raises the QoS. So there is one copy, whatever the device subscribed to.
Source: Huawei Cloud IoTDA, "Topics" (iot_06_v5_3004) and "Message communications" (iot_01_0331).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fakes.iotda.options import IotDaOptions
from fakes.iotda.state import Device, Message
from fakes.mqtt.link import Link

OFFLINE, NOT_SUBSCRIBED = "IOTDA.014016", "IOTDA.014112"


def qos_for(link: Link, topic: str) -> int | None:
    """The QoS at which a topic reaches the device; None for a custom topic without SUBSCRIBE."""
    granted = link.session.granted(topic)
    system = topic.startswith("$oc/devices/") and topic.split("/")[3:4] == ["sys"]
    return 0 if granted is None and system else granted


class Courier:
    """Carries calls, which are for now or never, and messages, which may wait for the device."""

    def __init__(self, options: IotDaOptions, clock: Callable[[], float]) -> None:
        self._options = options
        self._clock = clock

    # -- calls: commands and property requests ------------------------------------------------

    async def carry(self, link: Link, topic: str, body: bytes) -> None:
        """Send a call once at QoS 0; at QoS 1 until it is acknowledged or the sends are over."""
        if not qos_for(link, topic):
            await link.push(topic, body)
            return
        packet_id = link.session.next_id()
        await self._repeat(link, topic, body, packet_id, dup=False, again=False)

    # -- messages -----------------------------------------------------------------------------

    def post(self, device: Device, message: Message) -> None:
        """Send a message to a connected device, or keep it for an absent one."""
        link = device.link
        if link is None or link.ended:
            self._keep(device, message)
        elif qos_for(link, message.topic) is None:
            message.fail(NOT_SUBSCRIBED)
        else:
            device.waiting.append(message)
            link.send_later(partial(self.deliver, device, link))

    async def deliver(self, device: Device, link: Link) -> None:
        """Send what waits: new messages, and those never acknowledged. After CONNACK and SUBACK."""
        self._expire(device)
        for message in tuple(device.unacked.values()):
            self._again(device, link, message)
        for message in tuple(device.waiting):
            qos = qos_for(link, message.topic)
            if device.link is link and message in device.waiting and qos is not None:
                device.waiting.remove(message)
                link.note("iotda.message", "out", request_id=message.message_id, body=message.body)
                await self._first(device, link, message, qos)

    async def _first(self, device: Device, link: Link, message: Message, qos: int) -> None:
        if qos:
            device.unacked[message.message_id] = message
            link.send_later(partial(self._confirm, device, link, message, again=False))
        elif await link.push(message.topic, message.body):
            message.status = "DELIVERED"
        else:
            device.waiting.appendleft(message)

    def _again(self, device: Device, link: Link, message: Message) -> None:
        """Take up an unacknowledged message; in a fresh session, after a SUBSCRIBE at QoS 1."""
        if message.busy:
            return
        late = message.session is link.session and message.packet_id not in link.session.unacked
        if late:  # its PUBACK came after the last send
            self._settle(device, message)
        elif qos_for(link, message.topic):
            link.send_later(partial(self._confirm, device, link, message, again=True))

    async def _confirm(self, device: Device, link: Link, message: Message, *, again: bool) -> None:
        """Send one message at QoS 1; DUP where this session has seen it (MQTT-3.3.1-1)."""
        if message.busy or message.message_id not in device.unacked:
            return
        message.busy, dup = True, message.session is link.session
        if not dup:
            message.session, message.packet_id = link.session, link.session.next_id()
        try:
            packet_id = message.packet_id or 0
            if await self._repeat(
                link, message.topic, message.body, packet_id, dup=dup, again=again
            ):
                self._settle(device, message)
        finally:
            message.busy = False

    async def _repeat(
        self, link: Link, topic: str, body: bytes, packet_id: int, *, dup: bool, again: bool
    ) -> bool:
        """Send at QoS 1 under one packet id until it is acknowledged; whether it was."""
        options = self._options
        times = options.sends_again if again else options.sends
        wait = options.resend_again_after if again else options.resend_after
        for _ in range(times):
            if await link.push(topic, body, qos=1, packet_id=packet_id, dup=dup, timeout=wait):
                return True
            if link.ended:
                break
            dup = True
        return False

    def _settle(self, device: Device, message: Message) -> None:
        message.status = "DELIVERED"
        device.unacked.pop(message.message_id, None)

    def _keep(self, device: Device, message: Message) -> None:
        self._expire(device)
        if message.expires <= self._clock():
            message.fail(OFFLINE)
            return
        device.waiting.append(message)
        if len(device.waiting) > self._options.cache_most:
            oldest = self._options.cache_full == "drop oldest"
            lost = device.waiting.popleft() if oldest else device.waiting.pop()
            lost.fail(OFFLINE)

    def _expire(self, device: Device) -> None:
        now = self._clock()
        for message in (*device.waiting, *device.unacked.values()):
            if message.expires < now:
                message.status = "TIMEOUT"
                device.unacked.pop(message.message_id, None)
                if message in device.waiting:
                    device.waiting.remove(message)
