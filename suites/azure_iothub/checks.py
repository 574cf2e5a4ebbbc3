"""Judges of a device at its hub: events in, findings out, no clock and no socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from protocol import hub_topics, iothub, property_bag, sas
from suites.links import (
    addressed_host,
    connects,
    local_host,
    meant_for,
    publishes,
)
from transcript import Event, Finding, Inconclusive, Record

EVENTS = "/messages/events"
FAMILIES = (EVENTS, "/messages/devicebound", "$iothub/methods/", "$iothub/twin/")
HTTP_ROUTES = (
    ("POST", "/messages/events/?"),
    ("GET", "/messages/devicebound/?"),
    ("DELETE", "/messages/devicebound/[^/]+"),
    ("POST", "/messages/devicebound/[^/]+/abandon"),
    ("POST", "/files"),
    ("POST", "/files/notifications"),
)


def hub_connects(events: Iterable[Event]) -> list[Event]:
    """Every CONNECT meant for a hub."""
    return list(connects(events, "hub"))


def approaches(record: Record) -> list[Event]:
    """Every CONNECT with a hub's user name and every request for a device's route, whoever took it.

    DPS takes what comes to its address, so a device that went astray there is found by its words.
    """
    connects_ = [e for e in record.all("mqtt.connect") if meant_for(e.username or "") == "hub"]
    asked = [e for e in record.all("http.request") if e.path.startswith("/devices/")]
    return [*connects_, *asked]


def strayed_connections(record: Record) -> list[Finding]:
    """Every connection with a hub's words to another address than the hub that DPS assigned."""
    own, assigned = record.facts["hub_address"], record.given["hub_host"]
    hosts = {e.link: (e, local_host(record, e.link)) for e in approaches(record)}
    expected = f"a connection to the assigned hub {assigned}"
    strayed = [(e, host) for e, host in hosts.values() if host != own]
    return [Finding(e.at, expected, f"a connection to {host}") for e, host in strayed]


def foreign_device_ids(record: Record) -> list[Finding]:
    """Every login under another device id than the one DPS assigned."""
    named = [(e, claimed_id(record, e), assigned_id(record)) for e in record.all("hub.login")]
    return [
        Finding(event.at, f"device id {own!r}", f"device id {claimed!r}")
        for event, claimed, own in named
        if claimed != own
    ]


def assigned_id(record: Record) -> str:
    """The device id that DPS has given, else the one that the device was told."""
    told = [_device_id(event.body) for event in record.all("dps.reply", status=200)]
    return next((each for each in reversed(told) if each), record.given["device_id"])


def _device_id(body: bytes) -> str:
    try:
        return str(json.loads(body)["registrationState"]["deviceId"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def claimed_id(record: Record, login: Event) -> str:
    """The device that a login claims to be.

    Over HTTPS path and token both say it; where they disagree, the right one of the two counts, and
    the other is HUB-HTTP-1's or HUB-SAS-2's to name.
    """
    own = assigned_id(record)
    try:
        scope = iothub.audience(sas.parse(login.token or "").sr)
    except sas.TokenError:
        scope = None
    agrees = login.transport == "https" and scope is not None and scope.device_id == own
    return own if agrees else login.device_id


def bare_logins(record: Record) -> list[Finding]:
    """Every login without a certificate."""
    bare = [e for e in record.all("hub.login", transport="mqtt") if not e.certificate]
    return [Finding(e.at, "the device's certificate", "none") for e in bare]


def own_resource(record: Record, login: Event) -> str:
    """The resource that a login's token is for: the host addressed and the device it claims to be.

    The id is the one that the login used, since a wrong one is HUB-ASSIGN-2's to say.
    """
    return iothub.resource(addressed_host(record, login.link), claimed_id(record, login))


def foreign_client_ids(record: Record) -> list[Finding]:
    """Every CONNECT whose client id is not the device id in its user name."""
    findings = []
    for event, user in _users(record):
        own = iothub.client_id(user.device_id, user.module_id)
        if event.client_id != own:
            seen = f"client id {event.client_id!r}"
            findings.append(Finding(event.at, f"client id {own!r}", seen))
    return findings


def _users(record: Record) -> list[tuple[Event, iothub.HubUser]]:
    """The CONNECTs whose user name can be read. Inconclusive when there is none."""
    read = []
    for event in connects(record, "hub"):
        try:
            read.append((event, iothub.parse_username(event.username or "")))
        except iothub.UserNameError:
            continue  # HUB-CONN-2's to say
    if not read:
        raise Inconclusive("the device sent no CONNECT whose user name can be read")
    return read


def foreign_user_names(record: Record) -> list[Finding]:
    """Every user name that breaks the form, or names another host than the one connected to."""
    findings = []
    for event in connects(record, "hub"):
        host = addressed_host(record, event.link)
        if problem := _user_name_problem(event.username or "", host):
            expected = f"{host}/{{deviceId}}/?api-version=..."
            findings.append(Finding(event.at, expected, f"{event.username!r}: {problem}"))
    return findings


def _user_name_problem(username: str, host: str) -> str | None:
    try:
        user = iothub.parse_username(username)
    except iothub.UserNameError as error:
        return str(error)
    # A device that was told host:port may write both; the documents know no port there.
    named = re.sub(r":[0-9]+$", "", user.host)
    return None if named.lower() == host.lower() else f"it names {user.host}"


def unversioned_user_names(record: Record) -> list[Finding]:
    """Every user name without an api-version."""
    bare = [event for event, user in _users(record) if not user.api_version]
    return [Finding(e.at, "/?api-version=2021-04-12 or later", repr(e.username)) for e in bare]


def foreign_wills(record: Record) -> list[Finding]:
    """Every will that does not go to the device's own events topic."""
    findings = []
    for event, user in _users(record):
        if event.will and not _is_own_events_topic(event.will["topic"], user.device_id):
            expected = f"a will for {hub_topics.telemetry_topic(user.device_id)}"
            findings.append(Finding(event.at, expected, f"a will for {event.will['topic']}"))
    return findings


def _is_own_events_topic(topic: str, device_id: str) -> bool:
    try:
        return hub_topics.parse_telemetry_topic(topic).device_id == device_id
    except hub_topics.TopicError:
        return False


def unknown_topics(events: Iterable[Event]) -> list[Finding]:
    """Every topic or filter that is not documented.

    Slips in the topics of telemetry, messages and methods belong to HUB-TELE-1, HUB-C2D-1 and
    HUB-METHOD-1 and -2; what is narrower than a documented filter of the twin is no offence.
    """
    used = [e for e in events if e.name == "hub.unknown_topic"]
    strange = [e for e in used if not any(part in e.topic for part in FAMILIES)]
    return [Finding(e.at, "a documented topic", f"{e.action} {e.topic}") for e in strange]


def many_subscriptions(events: Iterable[Event]) -> list[Finding]:
    """One finding for each link with more filters than a device may hold."""
    held: dict[int, dict[str, Event]] = {}
    for event in events:
        if event.matches("mqtt.subscribe", service="hub"):
            held.setdefault(event.link, {}).update({name: event for name, _ in event.filters})
    most = iothub.SUBSCRIPTIONS_MAX
    return [
        Finding(max(e.at for e in filters.values()), f"at most {most} filters", f"{len(filters)}")
        for filters in held.values()
        if len(filters) > most
    ]


def misdirected_telemetry(record: Record) -> list[Finding]:
    """Every message meant as telemetry whose topic is not the device's own events topic."""
    ids = {event.link: user.device_id for event, user in _users(record)}
    return [
        Finding(e.at, f"devices/{ids[e.link]}/messages/events/", e.topic)
        for e in publishes(record, "hub")
        if EVENTS in e.topic and not _is_own_events_topic(e.topic, ids.get(e.link, ""))
    ]


def unescaped_bags(record: Record) -> list[Finding]:
    """Every character of a property bag that should have been percent-encoded."""
    bags = _bags(record)
    if not bags:
        raise Inconclusive("the device sent no telemetry with a property bag")
    return [
        Finding(event.at, "names and values percent-encoded (blank as %20)", f"{problem}: {bag}")
        for event, bag in bags
        for problem in property_bag.bag_problems(bag)
    ]


def _bags(record: Record) -> list[tuple[Event, str]]:
    read = []
    for event in publishes(record, "hub"):
        _, found, bag = event.topic.partition(f"{EVENTS}/")
        if found and bag:
            read.append((event, bag))
    return read


def misdirected_requests(record: Record) -> list[Finding]:
    """Every request to the hub that is no documented route, or not for the device of its token."""
    ids = {e.link: claimed_id(record, e) for e in record.all("hub.login")}
    findings = []
    for event in record.all("http.request", service="hub"):
        own = re.escape(ids.get(event.link, "")) or "[^/]+"
        if not any(
            event.method == method and re.fullmatch(f"/devices/{own}{path}", event.path, re.I)
            for method, path in HTTP_ROUTES
        ):
            expected = "POST /devices/{deviceId}/messages/events or another documented route"
            findings.append(Finding(event.at, expected, f"{event.method} {event.path}"))
    return findings


def unversioned_requests(events: Iterable[Event]) -> list[Finding]:
    """Every request to the hub without an api-version."""
    asked = [e for e in events if e.matches("http.request", service="hub")]
    bare = [e for e in asked if not e.query.get("api-version")]
    return [Finding(e.at, "api-version=2020-03-13 or another", e.target) for e in bare]


def unsigned_requests(events: Iterable[Event]) -> list[Finding]:
    """Every request to the hub without an Authorization header."""
    asked = [e for e in events if e.matches("http.request", service="hub")]
    bare = [e for e in asked if "authorization" not in e.headers]
    return [Finding(e.at, "an Authorization header", f"none on {e.method} {e.path}") for e in bare]
