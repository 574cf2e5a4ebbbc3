"""Manifests of bad devices, and runs of pytest in a process of its own, as a user starts it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parent.parent.parent
BAD_DEVICE = Path(__file__).parent / "bad_device.py"
LIMIT = 60.0  # seconds that a run may take
IOTDA = ("iotda.plain", "iotda.properties")
IOTDA_VALUES = {
    "HOST": "{iotda_host}",
    "PORT": "{iotda_mqtt_port}",
    "DEVICE": "{iotda_device_id}",
    "SECRET": "{iotda_secret}",
}
DPS = ("dps.https", "dps.group-key")
DPS_VALUES = {
    "HOST": "{dps_host}",
    "PORT": "{dps_https_port}",
    "CA": "{ca_file}",
    "SCOPE": "{id_scope}",
    "UNIT": "{registration_id}",
    "SECRET": "{group_key}",
}
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals, limits and devices")


def write(
    directory: Path,
    name: str,
    *,
    mode: str = "",
    start: str = "",
    features: tuple[str, ...] = IOTDA,
    values: dict[str, str] = IOTDA_VALUES,
    bench: str = "patience = 1.0",
    rest: str = "",
) -> Path:
    """The manifest of a device that is `bad_device.py` in a mode, or what `start` says."""
    told = ", ".join(f'{key} = "{value}"' for key, value in values.items())
    program = f'command = ["{{python}}", "{BAD_DEVICE.as_posix()}", "{mode or name}"]'
    path = directory / f"{name}.toml"
    path.write_text(
        f'[device]\nname = "{name}"\n'
        f"[start]\n{start or program + chr(10) + f'env = {{ {told} }}'}\n"
        f"[profile]\nfeatures = {json.dumps(features)}\n"
        f"[bench]\n{bench}\n{rest}\n"
    )
    return path


# --- runs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a run left: exit status, what the user saw, and the directory with the reports."""

    status: int
    out: str
    err: str
    reports: Path

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """The lines of a kind in the result stream."""
        return [each for each in self._stream if each["kind"] == kind]

    @cached_property
    def _stream(self) -> list[dict[str, Any]]:
        return stream(self.reports)

    def cases(self, device: str) -> dict[str, dict[str, Any]]:
        """The judged cases of a device to which they apply, by requirement."""
        own = [each for each in self.lines("case") if each["device"] == device]
        return {each["requirement"]: each for each in own if each["verdict"] != "NOT_APPLICABLE"}

    def verdicts(self, device: str) -> set[str]:
        return {each["verdict"] for each in self.cases(device).values()}

    def record(self, device: str) -> dict[str, Any]:
        """The one record of a device."""
        [record] = [each for each in self.lines("record") if each["device"] == device]
        return record

    def view(self, name: str) -> str:
        return (self.reports / name).read_text("utf-8")


STARTED: list[subprocess.Popen[bytes]] = []


def kill_all() -> None:
    """Leave no run behind, after a test that failed."""
    while STARTED:
        with STARTED.pop() as process:
            process.kill()


class Started:
    """A run that goes on, in a process group of its own."""

    def __init__(self, command: list[str], *, cwd: Path, reports: Path, **variables: str) -> None:
        inherited = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
        self.reports = reports
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**inherited, "PYTHONUTF8": "1", **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        STARTED.append(self.process)

    def read_until(self, words: bytes) -> str:
        """What it has said once it has said certain words; `outcome` has the rest."""
        said = b""
        while words not in said:
            more = os.read(self.process.stdout.fileno(), 4096) if self.process.stdout else b""
            assert more, f"it ended without {words!r}: {said!r}"
            said += more
        return said.decode()

    def outcome(self) -> Outcome:
        """Wait for its end."""
        try:
            out, err = self.process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            pytest.fail(f"the run did not end within {LIMIT} s\n{out.decode()}{err.decode()}")
        return Outcome(self.process.returncode, out.decode(), err.decode(), self.reports)


def begin(
    *arguments: str | Path,
    reports: Path,
    cwd: Path = ROOT,
    before: tuple[str, ...] = (),
    **variables: str,
) -> Started:
    """Start pytest; `before` is a command that becomes it, `variables` stand in its environment."""
    given = [str(each) for each in arguments]
    ours = (f"--report-dir={reports}", "-o", f"cache_dir={reports.parent / 'cache'}")
    command = [*before, sys.executable, "-m", "pytest", *ours, *given]
    return Started(command, cwd=cwd, reports=reports, **variables)


def devices(*manifests: Path) -> list[str]:
    return [f"--device={each}" for each in manifests]


def stream(reports: Path) -> list[dict[str, Any]]:
    """The lines of a result stream, each of which must be whole."""
    return [json.loads(line) for line in (reports / "results.jsonl").read_bytes().splitlines()]


def remade(reports: Path) -> Outcome:
    """The views made again from the result stream."""
    command = [sys.executable, "-m", "reports", str(reports)]
    return Started(command, cwd=ROOT, reports=reports).outcome()


# --- what must never be --------------------------------------------------------------------------


def until(condition: Callable[[], object], *, within: float = LIMIT) -> None:
    """Wait for what has no event of its own: another process's doing."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)


def living(directory: Path) -> list[psutil.Process]:
    """The processes that were started in a directory: a device's, wherever they went since."""
    return [each for each in psutil.process_iter() if _began_in(each, directory)]


def _began_in(process: psutil.Process, directory: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(directory) and process.status() != "zombie"
    except (psutil.Error, OSError):
        return False


def assert_plain(outcome: Outcome) -> None:
    """What the user saw are sentences: no traceback, nothing that a terminal obeys."""
    seen = outcome.out + outcome.err
    assert "Traceback (most recent call last)" not in seen
    assert "INTERNALERROR" not in seen
    assert re.findall(r"[^\n\x20-\x7e\xa0-\u2027\u2030-\ud7ff]", seen) == []
