"""A Python environment of a device's own, made once from its lock file."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from devices.filelock import locked
from devices.manifest import Manifest

ROOT = Path(__file__).resolve().parents[1] / ".environments"
WITHIN = 900.0  # seconds for making one, downloads included
_DONE = "complete"  # written last, inside: without it the environment is half made
_TOLD = ("Collecting ", "Downloading ", "Building wheel", "Installing collected")
# What would make pip or the new interpreter look at our packages.
_HARMFUL = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET")

Progress = Callable[[str], None]


class EnvironmentNotMade(Exception):  # noqa: N818 - it says what did not happen
    """A device's Python environment could not be made. The text is one sentence."""


def python_for(
    manifest: Manifest, *, progress: Progress, root: Path = ROOT, within: float = WITHIN
) -> str:
    """The interpreter that {python} stands for: of the device's own environment, or ours.

    Makes the environment at its first use, with `progress` called for each step. Blocks.
    """
    if manifest.start.environment is None:
        return sys.executable
    lock = manifest.directory / manifest.start.environment
    return str(make(lock, name=manifest.name, root=root, progress=progress, within=within))


def interpreter(manifest: Manifest, *, root: Path = ROOT) -> str:
    """What `python_for` gives, without making anything."""
    if manifest.start.environment is None:
        return sys.executable
    lock = manifest.directory / manifest.start.environment
    return str(_interpreter(_home(lock, manifest.name, root)))


def make(lock: Path, *, name: str, root: Path, progress: Progress, within: float) -> Path:
    """The interpreter of the environment for a pip lock file with hashes, made if it is not there.

    One directory for each content of the lock and each Python. EnvironmentNotMade with the last
    thing that pip said. Two at once do not disturb each other; half-made ones are made again.
    """
    home = _home(lock, name, root)
    python = _interpreter(home)
    if (home / _DONE).exists():
        return python

    def waiting() -> None:
        progress(f"{name}: another run is making its Python environment; waiting for it")

    try:
        with locked(root / f"{home.name}.lock", within=within, waiting=waiting):
            if not (home / _DONE).exists():
                _make(home, lock, name, progress, within)
    except TimeoutError:
        said = f"another run has been making {home} for {within:.0f} s; end it, then try again"
        raise EnvironmentNotMade(f"{name}: {said}") from None
    return python


def _home(lock: Path, name: str, root: Path) -> Path:
    running = f"{platform.python_implementation()} {platform.python_version()} {sys.platform}"
    key = sha256(lock.read_bytes() + running.encode()).hexdigest()[:12]
    return root / f"{name}-{key}"


def _interpreter(home: Path) -> Path:
    if sys.platform == "win32":
        return home / "Scripts" / "python.exe"
    return home / "bin" / "python"


def _make(home: Path, lock: Path, name: str, progress: Progress, within: float) -> None:
    progress(f"{name}: making its Python environment (once)")
    shutil.rmtree(home, ignore_errors=True)
    steps = (
        [sys.executable, "-m", "venv", str(home)],
        [
            *(str(_interpreter(home)), "-m", "pip", "install", "--require-hashes"),
            *("--no-input", "--disable-pip-version-check", "--progress-bar", "off"),
            *("-r", str(lock)),
        ],
    )
    for step in steps:
        _run(step, name, lock, progress, within)
    (home / _DONE).write_text(f"from {lock.name}\n")
    progress(f"{name}: its Python environment is ready")


def _run(argv: Sequence[str], name: str, lock: Path, progress: Progress, within: float) -> None:
    said: list[str] = []
    environ = {key: value for key, value in os.environ.items() if key not in _HARMFUL}
    process = subprocess.Popen(
        argv,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    limit = threading.Timer(within, give_up)
    limit.start()
    try:
        for line in _lines(process):
            said.append(line)
            if line.startswith(_TOLD):
                progress(f"{name}: {line}")
        status = process.wait()
    finally:
        limit.cancel()
        process.kill()  # nothing, unless Ctrl-C brought us here
        process.wait()
    if late.is_set():
        said.append(f"ERROR: it did not end within {within:.0f} s")
    if status != 0:
        raise EnvironmentNotMade(_sentence(name, lock, said, status))


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    if process.stdout is None:
        return
    with process.stdout:
        for line in process.stdout:
            if line.strip():
                yield line.strip()


def _sentence(name: str, lock: Path, said: Sequence[str], status: int) -> str:
    errors = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR: ")]
    last = (errors or [f"it ended with status {status}", *said])[-1]
    return f"{name}: the Python environment from {lock} could not be made: {last}"
