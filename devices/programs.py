"""Finding the program that a command names, alike on every system and before anything starts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


class NoProgram(Exception):  # noqa: N818 - it says what is the matter
    """A command's program is missing or cannot be run. The text says which and what to do."""


def find_program(name: str, *, cwd: Path, search: str | None = None) -> str:
    """The file that `name` stands for. NoProgram says why there is none.

    A name with a slash is a path relative to `cwd`; any other is looked for in the directories of
    `search` (as PATH has them; default: ours). (POSIX and Windows differ on both; this does not.)
    """
    if not name:
        raise NoProgram("expected a program, found an empty text")
    if not _is_path(name):
        found = shutil.which(name, path=search)
        if found is None:
            raise NoProgram(f"no program {name!r} on PATH; install it or give its path")
        return found
    file = cwd / name
    if not file.exists():
        raise NoProgram(f"no such program: {file}; a path is relative to [start] cwd")
    if file.is_dir():
        raise NoProgram(f"expected a program, found a directory: {file}")
    if shutil.which(str(file)) is None:
        raise NoProgram(f"not executable: {file}; chmod +x, or name its interpreter first")
    return str(file)


def _is_path(name: str) -> bool:
    return "/" in name or (os.altsep is not None and os.sep in name)
