"""Every case accepts a good day and refuses the bad one that is written down for it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.requirement import Level
from harness.verdict import Verdict
from tests.canaries import days
from tests.canaries.certificate import OTHER
from tests.canaries.days import HUB, IOTDA_ID, REGISTRATION, SCOPE, add, change, drop
from tests.judging import CaseFunction, cases
from transcript import Ending, Record

DPS_USER = f"{SCOPE}/registrations/{REGISTRATION}/api-version=2019-03-31"
SYS = f"$oc/devices/{IOTDA_ID}/sys"
Day = Callable[[], Record]


def retoken(**made: object) -> days.Change:
    resource = f"{SCOPE}/registrations/{REGISTRATION}"
    return change("mqtt.connect", password=days.token(resource, **made))  # type: ignore[arg-type]


def rehub(resource: str = f"{HUB}/devices/{days.DEVICE}", **made: object) -> days.Change:
    return change("hub.login", token=days.token(resource, **made))  # type: ignore[arg-type]


def report(text: bytes) -> days.Change:
    return change("iotda.report", body=text)


def service(member: bytes) -> days.Change:
    return report(b'{"services":[{"service_id":"s","properties":{},%s}]}' % member)


def stamped(stamp: str) -> days.Change:
    return change("mqtt.connect", client_id=f"{IOTDA_ID}_0_1_{stamp}")


OTHER_KEY = days.b64encode(b"another key, also of 32 bytes...").decode()
BAD: dict[str, tuple[Day, tuple[days.Change, ...]]] = {
    # DPS
    "DPS-SAS-1": (days.azure_mqtt, (change("mqtt.connect", password=lambda t: t.replace("%3D", "=")),)),
    "DPS-SAS-2": (days.azure_mqtt, (change("mqtt.connect", password=days.HUB_TOKEN),)),
    "DPS-SAS-3": (days.azure_mqtt, (retoken(expiry=3600),)),
    "DPS-SAS-4": (days.azure_mqtt, (retoken(key=OTHER_KEY),)),
    "DPS-SAS-5": (days.azure_mqtt, (retoken(tail="&skn=iothubowner"),)),
    "DPS-REG-1": (days.azure_https, (change("dps.register", registration_id=REGISTRATION.upper()),)),
    "DPS-REG-2": (days.azure_https, (change("dps.register", body=b'{"registrationId":"other"}'),)),
    "DPS-REG-3": (days.azure_https, (change("dps.register", body=b'{"modelId":"dtmi:x;1"}'),)),
    "DPS-REG-4": (days.azure_https, (change("dps.register", body=b"registrationId=x"),)),
    "DPS-REG-5": (days.azure_https, (change("dps.poll", api_version=None),)),
    "DPS-REG-6": (days.azure_https, (change("http.request", headers={}),)),
    "DPS-REG-7": (days.azure_mqtt, (add(days.replied(4, 202, "register", 1),
                                        days.asked(5, "dps.register", "mqtt", 1)),)),
    "DPS-REG-8": (days.azure_https, (change("http.request", method="POST"),)),
    "DPS-REG-9": (days.azure_https, (change("dps.poll", authorization=None),)),
    "DPS-POLL-1": (days.azure_mqtt, (change("dps.poll", operation_id="5.0123"),)),
    "DPS-POLL-2": (days.azure_mqtt, (change("dps.poll", nth=1, at=2.0),)),
    "DPS-POLL-3": (days.azure_mqtt, (change("dps.reply", nth=2, status=202),)),
    "DPS-POLL-4": (days.azure_mqtt, (add(days.asked(5.0, "dps.poll", "mqtt", 1)),)),
    "DPS-MQTT-1": (days.azure_mqtt, (change("mqtt.connect", client_id="other"),)),
    "DPS-MQTT-2": (days.azure_mqtt, (change("mqtt.connect", username=DPS_USER.replace("/api", "/?api")),)),
    "DPS-MQTT-3": (days.azure_mqtt, (drop("mqtt.subscribe", service="dps"), add(
        *days.subscribe(5.0, "dps", 1, "$dps/registrations/res/#")))),
    "DPS-MQTT-4": (days.azure_mqtt, (add(days.event(5.0, "dps.unknown_topic", "in", "dps", 1, topic="x",
                                                    action="publish", done="closed")),)),
    "DPS-MQTT-5": (days.azure_mqtt, (change("mqtt.connect", level=3, protocol="MQIsdp"),)),
    "DPS-MQTT-6": (days.azure_mqtt, (add(days.publish(5.0, "in", "dps", 1, "$dps/x", qos=2)),)),
    "DPS-X509-1": (days.azure_x509, (change("tls.done", client_chain=[OTHER]),)),
    "DPS-X509-2": (days.azure_x509, (change("dps.register", certificate=OTHER),)),
    "DPS-X509-3": (days.azure_x509, (change("mqtt.connect", password="x"),)),
    # hub
    "HUB-ASSIGN-1": (days.azure_mqtt, (change("tcp.open", nth=1, local=f"{days.DPS}:8883"),)),
    "HUB-ASSIGN-2": (days.azure_mqtt, (change("hub.login", device_id=REGISTRATION),)),
    "HUB-SAS-1": (days.azure_mqtt, (change("hub.login", token=lambda t: t.replace("se=", "exp=")),)),
    "HUB-SAS-2": (days.azure_mqtt, (rehub(f"{SCOPE}/registrations/{REGISTRATION}"),)),
    "HUB-SAS-3": (days.azure_mqtt, (rehub(expiry=int(days.NOW) * 1000),)),
    "HUB-SAS-4": (days.azure_mqtt, (rehub(key=OTHER_KEY),)),
    "HUB-SAS-5": (days.azure_mqtt, (rehub(tail="&skn=iothubowner"),)),
    "HUB-SAS-6": (days.azure_mqtt, (rehub(HUB),)),
    "HUB-CONN-1": (days.azure_mqtt, (change("mqtt.connect", nth=1, client_id="other"),)),
    "HUB-CONN-2": (days.azure_mqtt, (change("mqtt.connect", nth=1,
                                            username=lambda u: u.replace(HUB, "elsewhere.example")),)),
    "HUB-CONN-3": (days.azure_mqtt, (change("mqtt.connect", nth=1, level=5),)),
    "HUB-CONN-4": (days.azure_mqtt, (change("mqtt.connect", nth=1, keepalive=0),)),
    "HUB-CONN-5": (days.azure_x509, (change("mqtt.connect", nth=1, password="x"),)),
    "HUB-CONN-6": (days.azure_mqtt, (change("mqtt.connect", nth=1, username=f"{HUB}/{days.DEVICE}"),)),
    "HUB-CONN-7": (days.azure_mqtt, (change("mqtt.connect", nth=1, will={"topic": "tele/LWT"}),)),
    "HUB-CONN-10": (days.azure_x509, (change("hub.login", certificate=None),)),
    "HUB-CONN-8": (days.azure_mqtt, (add(days.event(5.0, "hub.unknown_topic", "in", "hub", 2,
                                                    topic="cmnd/x", action="publish", done="closed")),)),
    "HUB-CONN-9": (days.azure_mqtt, (add(*[each for n in range(5) for each in days.subscribe(
        5.0, "hub", 2, f"$iothub/{n}")]),)),
    "AZURE-MQTT-1": (days.azure_mqtt, (add(days.event(5.0, "mqtt.violation", "own", "hub", 2,
                                                      clause="MQTT-2.2.2-1", text="flags")),)),
    "HUB-TELE-1": (days.azure_mqtt, (change("mqtt.publish", nth=1, topic="/devices/other/messages/events/"),)),
    "HUB-TELE-2": (days.azure_mqtt, (change("mqtt.publish", nth=1, topic=lambda t: t.replace("%20", "+")),)),
    "HUB-TELE-3": (days.azure_mqtt, (change("mqtt.publish", nth=1, qos=2),)),
    "HUB-TELE-4": (days.azure_mqtt, (change("mqtt.publish", nth=1, retain=True),)),
    "HUB-C2D-1": (days.azure_mqtt, (change("mqtt.subscribe", nth=1,
                                           filters=[[f"devices/{days.DEVICE}/messages/devicebound/", 1]]),)),
    "HUB-C2D-2": (days.azure_mqtt, (drop("mqtt.puback"),)),
    "HUB-METHOD-1": (days.azure_mqtt, (change("mqtt.subscribe", nth=2, filters=[["$iothub/methods/#", 1]]),)),
    "HUB-METHOD-2": (days.azure_mqtt, (change("hub.method.reply", rid="1", known=False),)),
    "HUB-METHOD-3": (days.azure_mqtt, (change("hub.method.reply", status="OK"),)),
    "HUB-METHOD-4": (days.azure_mqtt, (change("hub.method.reply", body=b"done"),)),
    "HUB-METHOD-5": (days.azure_mqtt, (drop("hub.method.reply", rid="r-2"),)),
    "HUB-HTTP-1": (days.azure_https, (change("http.request", nth=1, path="/devices/other/messages/events"),)),
    "HUB-HTTP-2": (days.azure_https, (change("http.request", nth=1, query={}),)),
    "HUB-HTTP-3": (days.azure_https, (change("http.request", nth=1, headers={}),)),
    # IoTDA
    "IOTDA-CONN-1": (days.iotda, (change("mqtt.connect", client_id=f"{IOTDA_ID}_{days.STAMP}_0_0"),)),
    "IOTDA-CONN-2": (days.iotda, (change("mqtt.connect", username="node1"),)),
    "IOTDA-CONN-3": (days.iotda, (change("mqtt.connect", password=str.upper),)),
    "IOTDA-CONN-4": (days.iotda, (change("mqtt.connect", password="ab" * 32),)),
    "IOTDA-CONN-5": (days.iotda, (stamped("2026092109"),)),
    "IOTDA-CONN-6": (days.iotda, (stamped("2026092121"),)),
    "IOTDA-CONN-7": (days.iotda, (change("mqtt.connect", keepalive=29),)),
    "IOTDA-TOPIC-1": (days.iotda, (change("mqtt.publish", topic="$oc/devices/other/sys/messages/up"),)),
    "IOTDA-TOPIC-2": (days.iotda, (change("mqtt.publish", qos=2),)),
    "IOTDA-TOPIC-3": (days.iotda, (change("mqtt.publish", retain=True),)),
    "IOTDA-TOPIC-4": (days.iotda, (drop("mqtt.puback"),)),
    "IOTDA-MQTT-1": (days.iotda, (add(days.event(5.0, "mqtt.violation", "own", "iotda", 1,
                                                 clause="MQTT-2.2.2-1", text="flags")),)),
    "IOTDA-REPORT-1": (days.iotda, (report(b'{"services":{"service_id":"s"}}'),)),
    "IOTDA-REPORT-2": (days.iotda, (service(b'"event_time":"2026-09-21 13:13:20"'),)),
    "IOTDA-REPORT-3": (days.iotda, (service(b'"event_time":"20260921T194320Z"'),)),
    "IOTDA-CMD-1": (days.iotda, (change("iotda.command.reply", request_id="R-1", known=False),)),
    "IOTDA-CMD-2": (days.iotda, (change("iotda.command.reply", body=b"ok"),)),
    "IOTDA-CMD-3": (days.iotda, (change("iotda.command.reply", body=b'{"result_code":"0"}'),)),
    "IOTDA-CMD-4": (days.iotda, (drop("iotda.command.reply", request_id="r-2"),)),
    "IOTDA-CMD-5": (days.iotda, (add(days.event(5.0, "iotda.command.reply", "in", "iotda", 1,
                                                request_id="r-1", body=b"{}", known=False)),)),
    "IOTDA-CMD-6": (days.iotda, (change("iotda.command.reply", at=25.0),)),
    # profile
    "PROFILE-2": (days.azure_mqtt, (add(days.event(5.0, "dps.service", "in", "dps", 3, method="PUT",
                                                   path="/x", status=200)),)),
    "PROFILE-4": (days.iotda, (change("tcp.open", port_kind="mqtt"),)),
}  # fmt: skip
SERVERS = {
    "DPS-TLS-1": ("untrusted_dps", "untrusted"),
    "DPS-TLS-2": ("misnamed_dps", "wrong-name"),
    "DPS-TLS-3": ("expired_dps", "expired"),
    "HUB-TLS-1": ("untrusted_hub", "untrusted"),
    "HUB-TLS-2": ("misnamed_hub", "wrong-name"),
    "HUB-TLS-3": ("expired_hub", "expired"),
    "IOTDA-TLS-1": ("untrusted_platform", "untrusted"),
    "IOTDA-TLS-2": ("misnamed_platform", "wrong-name"),
    "IOTDA-TLS-3": ("expired_platform", "expired"),
}
for _id, (_scenario, _certificate) in SERVERS.items():
    _trusting = days.connect(0.2, "dps", 1, client_id="x", username="y", password="z")
    BAD[_id] = (
        lambda scenario=_scenario, certificate=_certificate: days.bad_server(scenario, certificate),
        (add(*_trusting),),
    )
UNSEEN = {"PROFILE-1": (days.azure_mqtt, "hub.login"), "PROFILE-3": (days.iotda, "iotda.report")}
CASES = {case.requirement.id: case for case in cases()}


def judged(case: CaseFunction, record: Record) -> Verdict:
    return case.judge(dict.fromkeys(case.scenarios, record)).verdict


def test_every_requirement_has_a_case_and_a_canary() -> None:
    assert set(CASES) == set(BAD) | set(UNSEEN)
    assert len(cases()) == len(CASES)


@pytest.mark.parametrize("requirement", BAD)
def test_accepts_the_good_day(requirement: str) -> None:
    day, _ = BAD[requirement]
    case = CASES[requirement]
    assert case.judge(dict.fromkeys(case.scenarios, day())).findings == ()
    assert judged(case, day()) is Verdict.PASS


@pytest.mark.parametrize("requirement", BAD)
def test_refuses_the_bad_day(requirement: str) -> None:
    day, changes = BAD[requirement]
    case = CASES[requirement]
    against = Verdict.FAIL if case.requirement.level is Level.MUST else Verdict.WARN
    assert judged(case, days.changed(day(), *changes)) is against


@pytest.mark.parametrize("requirement", UNSEEN)
def test_a_claim_that_was_never_seen_is_inconclusive(requirement: str) -> None:
    day, name = UNSEEN[requirement]
    case = CASES[requirement]
    assert judged(case, day()) is Verdict.PASS
    assert judged(case, days.changed(day(), drop(name))) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("requirement", CASES)
def test_no_case_passes_on_an_empty_transcript(requirement: str) -> None:
    empty = replace(days.azure_mqtt(), events=(), ending=Ending("exited", 0, 0.1))
    assert judged(CASES[requirement], empty) is Verdict.INCONCLUSIVE


DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("requirement", "day", "changed"),
    [
        ("DPS-REG-4", days.azure_https, change("dps.register", body=DEEP)),
        ("HUB-METHOD-4", days.azure_mqtt, change("hub.method.reply", body=DEEP)),
        ("IOTDA-REPORT-1", days.iotda, report(DEEP)),
        ("IOTDA-CMD-2", days.iotda, change("iotda.command.reply", body=DEEP)),
    ],
)
def test_json_without_bottom_is_the_devices_fault_not_ours(
    requirement: str, day: Day, changed: days.Change
) -> None:
    assert judged(CASES[requirement], days.changed(day(), changed)) is Verdict.FAIL
