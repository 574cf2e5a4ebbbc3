"""A vendor's secrets, spelled in many ways, stand nowhere in what a run leaves behind."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
import signal
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.bad_input.bench import begin, devices, posix
from tests.bad_input.bench import write as manifest
from tests.bad_input.conftest import DEVICE_KEY, GROUP_KEY, IOTDA_SECRET, Crowd

pytestmark = posix

FILES = ("results.jsonl", "report.html", "report.json", "junit.xml", "terminal")
DERIVED_KEY = b64encode(
    hmac.new(b64decode(GROUP_KEY), b"burnt-in", hashlib.sha256).digest()
).decode()
SECRETS = {
    "from the environment": IOTDA_SECRET,
    "a key from the environment": DEVICE_KEY,
    "a group's key": GROUP_KEY,
    "a key derived from it": DERIVED_KEY,
}


def spellings(secret: str) -> Iterator[bytes]:
    """Those that the redactor promises to find, made without it."""
    text = secret.encode()
    for octets in (text, b64decode(secret) if secret != IOTDA_SECRET else text):
        yield octets
        yield from (octets.hex().encode(), octets.hex().upper().encode(), octets.hex(":").encode())
        for encode in (b64encode, urlsafe_b64encode):
            # Within something longer, wherever it begins: the middle of each of the three.
            yield from (encode(bytes(before) + octets)[8:-8] for before in range(3))
    yield quote(secret, safe="").encode()
    yield quote(secret).encode()
    yield quote_plus(secret).encode()
    yield quote(quote(secret)).encode()
    yield re.sub("%..", lambda found: found[0].lower(), quote(secret, safe="")).encode()
    yield json.dumps(secret)[1:-1].encode()
    yield secret.replace("/", "\\/").encode()


def left_behind(crowd: Crowd, file: str) -> Iterator[bytes]:
    """A file of the report, also with the bytes and escapes in it made plain: for who looks."""
    if file == "terminal":
        yield (crowd.run.out + crowd.run.err).encode()
        return
    lines = (crowd.run.reports / file).read_bytes().splitlines(keepends=True)
    content = b"".join(line for line in lines if len(line) < 10_000_000)  # but for the flood
    yield content
    yield b"\n".join(b64decode(each) for each in re.findall(rb'"bytes": ?"([^"]*)"', content))
    yield html.unescape(content.decode()).encode()
    yield content.replace(b"\\/", b"/").replace(b'\\"', b'"')


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("file", FILES)
def test_no_secret_is_left_behind(crowd: Crowd, file: str, secret: str) -> None:
    for content in left_behind(crowd, file):
        assert [each for each in spellings(SECRETS[secret]) if each in content] == []


def test_the_devices_really_showed_them(crowd: Crowd) -> None:
    for device in ("leaky", "registers_openly"):
        records = [each for each in crowd.run.lines("record") if each["device"] == device]
        assert all(each["output"].count("secret <secret>") > 20 for each in records)
        assert json.dumps([each["events"] for each in records]).count("<secret>") > 20


def test_no_signature_made_with_a_vendors_key_is_left_behind(crowd: Crowd) -> None:
    records = [each for each in crowd.run.lines("record") if each["device"] == "registers_openly"]
    signatures = re.findall(r"sig(?:=|%3D)([^&\s\"\\]{6})", json.dumps(records))
    assert len(signatures) > 4
    assert set(signatures) == {"<secre"}


def test_no_password_made_with_a_vendors_secret_is_left_behind(crowd: Crowd) -> None:
    record = crowd.run.record("leaky")
    stamps = {
        each["fields"]["stamp"] for each in record["events"] if each["name"] == "iotda.login"
    } - {None}
    assert stamps
    for stamp in stamps:
        password = hmac.new(stamp.encode(), IOTDA_SECRET.encode(), hashlib.sha256).hexdigest()
        for file in FILES:
            assert not any(password.encode() in each for each in left_behind(crowd, file))


def test_what_is_no_secret_stays_evidence(crowd: Crowd) -> None:
    """A run's own credentials may be shown, and of a token all but its signature."""
    events = json.dumps(crowd.run.record("good")["events"])
    assert re.search(r'"password": "[0-9a-f]{64}"', events)
    assert crowd.run.record("good")["given"]["iotda_secret"] != "<secret>"
    shown = next(each for each in crowd.run.lines("record") if each["device"] == "registers_openly")
    assert "SharedAccessSignature sr=" in json.dumps(shown["events"])


def test_who_starts_a_device_by_hand_is_shown_no_secret(tmp_path: Path) -> None:
    device = manifest(
        tmp_path,
        "by-hand",
        start="manual = true",
        features=("hub.mqtt", "hub.sas"),
        bench=f'device_key = "{DEVICE_KEY}"',
        rest='[address]\nhost = "127.0.0.1"',
    )
    run = begin(*devices(device), reports=tmp_path / "out")
    shown = run.read_until(b"as burnt in")
    run.process.send_signal(signal.SIGINT)
    outcome = run.outcome()
    assert "SharedAccessKey=<secret>" in shown
    assert DEVICE_KEY not in shown + outcome.out + outcome.err
