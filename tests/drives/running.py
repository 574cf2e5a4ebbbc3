"""Runs of pytest as a user would start them, and what came of them."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness.verdict import Verdict, worst
from suites.features import closure
from tests.drives.manifests import Sections
from tests.judging import Records, cases, lines, records

ROOT = Path(__file__).parents[2]
LONGEST = 120.0  # seconds for a run


def command(manifests: Iterable[Path], directory: Path, *options: str) -> list[str]:
    """The command line of a run that writes its reports to a directory."""
    devices = [f"--device={path}" for path in manifests]
    pytest = [sys.executable, "-m", "pytest", "suites", "-q", "-p", "no:cacheprovider"]
    return [*pytest, *devices, f"--report-dir={directory}", *options]


@dataclass(frozen=True)
class Outcome:
    """What came of a run: its exit status, all that it said, the directory with its reports."""

    status: int
    said: str
    directory: Path

    @property
    def stream(self) -> Path:
        return self.directory / "results.jsonl"

    @cached_property
    def verdicts(self) -> Mapping[str, Mapping[str, str]]:
        """The worst verdict by device and requirement."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for line in lines(self.stream):
            if line["kind"] == "case":
                own, requirement = found[line["device"]], line["requirement"]
                so_far = Verdict(own.get(requirement, "NOT_APPLICABLE"))
                own[requirement] = str(worst((Verdict(line["verdict"]), so_far)))
        return found

    @cached_property
    def records(self) -> Mapping[str, Records]:
        """The records by device and scenario."""
        return records(self.stream)


def certify(
    manifests: Iterable[Path],
    directory: Path,
    *options: str,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """One run over some devices, to its end."""
    done = subprocess.run(
        command(manifests, directory, *options),
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, directory)


def faultless(sections: Sections, *, without: Iterable[str] = ()) -> dict[str, str]:
    """What a device without a fault comes to, in a run without the cases with such names."""
    claimed = closure(sections["profile"]["features"])
    chosen = [each for each in cases() if not any(part in each.name for part in without)]
    return {
        each.requirement.id: "PASS"
        if claimed.issuperset(each.requirement.needs)
        else "NOT_APPLICABLE"
        for each in chosen
    }
