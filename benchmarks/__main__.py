"""python -m benchmarks: measure, print the tables, write benchmarks/results.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import ready_fake, whole_run
from benchmarks.figures import Figure, table
from benchmarks.whole_run import Run

CORES = os.cpu_count() or 1
RESULTS = Path(__file__).with_name("results.md")
QUIET = 0.05  # share of the processors above which other programs disturb what is measured


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The options, read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, metavar="N",
                        help="whole runs over the reference devices (%(default)s)")  # fmt: skip
    parser.add_argument("--laps", type=int, default=30, metavar="N",
                        help="times that a fake is put up (%(default)s)")  # fmt: skip
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="FILE",
                        help="where the page goes (%(default)s)")  # fmt: skip
    return parser.parse_args(given)


def machine(runs: Sequence[Run]) -> str:
    """Where it was measured, and whether anything else ran there."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    system = f"{platform.system()} {platform.machine()}, {CORES} cores"
    busy = median(run.others / run.wall / CORES for run in runs)
    quiet = "quiet" if busy <= QUIET else "NOT QUIET, read the figures with care"
    return (
        f"{system}, Python {platform.python_version()}, {when}. Other programs took {busy:.0%} of"
        f" the processors meanwhile ({quiet})."
    )


def main(given: Sequence[str] | None = None) -> int:
    """Measure all; the exit status is 0 when every run ended well."""
    options = arguments(given)
    _tell("fakes")
    fakes = [*ready_fake.in_process(options.laps), *ready_fake.from_cold(options.runs)]
    _tell(f"{options.runs} whole runs")
    runs = list(whole_run.measure(options.runs))
    text = page(machine(runs), fakes, runs)
    options.output.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _tell(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr, flush=True)


def page(where: str, fakes: Sequence[Figure], runs: Sequence[Run]) -> str:
    """The page of results."""
    parts = [
        "# Benchmarks",
        f"Made by `python -m benchmarks`; do not edit. {where}",
        table("time to a ready fake", fakes),
        "A fake is DPS, a hub and IoTDA behind one door with three ports, as each lane has it; the"
        " device that calls is in the same process, so both ends' cryptography counts.",
        table("cost of a passive case", whole_run.case_figures(runs)),
        "A passive case judges a record that is there already. In the run means with all that"
        " pytest and the reports do about a case; alone, its function called on the stored record.",
        table("whole run", whole_run.figures(runs)),
        summary(runs[0]),
    ]
    return "\n\n".join(parts) + "\n"


def summary(run: Run) -> str:
    """The first run in words."""
    return (
        f"{run.watches} watches and {run.cases} cases, over the built-in reference devices. The"
        f" longest watch is {run.longest_watch}: {run.longest:.1f} s of the first run's"
        f" {run.wall:.1f} s. Beside it stand {run.until_watching:.1f} s before the first watch"
        f" begins and {run.judging + run.closing:.1f} s after the last record; the processor was"
        f" busy for {run.cpu:.1f} s, {run.cpu / run.wall / CORES:.0%} of what there is. Python's"
        " bytecode was there, as after any first use."
    )


if __name__ == "__main__":
    sys.exit(main())
