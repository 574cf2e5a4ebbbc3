"""The reference device's signing against openssl, which shares no line of code with it."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest

from devices.reference import faults, signing

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="NOT RUN: no openssl")

KEY = b64encode(b"\x00\xff a key of our own, not of any document, 48 bytes").decode()
IDENTITIES = ("dev-1", "SN.0042:a_b", "-", "x" * 128)
EXPIRES = "1893456000"


@pytest.fixture(autouse=True)
def _correct_afterwards() -> Iterator[None]:
    yield
    faults.forget()


def openssl_hmac(key: bytes, message: bytes, digest: str = "sha256") -> bytes:
    """The HMAC as the openssl program makes it."""
    command = ["openssl", "dgst", f"-{digest}", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}"]
    run = subprocess.run([*command, "-binary"], input=message, capture_output=True, check=True)
    return run.stdout


def fields(token: str) -> dict[str, str]:
    """The fields of a token as they stand in it."""
    scheme, _, rest = token.partition(" ")
    assert scheme == "SharedAccessSignature"
    return dict(pair.split("=", 1) for pair in rest.split("&"))


@pytest.mark.parametrize("identity", IDENTITIES)
def test_derives_a_device_key_as_openssl_does(identity: str) -> None:
    expected = openssl_hmac(b64decode(KEY), identity.encode())
    assert b64decode(signing.derive(KEY, identity)) == expected


@pytest.mark.parametrize("service", ["dps", "hub"])
@pytest.mark.parametrize("identity", IDENTITIES)
def test_signs_the_resource_as_it_stands_in_the_token(service: str, identity: str) -> None:
    resource = f"scope.example/devices/{identity}"
    found = fields(signing.token(service, resource, KEY, expires=EXPIRES))
    assert found["sr"] == quote(resource, safe="")
    assert found["se"] == EXPIRES
    expected = openssl_hmac(b64decode(KEY), f"{found['sr']}\n{EXPIRES}".encode())
    assert b64decode(unquote(found["sig"])) == expected
    assert not set(found["sig"]) & set("+/=")


def test_names_the_policy_at_the_provisioning_service_only() -> None:
    assert fields(signing.dps_token("0ne0", "dev-1", KEY, lifetime=60))["skn"] == "registration"
    made = signing.hub_token("hub.example", "dev-1", KEY, lifetime=60, dps="0ne0/registrations/x")
    assert set(fields(made)) == {"sr", "sig", "se"}


@pytest.mark.parametrize("stamp", ["2026010100", "2024022923"])
def test_keys_the_iotda_password_with_the_stamp(stamp: str) -> None:
    secret = "s3cret_of-our-own"
    assert (
        signing.iotda_password(secret, stamp) == openssl_hmac(stamp.encode(), secret.encode()).hex()
    )


def test_text_of_the_key_as_key_is_what_the_fault_says() -> None:
    faults.choose("hub-sas-key-used-as-text", device="azure-mqtt")
    found = fields(signing.token("hub", "h/devices/d", KEY, expires=EXPIRES))
    expected = openssl_hmac(KEY.encode(), f"{found['sr']}\n{EXPIRES}".encode())
    assert b64decode(unquote(found["sig"])) == expected


def test_swapped_iotda_password_is_what_the_fault_says() -> None:
    faults.choose("iotda-password-key-and-message-swapped", device="iotda")
    expected = openssl_hmac(b"s3cret_of-our-own", b"2026010100").hex()
    assert signing.iotda_password("s3cret_of-our-own", "2026010100") == expected
