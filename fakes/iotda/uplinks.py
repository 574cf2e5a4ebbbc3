"""What a device sends, by topic (Huawei Cloud IoTDA API reference, "Topics", iot_06_v5_3004).

Nothing is routed to anybody, not even back: `commands/#` also matches a device's own answers, and
the platform does not echo them. Further capabilities join by `on(kind, handler)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from fakes.iotda import replies
from fakes.iotda.courier import Courier
from fakes.iotda.options import IotDaOptions
from fakes.iotda.state import Call, Device, Uplink
from fakes.mqtt.link import Link
from fakes.service import Deferred, Publish
from protocol import iotda

Handler = Callable[[Link, Device, iotda.Topic, Publish], Sequence[Deferred]]
"""Takes one up-link of a kind; returns what to do after its PUBACK."""

_CALLS: tuple[Call, ...] = ("command", "property_set", "property_get")


class Uplinks:
    """Sorts what a device publishes, notes it and keeps it for the operator."""

    def __init__(self, options: IotDaOptions, courier: Courier, clock: Callable[[], float]) -> None:
        self._options, self._courier, self._clock = options, courier, clock
        self._handlers: dict[str, Handler] = {}
        self.on("report", self._report)
        self.on("message_up", self._message)
        self.on("user", self._message)
        self.on("event_up", self._event)
        for call in _CALLS:
            self.on(f"{call}.reply", partial(self._reply, call))

    def on(self, kind: str, handler: Handler) -> None:
        """Take up-links of a kind (protocol.iotda.KINDS, or "user")."""
        self._handlers[kind] = handler

    def take(self, link: Link, device: Device, message: Publish) -> Sequence[Deferred]:
        """Handle one PUBLISH; may cut the link."""
        if message.retain and self._options.retain == "close":
            link.cut("a retained message")
            return ()
        if len(message.payload) > self._options.message_longest:
            return self._oversize(link, message)
        topic = self._own(device, message.topic)
        handler = self._handlers.get(topic.kind) if topic else None
        if topic is None or handler is None:
            return self._unknown(link, message.topic)
        return handler(link, device, topic, message)

    def _own(self, device: Device, text: str) -> iotda.Topic | None:
        """The topic, if the device may publish to it. A custom topic reads as kind "user"."""
        custom = not text.startswith("$oc")
        if custom or text.startswith(f"$oc/devices/{device.device_id}/user/"):
            allowed = self._options.custom_topics or not custom
            short = len(text.encode()) <= self._options.custom_topic_longest
            return iotda.Topic("user", device.device_id) if allowed and short else None
        try:
            topic = iotda.parse_topic(text)
        except iotda.TopicError:
            return None
        return topic if topic.device_id == device.device_id else None

    def _unknown(self, link: Link, topic: str) -> Sequence[Deferred]:
        closed = self._options.foreign_publish == "close"
        done = "closed" if closed else "ignored"
        link.note("iotda.unknown_topic", "in", topic=topic, action="publish", done=done)
        if closed:
            link.cut("a topic that is not the device's")
        return ()

    def _oversize(self, link: Link, message: Publish) -> Sequence[Deferred]:
        """A message too large is dropped; its packet is in the record anyway."""
        size = len(message.payload)
        link.note("iotda.oversize", "in", topic=message.topic, size=size)
        if self._options.oversize == "close":
            link.cut(f"a message of {size} bytes")
        return ()

    # -- kinds --------------------------------------------------------------------------------

    def _report(
        self, link: Link, device: Device, topic: iotda.Topic, message: Publish
    ) -> Sequence[Deferred]:
        """Properties. There is no answer, whatever the report holds (iot_06_v5_3010)."""
        dropped = len(message.payload) > self._options.report_longest
        _note(link, "iotda.report", message, dropped=dropped)
        if not dropped:
            device.reports.append(_uplink(topic, message))
        return ()

    def _message(
        self, link: Link, device: Device, topic: iotda.Topic, message: Publish
    ) -> Sequence[Deferred]:
        """A message, in any format, also on a custom topic."""
        _note(link, "iotda.message_up", message, dropped=False)
        device.messages_up.append(_uplink(topic, message))
        return ()

    def _event(
        self, link: Link, device: Device, topic: iotda.Topic, message: Publish
    ) -> Sequence[Deferred]:
        """Events. Time sync is answered; `$log` and `$sdk_info` reports need no answer."""
        received_ms = round(self._clock() * 1000)
        _note(link, "iotda.event_up", message, dropped=False)
        uplink = _uplink(topic, message)
        device.events_up.append(uplink)
        return [
            partial(self._tell_time, link, device, sent, received_ms)
            for sent in replies.time_syncs(uplink.value)
        ]

    async def _tell_time(self, link: Link, device: Device, sent: object, received_ms: int) -> None:
        now_ms = round(self._clock() * 1000)
        body = replies.time_sync_answer(
            device.device_id, sent, received_ms=received_ms, now_ms=now_ms
        )
        await self._courier.carry(link, iotda.event_down(device.device_id), body)

    def _reply(
        self, call: Call, link: Link, device: Device, topic: iotda.Topic, message: Publish
    ) -> Sequence[Deferred]:
        """The answer to a call. Its request id is opaque and may itself hold "=", "/" or "?"."""
        whole = message.topic.partition("/request_id=")[2]
        outstanding = (call, whole) in device.calls
        request_id = whole if outstanding else topic.request_id or ""
        value = replies.decoded(message.payload, {} if outstanding else topic.query)
        known = device.answered(call, request_id, value)
        link.note(
            f"iotda.{call}.reply",
            "in",
            request_id=request_id,
            body=message.payload,
            known=known,
            topic=message.topic,
            qos=message.qos,
        )
        return ()


def _uplink(topic: iotda.Topic, message: Publish) -> Uplink:
    return Uplink(message.topic, message.payload, replies.decoded(message.payload, topic.query))


def _note(link: Link, name: str, message: Publish, *, dropped: bool) -> None:
    """Note an up-link with what a check may ask of its packet."""
    link.note(
        name,
        "in",
        topic=message.topic,
        body=message.payload,
        size=len(message.payload),
        dropped=dropped,
        qos=message.qos,
        retain=message.retain,
    )
