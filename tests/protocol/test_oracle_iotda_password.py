"""IoTDA's password: published answers, and every known mistake by its name."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol import iotda, keys

DEVICE = "5fbbb784b4ec2202e982e643_868540050954037"
SECRET = "ac4263b86eaf6442997a"
STAMP = "2022010507"
PASSWORD = "60cc88f72fb885ed7cfc0140417dd79633e26a4a0cc00572cb6a118cde54cb36"

secrets = st.from_regex("[A-Za-z0-9_-]{8,32}", fullmatch=True)
stamps = st.datetimes(datetime(1000, 1, 1)).map(iotda.stamp)


@pytest.mark.parametrize(
    ("secret", "stamp", "expected"),
    [
        # Huawei Cloud IoTDA, device authentication (iot_06_v5_3009)
        (
            "12345678",
            "2025041401",
            "c75150e6cb841417396819e4d2ee4358a416344a03a083e3a8567074ddec820a",
        ),
        # Huawei Cloud IoTDA, custom authentication templates, Fn::HmacSHA256
        (
            "testvalue",
            "123456",
            "0f9fb47bd47449b6ffac1be951a5c18a7eff694940b1a075b973ff9054a08be3",
        ),
        # ctlove0523/huaweicloud-iot-device-sdk-go, unit test
        (
            "123456789",
            "202012222200",
            "c0fefa1341fb0647290e93f641a9bcea74cd32111668cdc5f7418553640a55cc",
        ),
        # QuecPython's IoTDA article: its inputs, computed
        (SECRET, STAMP, PASSWORD),
        # sent by the Huawei device SDKs for Python, C and Go
        (
            SECRET,
            "2026112018",
            "d47564e38cf5d9638010b59432833110a88e46515b610525a4b1139e8b8be88b",
        ),
    ],
)
def test_agrees_with_published_passwords(secret: str, stamp: str, expected: str) -> None:
    assert iotda.password(secret, stamp) == expected


def test_the_articles_printed_password_belongs_to_another_secret() -> None:
    printed = "8001a12405743199b3396943a2ed397286117a9ebab4f5dfda8dd6fafe341d94"
    ours = iotda.password(SECRET, "2021011909")
    assert ours == "6110a59e3104de0809c6aafe6320e8c72ce366953a431d8bb4f25ccc07af4b2e"
    assert ours != printed
    assert iotda.explain_password(printed, secret=SECRET, stamp="2021011909") is None


def test_takes_a_time_in_the_place_of_its_stamp() -> None:
    china = timezone(timedelta(hours=8))
    at = datetime(2022, 1, 5, 15, 59, 59, tzinfo=china)
    assert iotda.password(SECRET, at) == PASSWORD


def test_sign_type_2_is_hmac_sm3() -> None:
    """Checked against hashlib's SM3, where its OpenSSL has one."""
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("hashlib has no SM3 here")
    expected = hmac.new(STAMP.encode(), SECRET.encode(), "sm3").hexdigest()
    assert iotda.password(SECRET, STAMP, sign_type="2") == expected
    assert iotda.password(SECRET, STAMP, sign_type="1") == PASSWORD


GROUP_SECRET = keys.encode(b"group-secret-group-secret-1234567")


@pytest.mark.parametrize(
    ("device_id", "stamp", "expected"),
    [
        # sent by the Huawei device SDKs for Python and C
        (
            "dev-abc_1",
            "2026112018",
            "a1a8dc0e00357be8474d03a514400adcbd3e6e4fea55551056c8f1967ec621da",
        ),
        (
            DEVICE,
            "2026112020",
            "f148e1548efdf22b6783b54db5b887b0be4d84cfc8fa9ef987c568d619d35cce",
        ),
    ],
)
def test_agrees_with_captured_group_passwords(device_id: str, stamp: str, expected: str) -> None:
    assert iotda.group_password(GROUP_SECRET, device_id, stamp) == expected


def mac(key: str, message: str, algorithm: str = "sha256") -> bytes:
    return hmac.new(key.encode(), message.encode(), algorithm).digest()


RIGHT = mac(STAMP, SECRET)
MISTAKES = {
    "key and message are swapped": mac(SECRET, STAMP).hex(),
    "in upper-case hexadecimal": PASSWORD.upper(),
    "in base64, not hexadecimal": base64.b64encode(RIGHT).decode(),
    "base64 of the hexadecimal": base64.b64encode(PASSWORD.encode()).decode(),
    "cut to 32": PASSWORD[:32],
    "a line end behind it": PASSWORD + "\n",
    "the password is the secret itself": SECRET,
    "a SHA-256, not an HMAC": hashlib.sha256(SECRET.encode()).hexdigest(),
    "SHA-256, not an": hashlib.sha256((STAMP + SECRET).encode()).hexdigest(),
    "SHA-256, not": hashlib.sha256((SECRET + STAMP).encode()).hexdigest(),
    "+1 h from the client id's (the neighbouring hour)": mac("2022010508", SECRET).hex(),
    "-1 h from the client id's (the neighbouring hour)": mac("2022010506", SECRET).hex(),
    "+8 h from the client id's (local time": mac("2022010515", SECRET).hex(),
    "-8 h from the client id's (local time": mac("2022010423", SECRET).hex(),
    "+14 h": mac("2022010521", SECRET).hex(),
    "-12 h": mac("2022010419", SECRET).hex(),
    "2022010515, +8 h from the client id's (local time mixed with UTC?); key and message": mac(
        SECRET, "2022010515"
    ).hex(),
    "swapped (the stamp must be the key); the password is in upper-case": mac(SECRET, STAMP)
    .hex()
    .upper(),
    "secret was hashed with a line end": mac(STAMP, SECRET + "\n").hex(),
    "stamp was hashed with a line end": mac(STAMP + "\n", SECRET).hex(),
    "secret was hashed in upper case": mac(STAMP, SECRET.upper()).hex(),
    "HMAC-SHA1": mac(STAMP, SECRET, "sha1").hex(),
    "the device id was the key": mac(DEVICE, SECRET).hex(),
    "the device id was the message": mac(STAMP, DEVICE).hex(),
}


@pytest.mark.parametrize(("words", "given_password"), MISTAKES.items(), ids=MISTAKES)
def test_names_a_mistake_in_the_password(words: str, given_password: str) -> None:
    answer = iotda.explain_password(given_password, secret=SECRET, stamp=STAMP, device_id=DEVICE)
    assert answer is not None
    assert words in answer


def test_published_values_for_swapped_arguments() -> None:
    swapped = "75e7262705ff85203403e600f652133f9cac4e4d1400b44f3582e778a97f6c36"
    answer = iotda.explain_password(swapped, secret="12345678", stamp="2025041401")
    assert answer is not None
    assert answer.startswith("key and message are swapped")
    assert MISTAKES["key and message are swapped"] == (
        "9973df8cd675236f171b1951903b54ea6f6a31edec4753b505a4439496e6c727"
    )


def test_names_the_secondary_secret() -> None:
    given_password = mac("other-secret", STAMP).hex()
    answer = iotda.explain_password(
        given_password, secret=SECRET, secondary_secret="other-secret", stamp=STAMP
    )
    assert answer is not None
    assert answer.endswith("(of the secondary secret)")


@given(st.text())
@example("\ud800")
@example(PASSWORD)
def test_a_near_miss_is_not_explained(given_password: str) -> None:
    assert iotda.explain_password(given_password, secret=SECRET, stamp=STAMP) is None


@given(secret=secrets, secondary=secrets, stamp=stamps)
def test_a_right_password_needs_no_explanation(secret: str, secondary: str, stamp: str) -> None:
    for right in (secret, secondary):
        assert (
            iotda.explain_password(
                iotda.password(right, stamp),
                secret=secret,
                secondary_secret=secondary,
                stamp=stamp,
            )
            is None
        )


@pytest.mark.parametrize("stamp", ["2026010124", "9999999999", "0000000000", "9999123123", "x"])
def test_odd_stamps_break_nothing(stamp: str) -> None:
    assert iotda.explain_password("no", secret=SECRET, stamp=stamp) is None
    swapped = mac(SECRET, stamp).hex()
    assert iotda.explain_password(swapped, secret=SECRET, stamp=stamp) is not None
