"""Manifests and devices for the tests of how devices are driven: small programs in a directory."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from devices.manifest import Manifest, load
from devices.process import ProcessDriver

FEATURES = (
    *("dps", "dps.https", "dps.mqtt", "dps.symmetric-key", "dps.group-key", "dps.x509"),
    *("hub", "hub.https", "hub.mqtt", "hub.sas", "hub.telemetry", "hub.c2d", "hub.methods"),
    *("iotda", "iotda.tls", "iotda.plain", "iotda.properties", "iotda.commands"),
)
LIMIT = 20.0  # seconds that a test waits for something that comes at once

GIVEN = {"time_zone": "Asia/Kolkata", "dps_host": "127.0.9.1", "symmetric_key": "c2VjcmV0LWtleQ=="}
WAITS = "import time; print('ready', flush=True); time.sleep(600)"
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals, sessions or modes")


def manifest(
    directory: Path,
    program: str = "",
    *,
    start: str = 'command = ["{python}", "dev.py"]',
    rest: str = "",
) -> Manifest:
    """A manifest in a directory, beside `dev.py` with the program."""
    (directory / "dev.py").write_text(dedent(program))
    file = directory / "device.toml"
    profile = '[profile]\nfeatures = ["dps.https", "dps.symmetric-key"]'
    file.write_text(f'[device]\nname = "dev"\n[start]\n{start}\n{profile}\n{rest}\n')
    return load(file, features=FEATURES)


def pids(output: str) -> list[int]:
    """The process ids in a device's output, each on a line that is complete."""
    return [int(found) for found in re.findall(r"pid (\d+)\n", output)]


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so that has no event of its own: another process's doing."""
    async with asyncio.timeout(LIMIT):
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether a process is no more; one that only waits to be collected is no more."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def gone_file(name: str) -> bool:
    """Whether a file or directory is no more."""
    return not Path(name).exists()


async def ready(driver: ProcessDriver) -> None:
    await until(lambda: "ready" in driver.output())
