"""python -m fakes, as a program: what it prints, and that all of it works."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
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

from fakes.emulator import Emulator
from fakes.guide import sections
from fakes.program import EVENTS
from fakes.readable import LONGEST, line
from protocol import sas
from transcript import Event

ROOT = Path(__file__).parents[2]
HOST = "127.0.48.1"
TOOLS = ("sh", "curl", "openssl", "mosquitto_pub")


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
    process.terminate()  # not kill(): it has a directory to clear away
    process.communicate(timeout=20)


def printed(output: IO[str] | None) -> str:
    """What it prints to be pasted into a shell, up to where the events begin."""
    assert output
    text = ""
    for each in output:
        if each == EVENTS:
            break
        text += each
    return text


def values(text: str) -> dict[str, str]:
    exports = (shlex.split(each)[1] for each in text.splitlines() if each.startswith("export "))
    return dict(each.split("=", 1) for each in exports)


def need(*tools: str) -> None:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"NOT RUN: no {', '.join(missing)}", pytrace=False)
    elif missing:
        pytest.skip(f"NOT RUN: no {', '.join(missing)}")


def test_it_provisions_a_device_and_shows_what_happens(emulator: subprocess.Popen[str]) -> None:
    given = values(printed(emulator.stdout))
    assert emulator.stdout
    resource = f"{given['ID_SCOPE']}/registrations/{given['REGISTRATION_ID']}"
    token = sas.build(resource, given["SYMMETRIC_KEY"], int(time.time()) + 600)
    base = f"{given['DPS_URL']}/{resource}"
    version = {"api-version": "2019-03-31"}
    context = ssl.create_default_context(cafile=given["CA_FILE"])
    with httpx.Client(verify=context, headers={"Authorization": token}) as device:
        begun = device.put(f"{base}/register", params=version, json={})
        path = f"{base}/operations/{begun.json()['operationId']}"
        done = device.get(path, params=version)
    assert done.json()["registrationState"]["assignedHub"] == given["HUB_HOST"]
    seen = [emulator.stdout.readline() for _ in range(12)]
    assert any("dps.register      device-1 admitted" in text for text in seen)
    emulator.send_signal(signal.SIGINT)
    _, errors = emulator.communicate(timeout=10)
    assert (emulator.returncode, errors) == (0, "")
    assert not Path(given["CA_FILE"]).exists()


def test_all_that_it_prints_can_be_pasted(emulator: subprocess.Popen[str]) -> None:
    need(*TOOLS)
    text = printed(emulator.stdout)
    done = subprocess.run(
        ["sh", "-e"], input=text, text=True, capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    provisioned, derived, certified, group, telemetry = done.stdout.splitlines()
    assert '"assignedHub":"127.0.48.1"' in provisioned
    assert len(derived) == 44
    assert '"status":"assigning"' in certified
    assert '"enrollmentGroupId":"group-2"' in group
    assert telemetry == "204"
    emulator.send_signal(signal.SIGINT)
    events, errors = emulator.communicate(timeout=10)
    assert events.count("hub.telemetry") == 2
    assert events.count("iotda.report") == 2
    assert "REFUSED" not in events
    assert errors == ""


def test_the_file_of_values_serves_another_shell(emulator: subprocess.Popen[str]) -> None:
    need("sh", "openssl")
    text = printed(emulator.stdout)
    [read] = [each[1:] for each in text.splitlines() if each.endswith("values.sh")]
    shell = read + '\nsas "$HUB_HOST/devices/$DEVICE_ID" "$DEVICE_KEY" service'
    done = subprocess.run(["sh", "-eu"], input=shell, text=True, capture_output=True, check=True)
    token = sas.parse(done.stdout.strip())
    assert sas.verify(token, [values(text)["DEVICE_KEY"]], now=time.time()).ok
    assert (token.resource, token.skn) == (f"{HOST}/devices/hub-device-1", "service")


async def met(directory: Path) -> dict[str, str]:
    """What a start with a directory tells; its TLS must hold."""
    emulator = Emulator(host=HOST, directory=directory)
    await emulator.open()
    try:
        told = {name: text for part in sections(emulator) for name, text in part.values.items()}
        context = ssl.create_default_context(cafile=told["CA_FILE"])
        _, writer = await asyncio.open_connection(HOST, told["HUB_HTTPS_PORT"], ssl=context)
        writer.close()
    finally:
        await emulator.close()
    return told


def certificates(directory: Path) -> list[str]:
    """What lies there. A server's certificate may change, what it leads to may not."""
    return [each.read_text() for each in sorted(directory.glob("[!s]*.pem"))]


@pytest.mark.asyncio
async def test_ids_keys_and_authorities_stay_in_a_directory(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    first, kept = await met(here), certificates(here)
    second, other = await met(here), await met(elsewhere)
    chosen_by_the_system = ("PORT", "URL", "STRING")
    own = [name for name in first if not name.endswith(chosen_by_the_system)]
    assert [first[name] for name in own] == [second[name] for name in own]
    assert kept == certificates(here)
    assert len(kept) == 5
    assert first["SYMMETRIC_KEY"] != other["SYMMETRIC_KEY"]
    assert not set(kept) & set(certificates(elsewhere))
    assert (here / "emulator.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.asyncio
async def test_it_remembers_no_event(tmp_path: Path) -> None:
    emulator = Emulator(host=HOST, directory=tmp_path)
    seen: list[Event] = []
    emulator.log.listen(seen.append)
    for _ in range(3):
        emulator.log.add("mqtt.pingreq", way="in", service="hub")
    assert len(seen) == 3
    assert emulator.log.events == ()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--host", "nosuch.invalid"], "nosuch.invalid is no address"),
        (["--host", "192.0.2.77"], "this machine has no such address"),
        (["--host", "0.0.0.0"], "give the one address that devices connect to"),
        (["--https", "70000"], "a port is a number from 0 to 65535"),
        (["--mqtt", "18830", "--mqtts", "18830"], "needs a port of its own"),
        (["--directory", __file__], f"cannot use {__file__}: "),
        (["--set", "dps.retryafter=1"], "did you mean dps.retry_after?"),
        (["--set", "dps.retry_after=soon"], "expected a whole number"),
        (["--set", "hub.unknown_publish=maybe"], "expected 'close', 'ignore'"),
    ],
)
def test_what_it_cannot_do_is_one_sentence(options: list[str], problem: str) -> None:
    process = start(*options)
    output, errors = process.communicate(timeout=20)
    assert process.returncode in (1, 2)
    assert output == ""
    last = errors.splitlines()[-1]
    assert last.startswith("python -m fakes: ")
    assert problem in last
    assert "Traceback" not in errors


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        process = start("--mqtts", str(taken.getsockname()[1]))
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors.startswith("python -m fakes: cannot listen for mqtts on 127.0.48.1:")
    assert errors.count("\n") == 1


def test_a_spoiled_directory_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "emulator.json").write_text('{"id scope": ')
    process = start("--directory", str(tmp_path))
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "emulator.json cannot be read" in errors
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
    text = line(Event(1.5, "hub.news", "in", "hub", 3, 1, fields))
    assert text.startswith("    1.500  <- hub     #3  hub.news")
    assert r"topic=a\x1b[31m\nb" in text
    assert "password" not in text
    assert len(text) == LONGEST
    assert text.isprintable()


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("mqtt.publish", {"topic": "a/b", "payload": b"{}", "qos": 0, "dup": True},
         "a/b {} dup=True"),
        ("http.reply", {"status": 202, "headers": {"retry-after": "3"}, "body": b""},
         "202 retry-after=3"),
        ("mqtt.subscribe", {"packet_id": 1, "filters": [["a/#", 1], ["b", 0]]},
         "a/# (QoS 1), b (QoS 0)"),
        ("hub.login", {"device_id": "d", "admitted": True, "refusal": ""}, "d admitted"),
        ("hub.login", {"device_id": "d", "admitted": True, "refusal": "late"},
         "d admitted, although: late"),
        ("hub.login", {"device_id": "d", "admitted": False, "refusal": "late"}, "d REFUSED: late"),
        ("tls.failed", {"reason": "TLSV1_ALERT_UNKNOWN_CA"},
         "TLSV1_ALERT_UNKNOWN_CA: the device does not trust CA_FILE"),
    ],
)  # fmt: skip
def test_a_line_says_what_matters(name: str, fields: dict[str, object], said: str) -> None:
    text = line(Event(0.0, name, "in", "hub", 1, 1, fields))
    assert text.split(name, 1)[1].strip() == said
