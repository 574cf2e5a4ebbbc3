"""Cloud-to-device messages over MQTT: delivered at the granted QoS, completed by the PUBACK.

Sources: Microsoft Learn, iot-mqtt-connect-to-iot-hub (receiving cloud-to-device messages) and
iot-hub: messages-c2d (life cycle). Over MQTT a device can neither reject nor abandon.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from fakes.iothub.queue import Message
from fakes.iothub.state import Device
from fakes.service import Deferred, Publish
from protocol import iothub
from transcript import Way

if TYPE_CHECKING:
    from fakes.iothub.hub import Hub
    from fakes.mqtt.link import Link

FOR_EVER = 10.0 * 365 * 86_400


class CloudToDevice:
    """Sends what waits for a device, over MQTT."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def filters(self, device_id: str) -> tuple[str, ...]:
        """The filters that a device may subscribe to for these messages."""
        return (iothub.c2d_filter(device_id),)

    async def published(
        self, link: Link, device: Device, message: Publish
    ) -> Sequence[Deferred] | None:
        """Nothing goes up on these topics."""
        return None

    def resume(self, device: Device, link: Link, *, present: bool) -> None:
        """A connection was admitted; `present`: with the session of the one before it."""
        if not present:
            device.queue.forget_packets()
        device.queue.purge(self._hub.clock())
        pending = {message.packet_id for message in device.queue}
        for packet_id in [number for number in link.session.unacked if number not in pending]:
            del link.session.unacked[packet_id]  # expired, or taken over HTTPS, in the meantime
        link.send_later(partial(self.deliver, device))

    async def deliver(self, device: Device) -> None:
        """Send all that may be sent now: nothing while the device is away or has not subscribed."""
        link = device.link
        if link is None or link.ended:
            return
        granted = link.session.subscriptions.get(iothub.c2d_filter(device.device_id))
        if granted is None:
            return
        for message in device.queue.deliverable(link.number, self._hub.clock()):
            again = message.packet_id is not None
            chosen = message.packet_id or (link.session.next_id() if granted else None)
            device.queue.sent(message, link.number, packet_id=chosen)
            link.send_later(partial(self._send, device, link, message, again))

    def lost(self, device: Device, link: Link) -> None:
        """A connection is over; what was not acknowledged waits for the next."""
        device.queue.link_lost(link.number)

    async def _send(self, device: Device, link: Link, message: Message, again: bool) -> None:
        qos = 0 if message.packet_id is None else 1
        topic = iothub.c2d_topic(device.device_id, bag(device.device_id, message))
        fields = {"message_id": message.message_id, "attempt": message.attempts, "qos": qos}
        properties, body = dict(message.properties), message.body
        self._note(link, "out", "hub.c2d", device, properties=properties, body=body, **fields)
        retry = self._hub.options.c2d_retry_after_lock
        patience = self._hub.options.c2d_lock if retry else FOR_EVER
        try:
            await link.push(
                topic, body, qos=qos, packet_id=message.packet_id, dup=again, timeout=patience
            )
        finally:  # the link may end, and cancel this task, right after it has read the PUBACK
            done = self._completed(device, link, message)
        if not done and not link.ended:
            device.queue.release(message, self._hub.clock())
            await self.deliver(device)

    def _completed(self, device: Device, link: Link, message: Message) -> bool:
        """Take the message out if it was acknowledged; at QoS 0 sending it is completing it."""
        if message.packet_id is None:
            device.queue.settle(message)
            return True
        if message.packet_id in link.session.unacked:
            return False
        if device.queue.settle(message):
            fields = {"message_id": message.message_id, "how": "complete", "transport": "mqtt"}
            self._note(link, "in", "hub.c2d.settled", device, **fields)
        return True

    def _note(self, link: Link, way: Way, name: str, device: Device, **fields: Any) -> None:
        link.note(name, way, hub=self._hub.host, device_id=device.device_id, **fields)


def bag(device_id: str, message: Message) -> dict[str, str | None]:
    """The properties as the topic carries them: the system's first, then the application's."""
    to = f"/devices/{device_id}/messages/deviceBound"
    return {"$.to": to, "$.mid": message.message_id, **message.system, **message.properties}
