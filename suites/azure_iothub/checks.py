"""Judges of a device at its hub: events in, findings out, no clock and no socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from protocol import hub_topics, iothub, property_bag
from suites.links import addressed_host, connects, local_host, publishes
from transcript import Event, Finding, Inconclusive, Record

EVENTS = "/messages/events"
HTTP_ROUTE = re.compile(r"/devices/([^/]+)/messages/events/?")


def hub_connects(events: Iterable[Event]) -> list[Event]:
    """Every CONNECT meant for a hub."""
    return list(connects(events, "hub"))


def strayed_connections(record: Record) -> list[Finding]:
    """Every connection with a hub's credentials to another host than the one DPS assigned."""
    assigned = record.given["hub_host"]
    met = [*record.all("hub.login"), *connects(record, "hub")]
    hosts = {e.link: (e, local_host(record, e.link)) for e in met}
    expected = f"a connection to the assigned hub {assigned}"
    strayed = [(e, host) for e, host in hosts.values() if host != record.facts["hub_address"]]
    return [Finding(e.at, expected, f"a connection to {host}") for e, host in strayed]


def foreign_device_ids(record: Record) -> list[Finding]:
    """Every login under another device id than the one DPS assigned."""
    own = record.given["device_id"]
    others = [e for e in record.all("hub.login") if e.device_id != own]
    return [Finding(e.at, f"device id {own!r}", f"device id {e.device_id!r}") for e in others]


def own_resource(record: Record, login: Event) -> str:
    """The resource that a login's token is for: the host addressed and the device it claims to be.

    The id is the one that the login used, since a wrong one is HUB-ASSIGN-2's to say.
    """
    return iothub.resource(addressed_host(record, login.link), login.device_id)


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
    return None if user.host.lower() == host.lower() else f"it names {user.host}"


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
    """Every topic or filter that is not documented; slips in the events topic are HUB-TELE-1's."""
    used = [e for e in events if e.name == "hub.unknown_topic" and EVENTS not in e.topic]
    return [Finding(e.at, "a documented topic", f"{e.action} {e.topic}") for e in used]


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


def unanswered_methods(record: Record, name: str) -> list[Finding]:
    """Every call of a method that no reply answers under its request id."""
    answered = {e.rid for e in record.all("hub.method.reply")}
    calls = [e for e in record.all("hub.method", method=name) if e.rid not in answered]
    return [
        Finding(e.at, f"$iothub/methods/res/{{status}}/?$rid={e.rid}", _instead(record, e))
        for e in calls
    ]


def _instead(record: Record, call: Event) -> str:
    strays = [e.rid for e in record.all("hub.method.reply", known=False)]
    if strays:
        return f"a reply under $rid={strays[0]}"
    topics = [e.topic for e in publishes(record, "hub") if "/methods/" in e.topic]
    waited = record.events[-1].at - call.at
    return f"a reply on {topics[0]}" if topics else f"no reply in {waited:.1f} s"


def odd_method_statuses(events: Iterable[Event]) -> list[Finding]:
    """Every reply to a method whose status is not a whole number."""
    replies = [event for event in events if event.name == "hub.method.reply"]
    odd = [e for e in replies if not re.fullmatch(r"-?\d+", e.status)]
    return [Finding(e.at, "an integer status", f"status {e.status!r}") for e in odd]


def odd_method_bodies(events: Iterable[Event]) -> list[Finding]:
    """Every reply to a method whose body is neither empty nor JSON."""
    replies = [event for event in events if event.name == "hub.method.reply"]
    odd = [e for e in replies if not _is_json(e.body or b"null")]
    return [Finding(e.at, "a JSON body, or none", repr(e.body[:200])) for e in odd]


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def misdirected_posts(record: Record) -> list[Finding]:
    """Every POST to the hub that goes past the telemetry route of the device that logs in."""
    posts = record.all("http.request", service="hub", method="POST")
    ids = {e.link: e.device_id for e in record.all("hub.login")}
    findings = []
    for event in posts:
        route = HTTP_ROUTE.fullmatch(event.path)
        if not route or route.group(1) != ids.get(event.link, route.group(1)):
            findings.append(Finding(event.at, "/devices/{deviceId}/messages/events", event.path))
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
