"""A little project that certify can make a .venv for, without a network and in seconds."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

# Stand for the real ones; they tell how they were called, and from which .venv.
TELLING = """
import json, os, sys
from importlib.metadata import version
told = {"module": NAME, "arguments": sys.argv[1:], "cwd": os.getcwd(), "python": sys.executable,
        "little": version("little")}
print(json.dumps(told))
sys.exit(int(os.environ.get("LITTLE_STATUS", "0")))
"""

# A build backend of the project's own (PEP 517, PEP 660): the real one would have to be downloaded.
BACKEND = """
import zipfile
NAME, INFO = "project-1-py3-none-any.whl", "project-1.dist-info"
def build_editable(directory, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(f"{directory}/{NAME}", "w") as wheel:
        wheel.writestr(f"{INFO}/METADATA", "Metadata-Version: 2.1\\nName: project\\nVersion: 1\\n")
        tags = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr(f"{INFO}/WHEEL", tags)
        wheel.writestr(f"{INFO}/RECORD", "")
    return NAME
"""

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""


@dataclass(frozen=True)
class Project:
    """A directory with certify in it; `start` and `run` call it."""

    root: Path

    def start(self, *arguments: str, cwd: Path | None = None, **more: str) -> subprocess.Popen[str]:
        """Start certify, with more environment variables."""
        surroundings = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
        offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
        return subprocess.Popen(
            [sys.executable, str(self.root / "certify"), *arguments],
            cwd=cwd or self.root,
            env={**surroundings, **offline, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *arguments: str, cwd: Path | None = None, **more: str) -> Outcome:
        """Run certify to its end."""
        return outcome(self.start(*arguments, cwd=cwd, **more))

    def lock(self, version: str) -> None:
        """Pin another version of the one package."""
        wheel = self.root / f"little-{version}-py3-none-any.whl"
        info = f"little-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as file:
            for name in ("pytest", "reports"):
                text = TELLING.replace("NAME", repr(name))
                file.writestr(f"{name}/__main__.py", text)
                file.writestr(f"{name}/__init__.py", "")
            metadata = f"Metadata-Version: 2.1\nName: little\nVersion: {version}\n"
            file.writestr(f"{info}/METADATA", metadata)
            tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            file.writestr(f"{info}/WHEEL", tags)
            file.writestr(f"{info}/RECORD", "")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        line = f"little @ {wheel.as_uri()} --hash=sha256:{digest}\n"
        (self.root / "requirements.lock").write_text(line)


@dataclass(frozen=True)
class Outcome:
    """What came of a call."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, object]:
        """What the module that was run says of its call."""
        told: dict[str, object] = json.loads(self.out)
        return told


def outcome(started: subprocess.Popen[str]) -> Outcome:
    """Wait for a call to end."""
    out, err = started.communicate(timeout=120)
    return Outcome(started.returncode, out, err)


def make_project(root: Path, script: Path) -> Project:
    """The project, not yet used."""
    root.mkdir(parents=True)
    shutil.copy(script, root)
    (root / "backend.py").write_text(BACKEND)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "tests").mkdir()
    (root / "tests/test_a.py").touch()
    project = Project(root)
    project.lock("1.0")
    return project
