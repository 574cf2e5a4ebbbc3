"""IoTDA's system topics, built and read (Huawei Cloud IoTDA API reference, "Topics",
iot_06_v5_3004).

A topic is `$oc/devices/{device_id}/sys/{place}`, some with `/request_id={id}` behind it. Up-links
may carry `?request_id=…` or `?encoding=gzip`, which are part of the topic's text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from protocol.grammar import GrammarError, pairs

_PREFIX = "$oc/devices/"

# place below …/sys/ -> (kind, way seen from the device, whether a request id stands behind it)
_PLACES: dict[str, tuple[str, str, bool]] = {
    "messages/up": ("message_up", "up", False),
    "messages/down": ("message", "down", False),
    "properties/report": ("report", "up", False),
    "gateway/sub_devices/properties/report": ("gateway_report", "up", False),
    "properties/set": ("property_set", "down", True),
    "properties/set/response": ("property_set.reply", "up", True),
    "properties/get": ("property_get", "down", True),
    "properties/get/response": ("property_get.reply", "up", True),
    "shadow/get": ("shadow_get", "up", True),
    "shadow/get/response": ("shadow_get.reply", "down", True),
    "commands": ("command", "down", True),
    "commands/response": ("command.reply", "up", True),
    "events/up": ("event_up", "up", False),
    "events/down": ("event_down", "down", False),
    "bootstrap/up": ("bootstrap_up", "up", False),
    "bootstrap/down": ("bootstrap_down", "down", False),
}
KINDS = {kind: place for place, (kind, _, _) in _PLACES.items()}
UP = frozenset(kind for kind, way, _ in _PLACES.values() if way == "up")
DOWN = frozenset(kind for kind, way, _ in _PLACES.values() if way == "down")
_WITH_ID = frozenset(kind for kind, _, asked in _PLACES.values() if asked)
_SYSTEM = re.compile(r"\$oc/devices/([^/]+)/sys/(.+?)(?:/request_id=(.*))?", re.DOTALL)
_USER = re.compile(r"\$oc/devices/([^/]+)/user/(.+)", re.DOTALL)


class TopicError(GrammarError):
    """A topic that the platform does not know."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that was read. `kind` is a key of KINDS, or "user" for `…/user/{suffix}`."""

    kind: str
    device_id: str
    request_id: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)  # what stands behind a "?"
    suffix: str | None = None  # of a custom topic

    @property
    def way(self) -> str:
        """Where it flows: "up" (device to platform), "down", or "either" (a custom topic)."""
        return "up" if self.kind in UP else "down" if self.kind in DOWN else "either"


def topic(kind: str, device_id: str, request_id: str | None = None) -> str:
    """The topic of this kind.

    Raises KeyError for an unknown kind, ValueError when a request id is missing or out of place.
    """
    place = KINDS[kind]
    if (kind in _WITH_ID) != (request_id is not None):
        raise ValueError(f"a topic of kind {kind} has {'a' if kind in _WITH_ID else 'no'} id")
    end = "" if request_id is None else f"/request_id={request_id}"
    return f"{_PREFIX}{device_id}/sys/{place}{end}"


def topic_filter(kind: str, device_id: str) -> str:
    """What to subscribe to for topics of this kind: with `/#` where a request id follows."""
    end = "/#" if kind in _WITH_ID else ""
    return f"{_PREFIX}{device_id}/sys/{KINDS[kind]}{end}"


def parse_topic(text: str) -> Topic:
    """Read a topic. Raises TopicError.

    What follows a `?` is set apart first; the request id is all that follows `request_id=`.
    """
    path, _, query = text.partition("?")
    members = {name: value or "" for name, value in pairs(query)}
    user = _USER.fullmatch(path)
    if user is not None:
        return Topic("user", user[1], query=members, suffix=user[2])
    found = _SYSTEM.fullmatch(path)
    if found is None or found[2] not in _PLACES:
        raise TopicError(f"the platform knows no topic {text!r}")
    kind, _, asked = _PLACES[found[2]]
    if asked != (found[3] is not None) or found[3] == "":
        raise TopicError(f"topic {text!r} must {'' if asked else 'not '}end in /request_id={{id}}")
    return Topic(kind, found[1], found[3], members)


def report(device_id: str) -> str:
    """Where a device reports properties."""
    return topic("report", device_id)


def gateway_report(device_id: str) -> str:
    """Where a gateway reports its sub-devices' properties (underscore here, hyphen over HTTP)."""
    return topic("gateway_report", device_id)


def message_up(device_id: str) -> str:
    """Where a device sends messages."""
    return topic("message_up", device_id)


def message(device_id: str) -> str:
    """Where a device receives messages."""
    return topic("message", device_id)


def event_up(device_id: str) -> str:
    """Where a device sends events."""
    return topic("event_up", device_id)


def event_down(device_id: str) -> str:
    """Where a device receives events."""
    return topic("event_down", device_id)


def command(device_id: str, request_id: str) -> str:
    """Where a device receives one command."""
    return topic("command", device_id, request_id)


def command_reply(device_id: str, request_id: str) -> str:
    """Where a device answers one command."""
    return topic("command.reply", device_id, request_id)


def commands(device_id: str) -> str:
    """The filter for all commands."""
    return topic_filter("command", device_id)


def property_set(device_id: str, request_id: str) -> str:
    """Where a device is told to set properties."""
    return topic("property_set", device_id, request_id)


def property_set_reply(device_id: str, request_id: str) -> str:
    """Where a device answers that."""
    return topic("property_set.reply", device_id, request_id)


def property_get(device_id: str, request_id: str) -> str:
    """Where a device is asked for properties."""
    return topic("property_get", device_id, request_id)


def property_get_reply(device_id: str, request_id: str) -> str:
    """Where a device answers that."""
    return topic("property_get.reply", device_id, request_id)


def shadow_get(device_id: str, request_id: str) -> str:
    """Where a device asks for its shadow."""
    return topic("shadow_get", device_id, request_id)


def shadow_get_reply(device_id: str, request_id: str) -> str:
    """Where the platform answers that."""
    return topic("shadow_get.reply", device_id, request_id)
