"""Python environments of a device's own: made once, whole, or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from devices.environment import EnvironmentNotMade, interpreter, python_for
from devices.filelock import locked
from devices.manifest import Manifest
from tests.devices.making import manifest

LOCKED = 'command = ["{python}", "dev.py"]\nenvironment = "requirements.lock"'


def with_lock(directory: Path, text: str) -> Manifest:
    (directory / "requirements.lock").write_text(text)
    return manifest(directory, start=LOCKED)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Manifest, Path, str, list[str]]:
    """An environment made from a lock that wants nothing."""
    directory = tmp_path_factory.mktemp("device")
    told: list[str] = []
    own = with_lock(directory, "# nothing\n")
    root = directory / "environments"
    return own, root, python_for(own, progress=told.append, root=root), told


def test_without_a_lock_it_is_our_interpreter(tmp_path: Path) -> None:
    told: list[str] = []
    assert python_for(manifest(tmp_path), progress=told.append) == sys.executable
    assert told == []


def test_it_is_made_with_progress(made: tuple[Manifest, Path, str, list[str]]) -> None:
    own, root, python, told = made
    assert told == [
        "dev: making its Python environment (once)",
        "dev: its Python environment is ready",
    ]
    prefix = subprocess.run(
        [python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    assert Path(prefix.stdout.strip()).parent == root
    assert interpreter(own, root=root) == python


def test_it_is_made_once(made: tuple[Manifest, Path, str, list[str]]) -> None:
    own, root, python, _ = made
    again: list[str] = []
    assert python_for(own, progress=again.append, root=root) == python
    assert again == []


def test_another_lock_is_another_environment(
    made: tuple[Manifest, Path, str, list[str]], tmp_path: Path
) -> None:
    _, root, python, _ = made
    other = with_lock(tmp_path, "# something else\n")
    assert interpreter(other, root=root) != python


def test_a_half_made_one_is_made_again(tmp_path: Path) -> None:
    own = with_lock(tmp_path, "--no-index\nnone==1 --hash=sha256:" + "0" * 64)
    home = Path(interpreter(own, root=tmp_path)).parent.parent
    (home / "bin").mkdir(parents=True)
    (home / "half-made").touch()
    with pytest.raises(EnvironmentNotMade) as caught:
        python_for(own, progress=lambda _: None, root=tmp_path)
    assert not (home / "half-made").exists()
    assert not (home / "complete").exists()
    lock = tmp_path / "requirements.lock"
    assert str(caught.value) == (
        f"dev: the Python environment from {lock} could not be made: "
        "No matching distribution found for none==1"
    )


def test_two_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    own = with_lock(tmp_path, "# nothing\n")
    home = Path(interpreter(own, root=tmp_path)).parent.parent
    told: list[str] = []
    with (
        locked(tmp_path / f"{home.name}.lock", within=1, waiting=lambda: None),
        pytest.raises(EnvironmentNotMade) as caught,
    ):
        python_for(own, progress=told.append, root=tmp_path, within=0.1)
    assert told == ["dev: another run is making its Python environment; waiting for it"]
    said = f"dev: another run has been making {home} for 0 s; end it, then try again"
    assert str(caught.value) == said


def test_one_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    own = with_lock(tmp_path, "# nothing\n")
    with pytest.raises(EnvironmentNotMade) as caught:
        python_for(own, progress=lambda _: None, root=tmp_path, within=0.01)
    assert "could not be made: it did not end within 0 s" in str(caught.value)
