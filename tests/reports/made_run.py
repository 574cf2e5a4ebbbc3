"""A run made by hand, as the harness would write it: three devices, every verdict, hostile data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from transcript import Event
from transcript.events import EventLog

HOSTILE = "<script>alert('owned')</script>\x1b]0;owned\x07\x1b[2J\u202egnp.exe\x00\ud83d </style>"
HUGE = b'{"noise": "' + b"x" * 300_000 + b'"}'
SAS = (
    "SharedAccessSignature sr=0ne000A1B2C%2Fregistrations%2Fpump-7f3a"
    "&sig=0ZTvSuXh4m6sQWvZ0V0oJrYd0yB1mCmhI5uWmC0b2fA%3D&se=1795200000&skn=registration"
)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def provisioning(*, retry_after: int = 3, waited: float = 2.0) -> list[Event]:
    """A device that registers over HTTPS, polls after `waited` seconds, and connects to its hub."""
    clock = Clock()
    log = EventLog(clock=clock)
    _greeting(log, clock, link=1, kind="https")
    scope, registration = "0ne000A1B2C", "pump-7f3a"
    target = f"/{scope}/registrations/{registration}/register?api-version=2021-06-01"
    clock.now = 2.096
    headers = {"host": "127.0.9.1:8443", "authorization": SAS, "content-type": "application/json"}
    body = json.dumps({"registrationId": registration}).encode()
    log.add(
        "http.request",
        way="in",
        service="dps",
        link=1,
        method="PUT",
        target=target,
        path=target,
        query={},
        headers=headers,
        body=body,
    )
    common = {"transport": "https", "scope": scope, "registration_id": registration}
    log.add(
        "dps.register",
        way="in",
        service="dps",
        link=1,
        **common,
        api_version="2021-06-01",
        authorization=SAS,
        body=body,
        admitted=True,
        refusal="",
    )
    clock.now = 2.104
    operation = "5.9d3fba5f8e8f2b1a.6a1c"
    answer = json.dumps({"operationId": operation, "status": "assigning"}).encode()
    log.add(
        "http.reply",
        way="out",
        service="dps",
        link=1,
        request=4,
        status=202,
        body=answer,
        headers={"retry-after": str(retry_after), "content-type": "application/json"},
    )
    log.add(
        "dps.reply",
        way="out",
        service="dps",
        link=1,
        transport="https",
        to="register",
        status=202,
        headers={"retry-after": str(retry_after)},
        body=answer,
        operation_id=operation,
        answers=5,
    )
    clock.now = 2.104 + waited
    poll = f"/{scope}/registrations/{registration}/operations/{operation}?api-version=2021-06-01"
    log.add(
        "http.request",
        way="in",
        service="dps",
        link=1,
        method="GET",
        target=poll,
        path=poll,
        query={},
        headers=headers,
        body=b"",
    )
    log.add(
        "dps.poll",
        way="in",
        service="dps",
        link=1,
        **common,
        operation_id=operation,
        rid=None,
        authorization=SAS,
        admitted=True,
        refusal="",
    )
    clock.now += 0.011
    state = {"assignedHub": "127.0.9.2", "deviceId": "line-4-pump"}
    body = json.dumps({"status": "assigned", "registrationState": state}).encode()
    log.add(
        "http.reply",
        way="out",
        service="dps",
        link=1,
        request=8,
        status=200,
        body=body,
        headers={"content-type": "application/json"},
    )
    log.add(
        "dps.reply",
        way="out",
        service="dps",
        link=1,
        transport="https",
        to="poll",
        status=200,
        headers={},
        body=body,
        operation_id=operation,
        answers=9,
    )
    log.add("tcp.close", way="own", service="dps", link=1, why="device")
    _telemetry(log, clock)
    return list(log.events)


def _greeting(log: EventLog, clock: Clock, *, link: int, kind: str) -> None:
    clock.now += 0.512
    log.add(
        "tcp.open",
        way="own",
        service="door",
        link=link,
        peer=f"127.0.0.1:5213{link}",
        local="127.0.9.1:8443",
        port_kind=kind,
    )
    log.add("tls.hello", way="own", service="door", link=link, server_name=None, certificate="good")
    clock.now += 0.013
    log.add(
        "tls.done",
        way="own",
        service="door",
        link=link,
        version="TLSv1.3",
        cipher="TLS_AES_256_GCM_SHA384",
        client_certificate=None,
    )


def _telemetry(log: EventLog, clock: Clock) -> None:
    _greeting(log, clock, link=2, kind="mqtts")
    user = "127.0.9.2/line-4-pump/?api-version=2021-04-12"
    token = SAS.replace("registrations%2Fpump-7f3a", "devices%2Fline-4-pump")
    log.add(
        "mqtt.connect",
        way="in",
        service="hub",
        link=2,
        client_id="line-4-pump",
        username=user,
        password=token,
        keepalive=60,
        clean=True,
        level=4,
        protocol="MQTT",
        will=None,
        raw=b"\x10",
    )
    log.add(
        "hub.login",
        way="in",
        service="hub",
        link=2,
        transport="mqtt",
        host="127.0.9.2",
        device_id="line-4-pump",
        username=user,
        client_id="line-4-pump",
        token=token,
        certificate=None,
        admitted=True,
        refusal="signature over the wrong string",
    )
    log.add("mqtt.connack", way="out", service="hub", link=2, code=0, session_present=False)
    clock.now += 0.2
    log.add(
        "mqtt.subscribe",
        way="in",
        service="hub",
        link=2,
        packet_id=1,
        filters=[["devices/line-4-pump/messages/devicebound/#", 1], ["$iothub/#", 0]],
    )
    log.add("mqtt.suback", way="out", service="hub", link=2, packet_id=1, codes=[1, 128])
    clock.now += 0.4
    topic = "devices/line-4-pump/messages/events/unit=kPa"
    log.add(
        "mqtt.publish",
        way="in",
        service="hub",
        link=2,
        topic=topic,
        qos=1,
        retain=True,
        dup=False,
        packet_id=2,
        payload=b'{"pressure": 213.4}',
    )
    log.add(
        "mqtt.violation",
        way="own",
        service="hub",
        link=2,
        clause="MQTT-3.3.1-4",
        text="QoS bits are both 1",
    )
    log.add("mqtt.puback", way="out", service="hub", link=2, packet_id=2)
    log.add(
        "mqtt.publish",
        way="in",
        service="hub",
        link=2,
        topic=HOSTILE,
        qos=0,
        retain=False,
        dup=True,
        packet_id=None,
        payload=b"\xff\x00\x1b[31m" + HOSTILE[:20].encode(),
    )
    log.add(
        "mqtt.publish",
        way="in",
        service="hub",
        link=2,
        topic=topic,
        qos=0,
        retain=False,
        dup=False,
        packet_id=None,
        payload=HUGE,
    )
    clock.now += 1.0
    log.add("mqtt.pingreq", way="in", service="hub", link=2)
    log.add("mqtt.lost", way="own", service="hub", link=2, why="eof")
    log.add("from.tomorrow", way="own", service="hub", link=2, wonder=HOSTILE, odd={"a": [1, None]})


def device(name: str, **more: Any) -> dict[str, Any]:
    """One device of the run line."""
    given = {"version": "4.2.0", "vendor": "Example Pumps", "kind": "device"}
    known = {"manifest": f"examples/{name}.toml", "firmware_sha256": None}
    return {"name": name, **given, **known, "profile": ["dps.https", "hub.telemetry"], **more}


def run_line(*devices: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The first line."""
    versions = {"python": "3.12.1", "platform": "Linux-6.8-x86_64", "pytest": "9.0.0"}
    base = {"kind": "run", "format": 1, "tool": "device-certify 2026.11.20", "seed": 3735928559}
    return {
        **base,
        "started": "2026-11-20T09:41:07+00:00",
        "versions": versions,
        "devices": list(devices),
        **more,
    }


def record_line(name: str, scenario: str, events: list[Event], **more: Any) -> dict[str, Any]:
    """What came of one scenario."""
    return {
        "kind": "record",
        "device": name,
        "scenario": scenario,
        "record": f"{name}/{scenario}",
        "duration": 6.412,
        "ended": "exited with status 0 after 6.2 s",
        "output": "registering pump-7f3a\nassigned to 127.0.9.2\n",
        "events": [event.to_json() for event in events],
        **more,
    }


CLAUSES = {
    "DPS-SAS-1": (
        "MUST",
        "The device signs the token over the resource it registers",
        "azure_dps/test_signing.py::test_signs_the_resource_it_registers",
    ),
    "DPS-REG-3": (
        "MUST",
        "The device sends its registration id in the body as in the path",
        "azure_dps/test_registering.py::test_sends_its_registration_id",
    ),
    "DPS-POLL-2": (
        "SHOULD",
        "The device waits out the whole Retry-After period before it polls again",
        "azure_dps/test_polling.py::test_waits_out_retry_after_before_each_poll",
    ),
    "DPS-POLL-4": (
        "MUST",
        "The device asks for the operation that the service named",
        "azure_dps/test_polling.py::test_asks_for_the_operation_it_was_given",
    ),
    "HUB-USE-1": (
        "MUST",
        "The device connects to the hub that it was assigned",
        "azure_iothub/test_connecting.py::test_connects_to_the_assigned_hub",
    ),
    "HUB-TEL-2": (
        "MUST",
        "The device writes its property bag percent-encoded",
        "azure_iothub/test_telemetry.py::test_percent_encodes_its_property_bag",
    ),
    "HUB-MTH-1": (
        "MUST",
        "The device answers a method under its request id",
        "azure_iothub/test_methods.py::test_answers_a_method_under_its_request_id",
    ),
}


def case_line(name: str, requirement: str, verdict: str, **more: Any) -> dict[str, Any]:
    """One judged case."""
    level, title, node = CLAUSES[requirement]
    case = f"suites/{node}[{name}]"
    scenario = more.pop("scenario", "slow_assignment")
    return {
        "kind": "case",
        "device": name,
        "requirement": requirement,
        "level": level,
        "title": title,
        "source": "Microsoft Learn, about-iot-dps, Retry-After",
        "case": case,
        "feature": "dps" if requirement.startswith("DPS") else "hub",
        "scenario": scenario,
        "record": f"{name}/{scenario}",
        "verdict": verdict,
        "deviation": None,
        "reason": "",
        "findings": [],
        "duration": 0.004,
        "repeat": f"./certify --device examples/{name}.toml '{case}'",
        **more,
    }


def finding(at: float | None, expected: str, observed: str) -> dict[str, Any]:
    """One finding."""
    return {"at": at, "expected": expected, "observed": observed}


EARLY = finding(4.104, "no poll for 3 s", "polled after 2.00 s")
DEVIATION = {
    "state": "accepted",
    "reason": "the module's clock counts in steps of one second",
    "expires": "2027-06-30",
}


def whole_run() -> list[dict[str, Any]]:
    """Every kind of line: three devices, all verdicts, one accepted deviation, hostile data."""
    pump, valve, sensor = "pump-https", "valve-mqtt", "sensor <b>&\x1b[31m"
    flood = [event for event in provisioning() if event.get("payload") != HUGE] * 150
    return [
        run_line(
            device(pump, firmware_sha256="9f86d081884c7d659a2feaa0c55ad015" * 2),
            device(valve, vendor="", version=""),
            device(sensor),
        ),
        record_line(pump, "slow_assignment", provisioning()),
        case_line(pump, "DPS-SAS-1", "PASS"),
        case_line(pump, "DPS-REG-3", "PASS"),
        case_line(pump, "DPS-POLL-2", "WARN", findings=[EARLY]),
        case_line(pump, "DPS-POLL-4", "PASS"),
        case_line(pump, "HUB-USE-1", "PASS"),
        case_line(
            pump,
            "HUB-TEL-2",
            "FAIL",
            findings=[
                finding(5.654, "property bag unit=kPa, percent-encoded", HOSTILE),
                finding(5.654, "no retained telemetry", "PUBLISH with retain set"),
            ],
        ),
        case_line(
            pump,
            "HUB-MTH-1",
            "NOT_APPLICABLE",
            scenario="",
            reason=f"{pump} does not claim hub.methods",
        ),
        record_line(valve, "slow_assignment", provisioning(waited=3.1)),
        case_line(valve, "DPS-SAS-1", "PASS"),
        case_line(valve, "DPS-REG-3", "PASS"),
        case_line(valve, "DPS-POLL-2", "WARN", findings=[EARLY], deviation=DEVIATION),
        case_line(
            valve,
            "DPS-POLL-4",
            "FAIL",
            deviation=DEVIATION,
            findings=[finding(None, "the operation 5.9d3f", "the operation 4")],
        ),
        case_line(valve, "HUB-USE-1", "PASS"),
        record_line(
            sensor,
            "slow_assignment",
            flood,
            output=HOSTILE + "\n" + "noise\n" * 5000,
            ended="killed: it did not stop when asked",
        ),
        case_line(
            sensor,
            "DPS-SAS-1",
            "INCONCLUSIVE",
            reason="the device never reached dps.register; it exited with status 1",
        ),
        case_line(sensor, "DPS-REG-3", "ERROR", reason=f"TypeError: {HOSTILE}"),
        case_line(sensor, "DPS-POLL-2", "FAIL", findings=[EARLY]),
        {"kind": "end", "duration": 12.5, "interrupted": False},
    ]


def as_text(lines: list[dict[str, Any]]) -> str:
    """The lines as the harness writes them."""
    return "".join(json.dumps(line) + "\n" for line in lines)


def write(directory: Path, lines: list[dict[str, Any]] | str) -> Path:
    """Put a stream into a directory, which is returned."""
    directory.mkdir(parents=True, exist_ok=True)
    text = lines if isinstance(lines, str) else as_text(lines)
    (directory / "results.jsonl").write_text(text, encoding="utf-8")
    return directory
