"""What cannot be run is refused before anything starts: status 4, and a line for each problem."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bad_input.bench import (
    ROOT,
    Outcome,
    Started,
    assert_plain,
    begin,
    devices,
    living,
    posix,
)
from tests.bad_input.bench import write as manifest

UNKNOWN_DEVIATION = """
[[deviations]]
id = "IOTDA-CONN-77"
reason = "nobody knows"
expires = 2999-12-31
match = "x"
"""
BROKEN = """\
[device]
nmae = "bulb"

[start]
command = ["no-such-program-here", "{dps_hots}"]

[profile]
features = ["dps.https", "dps.symetric-key"]

[bench]
patience = "long"
iotda_secret = "pä"
symmetric_key = "env:BAD_INPUT_IS_NOT_SET"
"""
BROKEN_TOLD = """\
ERROR: {file}:2: [device] nmae: unknown key; did you mean 'name'?
{file}:5: [start] command[1]: unknown placeholder {{dps_hots}}; did you mean {{dps_host}}?
{file}:5: [start] command[0]: no program 'no-such-program-here' on PATH; install it or give its path
{file}:8: [profile] features[1]: unknown feature dps.symetric-key; did you mean dps.symmetric-key?
{file}:11: [bench] patience: expected a number of seconds, found 'long'
{file}:12: [bench] iotda_secret: the secret must have 8 to 32 letters, digits, '_' or '-'
{file}:13: [bench] symmetric_key: the environment variable 'BAD_INPUT_IS_NOT_SET' is not set;\
 set it before the run
"""


@dataclass(frozen=True)
class Refused:
    """A run that is expected to be refused, and the whole of what is said."""

    run: Started
    told: str


def _runs(directory: Path) -> Iterator[tuple[str, Refused]]:
    good = manifest(directory, "good")
    out = directory / "out"
    broken = directory / "broken.toml"
    broken.write_text(BROKEN, encoding="utf-8")
    told = BROKEN_TOLD.format(file=broken)
    yield "broken manifest", Refused(begin(*devices(good, broken), reports=out), told)

    missing = directory / "missing.toml"
    told = f"ERROR: {missing}:1: cannot be read: No such file or directory\n"
    yield "missing manifest", Refused(begin(*devices(missing), reports=out), told)

    unknown = manifest(directory, "unknown", mode="good", rest=UNKNOWN_DEVIATION)
    line = unknown.read_text().splitlines().index('id = "IOTDA-CONN-77"') + 1
    told = (
        f"ERROR: {unknown}:{line}: [[deviations]] id: unknown requirement IOTDA-CONN-77;"
        " did you mean IOTDA-CONN-7?\n"
    )
    yield (
        "deviation of an unknown requirement",
        Refused(begin(*devices(unknown), reports=out), told),
    )

    twin = directory / "twin.toml"
    twin.write_text(good.read_text())
    told = (
        f"ERROR: {twin}:1: [device] name: 'good' is the name of the device in {good} too;"
        " give another\n"
    )
    yield "two of one name", Refused(begin(*devices(good, twin), reports=out), told)
    told = f"ERROR: {good}:1: [device] name: this manifest is given twice; name it once\n"
    yield "one twice", Refused(begin(*devices(good, good), reports=out), told)

    certify = ROOT / "certify"
    apart = begin("--device", good, reports=out)
    told = (
        f"ERROR: pytest took {good} for a test path and missed {ROOT / 'pyproject.toml'};"
        f" write --device={good}, or use {certify}\n"
    )
    yield "option and manifest apart", Refused(apart, told)
    elsewhere = begin(*devices(good), reports=out, cwd=directory)
    told = (
        f"ERROR: pytest found no pyproject.toml of this suite above {directory};"
        f" run it in {ROOT}, or use {certify}\n"
    )
    yield "started elsewhere", Refused(elsewhere, told)

    told = (
        f"ERROR: the results cannot be written to {good}: File exists;"
        " name another directory with --report-dir\n"
    )
    yield "report directory is a file", Refused(begin(*devices(good), reports=good), told)
    if sys.platform == "linux":
        full = directory / "full"
        full.mkdir()
        (full / "results.jsonl").symlink_to("/dev/full")
        told = (
            f"ERROR: the results cannot be written to {full}: No space left on device;"
            " name another directory with --report-dir\n"
        )
        yield "disk full", Refused(begin(*devices(good), reports=full), told)


CASES = (
    "broken manifest", "missing manifest", "deviation of an unknown requirement",
    "two of one name", "one twice", "option and manifest apart", "started elsewhere",
    "report directory is a file", "disk full",
)  # fmt: skip


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("refused")


@pytest.fixture(scope="module")
def ended(directory: Path) -> dict[str, tuple[Outcome, str]]:
    """All of them, side by side."""
    runs = dict(_runs(directory))
    return {name: (each.run.outcome(), each.told) for name, each in runs.items()}


@posix
@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_in_words(ended: dict[str, tuple[Outcome, str]], case: str) -> None:
    if case not in ended:
        pytest.skip(f"NOT RUN: {case} needs /dev/full")
    outcome, told = ended[case]
    assert outcome.err.strip("\n") == told.strip("\n")
    assert outcome.status == pytest.ExitCode.USAGE_ERROR
    assert_plain(outcome)


def test_nothing_was_started_and_nothing_written(
    ended: dict[str, tuple[Outcome, str]], directory: Path
) -> None:
    assert ended
    assert not (directory / "out").exists()
    assert living(directory) == []
