"""Keys, derivation and connection strings against published and self-computed answers."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol import keys
from protocol.connection_string import ConnectionString
from protocol.grammar import GrammarError

# Microsoft Learn, iot-dps concepts-symmetric-key-attestation
GROUP_KEY = (
    "8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw=="
)
REGISTRATION_ID = "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6"
DEVICE_KEY = "Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc="

registration_ids = st.from_regex(r"[A-Za-z0-9._:-]{0,40}[A-Za-z0-9-]", fullmatch=True)
key_bytes = st.binary(min_size=16, max_size=64)


def test_derives_the_documented_key() -> None:
    assert keys.derive(GROUP_KEY, REGISTRATION_ID) == DEVICE_KEY


def test_the_documents_older_answer_belongs_to_the_upper_case_id() -> None:
    older = "9GWVnYuoOLXlHc346XjhLRb9pKgIOrKSwxDRSOgnvXo="
    assert keys.derive(GROUP_KEY, REGISTRATION_ID.upper()) == older


@pytest.mark.parametrize(
    ("registration_id", "ours"),
    [
        ("contoso-simdevice", "prIvMivIPDAqwBH6aCT4P8raQxEulx32+eNjQpp5/bM="),
        ("my-symkey-device", "Q+erii/qT0ty8UwJPpnDYucSU2Np3B1053zvwW2S+ns="),
    ],
)
def test_the_documented_key_of_the_https_article_does_not_reproduce(
    registration_id: str, ours: str
) -> None:
    """Microsoft Learn, iot-dps iot-dps-https-sym-key-support: the printed key fits neither id."""
    group = (
        "G3vn0IZH9oK3d4wsxFpWBtd2KUrtjI+39dZVRf26To8w9OX0LaFV9yZ93ELXY7voqHEUsNhnb9bt717UP87KxA=="
    )
    assert keys.derive(group, registration_id) == ours
    assert ours != "p3w2DQr9WqEGBLUSlFi1jPQ7UWQL4siAGy75HFTFbf8="


def test_a_line_end_behind_the_id_makes_another_key() -> None:
    assert (
        keys.derive(GROUP_KEY, f"{REGISTRATION_ID}\n")
        == "9xk+A3Y29nEzASjuakJUhcmNyb4ZjibgUKRXPMBArUU="
    )


def test_the_key_text_as_key_makes_another_key() -> None:
    wrong = keys.hmac_sha256(GROUP_KEY.encode(), REGISTRATION_ID.encode())
    assert keys.encode(wrong) == "/eqtUSc3oy1gyllte8P+6Y0WjjLFOc3tWeUuSgRh8x8="


def test_hmac_agrees_with_the_python_device_sdk() -> None:
    # azure-iot-sdk-python, test of its symmetric key signing mechanism
    key = keys.decode("NMgJDvdKTxjLi+xBxxkDDEwDJxEvOE5u8BiT0mVgPeg=")
    signed = keys.encode(keys.hmac_sha256(key, b"sign this message"))
    assert signed == "8NJRMT83CcplGrAGaUVIUM/md5914KpWVNngSVoF9/M="


@given(key=key_bytes, registration_id=registration_ids)
@example(key=b"\0" * 16, registration_id="a")
def test_a_derived_key_is_a_key_of_32_bytes(key: bytes, registration_id: str) -> None:
    derived = keys.derive(keys.encode(key), registration_id)
    assert keys.valid_key(derived)
    assert len(derived) == 44
    assert derived.endswith("=")


@given(key_bytes)
def test_encoding_round_trips(key: bytes) -> None:
    assert keys.decode(keys.encode(key)) == key


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        (" " + DEVICE_KEY, "blanks or a line end"),
        (DEVICE_KEY + "\n", "blanks or a line end"),
        (DEVICE_KEY.rstrip("="), "not base64"),
        (DEVICE_KEY.replace("/", "_"), "not base64"),
        ("schlüssel", "not ASCII"),
        ("a b=", "not base64"),
        (base64.b64encode(b"x" * 15).decode(), "has 15 bytes"),
        (base64.b64encode(b"x" * 65).decode(), "has 65 bytes"),
    ],
)
def test_says_why_a_key_is_none(text: str, reason: str) -> None:
    problem = keys.key_problem(text)
    assert problem is not None
    assert reason in problem
    assert not keys.valid_key(text)


@pytest.mark.parametrize("length", [16, 32, 64])
def test_takes_keys_of_16_to_64_bytes(length: int) -> None:
    assert keys.key_problem(keys.encode(b"k" * length)) is None


def test_refuses_to_derive_from_what_is_no_key() -> None:
    with pytest.raises(keys.InvalidKey, match="not base64"):
        keys.derive("not-a-key", "device")


# --- connection strings ---------------------------------------------------------------------------


def test_reads_a_device_connection_string() -> None:
    text = f"HostName=h.example;DeviceId=d1;SharedAccessKey={DEVICE_KEY}"
    found = ConnectionString.parse(text)
    assert (found.host_name, found.device_id, found.key) == ("h.example", "d1", DEVICE_KEY)
    assert found.format() == text


def test_reads_a_service_connection_string_with_a_port() -> None:
    text = f"HostName=localhost:8443;SharedAccessKeyName=owner;SharedAccessKey={DEVICE_KEY}"
    found = ConnectionString.parse(text)
    assert (found.host_name, found.key_name, found.device_id) == ("localhost:8443", "owner", None)
    assert found.format() == text


def test_reads_an_x509_connection_string_behind_a_gateway() -> None:
    text = "HostName=h;DeviceId=d;x509=true;GatewayHostName=g:8883"
    found = ConnectionString.parse(text)
    assert found.x509
    assert found.gateway_host_name == "g:8883"
    assert found.key is None
    assert found.format() == text


def test_takes_names_in_any_case_and_order() -> None:
    found = ConnectionString.parse("sharedaccesskey=a2V5;deviceid=d;MODULEID=m;hostname=h;")
    assert (found.host_name, found.device_id, found.module_id, found.key) == ("h", "d", "m", "a2V5")


def test_keeps_unknown_members() -> None:
    found = ConnectionString.parse("HostName=h;DeviceId=d;SharedAccessKey=k;Extra=1=2")
    assert found.extra == (("Extra", "1=2"),)
    assert found.format().endswith("Extra=1=2")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("DeviceId=d;SharedAccessKey=k", "HostName is missing"),
        ("HostName=h;DeviceId=d", "neither SharedAccessKey nor x509"),
        ("HostName=h;DeviceId=d;SharedAccessKey=k;x509=true", "both x509"),
        ("HostName=h;DeviceId=d;x509=maybe", "must be true or false"),
        ("HostName=h;SharedAccessKey=k", "neither DeviceId nor SharedAccessKeyName"),
        ("HostName=h;SharedAccessKeyName=p;ModuleId=m;SharedAccessKey=k", "without DeviceId"),
        ("HostName=h;HostName=g;DeviceId=d;SharedAccessKey=k", "twice"),
        ("HostName=h;DeviceId;SharedAccessKey=k", "has no value"),
        ("HostName=h;DeviceId=;SharedAccessKey=k", "has no value"),
        ("", "HostName is missing"),
    ],
)
def test_says_why_a_connection_string_is_none(text: str, reason: str) -> None:
    with pytest.raises(GrammarError, match=reason):
        ConnectionString.parse(text)


names = st.text("abcdefgh.-0123456789", min_size=1)


@given(host=names, device=names, module=st.none() | names, key=key_bytes, gateway=st.none() | names)
def test_connection_strings_round_trip(
    host: str, device: str, module: str | None, key: bytes, gateway: str | None
) -> None:
    written = ConnectionString(
        host_name=host,
        device_id=device,
        module_id=module,
        key=keys.encode(key),
        gateway_host_name=gateway,
    )
    assert ConnectionString.parse(written.format()) == written


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = ConnectionString.parse(text)
    except GrammarError:
        return
    assert ConnectionString.parse(found.format()) == found
