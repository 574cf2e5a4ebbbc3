"""The hooks by which others give the harness devices and lanes, and hear how far a run is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from harness.device import Device
from harness.observatory import OpenLane
from harness.scenario import Scenario


@pytest.hookspec(firstresult=True)
def pytest_certify_load_devices(  # type: ignore[empty-body] # a hook's specification
    config: pytest.Config, manifests: Sequence[Path]
) -> list[Device]:
    """Read the manifests (the built-in ones when none is given). Raises pytest.UsageError."""


@pytest.hookspec(firstresult=True)
def pytest_certify_open_lane(  # type: ignore[empty-body] # a hook's specification
    config: pytest.Config, device: Device, scenario: Scenario
) -> AbstractAsyncContextManager[OpenLane]:
    """A lane of its own for one scenario on one device."""


def pytest_certify_waiting(config: pytest.Config, watch: str, done: int, total: int) -> None:
    """Called now and then while a case waits for a watch; `done` of `total` watches are over."""
