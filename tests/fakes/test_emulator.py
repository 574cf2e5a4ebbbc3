"""python -m fakes, as a program."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx
import pytest

from fakes.readable import LONGEST, line
from protocol import sas
from transcript import Event

ROOT = Path(__file__).parents[2]
HOST = "127.0.48.1"


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "fakes", "--host", HOST, *options],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONDEVMODE": "1"},
    )


@pytest.fixture
def emulator() -> Iterator[subprocess.Popen[str]]:
    process = start()
    yield process
    process.kill()
    process.communicate()


def printed(output: IO[str]) -> dict[str, str]:
    """What it prints to be pasted into a shell, up to where the events begin."""
    given = {}
    for text in output:
        if text.startswith("export "):
            name, _, value = shlex.split(text)[1].partition("=")
            given[name] = value
        if text.startswith("# events"):
            break
    return given


def test_it_provisions_a_device_and_shows_what_happens(emulator: subprocess.Popen[str]) -> None:
    assert emulator.stdout
    given = printed(emulator.stdout)
    resource = f"{given['ID_SCOPE']}/registrations/{given['REGISTRATION_ID']}"
    token = sas.build(resource, given["SYMMETRIC_KEY"], int(time.time()) + 600)
    base = f"https://{given['DPS_HOST']}:{given['DPS_HTTPS_PORT']}/{resource}"
    version = {"api-version": "2019-03-31"}
    context = ssl.create_default_context(cafile=given["CA_FILE"])
    with httpx.Client(verify=context, headers={"Authorization": token}) as device:
        begun = device.put(f"{base}/register", params=version, json={})
        path = f"{base}/operations/{begun.json()['operationId']}"
        done = device.get(path, params=version)
    assert done.json()["registrationState"]["assignedHub"] == given["HUB_HOST"]
    seen = [emulator.stdout.readline() for _ in range(12)]
    assert any("dps.register" in text and "admitted=True" in text for text in seen)
    emulator.send_signal(signal.SIGINT)
    _, errors = emulator.communicate(timeout=10)
    assert (emulator.returncode, errors) == (0, "")
    assert not Path(given["CA_FILE"]).exists()


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        process = start("--mqtts", str(taken.getsockname()[1]))
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors.startswith("python -m fakes: cannot listen for mqtts on 127.0.48.1:")
    assert errors.count("\n") == 1


def test_a_reader_that_goes_away_ends_it() -> None:
    process = start()
    assert process.stdout
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


def test_a_line_is_short_and_harmless() -> None:
    long = {f"field{number}": b"\xff" + b"x" * 500 for number in range(9)}
    fields = {"topic": "a\x1b[31m\nb", "password": None, **long}
    text = line(Event(1.5, "mqtt.publish", "in", "hub", 3, 1, fields))
    assert text.startswith("    1.500  <- hub     #3  mqtt.publish")
    assert r"a\x1b[31m\nb" in text
    assert "password" not in text
    assert len(text) == LONGEST
    assert text.isprintable()
