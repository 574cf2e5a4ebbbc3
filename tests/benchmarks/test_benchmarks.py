"""The benchmarks run, and say what they measured. What they measure is no matter of a test."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("the benchmarks need POSIX's account of child processes", allow_module_level=True)

from benchmarks import ready_fake, whole_run
from benchmarks.__main__ import page
from benchmarks.figures import figure, table

IOTDA = ["--device=devices/reference/iotda.toml", "suites/huawei_iotda/test_reports.py"]


def test_a_fake_is_put_up_and_closed() -> None:
    figures = ready_fake.in_process(2)
    assert [len(each.values) for each in figures] == [1, 2, 2, 2, 2]
    listening, handshake, connack = (each.values for each in figures[1:4])
    assert all(a < b < c for a, b, c in zip(listening, handshake, connack, strict=True))


def test_the_emulator_is_started_and_ended() -> None:
    assert [len(each.values) for each in ready_fake.from_cold(1)] == [1, 1]


def test_a_run_is_measured_and_told() -> None:
    [run] = whole_run.measure(1, IOTDA)
    assert (run.watches, run.longest_watch) == (1, "reference-iotda/iotda_day")
    assert len(run.passive) == len(run.checks) - 1
    assert 0 < run.longest < run.observing < run.wall
    assert run.cpu > 0
    text = page("Here.", ready_fake.in_process(1), [run])
    assert "longest watch is reference-iotda/iotda_day" in text
    assert text.count("|\n") > 20


def test_a_run_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="did not end well"):
        list(whole_run.measure(1, ["--device=nosuch.toml"]))


def test_a_table_is_markdown() -> None:
    text = table("what", [figure("a wait", [0.002, 0.001, 0.004], unit="ms")])
    assert text.splitlines() == [
        "| what   |     min |  median |     max | n |",
        "| ------ | ------: | ------: | ------: | : |",
        "| a wait | 1.00 ms | 2.00 ms | 4.00 ms | 3 |",
    ]
