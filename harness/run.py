"""One certification run: its devices, its watches, its results so far."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from harness.deviations import Ledger
from harness.device import Device
from harness.observatory import Observatory, OpenLane, Watch
from harness.requirement import Level, requirement
from harness.results import Case, Stream
from harness.scenario import Scenario
from harness.verdict import Judgement, Verdict
from transcript import Record

DEVIATIONS_TRUE = requirement(
    "MANIFEST-1",
    Level.MUST,
    "The manifest's deviations still happen as they are written down",
    source="this suite, docs/manifest.md, [[deviations]]",
    needs="manifest",
)


class Run:
    """One certification run: its devices, its watches, its results so far."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.ledger = Ledger()
        self.stream: Stream | None = None
        self.observatory: Observatory | None = None
        self.interrupted = False
        self.spoiled = False
        self._devices: list[Device] | None = None
        self._began = time.monotonic()

    @property
    def devices(self) -> list[Device]:
        """The devices of this run; reads their manifests when first asked."""
        if self._devices is None:
            chosen = list(self.config.option.device)
            read: list[Device] = self.config.hook.pytest_certify_load_devices(
                config=self.config, manifests=chosen
            )
            self._devices = read
        return self._devices

    def begin(self, watches: list[Watch]) -> None:
        """Open the result stream and start to observe. UsageError if it cannot be written."""
        try:
            stream = Stream(Path(self.config.option.report_dir))
            stream.begin(self.devices, seed=self.config.option.seed)
        except OSError as error:
            raise pytest.UsageError(self._unwritable(error)) from None
        self.stream = stream
        self.observatory = Observatory(self._open_lane, self.stream.record)
        self.observatory.start(watches)

    @property
    def trouble(self) -> str:
        """Why the run cannot go on: a sentence; "" when it can."""
        failure = self.stream.failure if self.stream else None
        return self._unwritable(failure) if failure else ""

    def record(self, watch: Watch) -> Record:
        """The record of a watch, waiting for it."""
        if self.observatory is None:
            raise RuntimeError("no watch was started")
        return self.observatory.record(watch, waiting=lambda: self._tell(watch))

    def hidden(self, device: Device, judgement: Judgement) -> Judgement:
        """A judgement as it may be told."""
        return self.stream.hidden(device, judgement) if self.stream else judgement

    def text(self, device: Device, text: str) -> str:
        """Any other text on a device as it may be told."""
        return self.stream.text(device, text) if self.stream else text

    def end(self) -> None:
        """Stop observing, tell which deviations were idle, close the stream."""
        if self.observatory and self.stream:
            self.observatory.stop()
            for device in [] if self.interrupted else self.devices:
                self._tell_idle_deviations(device)
            self.stream.end(duration=time.monotonic() - self._began, interrupted=self.interrupted)

    def _unwritable(self, error: OSError) -> str:
        where = f"the results cannot be written to {self.config.option.report_dir}"
        return f"{where}: {error.strerror or error}; name another directory with --report-dir"

    def _open_lane(
        self, device: Device, scenario: Scenario
    ) -> AbstractAsyncContextManager[OpenLane]:
        lane: AbstractAsyncContextManager[OpenLane] = self.config.hook.pytest_certify_open_lane(
            config=self.config, device=device, scenario=scenario
        )
        return lane

    def _tell(self, watch: Watch) -> None:
        done, total = self.observatory.progress if self.observatory else (0, 0)
        self.config.hook.pytest_certify_waiting(
            config=self.config, watch=str(watch), done=done, total=total
        )

    def _tell_idle_deviations(self, device: Device) -> None:
        findings = tuple(self.ledger.idle(device))
        if findings and self.stream:
            self.spoiled = True
            judgement = Judgement(Verdict.FAIL, findings)
            node = f"{device.manifest}::deviations"
            self.stream.case(Case(device, DEVIATIONS_TRUE, node, "", judgement))
