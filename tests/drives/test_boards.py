"""Boards: a command makes them start anew, with the values that are burnt into them."""

from __future__ import annotations

import asyncio
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from devices.driver import driver_for
from devices.manifest import load
from suites.features import FEATURES
from tests.drives import manifests, runs
from tests.drives.boards import Board
from tests.drives.running import Outcome, faultless
from tests.judging import lines

each_device = pytest.mark.parametrize("device", manifests.DEVICES)


def test_the_run_is_green(on_the_bench: Outcome) -> None:
    assert on_the_bench.status == pytest.ExitCode.OK, on_the_bench.said
    assert set(on_the_bench.verdicts) == set(manifests.DEVICES)


@each_device
def test_a_board_comes_out_as_the_program_does(device: str, on_the_bench: Outcome) -> None:
    sections = manifests.reference(device, name=device)
    expected = faultless(sections, without=runs.LEFT_OUT)
    assert on_the_bench.verdicts[device] == expected


@each_device
def test_a_board_is_in_one_watch_at_a_time(device: str, on_the_bench: Outcome) -> None:
    watches = sorted(on_the_bench.records[device].values(), key=lambda each: each.began_unix)
    assert len(watches) > 1
    for earlier, later in pairwise(watches):
        assert later.began_unix >= earlier.began_unix + earlier.duration


@each_device
def test_what_calls_before_the_reset_is_turned_away(device: str, on_the_bench: Outcome) -> None:
    for watch in on_the_bench.records[device].values():
        assert "called, and was told b''" in watch.output
        # The script calls without a word of TLS, the device as it should.
        assert watch.reach("tcp.open").link == watch.reach("tls.hello").link


@each_device
def test_a_board_is_left_running(
    device: str, on_the_bench: Outcome, made: Mapping[str, Board]
) -> None:
    watches = on_the_bench.records[device].values()
    assert {str(watch.ending) for watch in watches} == {"was left running"}
    assert psutil.pid_exists(int(made[device].pid_file.read_text()))


@each_device
def test_its_secrets_are_written_nowhere(
    device: str, on_the_bench: Outcome, made: Mapping[str, Board]
) -> None:
    reports = [path.read_text("utf-8") for path in on_the_bench.directory.glob("*.*")]
    wire = [text for line in lines(on_the_bench.stream) for text in texts(line)]
    everything = "\n".join([*reports, *wire, on_the_bench.said])
    assert len(reports) == 4
    assert [secret for secret in made[device].secrets if secret in everything] == []


@pytest.mark.asyncio
async def test_a_watch_that_is_over_before_its_trigger_says_so(tmp_path: Path) -> None:
    sections = manifests.reference("iotda", name="slow")
    trigger = [sys.executable, "-c", "import time; time.sleep(600)"]
    changed = {"start": {"trigger": trigger}, "address": {"host": runs.HERE}, "bench": {}}
    driver = driver_for(load(manifests.write(tmp_path, sections | changed), features=FEATURES))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await driver.start({})
    assert str(await driver.stop()) == "never started: the trigger had not ended by then"


def texts(value: Any) -> Iterator[str]:
    """All bytes in a line of the stream, which are written in base64, as text."""
    match value:
        case {"bytes": str(encoded)}:
            yield b64decode(encoded).decode("latin-1")
        case dict():
            for item in value.values():
                yield from texts(item)
        case list():
            for item in value:
                yield from texts(item)
