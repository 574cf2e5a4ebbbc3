"""IoT Hub device API: identity, user name, limits (Microsoft Learn, iot-hub:
iot-mqtt-connect-to-iot-hub, devguide).

Topics are in hub_topics.py, the property bag in property_bag.py, error codes in hub_errors.py; all
are offered from here too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from protocol.grammar import GrammarError, pairs, segments
from protocol.hub_errors import ERRORS, HubError
from protocol.hub_topics import (
    METHODS_FILTER,
    TWIN_DESIRED_FILTER,
    TWIN_RESPONSES,
    MethodReply,
    MethodRequest,
    Telemetry,
    TopicError,
    TwinRequest,
    c2d_filter,
    c2d_topic,
    method_reply_topic,
    method_topic,
    parse_c2d_topic,
    parse_method_reply,
    parse_method_topic,
    parse_telemetry_topic,
    parse_twin_request,
    telemetry_topic,
    twin_desired_topic,
    twin_reply_topic,
    twin_request_topic,
)
from protocol.property_bag import bag_problems, decode_bag, encode_bag

__all__ = [
    "API_VERSIONS",
    "C2D_LONGEST",
    "DEFAULT_API_VERSION",
    "ERRORS",
    "KEEPALIVE_MAX",
    "LONGEST_ID",
    "METHODS_FILTER",
    "METHOD_LONGEST",
    "SILENCE_MAX",
    "SUBSCRIPTIONS_MAX",
    "TELEMETRY_LONGEST",
    "TWIN_DESIRED_FILTER",
    "TWIN_RESPONSES",
    "Audience",
    "HubError",
    "HubUser",
    "MethodReply",
    "MethodRequest",
    "Telemetry",
    "TopicError",
    "TwinRequest",
    "UserNameError",
    "audience",
    "bag_problems",
    "c2d_filter",
    "c2d_topic",
    "client_id",
    "covers",
    "decode_bag",
    "device_id_problem",
    "encode_bag",
    "method_reply_topic",
    "method_topic",
    "parse_c2d_topic",
    "parse_method_reply",
    "parse_method_topic",
    "parse_telemetry_topic",
    "parse_twin_request",
    "parse_username",
    "resource",
    "telemetry_topic",
    "twin_desired_topic",
    "twin_reply_topic",
    "twin_request_topic",
    "username",
]

DEFAULT_API_VERSION = "2021-04-12"
API_VERSIONS = frozenset(
    {
        "2016-11-14",
        "2017-06-30",
        "2018-06-30",
        "2019-03-30",
        "2019-10-01",
        "2020-03-13",
        "2020-09-30",
        "2021-04-12",
    }
)
SILENCE_MAX = 1767  # seconds: 29.45 minutes, the longest silence whatever keep-alive says
KEEPALIVE_MAX = 1177  # seconds: the longest keep-alive of which the hub still waits 1.5-fold
TELEMETRY_LONGEST = 256 * 1024  # bytes
C2D_LONGEST = 64 * 1024
METHOD_LONGEST = 128 * 1024
SUBSCRIPTIONS_MAX = 5
LONGEST_ID = 128
# devguide-identity-registry: ASCII letters and digits and these
_ID_CHARACTERS = re.compile(r"[A-Za-z0-9\-.+%_#*?!(),:=@$']")


class UserNameError(GrammarError):
    """A CONNECT user name that a hub does not take."""


@dataclass(frozen=True, slots=True)
class HubUser:
    """A CONNECT user name. `extra` holds the further pairs, percent-decoded (DeviceClientType)."""

    host: str
    device_id: str
    module_id: str | None = None
    api_version: str | None = None
    extra: tuple[tuple[str, str], ...] = ()
    form: str = "bare"  # or "query" (/?api-version=…), "path" (/api-version=…, before 2018)


@dataclass(frozen=True, slots=True)
class Audience:
    """What a token's `sr` covers: a hub, all its devices, one device or one module."""

    host: str
    kind: str  # "hub" | "devices" | "device" | "module"
    device_id: str | None = None
    module_id: str | None = None


def resource(host: str, device_id: str, module_id: str | None = None) -> str:
    """The SAS resource of a device or a module, before encoding."""
    end = "" if module_id is None else f"/modules/{module_id}"
    return f"{host}/devices/{device_id}{end}"


def client_id(device_id: str, module_id: str | None = None) -> str:
    """The MQTT client id."""
    return device_id if module_id is None else f"{device_id}/{module_id}"


def username(
    host: str,
    device_id: str,
    *,
    module_id: str | None = None,
    api_version: str = DEFAULT_API_VERSION,
    client_type: str | None = None,
) -> str:
    """The CONNECT user name in its present form; `client_type` already percent-encoded."""
    end = "" if client_type is None else f"&DeviceClientType={client_type}"
    return f"{host}/{client_id(device_id, module_id)}/?api-version={api_version}{end}"


def parse_username(text: str) -> HubUser:
    """Read a user name in any form that hubs have documented. Raises UserNameError.

    `{host}/{device}[/{module}]/?api-version=…`, the same without `?` (before 2018), or
    `{host}/{device}[/{module}]` alone. The version is only recommended, so it may be None. Ids
    stand there unencoded: a `?` inside the first one is part of it.
    """
    host, *rest = text.split("/")
    ids, form, query = _cut(rest)
    if not host or not 1 <= len(ids) <= 2 or not all(ids):
        wanted = "{hub}/{device id}[/{module id}]/?api-version=…"
        raise UserNameError(f"user name {text!r} does not read {wanted}")
    found = pairs(query)
    version = next((value for name, value in found if name == "api-version" and value), None)
    extra = tuple((name, unquote(value or "")) for name, value in found if name != "api-version")
    return HubUser(host, ids[0], ids[1] if len(ids) == 2 else None, version, extra, form)


def _cut(parts: list[str]) -> tuple[list[str], str, str]:
    """The ids, the form and the query of a user name's segments behind the host."""
    for place, part in enumerate(parts):
        if place and part.startswith("?"):
            return parts[:place], "query", "/".join(parts[place:])[1:]
        if place and any(name == "api-version" for name, _ in pairs(part)):
            return parts[:place], "path", "/".join(parts[place:])
    trailing_slash = len(parts) > 1 and not parts[-1]
    return (parts[:-1] if trailing_slash else parts), "bare", ""


def audience(sr_raw: str) -> Audience | None:
    """What a token's `sr`, decoded once, covers; None when it names nothing of a hub."""
    parts = unquote(sr_raw).split("/")
    match parts:
        case [host] if host:
            return Audience(host, "hub")
        case [host, "devices"]:
            return Audience(host, "devices")
        case [host, "devices", device_id] if device_id:
            return Audience(host, "device", device_id)
        case [host, "devices", device_id, "modules", module_id] if device_id and module_id:
            return Audience(host, "module", device_id, module_id)
    return None


def covers(sr_raw: str, host: str, device_id: str, module_id: str | None = None) -> bool:
    """Whether a device's token for `sr` may serve this device, or this module of it.

    By segment and without regard to case, as Microsoft's own verifier does. A device's token serves
    its modules too. `sr` of a whole hub or of all devices is a policy's, not a device's: see
    `audience` to take one deliberately.
    """
    given = segments(unquote(sr_raw))
    if given == segments(resource(host, device_id)):
        return True
    return module_id is not None and given == segments(resource(host, device_id, module_id))


def device_id_problem(text: str) -> str | None:
    """Why the text is no device or module id, or None (devguide-identity-registry)."""
    if not text:
        return "the device id is empty"
    if len(text) > LONGEST_ID:
        return f"the device id has {len(text)} characters; at most {LONGEST_ID} are allowed"
    strange = "".join(sorted(set(_ID_CHARACTERS.sub("", text))))
    if strange:
        return f"the device id holds {strange!r}, which a hub does not take"
    return None
