"""The environment variables of a device: few, and awkward in time zone and language."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

# What a program needs to run at all. No proxies, CA files or PYTHONPATH: the device must find its
# way by what the manifest says, alike on every machine.
_INHERITED = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "LD_LIBRARY_PATH"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE"),
    *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS"),
    *("PROCESSOR_ARCHITECTURE",),
)
# Turkish first: its dotless i breaks programs that compare names by upper or lower case.
_LANGUAGES = ("tr_TR", "de_DE", "fr_FR", "ru_RU", "zh_CN", "ja_JP")
_PYTHON = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}


def surroundings(own: Mapping[str, str], *, time_zone: str | None) -> dict[str, str]:
    """The whole environment for a device; `own` are the manifest's variables, filled in."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    awkward = {} if "LANG" in own else {"LC_ALL": foreign_language()}
    # Microsoft's C runtime reads TZ as "EST5EDT" and takes any other name for UTC.
    if time_zone and sys.platform != "win32":
        awkward["TZ"] = time_zone
    return {**inherited, **_PYTHON, **awkward, **own}


@cache
def foreign_language() -> str:
    """A language other than English that this system knows, in UTF-8; C.UTF-8 if there is none."""
    try:
        answer = subprocess.run(["locale", "-a"], capture_output=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "C.UTF-8"
    known = {name.lower().replace("-", ""): name for name in answer.stdout.decode().split()}
    found = (known.get(f"{language}.utf8".lower()) for language in _LANGUAGES)
    return next((name for name in found if name), "C.UTF-8")
