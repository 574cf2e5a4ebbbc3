"""Judges of a device's provisioning: events in, findings out, no clock and no socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from protocol import certificates, dps
from suites.links import connects
from transcript import Event, Finding, Inconclusive, Record

ASSIGNED = "assigned"
API_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(-[a-z]+)?")  # ones to come are none of ours


def requests(record: Record) -> list[Event]:
    """Every register and poll request."""
    return [event for event in record if event.name in ("dps.register", "dps.poll")]


def foreign_registrations(record: Record) -> list[Finding]:
    """Every request under another id scope or registration id than those enrolled."""
    own = dps.resource(record.given["id_scope"], record.given["registration_id"])
    named = [(e, dps.resource(e.scope, e.registration_id)) for e in requests(record)]
    return [Finding(e.at, own, name) for e, name in named if name != own]


def misdirected_requests(record: Record) -> list[Finding]:
    """Every HTTPS request to the device API that is none of its three operations."""
    asked = record.all("http.request", service="dps")
    odd = [e for e in asked if "registrations" in e.path and not dps.parse_path(e.method, e.path)]
    expected = "PUT .../register, GET .../operations/{operationId} or POST .../{registrationId}"
    return [Finding(e.at, expected, f"{e.method} {e.path}") for e in odd]


def unsigned_requests(record: Record) -> list[Finding]:
    """Every register and poll request over HTTPS without an Authorization header."""
    bare = [e for e in requests(record) if e.transport == "https" and not e.authorization]
    return [Finding(e.at, "an Authorization header", f"none on {e.name}") for e in bare]


def json_bodies(record: Record) -> list[tuple[Event, dict[str, Any]]]:
    """The register bodies that can be read; an empty one counts as {}. Inconclusive if none."""
    read = [(e, _object(e.body)) for e in record.all("dps.register")]
    bodies = [(event, body) for event, body in read if body is not None]
    if not bodies:
        raise Inconclusive("the device sent no registration whose body can be read")
    return bodies


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def unreadable_bodies(events: Iterable[Event]) -> list[Finding]:
    """Every register body that is neither empty nor a JSON object."""
    registered = [event for event in events if event.name == "dps.register"]
    return [
        Finding(e.at, "a JSON object", repr(e.body[:200]))
        for e in registered
        if _object(e.body) is None
    ]


def foreign_body_ids(bodies: Iterable[tuple[Event, dict[str, Any]]]) -> list[Finding]:
    """Every registrationId in a body that is not that of path or user name; none is fine."""
    named = [(e, e.registration_id, body.get("registrationId")) for e, body in bodies]
    return [
        Finding(event.at, f"registrationId {own!r}", f"registrationId {name!r}")
        for event, own, name in named
        if name not in (None, own)
    ]


def unknown_members(bodies: Iterable[tuple[Event, dict[str, Any]]]) -> list[Finding]:
    """Every top-level member of a body that the schema does not know."""
    expected = f"only {', '.join(sorted(dps.REGISTER_MEMBERS))}"
    return [
        Finding(event.at, expected, f"member {name!r}")
        for event, body in bodies
        for name in body
        if name not in dps.REGISTER_MEMBERS
    ]


def unversioned_requests(record: Record) -> list[Finding]:
    """Every device API request over HTTPS without a released api-version."""
    asked = [e for e in requests(record) if e.transport == "https"]
    return [
        Finding(e.at, "api-version=2021-06-01 or another day of release", repr(e.api_version))
        for e in asked
        if not API_VERSION.fullmatch(e.api_version or "")
    ]


def undeclared_bodies(events: Iterable[Event]) -> list[Finding]:
    """Every register request over HTTPS whose body is not declared as application/json."""
    puts = [e for e in events if e.matches("http.request", service="dps", method="PUT")]
    declared = [(e, e.headers.get("content-type", "")) for e in puts if e.body]
    return [
        Finding(e.at, "Content-Type: application/json", f"Content-Type: {kind or 'none'}")
        for e, kind in declared
        if kind.partition(";")[0].strip().lower() != "application/json"
    ]


def repeated_registrations(events: Iterable[Event]) -> list[Finding]:
    """Every registration sent while the one before was still under way (last reply 202)."""
    findings, under_way = [], None
    for event in events:
        if event.name == "dps.reply":
            under_way = event.operation_id if event.status == 202 else None
        elif event.name == "dps.register" and under_way:
            expected = f"a look-up of operation {under_way}"
            findings.append(Finding(event.at, expected, "another registration"))
    return findings


def foreign_operations(events: Iterable[Event]) -> list[Finding]:
    """Every poll for an operation id that the device had not been given."""
    given: list[str] = []
    findings = []
    for event in events:
        if event.name == "dps.reply" and event.operation_id:
            given.append(event.operation_id)
        elif event.name == "dps.poll" and event.operation_id not in given:
            expected = f"operation {given[-1] if given else 'none yet'}"
            findings.append(Finding(event.at, expected, f"operation {event.operation_id}"))
    return findings


def early_polls(events: Iterable[Event], *, allowance: float) -> list[Finding]:
    """Every request that came sooner than the previous reply's Retry-After allows.

    Replies are stamped before they leave and requests after they were read, so that our own delay
    never shortens a wait. `allowance` is the seconds by which a device's timer may run early.
    """
    findings, reply = [], None
    for event in events:
        if event.name == "dps.reply":
            reply = event
        elif event.name in ("dps.register", "dps.poll") and reply is not None:
            owed, waited = _retry_after(reply), event.at - reply.at
            if waited < owed - allowance:
                expected = f"no poll for {owed} s ({allowance:g} s allowed for the timer)"
                findings.append(Finding(event.at, expected, f"polled after {waited:.2f} s"))
    return findings


def _retry_after(reply: Event) -> int:
    text = reply.headers.get("retry-after", "0")
    return int(text) if text.isdigit() else 0


def abandoned_assignments(events: Iterable[Event]) -> list[Finding]:
    """One finding if the device was told 202 and never asked until a final answer (200).

    Inconclusive when no answer could reach it, for it was not subscribed to any (DPS-MQTT-3's).
    """
    replies = [event for event in events if event.name == "dps.reply"]
    heard = [event for event in replies if event.get("delivered", True)]
    if not heard:
        raise Inconclusive("no answer could reach the device")
    if any(reply.status == 200 for reply in heard):
        return []
    expected, last = "questions until the answer is 200", heard[-1]
    return [Finding(last.at, expected, f"the last answer was {last.status}")]


def polls_after_the_end(events: Iterable[Event]) -> list[Finding]:
    """Every poll for an operation whose device had been told that it is assigned."""
    findings, ended = [], None
    for event in events:
        if event.name == "dps.register":
            ended = None  # a device may provision again, say after its hub has refused it
        elif event.name == "dps.reply" and _status(event) == ASSIGNED:
            ended = event
        elif event.name == "dps.poll" and ended is not None:
            expected = f"no further poll: assigned at {ended.at:.3f} s"
            findings.append(Finding(event.at, expected, f"polled {event.operation_id} again"))
    return findings


def _status(reply: Event) -> str:
    body = _object(reply.body) or {}
    return str(body.get("status", "")) if reply.status == 200 else ""


def foreign_client_ids(record: Record) -> list[Finding]:
    """Every CONNECT to DPS whose client id is not the registration id of its user name."""
    named = [(e, _registration_id(record, e)) for e in connects(record, "dps")]
    others = [(e, own) for e, own in named if e.client_id != own]
    return [Finding(e.at, f"client id {own!r}", f"client id {e.client_id!r}") for e, own in others]


def _registration_id(record: Record, connect: Event) -> str:
    """The id in a user name; where that cannot be read, the one that the device was given."""
    try:
        return dps.parse_username(connect.username or "").registration_id
    except dps.UserNameError:
        return record.given["registration_id"]


def malformed_user_names(events: Iterable[Event]) -> list[Finding]:
    """Every user name at DPS that breaks the documented form."""
    findings = []
    for event in connects(events, "dps"):
        try:
            dps.parse_username(event.username or "")
        except dps.UserNameError as error:
            expected = "{idScope}/registrations/{registrationId}/api-version={version}"
            findings.append(Finding(event.at, expected, f"{event.username!r}: {error}"))
    return findings


def unheard_registrations(events: Iterable[Event]) -> list[Finding]:
    """Every registration over MQTT on a link that had no subscription to the answers yet."""
    findings, listening = [], set[int]()
    for event in events:
        if event.matches("mqtt.subscribe", service="dps"):
            wanted = [name for name, _ in event.filters]
            listening |= {event.link} if dps.RESPONSES in wanted else set()
        elif event.matches("dps.register", transport="mqtt") and event.link not in listening:
            expected = f"SUBSCRIBE {dps.RESPONSES} first"
            findings.append(Finding(event.at, expected, "a registration nobody can answer"))
    return findings


def unknown_topics(events: Iterable[Event]) -> list[Finding]:
    """Every topic or filter at DPS that is not documented."""
    used = [event for event in events if event.name == "dps.unknown_topic"]
    return [Finding(e.at, "a documented topic", f"{e.action} {e.topic}") for e in used]


def broken_chains(record: Record) -> list[Finding]:
    """Every registration whose certificates do not lead to the enrolled CA."""
    sent = {e.link: e.client_chain for e in record.all("tls.done")}
    enrolled = record.facts["enrolled_ca"]
    judged = [
        (e, certificates.chain_problem(sent.get(e.link, []), enrolled))
        for e in record.all("dps.register")
    ]
    expected = "the device's certificate and each intermediate below the enrolled CA"
    return [Finding(e.at, expected, problem) for e, problem in judged if problem]


def misnamed_registrations(record: Record) -> list[Finding]:
    """Every registration under another id than the common name of the certificate shown.

    Letter case is passed over: registration ids are case-insensitive (concepts-x509-attestation).
    """
    shown = [e for e in record.all("dps.register") if e.certificate]
    names = [(e, certificates.common_name(e.certificate)) for e in shown]
    return [
        Finding(e.at, f"registration id {name!r}, the certificate's CN", repr(e.registration_id))
        for e, name in names
        if name.lower() != e.registration_id.lower()
    ]


def needless_tokens(events: Iterable[Event], service: str) -> list[Finding]:
    """Every password or token sent to a service on a link that shows a certificate."""
    noted = list(events)
    shown = {e.link for e in noted if e.name == "tls.done" and e.client_certificate}
    sent = [e for e in connects(noted, service) if e.password is not None and e.link in shown]
    return [Finding(e.at, "no password beside the certificate", "a password") for e in sent]
