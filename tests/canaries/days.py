"""Good days written by hand, and small changes that make them bad.

Signatures are made here with `hmac`, so that oracle and canary do not share a mistake.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from suites.features import FEATURES, closure
from tests.canaries.certificate import CERTIFICATE, pem
from transcript import Ending, Event, Record

NOW = 1_790_000_000.0
KEY = b64encode(b"a canary's own key of 32 bytes..").decode()
SCOPE, REGISTRATION, DEVICE = "0ne00CAFE12", "unit-canary.1-a7", "Device-canary.ABC"
DPS, HUB = "127.70.0.1", "127.70.0.2"
OPERATION = "5.0123456789abcdef.11111111-2222-3333-4444-555555555555"
IOTDA_ID, SECRET, STAMP = "0123456789abcdef01234567_node1", "s3cr3t-of-canary", "2026092114"
Change = Callable[[list[Event]], list[Event]]


def token(resource: str, *, key: str = KEY, expiry: int = int(NOW) + 3600, tail: str = "") -> str:
    sr = quote(resource, safe="")
    digest = hmac.new(b64decode(key), f"{sr}\n{expiry}".encode(), hashlib.sha256).digest()
    sig = quote(b64encode(digest).decode(), safe="")
    return f"SharedAccessSignature sr={sr}&sig={sig}&se={expiry}{tail}"


DPS_TOKEN = token(f"{SCOPE}/registrations/{REGISTRATION}", tail="&skn=registration")
HUB_TOKEN = token(f"{HUB}/devices/{DEVICE}")


def event(at: float, name: str, way: str, service: str, link: int, **fields: Any) -> Event:
    return Event(at, name, way, service, link, 0, fields)  # type: ignore[arg-type]


def record(scenario: str, events: Iterable[Event], claims: Iterable[str]) -> Record:
    stopping = event(9.0, "watch.over", "own", "device", 0)
    numbered = tuple(replace(each, seq=n) for n, each in enumerate([*events, stopping], 1))
    return Record(
        scenario=scenario,
        events=numbered,
        given={
            "id_scope": SCOPE, "registration_id": REGISTRATION, "device_id": DEVICE,
            "hub_host": HUB, "group_key": KEY, "method": "echo", "command": "blink",
            "iotda_device_id": IOTDA_ID, "iotda_secret": SECRET,
        },
        facts={
            "keys": [KEY], "timer_allowance": 0.02, "hub_address": HUB,
            "enrolled_ca": pem(CERTIFICATE),
        },
        features=closure(claims),
        ending=Ending("stopped"),
        began_unix=NOW,
        duration=9.0,
    )  # fmt: skip


def opened(at: float, link: int, host: str, kind: str, **done: Any) -> list[Event]:
    own = ("own", "door", link)
    return [
        event(at, "tcp.open", *own, peer="127.0.0.1:1", local=f"{host}:8883", port_kind=kind),
        event(at, "tls.hello", *own, server_name=None, certificate="good"),
        event(
            at,
            "tls.done",
            *own,
            version="TLSv1.3",
            cipher="x",
            client_certificate=None,
            client_chain=[],
            **done,
        ),
    ]


def connect(at: float, service: str, link: int, **fields: Any) -> list[Event]:
    said = {
        "keepalive": 60, "clean": True, "level": 4, "protocol": "MQTT", "will": None, "raw": b"",
    } | fields  # fmt: skip
    return [
        event(at, "mqtt.connect", "in", service, link, **said),
        event(at, "mqtt.connack", "out", service, link, code=0, session_present=False),
    ]


def subscribe(at: float, service: str, link: int, name: str) -> list[Event]:
    return [
        event(at, "mqtt.subscribe", "in", service, link, packet_id=1, filters=[[name, 1]]),
        event(at, "mqtt.suback", "out", service, link, packet_id=1, codes=[1]),
    ]


def publish(at: float, way: str, service: str, link: int, topic: str, **fields: Any) -> Event:
    said = {"payload": b"{}", "qos": 1, "retain": False, "dup": False, "packet_id": 9} | fields
    return event(at, "mqtt.publish", way, service, link, topic=topic, **said)


def puback(at: float, way: str, service: str, link: int, packet_id: int) -> Event:
    return event(at, "mqtt.puback", way, service, link, packet_id=packet_id)


def asked(at: float, name: str, transport: str, link: int, **fields: Any) -> Event:
    said = {
        "transport": transport, "scope": SCOPE, "registration_id": REGISTRATION,
        "api_version": "2021-06-01", "authorization": DPS_TOKEN, "certificate": None,
        "body": b"", "rid": "a", "admitted": True, "refusal": "", "operation_id": OPERATION,
    } | fields  # fmt: skip
    return event(at, name, "in", "dps", link, **said)


def replied(at: float, status: int, to: str, link: int, **fields: Any) -> Event:
    body = b'{"status":"assigned"}' if status == 200 else b'{"status":"assigning"}'
    said = {
        "transport": "mqtt", "to": to, "status": status, "body": body, "answers": 1,
        "headers": {"retry-after": "1"} if status == 202 else {}, "operation_id": OPERATION,
    } | fields  # fmt: skip
    return event(at, "dps.reply", "out", "dps", link, **said)


def provisioning(transport: str) -> list[Event]:
    """Registered, told to wait one second, waited, assigned."""
    body = b'{"registrationId":"%s"}' % REGISTRATION.encode()
    return [
        asked(0.2, "dps.register", transport, 1, body=body),
        replied(0.3, 202, "register", 1),
        asked(1.4, "dps.poll", transport, 1),
        replied(1.5, 202, "poll", 1),
        asked(2.6, "dps.poll", transport, 1),
        replied(2.7, 200, "poll", 1),
    ]


def request(at: float, service: str, link: int, method: str, path: str, **fields: Any) -> Event:
    said = {
        "target": path, "query": {"api-version": "2021-04-12"}, "body": b"{}",
        "headers": {"content-type": "application/json", "authorization": "x"},
    } | fields  # fmt: skip
    return event(at, "http.request", "in", service, link, method=method, path=path, **said)


def login(at: float, transport: str, link: int, **fields: Any) -> Event:
    said = {
        "transport": transport, "device_id": DEVICE, "host": HUB, "token": HUB_TOKEN,
        "username": f"{HUB}/{DEVICE}/?api-version=2021-04-12", "client_id": DEVICE,
        "certificate": None, "admitted": True, "refusal": "",
    } | fields  # fmt: skip
    return event(at, "hub.login", "in", "hub", link, **said)


def azure_https() -> Record:
    path = f"/{SCOPE}/registrations/{REGISTRATION}/register"
    events = [
        *opened(0.0, 1, DPS, "https"),
        request(0.1, "dps", 1, "PUT", path),
        *provisioning("https"),
        *opened(3.0, 2, HUB, "https"),
        request(3.1, "hub", 2, "POST", f"/devices/{DEVICE}/messages/events"),
        login(3.1, "https", 2, username=None, client_id=None),
        event(3.2, "hub.telemetry", "in", "hub", 2, transport="https"),
    ]
    claims = ["dps.https", "dps.symmetric-key", "hub.https", "hub.sas", "hub.telemetry"]
    return record("azure_day", events, claims)


def azure_mqtt() -> Record:
    topic = f"devices/{DEVICE}/messages/events/%24.ct=text%2Fplain&a%20b=c%26d"
    events = [
        *opened(0.0, 1, DPS, "mqtts"),
        *connect(0.1, "dps", 1, client_id=REGISTRATION, password=DPS_TOKEN,
                 username=f"{SCOPE}/registrations/{REGISTRATION}/api-version=2019-03-31"),
        *subscribe(0.1, "dps", 1, "$dps/registrations/res/#"),
        publish(0.2, "in", "dps", 1, "$dps/registrations/PUT/iotdps-register/?$rid=a"),
        *provisioning("mqtt"),
        *opened(3.0, 2, HUB, "mqtts"),
        *connect(3.1, "hub", 2, client_id=DEVICE, password=HUB_TOKEN,
                 username=f"{HUB}/{DEVICE}/?api-version=2021-04-12",
                 will={"topic": f"devices/{DEVICE}/messages/events/", "payload": b"", "qos": 1,
                       "retain": False}),
        login(3.1, "mqtt", 2),
        *subscribe(3.2, "hub", 2, f"devices/{DEVICE}/messages/devicebound/#"),
        *subscribe(3.2, "hub", 2, "$iothub/methods/POST/#"),
        publish(3.3, "in", "hub", 2, topic),
        event(3.3, "hub.telemetry", "in", "hub", 2, transport="mqtt"),
        event(3.4, "hub.c2d", "out", "hub", 2, message_id="m"),
        publish(3.4, "out", "hub", 2, f"devices/{DEVICE}/messages/devicebound/", packet_id=3),
        puback(3.5, "in", "hub", 2, 3),
        *called(3.6, "echo", "r-1"),
        *called(3.8, "a-method-that-nobody-wrote", "r-2"),
    ]  # fmt: skip
    claims = ["dps.mqtt", "dps.symmetric-key", "hub.mqtt", "hub.sas", "hub.telemetry",
              "hub.properties", "hub.c2d.qos1", "hub.methods"]  # fmt: skip
    return record("azure_day", events, claims)


def called(at: float, method: str, rid: str) -> list[Event]:
    answer = {"rid": rid, "status": "200", "body": b"{}", "known": True}
    return [
        event(at, "hub.method", "out", "hub", 2, rid=rid, method=method, body=b"{}"),
        event(at + 0.1, "hub.method.reply", "in", "hub", 2, **answer),
    ]


def azure_x509() -> Record:
    bare = azure_mqtt()
    seen = [
        replace(each, fields=each.fields | changed)
        for each in bare.events
        for changed in [
            {"client_certificate": CERTIFICATE, "client_chain": [CERTIFICATE]}
            if each.name == "tls.done" else
            {"certificate": CERTIFICATE} if each.name in ("dps.register", "hub.login") else
            {"password": None} if each.name == "mqtt.connect" else {}
        ]
    ]  # fmt: skip
    return record("azure_day", seen, ["dps.mqtt", "dps.x509", "hub.mqtt", "hub.x509"])


def iotda() -> Record:
    password = hmac.new(STAMP.encode(), SECRET.encode(), hashlib.sha256).hexdigest()
    own = f"$oc/devices/{IOTDA_ID}/sys"
    report = (
        b'{"services":[{"service_id":"s","properties":{"t":1},"event_time":"20260921T141320Z"}]}'
    )
    events = [
        *opened(0.0, 1, DPS, "mqtts"),
        *connect(0.1, "iotda", 1, client_id=f"{IOTDA_ID}_0_1_{STAMP}", username=IOTDA_ID,
                 password=password, keepalive=120),
        event(0.1, "iotda.login", "in", "iotda", 1, device_id=IOTDA_ID),
        *subscribe(0.2, "iotda", 1, f"{own}/commands/#"),
        publish(0.3, "in", "iotda", 1, f"{own}/properties/report", payload=report),
        event(0.3, "iotda.report", "in", "iotda", 1, topic=f"{own}/properties/report", body=report),
        publish(0.4, "out", "iotda", 1, f"{own}/commands/request_id=r-1", packet_id=3),
        puback(0.5, "in", "iotda", 1, 3),
        *commanded(0.6, "blink", "r-1"),
        *commanded(0.8, "a-command-that-nobody-wrote", "r-2"),
        event(0.9, "iotda.message", "out", "iotda", 1, request_id="m", body=b"{}"),
    ]  # fmt: skip
    claims = ["iotda.tls", "iotda.properties", "iotda.commands", "iotda.messages", "iotda.qos1"]
    return record("iotda_day", events, claims)


def commanded(at: float, name: str, request_id: str) -> list[Event]:
    body = b'{"command_name":"%s"}' % name.encode()
    answer = {"request_id": request_id, "body": b'{"result_code":0}', "known": True}
    return [
        event(at, "iotda.command", "out", "iotda", 1, request_id=request_id, body=body),
        event(at + 0.1, "iotda.command.reply", "in", "iotda", 1, **answer),
    ]


def bad_server(scenario: str, certificate: str) -> Record:
    """A server with a bad certificate, and a device that turned away."""
    own = ("own", "door", 1)
    events = [
        event(0.0, "tcp.open", *own, peer="p", local=f"{DPS}:8883", port_kind="mqtts"),
        event(0.0, "tls.hello", *own, server_name=None, certificate=certificate),
        event(0.1, "tls.failed", *own, reason="alert unknown ca"),
    ]
    return record(scenario, events, FEATURES)


# --- changes --------------------------------------------------------------------------------------


def change(
    name: str, *, nth: int = 0, where: dict[str, Any] | None = None, **fields: Any
) -> Change:
    """Other fields for the nth event of a name; a function gets the old value."""

    def apply(events: list[Event]) -> list[Event]:
        index = [i for i, each in enumerate(events) if each.matches(name, **(where or {}))][nth]
        old = events[index]
        new = {
            key: value(old.fields[key]) if callable(value) else value
            for key, value in fields.items()
        }
        at = new.pop("at", old.at)
        events[index] = replace(old, at=at, fields={**old.fields, **new})
        return events

    return apply


def drop(name: str, **where: Any) -> Change:
    """Without the events of a name."""
    return lambda events: [each for each in events if not each.matches(name, **where)]


def add(*more: Event) -> Change:
    """With more events at the end."""
    return lambda events: [*events, *more]


def changed(good: Record, *changes: Change) -> Record:
    events = list(good.events)
    for each in changes:
        events = each(events)
    numbered = tuple(replace(each, seq=n) for n, each in enumerate(events, 1))
    return replace(good, events=numbered)
