"""A toy suite, run by pytest in a process of its own, as a user's suite would be."""

from __future__ import annotations

import json
import os
import textwrap
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent

LANES = """
import asyncio
from contextlib import asynccontextmanager
from datetime import date
import pytest
from harness.device import Deviation, Device
from transcript import Ending, EventLog, Record

DEVICES = [Device(name="good", manifest="good.toml", features=frozenset({"talk"}), lanes=4)]

class Lane:
    failure = None
    def __init__(self, device, scenario):
        self.device, self.scenario, self.log = device, scenario, EventLog()
    async def finish(self):
        return Record(self.scenario.name, self.log.events, ending=Ending("stopped"), duration=1.0)

def pytest_configure(config):
    pass

@pytest.hookimpl
def pytest_certify_load_devices(config, manifests):
    return DEVICES

@pytest.hookimpl
def pytest_certify_open_lane(config, device, scenario):
    @asynccontextmanager
    async def lane():
        yield Lane(device, scenario)
    return lane()
"""

SCENARIOS = '''
import asyncio
from harness import scenario

@scenario(needs="talk")
async def chat(lane):
    """A word is said."""
    await asyncio.sleep(0.3)
    lane.log.add("word", way="in", service="toy", text="hello")

@scenario(needs="talk")
async def silence(lane):
    """Nothing is said."""
    await asyncio.sleep(0.3)
'''

REQUIREMENTS = """
from harness import requirement
SAYS = requirement("TOY-1", "MUST", "The device says hello", source="toy 1", needs="talk")
NICE = requirement("TOY-2", "SHOULD", "The device says please", source="toy 2", needs="talk")
SINGS = requirement("TOY-3", "MUST", "The device sings", source="toy 3", needs="song")
"""


class Toy:
    """Writes the toy project and runs it."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        pytester.makefile(".ini", pytest="[pytest]\nfilterwarnings = error\n")
        self.write("lanes.py", LANES)
        self.write("toys/__init__.py", "")
        self.write("toys/scenarios.py", SCENARIOS)
        self.write("toys/requirements.py", REQUIREMENTS)
        os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(pytester.path)])

    def write(self, name: str, text: str) -> None:
        path = self.pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def cases(self, text: str) -> None:
        head = "from harness import *\nfrom toys import requirements as req\n"
        self.write("toys/test_toy.py", head + textwrap.dedent(text))

    def run(self, *options: str) -> pytest.RunResult:
        plugins = ["-p", "harness.plugin", "-p", "lanes"]
        without = ["-p", "no:fixtures.plugin", "-p", "no:reports.plugin", "-p", "no:asyncio"]
        return self.pytester.runpytest_subprocess(*plugins, *without, *options)

    def lines(self, kind: str) -> list[dict[str, Any]]:
        stream = (self.pytester.path / "reports/out/results.jsonl").read_text().splitlines()
        return [line for line in map(json.loads, stream) if line["kind"] == kind]

    def verdicts(self) -> dict[str, str]:
        return {line["requirement"]: line["verdict"] for line in self.lines("case")}


@pytest.fixture
def toy(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Toy:
    monkeypatch.setenv("PYTHONPATH", "")
    return Toy(pytester)
