"""Devices that misbehave, all in one run: each is told in a sentence, and costs others nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import psutil
import pytest

from tests.bad_input.bench import assert_plain, posix
from tests.bad_input.conftest import Crowd

pytestmark = posix


@dataclass(frozen=True)
class Told:
    """What becomes of a device: a case's verdict and reason, and how its program ended."""

    case: str
    verdict: str
    reason: str
    ended: str


NO_CONNECT = r"the device never reached mqtt\.connect; it "
FLOODED = r"it flooded us: \d+ events in \d+\.\d s, then none was taken"
STOPPED = r"stopped with status -15 after \d+\.\d s"
TOLD = {
    "mute": Told("IOTDA-CONN-1", "INCONCLUSIVE", NO_CONNECT + STOPPED, STOPPED),
    "crash": Told(
        "IOTDA-CONN-1",
        "INCONCLUSIVE",
        NO_CONNECT + r"exited with status 1 after \d\.\d s",
        r"exited with status 1 after \d\.\d s",
    ),
    "breaks": Told(
        "PROFILE-3",
        "INCONCLUSIVE",
        r"claimed and never seen: iotda\.properties; the device exited with status -9"
        r" after \d\.\d s: by signal SIGKILL",
        r"exited with status -9 after \d\.\d s: by signal SIGKILL",
    ),
    "publishes_endlessly": Told(
        "IOTDA-CONN-1",
        "INCONCLUSIVE",
        rf"not all that it did was recorded; the device \w+ with .*: {FLOODED}",
        rf"\w+ with .*: {FLOODED}",
    ),
    "connects_endlessly": Told("IOTDA-CONN-1", "INCONCLUSIVE", NO_CONNECT + ".*", r"\w+ with .*"),
    "stubborn": Told(
        "IOTDA-CONN-1",
        "PASS",
        "",
        r"killed with status -9 after \d\.\d s: it did not end within 2\.0 s when asked",
    ),
    "parent": Told(
        "IOTDA-CONN-1", "PASS", "", r"\w+ with .*: it left \d process(es)? behind, which we killed"
    ),
    "chatty": Told("IOTDA-CONN-1", "PASS", "", STOPPED),
    "absent": Told(
        "IOTDA-CONN-1",
        "INCONCLUSIVE",
        NO_CONNECT + r"never started: no such program: \S+/firmware;"
        r" a path is relative to \[start\] cwd",
        r"never started: no such program: .*",
    ),
    "expired": Told("IOTDA-CONN-1", "INCONCLUSIVE", NO_CONNECT + STOPPED, STOPPED),
}


@pytest.mark.parametrize("device", TOLD)
def test_each_is_told_in_one_sentence(crowd: Crowd, device: str) -> None:
    told = TOLD[device]
    case = crowd.run.cases(device)[told.case]
    assert case["verdict"] == told.verdict
    assert re.fullmatch(told.reason, case["reason"])
    assert re.fullmatch(told.ended, crowd.run.record(device)["ended"])
    assert case["reason"] in crowd.run.out


def test_the_good_one_among_them_loses_nothing(crowd: Crowd) -> None:
    assert crowd.run.verdicts("good") == {"PASS"}
    assert len(crowd.run.cases("good")) > 12
    assert crowd.run.record("good")["ended"].startswith("stopped")


def test_the_run_comes_to_its_end_with_a_whole_report(crowd: Crowd) -> None:
    assert crowd.run.status == 1
    [end] = crowd.run.lines("end")
    assert end["interrupted"] is False
    judged = {each["device"] for each in crowd.run.lines("case")}
    [run] = crowd.run.lines("run")
    assert judged == {each["name"] for each in run["devices"]}
    ET.fromstring(crowd.run.view("junit.xml"))
    assert crowd.run.view("report.html").rstrip().endswith("</html>")
    assert_plain(crowd.run)


def test_nothing_of_them_lives_on(crowd: Crowd) -> None:
    assert crowd.left == []
    pids = re.findall(r"pid (\d+)\n", crowd.run.record("parent")["output"])
    assert len(pids) == 4
    assert not [pid for pid in pids if psutil.pid_exists(int(pid))]


def test_a_port_in_use_is_our_error_without_a_traceback(crowd: Crowd) -> None:
    assert crowd.run.verdicts("locked-out") == {"ERROR"}
    sentence = (
        f"cannot listen for mqtt on 127.0.0.1:{crowd.busy_port}: the port is in use;"
        " end the program that has it or choose another port"
    )
    assert {each["reason"] for each in crowd.run.cases("locked-out").values()} == {sentence}
    assert sentence in crowd.run.out


def test_a_flood_is_judged_by_nobody_as_if_it_were_all(crowd: Crowd) -> None:
    assert crowd.run.verdicts("publishes_endlessly") == {"INCONCLUSIVE"}
    assert len(crowd.run.view("report.html")) < 8_000_000


def test_of_megabytes_of_output_both_ends_are_kept(crowd: Crowd) -> None:
    output = crowd.run.record("chatty")["output"]
    assert output.startswith("the first line\n")
    assert output.endswith("the last line\n")
    assert re.search(r"\n\[… \d+ bytes left out …\]\n", output)
    assert len(output) < 150_000


def test_an_expired_deviation_excuses_nothing(crowd: Crowd) -> None:
    case = crowd.run.cases("expired")["IOTDA-CONN-1"]
    assert case["deviation"]["state"] == "expired"
    assert "deviation: expired (it has no antenna yet)" in crowd.run.out


# --- what devices say ----------------------------------------------------------------------------


@pytest.mark.parametrize("device", ["hostile", "requests_hostile_things"])
def test_hostile_data_is_the_devices_fault_not_ours(crowd: Crowd, device: str) -> None:
    assert "FAIL" in crowd.run.verdicts(device)
    assert "ERROR" not in crowd.run.verdicts(device)


def test_hostile_data_is_shown_and_not_obeyed(crowd: Crowd) -> None:
    page, junit = crowd.run.view("report.html"), crowd.run.view("junit.xml")
    for text in (page, junit, crowd.run.view("report.json"), crowd.run.out):
        assert r"\x1b]0;owned\x07\x1b[2J" in text.replace("\\\\", "\\")
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028\ufffe]", text)
    assert "\nPASS forged" not in crowd.run.out + junit
    assert "<script>alert(1)" not in page + junit
    assert "<b>\\" not in page
