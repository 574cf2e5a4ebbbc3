"""One run of the suites over many mutants at once, and what each of them came to."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.judging import lines
from tests.mutants import manifests
from tests.mutants.table import Mutant

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Outcome:
    """What a device came to: requirement ids by verdict."""

    verdicts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def caught_by(self) -> set[str]:
        return self.verdicts["FAIL"] | self.verdicts["WARN"]


def certify(mutants: Iterable[Mutant], directory: Path) -> Path:
    """Certify the mutants and the sound devices; the path of the result stream."""
    paths = [
        manifests.write(directory, each.fault, each.device, without=each.without)
        for each in mutants
    ]
    devices = [*sorted(manifests.REFERENCE.glob("*.toml")), *paths]
    options = [f"--device={path}" for path in devices]
    out = directory / "out"
    command = [sys.executable, "-m", "pytest", "suites", "-q", "--tb=no", "-r", "N"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", f"--report-dir={out}", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"the run over the mutants broke: {done.stdout}{done.stderr}")
    return out / "results.jsonl"


def outcomes(stream: Path) -> dict[str, Outcome]:
    """What every device of a run came to, by its name."""
    found: dict[str, Outcome] = defaultdict(Outcome)
    for line in lines(stream):
        if line["kind"] == "case":
            found[line["device"]].verdicts[line["verdict"]].add(line["requirement"])
    return found
