"""The result stream: one JSON line per device list, record, judged case and end, as it happens.

Every view is made from this file, so that nothing is lost when a run is killed.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, TextIO

from harness.deviations import Excuse
from harness.device import Device
from harness.requirement import Requirement
from harness.verdict import Judgement
from harness.version import TOOL, VERSION
from transcript import Record, Redactor

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One judged case. `record` names the watch it rests on ("device/scenario", or "")."""

    device: Device
    requirement: Requirement
    node: str
    scenario: str
    judgement: Judgement
    excuse: Excuse | None = None
    duration: float = 0.0
    repeat: str = ""

    @property
    def record(self) -> str:
        """The id under which the stream holds the record."""
        return f"{self.device.name}/{self.scenario}" if self.scenario else ""


class Stream:
    """Writes `results.jsonl` in a directory, each line whole and flushed, secrets taken out.

    `failure` is why it cannot be written any more (a full disk, say); what follows is dropped.
    """

    def __init__(self, directory: Path) -> None:
        self.failure: OSError | None = None
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / "results.jsonl"
        self._file: TextIO = self.path.open("w", encoding="utf-8")
        self._redactors: dict[str, Redactor] = {}
        self._turn = Lock()  # records come from the observing thread, cases from pytest's

    def begin(self, devices: Sequence[Device], *, seed: int) -> None:
        """The first line: what runs, with which versions, on which devices. OSError."""
        self._redactors = {device.name: Redactor(device.secrets) for device in devices}
        self._write(
            kind="run",
            format=FORMAT,
            tool=f"{TOOL} {VERSION}",
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            seed=seed,
            versions=_versions(),
            devices=[_device(device) for device in devices],
        )
        if self.failure:
            raise self.failure

    def record(self, device: Device, record: Record) -> None:
        """What came of a scenario, with the whole wire."""
        hide = self._redactors[device.name].also(record.secrets)
        self._redactors[device.name] = hide
        self._write(
            kind="record",
            device=device.name,
            record=f"{device.name}/{record.scenario}",
            ended=hide.text(str(record.ending)),
            **_hidden(record.to_json(), hide),
        )

    def hidden(self, device: Device, judgement: Judgement) -> Judgement:
        """A judgement as it may be told: without the device's secrets."""
        hide = self._redactors[device.name].text
        findings = (
            replace(each, expected=hide(each.expected), observed=hide(each.observed))
            for each in judgement.findings
        )
        return replace(judgement, findings=tuple(findings), reason=hide(judgement.reason))

    def text(self, device: Device, text: str) -> str:
        """Any other text on a device without its secrets."""
        return self._redactors[device.name].text(text)

    def case(self, case: Case) -> None:
        """One judged case."""
        told = self.hidden(case.device, case.judgement)
        self._write(
            kind="case",
            device=case.device.name,
            requirement=case.requirement.id,
            level=case.requirement.level,
            title=case.requirement.title,
            source=case.requirement.source,
            feature=case.requirement.feature,
            case=case.node,
            scenario=case.scenario,
            record=case.record,
            verdict=told.verdict,
            deviation=_deviation(case.excuse),
            reason=told.reason,
            findings=[asdict(finding) for finding in told.findings],
            duration=round(case.duration, 3),
            repeat=case.repeat,
        )

    def end(self, *, duration: float, interrupted: bool) -> None:
        """The last line."""
        self._write(kind="end", duration=round(duration, 3), interrupted=interrupted)
        with suppress(OSError):  # it is kept in `failure`
            self._file.close()

    def _write(self, **line: Any) -> None:
        text = json.dumps(line) + "\n"
        with self._turn:
            try:
                # After a line that was broken off, nothing could be told apart any more.
                if self.failure is None:
                    self._file.write(text)
                    self._file.flush()
            except OSError as error:
                self.failure = error
                with suppress(OSError):  # closed now, or the interpreter complains at its end
                    self._file.close()


def _hidden(whole: dict[str, Any], hide: Redactor) -> dict[str, Any]:
    """A record's members without secrets; the names of its members and fields are ours."""
    tables = {name: hide.members(whole[name]) for name in ("given", "facts", "ending")}
    events = [event | {"fields": hide.members(event["fields"])} for event in whole["events"]]
    return whole | tables | {"events": events, "output": hide.text(whole["output"])}


def _deviation(given: Excuse | None) -> dict[str, str] | None:
    if given is None:
        return None
    line = given.deviation
    return {"state": given.state, "reason": line.reason, "expires": line.expires.isoformat()}


def _device(device: Device) -> dict[str, Any]:
    names = ("name", "version", "vendor", "kind", "manifest", "firmware_sha256")
    return {name: getattr(device, name) for name in names} | {"profile": sorted(device.claims)}


def _versions(packages: Iterable[str] = ("pytest", "amqtt", "aiohttp")) -> dict[str, str]:
    installed = {package: version(package) for package in packages}
    return {"python": platform.python_version(), "platform": platform.platform(), **installed}
