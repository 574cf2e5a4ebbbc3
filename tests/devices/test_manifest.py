"""Reading manifests: what a good one says."""

from __future__ import annotations

import os
from base64 import b64encode
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from devices.manifest import load, load_all
from devices.problems import ManifestError
from tests.devices.making import FEATURES, manifest

FULL = """
[device]
name = "bulb-2.x"
version = "1.4"
vendor = "ours"
firmware = "bulb.bin"

[start]
command = ["{python}", "dev.py", "{{x}}", "{dps_host}"]
cwd = "."
env = { CA = "{ca_file}" }
runs = "forever"

[address]
host = "127.0.9.1"
fixed_ports = true
mqtts = 18883

[profile]
features = ["dps.https", "dps.x509", "hub.mqtt"]

[bench]
patience = 3
lanes = 1
method = "reboot"
registration_id = "env:BULB_ID"
device_key = "c2VjcmV0c2VjcmV0"
x509_cert_file = "cert.pem"
x509_key_file = "key.pem"

[[deviations]]
id = "DPS-POLL-2"
reason = "fixed in 2.0"
expires = 2027-03-31
match = "polled after"

[[deviations]]
id = "DPS-POLL-2"
reason = "fixed in 2.0"
expires = "2027-03-31"
match = "something else"
"""


@pytest.fixture
def full(tmp_path: Path) -> Path:
    (tmp_path / "bulb.bin").write_bytes(b"\x00firmware")
    (tmp_path / "dev.py").write_text("")
    (tmp_path / "cert.pem").write_text("")
    (tmp_path / "key.pem").write_text(f"-----BEGIN X-----\n{'A' * 64}\nBBB=\n-----END X-----\n")
    (tmp_path / "bulb.toml").write_text(FULL)
    return tmp_path / "bulb.toml"


def test_a_full_manifest_says_it_all(full: Path) -> None:
    bulb = load(full, features=FEATURES, environ={"BULB_ID": "bulb-77"})
    assert (bulb.name, bulb.device.version, bulb.device.vendor) == ("bulb-2.x", "1.4", "ours")
    assert bulb.firmware_sha256 == sha256(b"\x00firmware").hexdigest()
    assert (bulb.drive, bulb.start.runs, bulb.lanes) == ("command", "forever", 1)
    assert bulb.ports == {"https": 443, "mqtts": 18883, "mqtt": 1883}
    assert bulb.features == {"dps", "dps.https", "dps.x509", "hub", "hub.mqtt"}
    assert bulb.deviations[0].expires == bulb.deviations[1].expires == date(2027, 3, 31)
    assert (bulb.bench.patience, bulb.bench.method) == (3.0, "reboot")


def test_burnt_in_values_are_the_identity_and_keys_are_secret(full: Path) -> None:
    bulb = load(full, features=FEATURES, environ={"BULB_ID": "bulb-77"})
    assert bulb.identity == {
        "registration_id": "bulb-77",
        "device_key": "c2VjcmV0c2VjcmV0",
        "x509_cert_file": str(full.parent / "cert.pem"),
        "x509_key_file": str(full.parent / "key.pem"),
    }
    assert bulb.secrets == {"bulb-77", "c2VjcmV0c2VjcmV0", "A" * 64}


def test_a_small_manifest_has_sensible_defaults(tmp_path: Path) -> None:
    device = manifest(tmp_path)
    assert (device.drive, device.start.runs, device.bench.patience) == ("command", "once", 10.0)
    assert device.ports == {"https": 0, "mqtts": 0, "mqtt": 0}
    assert (device.lanes, device.firmware_sha256, device.identity) == (None, None, {})
    assert device.directory == tmp_path


def test_a_board_has_one_lane(tmp_path: Path) -> None:
    host = '[address]\nhost = "192.0.2.1"'
    assert manifest(tmp_path, start="manual = true", rest=host).lanes == 1


def test_a_relative_path_is_taken_from_where_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert load("device.toml", features=FEATURES).path == tmp_path / "device.toml"


def test_a_byte_order_of_windows_lines_changes_nothing(tmp_path: Path) -> None:
    file = manifest(tmp_path).path
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(file, features=FEATURES).name == "dev"


def test_it_cannot_be_changed(tmp_path: Path) -> None:
    device = manifest(tmp_path)
    with pytest.raises(AttributeError):
        device.claimed = ()  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        device.start.runs = "forever"


def test_several_manifests_tell_their_problems_together(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        manifest(tmp_path / name)
    (tmp_path / "c" / "device.toml").write_text("x")
    with pytest.raises(ManifestError) as caught:
        load_all([tmp_path / name / "device.toml" for name in "abc"], features=FEATURES)
    said = str(caught.value).replace(f"{tmp_path}{os.sep}", "").splitlines()
    assert [line.split(": ")[0] for line in said] == ["c/device.toml:1", "b/device.toml:1"]
    assert said[1].endswith("'dev' is the name of the device in a/device.toml too; give another")


def test_a_secret_never_stands_in_a_problem(tmp_path: Path) -> None:
    key = b64encode(b"a very secret key").decode()
    bench = f'[bench]\nsymmetric_key = "{key}!"\ndevice_key = ["{key}"]\niotda_secret = "env:S"'
    with pytest.raises(ManifestError) as caught:
        manifest(tmp_path, rest=bench)
    assert key not in str(caught.value)
    assert len(caught.value.problems) == 3
