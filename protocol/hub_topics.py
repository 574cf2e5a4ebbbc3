"""IoT Hub's MQTT topics, built and read (Microsoft Learn, iot-hub: iot-mqtt-connect-to-iot-hub)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from protocol.grammar import GrammarError, pairs
from protocol.property_bag import decode_bag, encode_bag

METHODS_FILTER = "$iothub/methods/POST/#"
TWIN_RESPONSES = "$iothub/twin/res/#"
TWIN_DESIRED_FILTER = "$iothub/twin/PATCH/properties/desired/#"

_TELEMETRY = re.compile(
    r"devices/([^/]+)(?:/modules/([^/]+))?/messages/events(?:/(.*))?", re.DOTALL
)
_C2D = re.compile(r"devices/([^/]+)/messages/devicebound(?:/(.*))?", re.DOTALL)
_METHOD = re.compile(r"\$iothub/methods/POST/([^/]+)/\?(.*)", re.DOTALL)
_METHOD_REPLY = re.compile(r"\$iothub/methods/res/([^/]*)/\?(.*)", re.DOTALL)
_TWIN = re.compile(r"\$iothub/twin/(GET|PATCH/properties/reported)/\?(.*)", re.DOTALL)


class TopicError(GrammarError):
    """A topic that is not of the kind asked for."""


@dataclass(frozen=True, slots=True)
class Telemetry:
    """A device-to-cloud topic. `bag` is the property bag as sent, `properties` what it says."""

    device_id: str
    module_id: str | None = None
    bag: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MethodRequest:
    """A direct method's request topic."""

    name: str
    rid: str


@dataclass(frozen=True, slots=True)
class MethodReply:
    """A direct method's reply topic.

    `status` is the text as sent: it must be a whole number, and published samples send -1.
    """

    status: str
    rid: str

    @property
    def code(self) -> int | None:
        """The status as a number; None when it is none."""
        return int(self.status) if re.fullmatch("-?[0-9]{1,10}", self.status) else None


@dataclass(frozen=True, slots=True)
class TwinRequest:
    """A twin request's topic; `operation` is "get" or "reported"."""

    operation: str
    rid: str


def telemetry_topic(
    device_id: str,
    properties: Mapping[str, str | None] | None = None,
    *,
    module_id: str | None = None,
) -> str:
    """Where a device publishes telemetry; the trailing slash is there without properties too."""
    module = "" if module_id is None else f"/modules/{module_id}"
    return f"devices/{device_id}{module}/messages/events/{encode_bag(properties or {})}"


def parse_telemetry_topic(topic: str) -> Telemetry:
    """Read a telemetry topic, with or without its trailing slash. Raises TopicError."""
    found = _TELEMETRY.fullmatch(topic)
    if found is None:
        raise TopicError(f"{topic!r} is no telemetry topic")
    device_id, module_id, bag = found[1], found[2], found[3] or ""
    return Telemetry(device_id, module_id, bag, decode_bag(bag))


def c2d_filter(device_id: str) -> str:
    """What a device subscribes to for cloud-to-device messages."""
    return f"devices/{device_id}/messages/devicebound/#"


def c2d_topic(device_id: str, properties: Mapping[str, str | None]) -> str:
    """Where the hub delivers a message; system properties are the caller's (`$.mid`, `$.to`,
    `iothub-ack` …).
    """
    return f"devices/{device_id}/messages/devicebound/{encode_bag(properties)}"


def parse_c2d_topic(topic: str) -> tuple[str, dict[str, str]]:
    """The device id and the properties of a cloud-to-device topic. Raises TopicError."""
    found = _C2D.fullmatch(topic)
    if found is None:
        raise TopicError(f"{topic!r} is no cloud-to-device topic")
    return found[1], decode_bag(found[2] or "")


def method_topic(name: str, rid: str) -> str:
    """Where the hub publishes a method request."""
    return f"$iothub/methods/POST/{name}/?$rid={rid}"


def parse_method_topic(topic: str) -> MethodRequest:
    """Read a method request's topic. Raises TopicError."""
    found = _METHOD.fullmatch(topic)
    if found is None:
        raise TopicError(f"{topic!r} is no method request topic")
    return MethodRequest(found[1], _rid(topic, found[2]))


def method_reply_topic(status: int | str, rid: str) -> str:
    """Where a device answers a method."""
    return f"$iothub/methods/res/{status}/?$rid={rid}"


def parse_method_reply(topic: str) -> MethodReply:
    """Read a method reply's topic; the status as sent. Raises TopicError when it is none or has no
    `$rid`.
    """
    found = _METHOD_REPLY.fullmatch(topic)
    if found is None:
        raise TopicError(
            f"{topic!r} does not read $iothub/methods/res/{{status}}/?$rid={{request id}}"
        )
    return MethodReply(found[1], _rid(topic, found[2]))


def twin_request_topic(operation: str, rid: str) -> str:
    """Where a device asks for its twin ("get") or reports properties ("reported")."""
    word = {"get": "GET", "reported": "PATCH/properties/reported"}[operation]
    return f"$iothub/twin/{word}/?$rid={rid}"


def parse_twin_request(topic: str) -> TwinRequest:
    """Read a twin request's topic. Raises TopicError."""
    found = _TWIN.fullmatch(topic)
    if found is None:
        raise TopicError(f"{topic!r} is no twin request topic")
    return TwinRequest("get" if found[1] == "GET" else "reported", _rid(topic, found[2]))


def twin_reply_topic(status: int, rid: str, version: int | None = None) -> str:
    """Where the hub answers a twin request; `version` is the reported properties' new one."""
    end = "" if version is None else f"&$version={version}"
    return f"$iothub/twin/res/{status}/?$rid={rid}{end}"


def twin_desired_topic(version: int) -> str:
    """Where the hub publishes a change of the desired properties."""
    return f"$iothub/twin/PATCH/properties/desired/?$version={version}"


def _rid(topic: str, query: str) -> str:
    values = [value for name, value in pairs(query) if name == "$rid"]
    if len(values) != 1 or not values[0]:
        raise TopicError(f"topic {topic!r} must carry $rid once, with a value")
    return values[0]
