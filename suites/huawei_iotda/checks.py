"""Judges of a device at Huawei Cloud IoTDA: events in, findings out, no clock and no socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from protocol import iotda
from protocol.grammar import GrammarError
from protocol.iotda_mistakes import explain_password
from suites.links import broken_off
from transcript import Event, Finding, Inconclusive, Record

HEX_64 = re.compile(r"[0-9a-f]{64}")
STALE = 2.0  # hours: the published rule says 1, an hour's rounding may take up to one more
AHEAD = 2.0  # hours: the C SDK moves its stamp on by one while the digest holds a NUL byte
SKEW = 15 * 60.0  # seconds: every time zone is at least 30 minutes away from UTC, or not at all


def malformed_client_ids(record: Record) -> list[Finding]:
    """Every client id that breaks the form, or names another device."""
    own = record.given["iotda_device_id"]
    findings = []
    for event in record.all("mqtt.connect"):
        if problem := _client_id_problem(event.client_id, own):
            expected = f"{own}_0_{{0, 1 or 2}}_{{YYYYMMDDHH}}"
            findings.append(Finding(event.at, expected, f"{event.client_id!r}: {problem}"))
    return findings


def _client_id_problem(text: str, own: str) -> str | None:
    try:
        read = iotda.parse_client_id(text)
    except iotda.ClientIdError as error:
        return str(error)
    if (read.device_id, read.id_type) != (own, "0"):
        return f"it names device {read.device_id!r}, id type {read.id_type!r}"
    return None


def readable_logins(record: Record) -> list[tuple[Event, iotda.ClientId]]:
    """The CONNECTs whose client id can be read. Inconclusive when there is none."""
    read = []
    for event in record.all("mqtt.connect"):
        try:
            read.append((event, iotda.parse_client_id(event.client_id)))
        except iotda.ClientIdError:
            continue  # IOTDA-CONN-1's to say
    if not read:
        raise Inconclusive("the device sent no CONNECT whose client id can be read")
    return read


def password_logins(record: Record) -> list[tuple[Event, iotda.ClientId]]:
    """The readable CONNECTs that have to prove a secret; one with a certificate needs none.

    Inconclusive when there is none (auth document: X.509 devices send no password).
    """
    shown = {e.link for e in record.all("tls.done") if e.client_certificate}
    logins = readable_logins(record)
    proving = [(e, c) for e, c in logins if e.password is not None or e.link not in shown]
    if not proving:
        raise Inconclusive("the device proves itself with a certificate")
    return proving


def foreign_user_names(record: Record) -> list[Finding]:
    """Every user name that is not the device id of the client id."""
    logins = readable_logins(record)
    others = [(event, client) for event, client in logins if event.username != client.device_id]
    return [
        Finding(event.at, f"user name {client.device_id!r}", f"user name {event.username!r}")
        for event, client in others
    ]


def malformed_passwords(record: Record) -> list[Finding]:
    """Every password that is not 64 lower-case hexadecimal digits."""
    secret = record.given["iotda_secret"]
    findings = []
    for event, client in password_logins(record):
        given = event.password or ""
        if not HEX_64.fullmatch(given):
            why = explain_password(given, secret=secret, stamp=client.stamp) or "of no known form"
            findings.append(Finding(event.at, "64 lower-case hex digits", f"{given!r}: {why}"))
    return findings


def wrong_passwords(record: Record) -> list[Finding]:
    """Every well-formed password that does not prove the secret, with the known mistake."""
    secret = record.given["iotda_secret"]
    formed = [(e, c) for e, c in password_logins(record) if HEX_64.fullmatch(e.password or "")]
    if not formed:
        raise Inconclusive("the device sent no well-formed password")
    findings = []
    for event, client in formed:
        if event.password != iotda.password(secret, client.stamp, sign_type=client.sign_type):
            known = explain_password(
                event.password, secret=secret, stamp=client.stamp, device_id=client.device_id
            )
            expected = f"HMAC-SHA256 of the secret under {client.stamp}"
            findings.append(Finding(event.at, expected, known or "a mistake that we do not know"))
    return findings


def stale_stamps(record: Record) -> list[Finding]:
    """Every stamp to be checked that lies clearly in the past."""
    return list(_stamps_outside(record, past_hours=STALE, future_hours=None))


def hasty_stamps(record: Record) -> list[Finding]:
    """Every stamp to be checked that lies clearly in the future: local time east of Greenwich?"""
    return list(_stamps_outside(record, past_hours=1e6, future_hours=AHEAD))


def _stamps_outside(
    record: Record, *, past_hours: float, future_hours: float | None
) -> Iterator[Finding]:
    for event, client in readable_logins(record):
        problem = iotda.stamp_problem(
            client.stamp, now=record.unix(event), past_hours=past_hours, future_hours=future_hours
        )
        if problem and client.sign_type != "0":
            yield Finding(event.at, "the current UTC hour, YYYYMMDDHH", problem)


def foreign_topics(record: Record) -> list[Finding]:
    """Every topic or filter under the name of another device."""
    prefix, own = "$oc/devices/", record.given["iotda_device_id"]
    named = [(e, e.topic) for e in record.all("mqtt.publish", way="in")]
    named += [(e, name) for e in record.all("mqtt.subscribe") for name, _ in e.filters]
    foreign = [
        (e, topic)
        for e, topic in named
        if topic.startswith(prefix) and topic.removeprefix(prefix).partition("/")[0] != own
    ]
    return [Finding(e.at, f"{prefix}{own}/...", topic) for e, topic in foreign]


def reports(record: Record) -> list[tuple[Event, Any]]:
    """The property reports with their JSON; None where it cannot be read."""
    return [(event, _json(event.body)) for event in record.all("iotda.report")]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def shapeless_reports(record: Record) -> list[Finding]:
    """Every report that is no list of services with service_id and properties."""
    expected = '{"services": [{"service_id": text, "properties": object}, ...]}'
    return [
        Finding(event.at, expected, repr(event.body[:200]))
        for event, value in reports(record)
        if not _is_report(value)
    ]


def _is_report(value: Any) -> bool:
    services = value.get("services") if isinstance(value, dict) else None
    return isinstance(services, list) and bool(services) and all(map(_is_service, services))


def _is_service(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("service_id"), str)
        and isinstance(value.get("properties"), dict)
    )


def event_times(record: Record) -> list[tuple[Event, object]]:
    """Every event_time in a well-formed report. Inconclusive when no report is well formed."""
    formed = [(event, value) for event, value in reports(record) if _is_report(value)]
    if not formed:
        raise Inconclusive("the device sent no well-formed report")
    services = [(event, each) for event, value in formed for each in value["services"]]
    return [(event, each["event_time"]) for event, each in services if "event_time" in each]


def malformed_event_times(times: Iterable[tuple[Event, object]]) -> list[Finding]:
    """Every event_time in neither documented format."""
    checked = [(event, iotda.event_time_problem(value)) for event, value in times]
    expected = "20261120T121314Z or 2026-11-20T12:13:14.567Z"
    return [Finding(event.at, expected, problem) for event, problem in checked if problem]


def skewed_event_times(times: Iterable[tuple[Event, object]], record: Record) -> list[Finding]:
    """Every readable event_time that is more than a quarter of an hour away from ours."""
    findings = []
    for event, value in times:
        skew = _skew(value, record.unix(event))
        if skew is not None and abs(skew) > SKEW:
            seen = f"{value}, {skew / 3600:+.2f} h off"
            findings.append(Finding(event.at, "the time in UTC", seen))
    return findings


def _skew(value: object, now: float) -> float | None:
    try:
        return iotda.parse_event_time(value).timestamp() - now
    except GrammarError:
        return None


def commands(record: Record, name: str) -> list[Event]:
    """The commands of this name that were sent. Inconclusive when there is none."""
    sent = [event for event in record.all("iotda.command") if _command_name(event) == name]
    if not sent:
        raise Inconclusive(f"the device was never sent a command {name}; it {record.ending}")
    return sent


def unanswered_commands(record: Record, sent: Iterable[Event]) -> list[Finding]:
    """Every command that no reply answers under its request id.

    Inconclusive when we broke the connection off (for another fault of the device's) each time.
    """
    answered = {event.request_id for event in record.all("iotda.command.reply")}
    fair = [e for e in sent if e.request_id in answered or not broken_off(record, e)]
    if not fair:
        raise Inconclusive("the connection was broken off before the command could be answered")
    return [
        Finding(e.at, f".../commands/response/request_id={e.request_id}", _instead(record, e))
        for e in fair
        if e.request_id not in answered
    ]


def _command_name(event: Event) -> str:
    value = _json(event.body)
    return str(value.get("command_name", "")) if isinstance(value, dict) else ""


def _instead(record: Record, command: Event) -> str:
    """What came in place of the answer, answers to other commands aside."""
    strays = [e.request_id for e in record.all("iotda.command.reply", known=False)]
    if strays:
        return f"a reply under request_id={strays[0]}"
    replied = {e.get("topic") for e in record if e.name.endswith(".reply")}
    sent = [e.topic for e in record.all("mqtt.publish", way="in") if "request_id" in e.topic]
    waited = record.events[-1].at - command.at
    other = next((topic for topic in sent if topic not in replied), None)
    return f"a reply on {other}" if other else f"no reply in {waited:.1f} s"


def odd_command_replies(record: Record) -> list[Finding]:
    """Every reply to a command that is not a JSON object."""
    replies = record.all("iotda.command.reply")
    odd = [event for event in replies if not isinstance(_json(event.body), dict)]
    return [Finding(e.at, "a JSON object", repr(e.body[:200])) for e in odd]


def odd_result_codes(record: Record) -> list[Finding]:
    """Every result_code in a reply that is not an integer; absent counts as 0."""
    read = [(event, _json(event.body)) for event in record.all("iotda.command.reply")]
    codes = [(e, v.get("result_code", 0)) for e, v in read if isinstance(v, dict)]
    if not codes:
        raise Inconclusive("the device sent no reply whose result_code can be read")
    odd = [(e, code) for e, code in codes if not isinstance(code, int) or isinstance(code, bool)]
    return [Finding(e.at, "an integer result_code", repr(code)) for e, code in odd]


def repeated_replies(record: Record) -> list[Finding]:
    """Every further reply to a command that was sent once.

    A command that had to be sent again (DUP) may be answered again: QoS 1 is at least once.
    """
    again = [e.topic for e in record.all("mqtt.publish", way="out", dup=True)]
    findings, answered = [], set[str]()
    for event in record.all("iotda.command.reply"):
        resent = any(topic.endswith(f"request_id={event.request_id}") for topic in again)
        if event.request_id in answered and not resent:
            seen = f"another under {event.request_id}"
            findings.append(Finding(event.at, "one reply for each command", seen))
        answered.add(event.request_id)
    return findings


def late_replies(record: Record) -> list[Finding]:
    """Every reply that came after the platform had given up."""
    sent = {e.request_id: e for e in record.all("iotda.command")}
    replies = [e for e in record.all("iotda.command.reply") if e.request_id in sent]
    waits = [(e, e.at - sent[e.request_id].at) for e in replies]
    limit = iotda.COMMAND_PATIENCE
    late = [(e, wait) for e, wait in waits if wait > limit]
    return [Finding(e.at, f"a reply within {limit:g} s", f"after {wait:.1f} s") for e, wait in late]
