"""Runs that end before their time: what was judged is reported, and the devices are gone."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.bad_input.bench import (
    Outcome,
    Started,
    assert_plain,
    begin,
    devices,
    living,
    posix,
    remade,
    stream,
    until,
)
from tests.bad_input.bench import write as manifest

pytestmark = posix
PATIENT = "patience = 40.0"  # seconds: more than any of these tests lasts
NOTE = "note: the run did not come to its end; this is what had been judged until then"


def under_way(directory: Path) -> Started:
    """A run in which some cases are judged and others wait for devices with many children."""
    good = manifest(directory, "good", bench="patience = 0.2")
    waits = [manifest(directory, name, bench=PATIENT) for name in ("mute", "family")]
    run = begin(*devices(good, *waits), reports=directory / "out")
    until(lambda: judged(run.reports) > 0)
    until(lambda: len(living(directory)) > 3)
    return run


def judged(reports: Path) -> int:
    """How many cases passed so far, in the stream of a run that goes on."""
    path = reports / "results.jsonl"
    return path.read_bytes().count(b'"verdict": "PASS"') if path.exists() else 0


def assert_reported(outcome: Outcome) -> None:
    """Every view is there, and holds what was judged."""
    assert "good" in outcome.view("report.html")
    ET.fromstring(outcome.view("junit.xml"))
    assert '"verdict": "PASS"' in outcome.view("report.json")


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_ctrl_c_leaves_a_whole_report_and_no_device(tmp_path: Path, times: int) -> None:
    run = under_way(tmp_path)
    for _ in range(times):
        alive = len(living(tmp_path))
        os.killpg(run.process.pid, signal.SIGINT)
        until(lambda before=alive: len(living(tmp_path)) < before)
    outcome = run.outcome()
    assert outcome.status == pytest.ExitCode.INTERRUPTED
    assert living(tmp_path) == []
    assert_plain(outcome)
    assert_reported(outcome)
    [end] = outcome.lines("end")
    assert end["interrupted"] is True
    assert "note: the run was interrupted; this is what had been judged until then" in outcome.out


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_after_a_kill_the_stream_is_whole_and_the_devices_follow(
    tmp_path: Path, how: signal.Signals
) -> None:
    run = under_way(tmp_path)
    run.process.send_signal(how)
    assert run.outcome().status == -how
    until(lambda: not living(tmp_path), within=10)
    assert stream(run.reports)[0]["kind"] == "run"
    again = remade(run.reports)
    assert (again.status, again.err) == (0, "")
    assert NOTE in again.out
    assert_plain(again)
    assert_reported(again)


def test_a_half_written_line_is_left_out(tmp_path: Path) -> None:
    good = manifest(tmp_path, "good", bench="patience = 0.2")
    run = begin(*devices(good), reports=tmp_path / "out").outcome()
    path = run.reports / "results.jsonl"
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b'"kind": "end"') + 5])
    count = content.count(b"\n")
    again = remade(run.reports)
    assert again.status == 0
    assert f"note: line {count} of results.jsonl was left out: it is not whole\n{NOTE}" in again.out
    assert_reported(again)
    path.write_bytes(content[:40])
    again = remade(run.reports)
    assert again.status == 2
    said = "does not begin with a run: nothing can be reported from it"
    assert again.err == f"certify report: {path} {said}\n"


# --- surroundings that give out ------------------------------------------------------------------

SMALL = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))"
# PR_CAPBSET_DROP, CAP_NET_BIND_SERVICE: what comes of exec is as unprivileged as any user here.
LOWLY = "import ctypes, os, sys; assert ctypes.CDLL(None).prctl(24, 10, 0, 0, 0) == 0"


def becoming(prelude: str) -> tuple[str, ...]:
    """A command that does something with itself, and becomes the command behind it."""
    return (sys.executable, "-c", f"{prelude}; os.execv(sys.argv[1], sys.argv[1:])")


def test_a_disk_that_fills_up_ends_the_run_in_a_sentence(tmp_path: Path) -> None:
    manifests = [manifest(tmp_path, name) for name in ("good", "mute")]
    out = tmp_path / "out"
    outcome = begin(*devices(*manifests), reports=out, before=becoming(SMALL)).outcome()
    sentence = (
        f"the results cannot be written to {out}: File too large;"
        " name another directory with --report-dir"
    )
    assert outcome.out.count(sentence) == 1
    assert "the report cannot be written: " in outcome.out
    assert outcome.status == pytest.ExitCode.INTERRUPTED
    assert living(tmp_path) == []
    assert_plain(outcome)


def test_a_privileged_port_that_is_refused_is_told_in_a_sentence(tmp_path: Path) -> None:
    limit = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if not limit.exists() or int(limit.read_text()) <= 443:
        pytest.skip("NOT RUN: on this system anybody may listen on port 443")
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(23, 8, 0, 0, 0) != 1:  # CAP_SETPCAP
        pytest.skip("NOT RUN: this user cannot give up its right to listen on port 443")
    board = manifest(tmp_path, "board", mode="good", rest="[address]\nfixed_ports = true")
    good = manifest(tmp_path, "good", bench="patience = 0.2")
    before = becoming(LOWLY) if os.geteuid() == 0 else ()
    outcome = begin(*devices(board, good), reports=tmp_path / "out", before=before).outcome()
    reasons = {each["reason"] for each in outcome.cases("board").values()}
    [reason] = reasons
    assert reason.startswith("cannot listen for https on 127.")
    assert reason.endswith(
        ":443: the system refuses ports below 1024 without privilege;"
        " choose a higher port or grant the right to bind it"
    )
    assert (outcome.verdicts("board"), outcome.verdicts("good")) == ({"ERROR"}, {"PASS"})
    assert_plain(outcome)
