"""The five flows come to the verdicts that they should, by doing what they are there to do."""

from __future__ import annotations

import pytest

from tests.flows.certifying import Outcome
from tests.flows.flows import BY_NAME, EXAMPLES, FLOWS, Flow
from transcript import Record

each_flow = pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)


def test_every_example_is_a_flow() -> None:
    assert {flow.manifest for flow in FLOWS} == set(EXAMPLES.glob("*/*.toml"))


@each_flow
def test_every_deviation_is_written_down(flow: Flow) -> None:
    written = flow.written.get("deviations", [])
    assert sorted(line["id"] for line in written) == sorted(flow.deviates)


@each_flow
def test_the_readme_names_its_deviations(flow: Flow) -> None:
    folder = f"| `{flow.manifest.parent.name}` |"
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
    [row] = [line for line in readme if line.startswith(folder)]
    assert row.endswith(f"| {', '.join(flow.deviates) or 'nothing'} |")


def test_the_run_is_green(programs: Outcome) -> None:
    programs.need_any()
    assert programs.status == pytest.ExitCode.OK, programs.said


@each_flow
def test_every_requirement_is_judged_as_it_should_be(flow: Flow, programs: Outcome) -> None:
    assert programs.verdicts_of(flow) == flow.expected()


@each_flow
def test_every_deviation_is_accepted(flow: Flow, programs: Outcome) -> None:
    programs.need(flow)
    accepted = dict.fromkeys(flow.deviates, "accepted")
    assert programs.deviations.get(flow.device, {}) == accepted


# --- what each was seen to do ---------------------------------------------------------------------


def watched(programs: Outcome, flow: str, scenario: str) -> Record:
    return programs.records_of(BY_NAME[flow])[scenario]


def test_000_sends_ten_messages_to_its_hub_and_ends(programs: Outcome) -> None:
    # The slow day: the other one is over with the first message.
    day = watched(programs, "000", "slow_assignment")
    sent = day.all("hub.telemetry", device_id=day.given["device_id"], hub=day.given["hub_host"])
    assert sorted(event.body for event in sent) == [b"gust %d" % number for number in range(10)]
    assert len({event.properties["$.mid"] for event in sent}) == 10
    assert (day.ending.how, day.ending.code) == ("exited", 0)


@pytest.mark.parametrize(
    ("flow", "version"), [("001-1.0.0", "2017-11-15"), ("001-1.2.0", "2018-09-01-preview")]
)
def test_001_enrolls_its_group_and_provisions_with_a_certificate(
    flow: str, version: str, programs: Outcome
) -> None:
    day = watched(programs, flow, "azure_day")
    enrolled, registered = day.reach("dps.service", method="PUT"), day.reach("dps.register")
    assert enrolled.path == f"/enrollmentGroups/{day.given['enrollment_group_id']}"
    assert day.reach("http.request", method="PUT").query["api-version"] == version
    assert (enrolled.status, registered.admitted) == (200, True)
    assert enrolled.seq < registered.seq
    assert registered.certificate
    assert day.reach("hub.telemetry").device_id == day.given["registration_id"]


@pytest.mark.parametrize("flow", ["002-individual", "002-group"])
def test_002_provisions_and_sends_its_reading_by_curl(flow: str, programs: Outcome) -> None:
    day = watched(programs, flow, "azure_day")
    agent = day.reach("http.request", service="dps").headers["user-agent"]
    reading = day.reach("hub.telemetry", transport="https")
    assert agent.startswith("curl/")
    assert day.reach("dps.register").admitted
    assert (reading.device_id, reading.body) == (day.given["device_id"], b'{"humidity": 61}')


def test_003_publishes_and_prints_the_message_that_comes(programs: Outcome) -> None:
    day = watched(programs, "003", "azure_day")
    login = day.reach("hub.login", admitted=True)
    assert login.username == f"{day.given['hub_host']}/{day.given['device_id']}"
    assert day.reach("hub.telemetry").body == b"sign of life"
    assert repr(day.reach("hub.c2d").body) in day.output


def test_004_reports_answers_one_command_and_leaves(programs: Outcome) -> None:
    day = watched(programs, "004", "iotda_day")
    login = day.reach("iotda.login", admitted=True)
    assert (login.sign_type, login.stamp) == ("0", "2022010507")
    assert day.reach("iotda.report").seq < day.reach("iotda.command.reply", known=True).seq
    assert len(day.all("iotda.command.reply")) == 1
    assert day.all("mqtt.disconnect")
    assert (day.ending.how, day.ending.code) == ("exited", 0)
