"""Telemetry and wills: what a device sends up, over MQTT or HTTPS, as a back end would read it.

Sources: Microsoft Learn, iot-mqtt-connect-to-iot-hub (sending telemetry) and iot-hub:
devguide-messages-construct (system and application properties).
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from fakes.iothub.login import is_events_topic
from fakes.iothub.replies import HubError
from fakes.iothub.state import Device, Telemetry
from fakes.service import Deferred, HttpRequest, Publish, Will
from protocol import iothub

if TYPE_CHECKING:
    from fakes.iothub.hub import Hub
    from fakes.mqtt.link import Link

BATCH = "application/vnd.microsoft.iothub.json"
APPLICATION = "iothub-app-"
# HTTPS header: the property that the same thing is over MQTT
SYSTEM = {
    "iothub-messageid": "$.mid",
    "iothub-correlationid": "$.cid",
    "iothub-userid": "$.uid",
    "iothub-to": "$.to",
    "iothub-expiry": "$.exp",
    "iothub-contenttype": "$.ct",
    "iothub-contentencoding": "$.ce",
}


class DeviceToCloud:
    """Takes what devices send."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def filters(self, device_id: str) -> tuple[str, ...]:
        """A device cannot subscribe to its own telemetry."""
        return ()

    async def published(
        self, link: Link, device: Device, message: Publish
    ) -> Sequence[Deferred] | None:
        """Take a message from the device's events topic; None when it came on another."""
        if not is_events_topic(message.topic, device.device_id):
            return None
        if len(message.payload) > self._hub.options.message_size:
            link.cut(f"a message of {len(message.payload)} bytes")
            return ()
        properties = self._properties(message.topic, retain=message.retain)
        fields = {"topic": message.topic, "qos": message.qos, "retain": message.retain}
        self._take(
            device, "mqtt", message.payload, properties, link=link.number, dup=message.dup, **fields
        )
        return ()

    def left(self, link: Link, device: Device, will: Will) -> None:
        """Publish the will of a device that went without a DISCONNECT."""
        if not is_events_topic(will.topic, device.device_id):
            self._hub.note_unknown(link, device, will.topic, "publish", "ignored")
            return
        properties = self._properties(will.topic, retain=will.retain)
        properties["iothub-MessageType"] = "Will"
        fields = {"topic": will.topic, "qos": will.qos, "retain": will.retain}
        self._take(device, "mqtt", will.payload, properties, link=link.number, **fields)

    def posted(self, device: Device, request: HttpRequest) -> None:
        """Take a message, or a batch. HubError 413001 when too long, 400006 when malformed."""
        if len(request.body) > self._hub.options.message_size:
            raise HubError(413001, f"{len(request.body)} bytes")
        fields = {"topic": request.path, "qos": None, "retain": False}
        for body, properties in tuple(_messages(request)):
            self._take(device, "https", body, properties, link=request.number, **fields)

    def _properties(self, topic: str, *, retain: bool) -> dict[str, str]:
        properties = dict(iothub.parse_telemetry_topic(topic).properties)
        if retain:
            properties[self._hub.options.retain_property] = "true"
        return properties

    def _take(
        self,
        device: Device,
        transport: Literal["mqtt", "https"],
        body: bytes,
        properties: Mapping[str, str],
        **fields: Any,
    ) -> None:
        message = Telemetry(
            device_id=device.device_id,
            body=body,
            properties=properties,
            transport=transport,
            enqueued=self._hub.clock(),
        )
        device.messages.append(message)
        shown: dict[str, Any] = {
            "device_id": device.device_id,
            "transport": transport,
            "body": body,
        }
        self._hub.note("hub.telemetry", "in", properties=properties, **shown, **fields)


def header_properties(headers: Mapping[str, str]) -> dict[str, str]:
    """The properties that HTTPS headers carry, under the names that they have over MQTT.

    Header names do not keep their case, so application properties come in lower case.
    """
    system = {SYSTEM[name]: text for name, text in headers.items() if name in SYSTEM}
    own = {
        name.removeprefix(APPLICATION): text
        for name, text in headers.items()
        if name.startswith(APPLICATION)
    }
    return system | own


def _messages(request: HttpRequest) -> Iterator[tuple[bytes, dict[str, str]]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != BATCH:
        yield request.body, header_properties(request.headers)
        return
    try:
        for item in json.loads(request.body):
            yield _body(item), {str(k): str(v) for k, v in item.get("properties", {}).items()}
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise HubError(400006, f"the batch cannot be read: {error}") from None


def _body(item: Mapping[str, Any]) -> bytes:
    """The body of one message of a batch: base64 unless it says otherwise."""
    if item.get("base64Encoded", True) is False:
        return str(item["body"]).encode()
    try:
        return b64decode(item["body"], validate=True)
    except Base64Error as error:
        raise ValueError(f"body: {error}") from None
