"""A pytest plugin that notes when a run's parts begin and end: `-p benchmarks.stopwatch`.

Moments are seconds on the monotonic clock, written to the file that STOPWATCH names.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from pathlib import Path

import pytest

FILE = "STOPWATCH"
_MOMENTS: dict[str, float] = {"loaded": time.monotonic()}
_CASES: list[tuple[str, float, float]] = []


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Every plugin is there."""
    _MOMENTS["configured"] = time.monotonic()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish() -> None:
    """Just before the watches are started."""
    _MOMENTS["collected"] = time.monotonic()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """One case with all that pytest does about it: set-up, judging, reporting."""
    began = time.monotonic()
    try:
        return (yield)
    finally:
        _CASES.append((item.nodeid, began, time.monotonic()))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Every case is judged; the lanes and the stream are still to be closed."""
    _MOMENTS["judged"] = time.monotonic()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """The reports are written."""
    _MOMENTS["reported"] = time.monotonic()
    if path := os.environ.get(FILE):
        Path(path).write_text(json.dumps({"moments": _MOMENTS, "cases": _CASES}))
