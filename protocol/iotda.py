"""Huawei Cloud IoTDA, device side: login and times (Huawei Cloud IoTDA API reference, "MQTT device
authentication", iot_06_v5_3009).

Client id `{device_id}_{id type}_{sign type}_{stamp}`, user name `{device_id}`, password the
lower-case hexadecimal HMAC-SHA256 whose *key is the stamp* and whose message is the device's
secret. Topics are in iotda_topics.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from protocol import keys
from protocol.grammar import GrammarError, octets
from protocol.iotda_errors import ERRORS, IotDaError
from protocol.iotda_mistakes import explain_password
from protocol.iotda_times import (
    StampError,
    event_time,
    event_time_problem,
    hours_ahead,
    parse_event_time,
    parse_stamp,
    stamp,
    stamp_problem,
)
from protocol.iotda_topics import (
    DOWN,
    KINDS,
    UP,
    Topic,
    TopicError,
    command,
    command_reply,
    commands,
    event_down,
    event_up,
    gateway_report,
    message,
    message_up,
    parse_topic,
    property_get,
    property_get_reply,
    property_set,
    property_set_reply,
    report,
    shadow_get,
    shadow_get_reply,
    topic,
    topic_filter,
)

__all__ = [
    "COMMAND_PATIENCE",
    "DOWN",
    "ERRORS",
    "KEEPALIVE_MAX",
    "KEEPALIVE_MIN",
    "KINDS",
    "LONGEST_CLIENT_ID",
    "LONGEST_DEVICE_ID",
    "MESSAGE_LONGEST",
    "REPORT_LONGEST",
    "UP",
    "ClientId",
    "ClientIdError",
    "GroupClientId",
    "IotDaError",
    "StampError",
    "Topic",
    "TopicError",
    "client_id",
    "command",
    "command_reply",
    "commands",
    "device_id_problem",
    "event_down",
    "event_time",
    "event_time_problem",
    "event_up",
    "explain_password",
    "gateway_report",
    "group_password",
    "hours_ahead",
    "keepalive_problem",
    "message",
    "message_up",
    "parse_client_id",
    "parse_event_time",
    "parse_group_client_id",
    "parse_stamp",
    "parse_topic",
    "password",
    "property_get",
    "property_get_reply",
    "property_set",
    "property_set_reply",
    "report",
    "secret_problem",
    "shadow_get",
    "shadow_get_reply",
    "stamp",
    "stamp_problem",
    "topic",
    "topic_filter",
]

KEEPALIVE_MIN = 30  # seconds; productdesc-iothub/iot_04_0010
KEEPALIVE_MAX = 1200
LONGEST_DEVICE_ID = 128
LONGEST_CLIENT_ID = 256
MESSAGE_LONGEST = 1024 * 1024  # bytes
REPORT_LONGEST = 64 * 1024
COMMAND_PATIENCE = 20.0  # seconds until a synchronous command answers IOTDA.014111


class ClientIdError(GrammarError):
    """A client id that the platform does not take (CONNACK 2)."""


@dataclass(frozen=True, slots=True)
class ClientId:
    """A client id, read from the right, since a device id holds underscores itself."""

    device_id: str
    id_type: str  # "0" device; "2" (node id) and "3" (bridge) in SDK sources only
    sign_type: str  # "0" stamp not checked, "1" checked; "2" (SM3, checked) in SDK sources only
    stamp: str  # ten digits; not always an hour that exists


@dataclass(frozen=True, slots=True)
class GroupClientId:
    """A bootstrap client id of a registration group; sign type and stamp are None with X.509."""

    device_id: str
    id_type: str
    scope_id: str
    sign_type: str | None = None
    stamp: str | None = None


def client_id(device_id: str, stamp: str, *, sign_type: str = "0", id_type: str = "0") -> str:
    """The CONNECT client id."""
    return f"{device_id}_{id_type}_{sign_type}_{stamp}"


def parse_client_id(text: str) -> ClientId:
    """Read a device's client id. Raises ClientIdError.

    Any ten digits are a stamp here: a published client counts the hour beyond 23, and with sign
    type 0 nobody looks.
    """
    if len(text) > LONGEST_CLIENT_ID:
        raise ClientIdError(f"the client id has {len(text)} characters, over {LONGEST_CLIENT_ID}")
    parts = text.rsplit("_", 3)
    if len(parts) != 4:
        wanted = "{device id}_{id type}_{sign type}_{stamp}"
        raise ClientIdError(f"client id {text!r} does not read {wanted}")
    found = ClientId(*parts)
    problem = device_id_problem(found.device_id) or _type_problem(found)
    if problem is not None:
        raise ClientIdError(f"client id {text!r}: {problem}")
    return found


def _type_problem(found: ClientId) -> str | None:
    if found.id_type not in ("0", "2", "3"):
        return f"the id type is {found.id_type!r}, not 0"
    if found.sign_type not in ("0", "1", "2"):
        return f"the sign type is {found.sign_type!r}, not 0 or 1"
    if not re.fullmatch("[0-9]{10}", found.stamp):
        return f"the stamp is {found.stamp!r}, not ten digits (YYYYMMDDHH)"
    return None


def parse_group_client_id(text: str) -> GroupClientId:
    """Read a bootstrap client id. Raises ClientIdError.

    `{id}_0_{scope}` (X.509) or `{id}_0_{scope}_{sign type}_{stamp}`, as published SDKs send them. A
    device's own client id reads as the former, so ask here only where bootstrap is served.
    """
    signed = re.fullmatch(r"(.+)_(0)_([^_]+)_([012])_([0-9]{10})", text)
    plain = re.fullmatch(r"(.+)_(0)_([^_]+)", text)
    found = signed or plain
    if found is None:
        wanted = "{id}_0_{scope}[_{sign type}_{stamp}]"
        raise ClientIdError(f"client id {text!r} does not read {wanted}")
    return GroupClientId(*found.groups())


# --- the password ---------------------------------------------------------------------------------


def password(secret: str, stamp_or_time: str | datetime, *, sign_type: str = "0") -> str:
    """The password of this secret under this stamp (or this time's UTC hour).

    64 lower-case hexadecimal digits. Sign type 2 means HMAC-SM3; 0 and 1 differ in what the
    platform checks, not in the password.
    """
    text = stamp(stamp_or_time) if isinstance(stamp_or_time, datetime) else stamp_or_time
    algorithm: hashes.HashAlgorithm = hashes.SM3() if sign_type == "2" else hashes.SHA256()
    digest = HMAC(octets(text), algorithm)
    digest.update(octets(secret))
    return digest.finalize().hex()


def group_password(group_secret_b64: str, device_id: str, stamp_text: str) -> str:
    """The bootstrap password of one device in a registration group with a secret.

    HMAC(stamp, hex(HMAC(device id, base64decode(group secret)))), keys first. Not in the
    documents; all published SDKs agree on it. Raises keys.InvalidKey.
    """
    inner = keys.hmac_sha256(octets(device_id), keys.decode(group_secret_b64)).hex()
    return password(inner, stamp_text)


# --- members --------------------------------------------------------------------------------------


def device_id_problem(text: str) -> str | None:
    """Why the text is no device id, or None: 1 to 128 letters, digits, `_`, `-` (AddDevice)."""
    if not text:
        return "the device id is empty"
    if len(text) > LONGEST_DEVICE_ID:
        return f"the device id has {len(text)} characters; at most {LONGEST_DEVICE_ID} are allowed"
    if not re.fullmatch("[A-Za-z0-9_-]+", text):
        return f"the device id {text!r} holds more than letters, digits, '_' and '-'"
    return None


def secret_problem(text: str) -> str | None:
    """Why the text is no secret, or None: 8 to 32 letters, digits, `_` or `-` (AddDevice)."""
    if not re.fullmatch("[A-Za-z0-9_-]{8,32}", text):
        return "the secret must have 8 to 32 letters, digits, '_' or '-'"
    return None


def keepalive_problem(seconds: int) -> str | None:
    """Why the platform refuses this keep-alive (CONNACK 2), or None. 0 counts as out of range."""
    if KEEPALIVE_MIN <= seconds <= KEEPALIVE_MAX:
        return None
    return f"the keep-alive is {seconds} s; it must lie from {KEEPALIVE_MIN} to {KEEPALIVE_MAX} s"
