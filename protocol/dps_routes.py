"""DPS device API: MQTT topics and HTTPS paths, built and read (Microsoft Learn, iot-dps:
iot-mqtt-connect-to-iot-dps; DPS device REST API, "Runtime Registration").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from protocol.grammar import GrammarError, pairs, percent_encoded

RESPONSES = "$dps/registrations/res/#"

_REGISTER = "$dps/registrations/PUT/iotdps-register/?"
_POLL = "$dps/registrations/GET/iotdps-get-operationstatus/?"
_REPLY = re.compile(r"\$dps/registrations/res/([0-9]{3})/\?.*", re.DOTALL)


class TopicError(GrammarError):
    """A topic that DPS does not know."""


@dataclass(frozen=True, slots=True)
class Register:
    """A register request's topic."""

    rid: str


@dataclass(frozen=True, slots=True)
class Poll:
    """An operation look-up's topic."""

    rid: str
    operation_id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's topic; `retry_after` in seconds."""

    status: int
    rid: str
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTPS path of the device API. `operation` is "register", "poll" or "status"."""

    operation: str
    scope: str
    registration_id: str
    operation_id: str | None = None


def register_topic(rid: str) -> str:
    """Where a device publishes its register request."""
    return f"{_REGISTER}$rid={rid}"


def poll_topic(rid: str, operation_id: str) -> str:
    """Where a device publishes its operation look-up."""
    return f"{_POLL}$rid={rid}&operationId={operation_id}"


def reply_topic(status: int, rid: str, retry_after: int | None = None) -> str:
    """Where the service answers; `$rid` comes first, since published clients look for it there."""
    end = "" if retry_after is None else f"&retry-after={retry_after}"
    return f"$dps/registrations/res/{status}/?$rid={rid}{end}"


def parse_topic(topic: str) -> Register | Poll:
    """Read a device's topic. Members in any order, unknown ones passed over. Raises TopicError."""
    if topic.startswith(_REGISTER):
        return Register(_member(topic, "$rid"))
    if topic.startswith(_POLL):
        return Poll(_member(topic, "$rid"), _member(topic, "operationId"))
    raise TopicError(f"DPS knows no topic {topic!r}")


def parse_reply_topic(topic: str) -> Reply:
    """Read an answer's topic. Raises TopicError.

    `$rid` and retry-after come in any order, the latter in any case, as published clients read it.
    """
    found = _REPLY.fullmatch(topic)
    if found is None:
        raise TopicError(f"topic {topic!r} does not read $dps/registrations/res/{{status}}/?$rid=…")
    waits = [value for name, value in _query(topic) if name.lower() == "retry-after"]
    if waits and not re.fullmatch("[0-9]{1,9}", waits[0] or ""):
        raise TopicError(f"retry-after is {waits[0]!r}; it must be whole seconds")
    retry_after = int(waits[0] or "") if waits else None
    return Reply(int(found[1]), _member(topic, "$rid"), retry_after)


def register_path(scope: str, registration_id: str) -> str:
    """The path of a register request (PUT), without its query."""
    return f"/{percent_encoded(scope)}/registrations/{percent_encoded(registration_id)}/register"


def poll_path(scope: str, registration_id: str, operation_id: str) -> str:
    """The path of an operation look-up (GET), without its query."""
    start = f"/{percent_encoded(scope)}/registrations/{percent_encoded(registration_id)}"
    return f"{start}/operations/{percent_encoded(operation_id)}"


def parse_path(method: str, path: str) -> Route | None:
    """The operation behind a method and a raw path, or None; a query may follow the path.

    The fixed words are taken in any case: a published client of the service API writes its own in
    lower case.
    """
    parts = [unquote(part) for part in path.partition("?")[0].split("/")[1:]]
    if len(parts) < 3 or parts[1].lower() != "registrations" or not (parts[0] and parts[2]):
        return None
    match (method.upper(), [part.lower() for part in parts[3:]]):
        case ("PUT", ["register"]):
            return Route("register", parts[0], parts[2])
        case ("GET", ["operations", operation_id]) if operation_id:
            return Route("poll", parts[0], parts[2], parts[4])
        case ("POST", []):
            return Route("status", parts[0], parts[2])
    return None


def _query(topic: str) -> list[tuple[str, str | None]]:
    return pairs(topic.partition("?")[2])


def _member(topic: str, name: str) -> str:
    """The one value of this name in the topic's query."""
    values = [value for found, value in _query(topic) if found == name]
    if len(values) != 1 or not values[0]:
        raise TopicError(f"topic {topic!r} must carry {name} once, with a value")
    return values[0]
