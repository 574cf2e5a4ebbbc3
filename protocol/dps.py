"""DPS device API: identity, user name, register body (Microsoft Learn, iot-dps:
iot-mqtt-connect-to-iot-dps; DPS device REST API, "Runtime Registration").

One registration is `{id scope}/registrations/{registration id}`: the same text is the SAS resource,
the HTTPS path and the start of the MQTT user name. Topics and paths are in dps_routes.py, error
codes in dps_errors.py; both are offered from here too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from protocol.dps_errors import ERRORS, DpsError
from protocol.dps_routes import (
    RESPONSES,
    Poll,
    Register,
    Reply,
    Route,
    TopicError,
    parse_path,
    parse_reply_topic,
    parse_topic,
    poll_path,
    poll_topic,
    register_path,
    register_topic,
    reply_topic,
)
from protocol.grammar import GrammarError, pairs
from protocol.sas import same_resource

__all__ = [
    "API_VERSIONS",
    "DEFAULT_API_VERSION",
    "ERRORS",
    "GLOBAL_HOST",
    "LEAST_POLL_INTERVAL",
    "LONGEST_REGISTRATION_ID",
    "LONGEST_X509_REGISTRATION_ID",
    "POLICY",
    "POLLS_ALLOWED",
    "POLLS_WINDOW",
    "REGISTER_MEMBERS",
    "RESPONSES",
    "STATUSES",
    "SUBSTATUSES",
    "DpsError",
    "DpsUser",
    "Poll",
    "Register",
    "Reply",
    "Route",
    "TopicError",
    "UserNameError",
    "body_problems",
    "client_id",
    "covers",
    "id_scope_problem",
    "parse_path",
    "parse_reply_topic",
    "parse_topic",
    "parse_username",
    "poll_path",
    "poll_topic",
    "register_path",
    "register_topic",
    "registration_id_problem",
    "reply_topic",
    "resource",
    "same_registration_id",
    "username",
]

GLOBAL_HOST = "global.azure-devices-provisioning.net"
POLICY = "registration"  # the fixed skn of a DPS device; may be absent
LEAST_POLL_INTERVAL = 2.0  # seconds between polls where no Retry-After was given
POLLS_ALLOWED, POLLS_WINDOW = 5, 10.0  # polls of one device per seconds; iot-dps about-iot-dps
LONGEST_REGISTRATION_ID = 128
LONGEST_X509_REGISTRATION_ID = 64  # a common name's limit, RFC 5280, appendix A.1
DEFAULT_API_VERSION = "2019-03-31"
# released versions of the device API, and the previews that published clients send
API_VERSIONS = frozenset(
    {
        "2017-11-15",
        "2018-04-01",
        "2018-09-01-preview",
        "2018-11-01",
        "2019-03-31",
        "2019-04-15",
        "2021-06-01",
        "2021-10-01",
        "2025-07-01-preview",
        "2026-04-01",
    }
)
REGISTER_MEMBERS = frozenset({"registrationId", "payload", "tpm", "csr"})  # any other: 400012
STATUSES = frozenset({"unassigned", "assigning", "assigned", "failed", "disabled"})
SUBSTATUSES = frozenset(
    {
        "initialAssignment",
        "deviceDataMigrated",
        "deviceDataReset",
        "reprovisionedToInitialAssignment",
    }
)


class UserNameError(GrammarError):
    """A CONNECT user name that DPS does not take."""


@dataclass(frozen=True, slots=True)
class DpsUser:
    """A CONNECT user name. `extra` holds the further pairs, percent-decoded (ClientVersion)."""

    scope: str
    registration_id: str
    api_version: str
    extra: tuple[tuple[str, str], ...] = ()


def resource(scope: str, registration_id: str) -> str:
    """The SAS resource before encoding."""
    return f"{scope}/registrations/{registration_id}"


def covers(sr_raw: str, scope: str, registration_id: str) -> bool:
    """Whether a token for `sr` is one for this registration: decoded once, by segment, in any case.

    Registration ids are case-insensitive (iot-dps concepts-service).
    """
    return same_resource(sr_raw, resource(scope, registration_id))


def same_registration_id(one: str, other: str) -> bool:
    """Whether two registration ids are the same: their case does not count."""
    return one.lower() == other.lower()


def client_id(registration_id: str) -> str:
    """The MQTT client id: the registration id itself."""
    return registration_id


def username(
    scope: str,
    registration_id: str,
    *,
    api_version: str = DEFAULT_API_VERSION,
    client_version: str | None = None,
) -> str:
    """The CONNECT user name; `client_version` already percent-encoded."""
    end = "" if client_version is None else f"&ClientVersion={client_version}"
    return f"{resource(scope, registration_id)}/api-version={api_version}{end}"


def parse_username(text: str) -> DpsUser:
    """Read `{scope}/registrations/{id}/api-version=…[&ClientVersion=…]`. Raises UserNameError.

    A slash stands before api-version, never a `?` (that is the hub's form). Whether the version is
    a known one is not asked: see API_VERSIONS.
    """
    scope, word, registration_id, query = (*text.split("/", 3), "", "", "", "")[:4]
    if word == "registrations" and ("?" in registration_id or query.startswith("?")):
        raise UserNameError(f"user name {text!r} has a '?' before api-version; it must be a slash")
    if word != "registrations" or not (scope and registration_id and query):
        form = "{id scope}/registrations/{registration id}/api-version=…"
        raise UserNameError(f"user name {text!r} does not read {form}")
    found = pairs(query)
    version = next((value for name, value in found if name == "api-version"), None)
    if not version:
        raise UserNameError(f"user name {text!r} has no api-version")
    extra = tuple((name, unquote(value or "")) for name, value in found if name != "api-version")
    return DpsUser(scope, registration_id, version, extra)


def registration_id_problem(text: str, *, longest: int = LONGEST_REGISTRATION_ID) -> str | None:
    """Why the text is no registration id, or None.

    At most `longest` letters, digits and `- . _ :`, the last one a letter, a digit or a dash
    (iot-dps concepts-service). With X.509 the common name allows LONGEST_X509_REGISTRATION_ID.
    """
    if not text:
        return "the registration id is empty"
    if len(text) > longest:
        return f"the registration id has {len(text)} characters; at most {longest} are allowed"
    strange = "".join(sorted(set(re.sub("[A-Za-z0-9._:-]", "", text))))
    if strange:
        return f"the registration id holds {strange!r}; only letters, digits and - . _ : may be"
    if text[-1] in "._:":
        return f"the registration id ends in {text[-1]!r}; it must end in a letter, digit or dash"
    return None


def id_scope_problem(text: str) -> str | None:
    """Why the text is no id scope, or None. Known ones read `0ne…` (global) and `0cn…` (China)."""
    if not re.fullmatch("0[A-Za-z]{2}[0-9A-Za-z]+", text):
        return f"the id scope {text!r} does not read 0ne… or 0cn…"
    return None


def body_problems(body: bytes, registration_id: str) -> list[str]:
    """What is wrong with a register body; an empty one is allowed (over MQTT it is common)."""
    if not body.strip():
        return []
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        return [f"the body is not JSON: {error}"]
    if not isinstance(value, dict):
        return ["the body is not a JSON object"]
    return list(_member_problems(value, registration_id))


def _member_problems(body: dict[str, Any], registration_id: str) -> Iterator[str]:
    for name in sorted(set(body) - REGISTER_MEMBERS):
        yield f"the body has the unknown member {name!r} (400012)"
    given = body.get("registrationId", registration_id)
    if not isinstance(given, str):
        yield f"registrationId is {given!r}; it must be a string"
    elif not same_registration_id(given, registration_id):
        yield f"registrationId is {given!r}, but the request is for {registration_id!r}"
    if not isinstance(body.get("tpm") or {}, dict):
        yield "tpm is not an object"
    if not isinstance(body.get("csr") or "", str):
        yield "csr is not a string"
