"""From a manifest and a lane's values to a running program, or a sentence saying why not."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devices.capture import Capture
from devices.manifest import Manifest
from devices.placeholders import PlaceholderError, fill, fill_text
from devices.program import Program
from devices.programs import NoProgram, find_program
from devices.surroundings import surroundings


class DeviceNotStarted(Exception):  # noqa: N818 - it says what is the matter with the device
    """The device could not be started. The text is one sentence; there is no process."""


def complete(manifest: Manifest, given: Mapping[str, str], *, python: str) -> dict[str, str]:
    """The lane's values with python, manifest_dir and a fresh empty work_dir added."""
    ours = {"python": python, "manifest_dir": str(manifest.directory)}
    return {**given, **ours, "work_dir": tempfile.mkdtemp(prefix="device-")}


def launch(
    manifest: Manifest,
    argv: Sequence[str],
    values: Mapping[str, str],
    *,
    capture: Capture,
    ended: Callable[[], None],
) -> Program:
    """Start a command of the manifest with complete `values`. DeviceNotStarted when it cannot be.

    The work_dir in `values` goes away with the program, and at once if there is none.
    """
    try:
        return _launch(manifest, argv, values, capture, ended)
    except PlaceholderError as error:
        raise _not_started(values, f"{error}: this scenario has no such thing") from None
    except NoProgram as error:
        raise _not_started(values, str(error)) from None
    except OSError as error:
        raise _not_started(values, _sentence(error, argv[0])) from None
    except ValueError as error:  # a NUL in an argument or variable
        raise _not_started(values, f"its command line cannot be used: {error}") from None


def _launch(
    manifest: Manifest,
    argv: Sequence[str],
    values: Mapping[str, str],
    capture: Capture,
    ended: Callable[[], None],
) -> Program:
    start = manifest.start
    program, *arguments = fill(argv, values)
    own = {name: fill_text(text, values) for name, text in start.env.items()}
    env = surroundings(own, time_zone=values.get("time_zone"))
    cwd = manifest.directory / fill_text(start.cwd or ".", values)
    if not cwd.is_dir():
        raise NoProgram(f"no such directory to start in: {cwd}")
    found = find_program(program, cwd=cwd, search=env.get("PATH"))
    scratch = values["work_dir"]
    line = [found, *arguments]
    return Program(line, env=env, cwd=str(cwd), scratch=scratch, capture=capture, ended=ended)


def _not_started(values: Mapping[str, str], sentence: str) -> DeviceNotStarted:
    shutil.rmtree(Path(values["work_dir"]), ignore_errors=True)
    return DeviceNotStarted(sentence)


def _sentence(error: OSError, program: str) -> str:
    if error.errno == errno.ENOEXEC:
        return f"{program} is not a program that this system can run; is its first line missing?"
    if error.errno == errno.ENOENT:
        return f"{program} is there, but the interpreter that its first line names is not"
    return f"{program} cannot be started: {error.strerror or error}"
