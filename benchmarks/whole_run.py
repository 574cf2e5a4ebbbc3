"""A whole run over the built-in reference devices: where its time goes, and what a case costs."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from benchmarks import stopwatch
from benchmarks.figures import Figure, figure
from tests.judging import cases as case_functions
from tests.judging import lines, records

ROOT = Path(__file__).resolve().parents[1]
NOT_APPLICABLE = "NOT_APPLICABLE"
_BYTECODE = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Times in seconds; `passive` is each case's that found its record there already."""

    wall: float
    cpu: float
    others: float  # processor time that other programs took meanwhile
    until_watching: float  # from the start of the process
    until_configured: float
    observing: float  # from the start of the watches until the last record is judged
    judging: float  # of the cases that were left then
    closing: float  # lanes, stream, reports, until the process has ended
    longest: float
    longest_watch: str
    watches: int
    cases: int
    passive: tuple[float, ...]
    checks: tuple[float, ...]  # each case's function alone, called again on its record

    @property
    def ratio(self) -> float:
        """Wall time over the critical path: the longest single watch."""
        return self.wall / self.longest


def measure(times: int, arguments: Sequence[str] = ()) -> Iterator[Run]:
    """Runs of pytest with these arguments, after one that only collects and is not counted.

    Python's bytecode is kept, as after any first use of the project, whatever this environment
    says. RuntimeError when a run does not end well.
    """
    with TemporaryDirectory(prefix="bench-") as directory:
        set_apart = {key: value for key, value in os.environ.items() if key not in _BYTECODE}
        environment = set_apart | {"PYTHONPYCACHEPREFIX": f"{directory}/bytecode"}
        _pytest(["--collect-only", *arguments], environment)
        for number in range(times):
            yield _run(Path(directory) / str(number), arguments, environment)


def _run(out: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> Run:
    out.mkdir()
    noted = out / "stopwatch.json"
    busy, used, began = _busy(), _cpu_of_children(), time.monotonic()
    _pytest([f"--report-dir={out}", *arguments], {**environment, stopwatch.FILE: str(noted)})
    ended, cpu = time.monotonic(), _cpu_of_children() - used
    others = max(0.0, _busy() - busy - cpu)
    run = _read(json.loads(noted.read_text()), out / "results.jsonl", began, ended)
    return replace(run, cpu=cpu, others=others)


def _pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "benchmarks.stopwatch", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the run did not end well:\n{done.stdout[-3000:]}{done.stderr}")


def _cpu_of_children() -> float:
    """User and system time of all descendants that have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy() -> float:
    """Processor time that the whole machine has used, in seconds since it was started."""
    spent = psutil.cpu_times()
    return float(sum(spent) - spent.idle - getattr(spent, "iowait", 0.0))


def _read(noted: dict[str, Any], stream: Path, began: float, ended: float) -> Run:
    moments, timed = noted["moments"], noted["cases"]
    said = list(lines(stream))
    watches = {line["record"]: line["duration"] for line in said if line["kind"] == "record"}
    cases = [line for line in said if line["kind"] == "case"]
    # of each record, the case that may have had to wait for it
    rests_on = {line["case"]: line["record"] for line in cases if line["verdict"] != NOT_APPLICABLE}
    first = set({rests_on[node]: node for node, *_ in reversed(timed) if node in rests_on}.values())
    last_seen = max(end for node, _, end in timed if node in first)
    passive = [end - start for node, start, end in timed if node in rests_on.keys() - first]
    longest = max(watches, key=lambda name: watches[name])
    return Run(
        wall=ended - began,
        cpu=0.0,
        others=0.0,
        until_watching=moments["collected"] - began,
        until_configured=moments["configured"] - began,
        observing=last_seen - moments["collected"],
        judging=moments["judged"] - last_seen,
        closing=ended - moments["judged"],
        longest=watches[longest],
        longest_watch=longest,
        watches=len(watches),
        cases=len(cases),
        passive=tuple(passive),
        checks=tuple(_alone(stream, rests_on.keys())),
    )


def _alone(stream: Path, applicable: Set[str]) -> Iterator[float]:
    """How long each case of the run takes on its stored record, without pytest."""
    functions = case_functions()
    for device, found in records(stream).items():
        for case in functions:
            module, _, name = case.name.rpartition(".")
            if f"{module.replace('.', '/')}.py::{name}[{device}]" in applicable:
                began = time.perf_counter()
                case.judge(found)
                yield time.perf_counter() - began


def figures(runs: Sequence[Run]) -> list[Figure]:
    """Wall and CPU time of whole runs, and the parts of the wall time."""
    return [
        figure("wall time of the run", [run.wall for run in runs]),
        figure("critical path: the longest watch", [run.longest for run in runs]),
        figure("wall time / critical path", [run.ratio for run in runs], unit=""),
        figure("CPU time, devices included", [run.cpu for run in runs]),
        figure("CPU time of other programs meanwhile", [run.others for run in runs]),
        figure("until the first watch begins", [run.until_watching for run in runs]),
        figure("… of that, until pytest is configured", [run.until_configured for run in runs]),
        figure("observing, most cases judged meanwhile", [run.observing for run in runs]),
        figure("judging the cases left then", [run.judging for run in runs]),
        figure("closing lanes, reports, exit", [run.closing for run in runs]),
    ]


def case_figures(runs: Sequence[Run]) -> list[Figure]:
    """What one more case costs: in the run, and its judgement alone. Medians and sums per run."""
    return [
        figure("one more case, in the run (median)", [median(r.passive) for r in runs], unit="ms"),
        figure("all of them, in the run (sum)", [sum(r.passive) for r in runs], unit="ms"),
        figure("its judgement alone (median)", [median(r.checks) for r in runs], unit="ms"),
        figure("all judgements alone (sum)", [sum(r.checks) for r in runs], unit="ms"),
    ]
