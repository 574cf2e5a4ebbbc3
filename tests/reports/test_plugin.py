"""The plugin beside the harness: views whatever happens, and a live count that erases itself."""

from __future__ import annotations

import contextlib
import json
import os
import re
import struct
import subprocess
import sys
from collections import Counter

import pytest

from reports.terminal import LiveLine, progress

CONFTEST = """
from contextlib import asynccontextmanager
from harness.device import Device
from transcript import EventLog, Record

class Lane:
    failure = None
    def __init__(self):
        self.log = EventLog()
    async def finish(self):
        return Record("good_day", self.log.events, output="hello\\n", duration=0.1)

def pytest_configure(config):
    config.addinivalue_line("markers", "asyncio: unused")

def pytest_certify_load_devices(config, manifests):
    claims = frozenset({"dps"})
    return [Device("pump", manifest="pump.toml", claims=claims, features=claims)]

def pytest_certify_open_lane(config, device, scenario):
    @asynccontextmanager
    async def lane():
        yield Lane()
    return lane()
"""

SCENARIOS = """
import asyncio
from harness import scenario

@scenario(needs="dps")
async def good_day(lane):
    "A good day."
    lane.log.add("dps.register", way="in", service="dps", registration_id="r1")
    await asyncio.sleep(0.5)
"""

CASES = """
from harness import Finding, conforms, requirement, verifies

def need(id, level):
    return requirement(id, level, f"The device does {id}", source="a document", needs="dps")

@verifies(need("DPS-A-1", "MUST"))
def test_registers(good_day):
    good_day.reach("dps.register")

@verifies(need("DPS-B-1", "SHOULD"))
def test_waits(good_day):
    conforms([Finding(1.0, "patience", "haste")])

@verifies(need("DPS-C-1", "MUST"))
def test_polls(good_day):
    good_day.expect("dps.poll", owed="a poll")
"""


@pytest.fixture
def certify(pytester, monkeypatch, pytestconfig):
    """Runs pytest with the harness and the reports in a directory of its own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    monkeypatch.delenv("CI", raising=False)
    pytester.makeconftest(CONFTEST)
    suite = pytester.mkpydir("little_suite")
    (suite / "scenarios.py").write_text(SCENARIOS)
    (suite / "test_little.py").write_text(CASES)
    plugins = ("-p", "harness.plugin", "-p", "reports.plugin", "-p", "no:cacheprovider")
    return lambda *more: pytester.runpytest_subprocess(*plugins, *more)


def views(pytester, directory="reports/out"):
    return {each.name for each in (pytester.path / directory).iterdir()}


ALL = {"results.jsonl", "report.html", "report.json", "junit.xml"}


def test_makes_every_view_and_says_where(certify, pytester):
    result = certify()
    result.stdout.fnmatch_lines(["*certification*", "*✗ FAIL * 1 FAIL, 1 WARN, 1 PASS",
                                 "report: reports/out/report.html"])  # fmt: skip
    assert views(pytester) == ALL
    document = json.loads((pytester.path / "reports/out/report.json").read_text("utf-8"))
    assert [case["verdict"] for case in document["devices"][0]["cases"]] == ["PASS", "WARN", "FAIL"]


def test_tells_a_warning_once(certify):
    assert certify().stdout.str().count("observed  haste") == 1
    assert certify("--fail-on-warn").stdout.str().count("observed  haste") == 1


def test_writes_where_it_is_told(certify, pytester):
    certify("--report-dir", "elsewhere")
    assert views(pytester, "elsewhere") == ALL


def test_an_interrupted_run_leaves_a_whole_report(certify, pytester):
    with (pytester.path / "little_suite/test_little.py").open("a") as module:
        module.write("\ndef test_stop():\n    raise KeyboardInterrupt\n")
    result = certify()
    assert views(pytester) == ALL
    document = json.loads((pytester.path / "reports/out/report.json").read_text("utf-8"))
    assert document["interrupted"] is True
    assert len(document["devices"][0]["cases"]) == 3
    result.stdout.fnmatch_lines(
        ["note: the run was interrupted*", "report: reports/out/report.html"]
    )


def test_stays_silent_where_nothing_is_certified(certify, pytester):
    pytester.makepyfile(test_other="def test_nothing(): pass")
    result = certify("test_other.py")
    assert "certification" not in result.stdout.str()
    assert not (pytester.path / "reports").exists()


def test_says_in_words_that_the_report_cannot_be_written(certify, pytester):
    (pytester.path / "reports/out/report.html").mkdir(parents=True)
    result = certify()
    result.stdout.fnmatch_lines(["the report cannot be written: *"])
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()


def test_writes_no_live_count_where_nobody_looks_on(certify):
    assert "waiting" not in certify().stdout.str()


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals there")
def test_writes_a_live_count_where_somebody_looks_on_and_takes_it_away(certify, pytester):
    certify()  # for the files
    shown = on_a_terminal(
        [sys.executable, "-m", "pytest", "-p", "harness.plugin", "-p", "reports.plugin"],
        cwd=pytester.path,
    )
    assert "0 of 3, waiting 0 s for good_day on pump" in shown
    first_line = next(line for line in shown.splitlines() if "little_suite/test_little.py" in line)
    screen = Screen()
    screen.write(re.sub(r"\x1b\[[\d;]*m", "", first_line).rstrip())
    assert re.fullmatch(r"little_suite/test_little.py \.WF +\[100%\]", str(screen))


def on_a_terminal(command, *, cwd):
    """What a program writes when its output is a terminal of 100 columns."""
    import fcntl
    import pty
    import termios

    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    surroundings = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    child = subprocess.Popen(command, cwd=cwd, stdout=its, stderr=its, env=surroundings)
    os.close(its)
    written = bytearray()
    # On Linux the end of a terminal is an error (EIO), not an empty read.
    with contextlib.suppress(OSError):
        while chunk := os.read(ours, 4096):
            written += chunk
    child.wait()
    os.close(ours)
    return written.decode()


# --- the live count ------------------------------------------------------------------------------


class Screen:
    """One line of a terminal that knows characters and backspace."""

    def __init__(self, text: str = "") -> None:
        self.cells, self.column = list(text), len(text)

    def write(self, text: str) -> None:
        for character in text:
            if character == "\b":
                self.column -= 1
                continue
            assert character.isprintable()
            self.cells[self.column : self.column + 1] = [character]
            self.column += 1

    def __str__(self) -> str:
        return "".join(self.cells).rstrip()


@pytest.fixture
def screen():
    return Screen("suites/test_polling.py ..")


def test_live_count_stands_behind_what_pytest_wrote(screen):
    LiveLine(screen.write).show("3 of 48 judged, waiting", room=70)
    assert str(screen) == "suites/test_polling.py ..  3 of 48 judged, waiting"
    assert screen.column == len("suites/test_polling.py ..")


def test_live_count_gives_way_to_a_shorter_one_and_goes(screen):
    live = LiveLine(screen.write)
    live.show("a long text that says much of nothing", room=70)
    live.show("a short one, but long enough", room=70)
    assert str(screen).endswith("..  a short one, but long enough")
    live.erase()
    assert str(screen) == "suites/test_polling.py .."


@pytest.mark.parametrize("room", [-3, 0, 5, 23])
def test_live_count_says_nothing_where_there_is_no_room(screen, room):
    LiveLine(screen.write).show("something to say", room=room)
    assert str(screen) == "suites/test_polling.py .."


def test_live_count_never_wraps(screen):
    LiveLine(screen.write).show("x" * 500, room=40)
    assert len(str(screen)) == len("suites/test_polling.py ..") + 40


def test_live_count_obeys_no_device(screen):
    LiveLine(screen.write).show("waiting for \x1b[2J\n on pump", room=70)
    assert "waiting for \\x1b[2J\\n on pump" in str(screen)


def test_progress_counts_what_is_judged_and_names_what_is_awaited():
    verdicts = Counter({"PASS": 9, "NOT_APPLICABLE": 2, "FAIL": 1})
    told = progress(verdicts, cases=48, watch="slow_assignment on pump", waited=4.4)
    assert told == "12 of 48, 1 FAIL, waiting 4 s for slow_assignment on pump"
