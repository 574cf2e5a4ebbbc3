"""One run of pytest over the flows' devices, as a user would start it, and what came of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from harness.verdict import Verdict, worst
from tests.flows.flows import Flow
from tests.judging import Records, lines, records

ROOT = Path(__file__).parents[2]
LONGEST = 1800.0  # seconds for a run, the making of its Python environments included
# How a run says that a device's Python environment could not be made (devices/environment.py).
UNMADE = re.compile(
    r"^ERROR: ([\w.-]+): (.*(?:could not be made|has been making).*)$", re.MULTILINE
)


@dataclass(frozen=True)
class Absence:
    """Why a flow was not run; `everywhere`: not even a complete machine could run it."""

    reason: str
    everywhere: bool = False

    def show(self) -> NoReturn:
        """Skip the test as NOT RUN. Under CI, which installs all that it takes, fail it."""
        said = f"NOT RUN: {self.reason}"
        if os.environ.get("CI") == "true" and not self.everywhere:
            pytest.fail(said, pytrace=False)
        pytest.skip(said)


@dataclass(frozen=True)
class Outcome:
    """What came of a run: its exit status, what it said, and each device's results by name."""

    status: int = 0
    said: str = ""
    verdicts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    deviations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    records: Mapping[str, Records] = field(default_factory=dict)
    absent: Mapping[str, Absence] = field(default_factory=dict)

    def need_any(self) -> None:
        """Show the test as NOT RUN if nothing was run."""
        if not self.verdicts:
            next(iter(self.absent.values())).show()

    def verdicts_of(self, flow: Flow) -> Mapping[str, str]:
        """The worst verdict by requirement."""
        self.need(flow)
        return self.verdicts[flow.device]

    def records_of(self, flow: Flow) -> Records:
        """The records by scenario."""
        self.need(flow)
        return self.records[flow.device]

    def need(self, flow: Flow) -> None:
        """Show the test as NOT RUN if the flow was not."""
        if absence := self.absent.get(flow.device):
            absence.show()


def certify(
    manifests: Mapping[str, Path], directory: Path, *, absent: Mapping[str, Absence]
) -> Outcome:
    """Certify devices (name to manifest) in one run, except those that are `absent`.

    A device whose Python environment cannot be made stops a run before anything starts; it becomes
    absent too, and the others are run without it.
    """
    missing = dict(absent)
    while left := {name: path for name, path in manifests.items() if name not in missing}:
        done = _run(left.values(), directory)
        unmade = [(name, why) for name, why in UNMADE.findall(done.stdout) if name in left]
        if done.returncode != pytest.ExitCode.USAGE_ERROR or not unmade:
            return _outcome(done, directory / "results.jsonl", missing)
        missing |= {name: Absence(f"{name}: {why}") for name, why in unmade}
    return Outcome(absent=missing)


def _run(manifests: Iterable[Path], directory: Path) -> subprocess.CompletedProcess[str]:
    """With --fail-on-warn, so that the exit status tells of every WARN without a deviation."""
    options = ["-q", "--fail-on-warn", "-p", "no:cacheprovider", f"--report-dir={directory}"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "suites", *options]
        + [f"--device={path}" for path in manifests],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST,
        check=False,
    )


def _outcome(
    done: subprocess.CompletedProcess[str], stream: Path, absent: Mapping[str, Absence]
) -> Outcome:
    if not stream.exists():
        raise RuntimeError(f"the run over the flows broke:\n{done.stdout}")
    verdicts: dict[str, dict[str, str]] = defaultdict(dict)
    deviations: dict[str, dict[str, str]] = defaultdict(dict)
    for line in lines(stream):
        if line["kind"] == "case":
            own, requirement = verdicts[line["device"]], line["requirement"]
            both = (Verdict(line["verdict"]), Verdict(own.get(requirement, "NOT_APPLICABLE")))
            own[requirement] = str(worst(both))
            if line["deviation"]:
                deviations[line["device"]][requirement] = line["deviation"]["state"]
    return Outcome(done.returncode, done.stdout, verdicts, deviations, records(stream), absent)


def without_tools(flows: Iterable[Flow]) -> dict[str, Absence]:
    """The flows that need a program which is not installed."""
    found = {}
    for flow in flows:
        missing = [tool for tool in flow.tools if shutil.which(tool) is None]
        if missing:
            found[flow.device] = Absence(f"{', '.join(missing)} is not installed")
    return found
