"""Every known mistake is recognised by its name, and nothing else is."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import keys, sas

# SE is chosen so that the right signature holds a "+" and a "/", each of which a device may lose
GROUP_KEY = keys.encode(bytes(range(64)))
SECONDARY_GROUP_KEY = keys.encode(bytes(range(64, 128)))
ID = "Unit-7f"
KEY = keys.derive(GROUP_KEY, ID)
SECONDARY_KEY = keys.derive(SECONDARY_GROUP_KEY, ID)
SR = "0ne00ABCDEF%2Fregistrations%2FUnit-7f"
DECODED = "0ne00ABCDEF/registrations/Unit-7f"
SE = 2_000_000_002


def mac(key: bytes, message: str | bytes, algorithm: str = "sha256") -> bytes:
    text = message.encode() if isinstance(message, str) else message
    return hmac.new(key, text, algorithm).digest()


def b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def signed(key: bytes, *, sr: str = SR, se: str = str(SE)) -> str:
    return b64(mac(key, f"{sr}\n{se}"))


def token(sig: str, *, sr: str = SR, encode: bool = True) -> sas.Token:
    sent = quote(sig, safe="") if encode else sig
    return sas.parse(f"SharedAccessSignature sr={sr}&sig={sent}&se={SE}")


def explained(found: sas.Token, **more: object) -> str | None:
    return sas.explain(found, key=KEY, group_key=GROUP_KEY, registration_id=ID, **more)


RAW = keys.decode(KEY)
GROUP = keys.decode(GROUP_KEY)
RIGHT = signed(RAW)


def derived(text: str, group: bytes = GROUP) -> bytes:
    return mac(group, text)


def test_the_example_is_telling() -> None:
    assert "+" in RIGHT
    assert "/" in RIGHT


KEY_MISTAKES = {
    "the key's base64 text was used as the key": KEY.encode(),
    "the group key was used directly, not the key derived from it": GROUP,
    "not the key derived from it, and as base64 text": GROUP_KEY.encode(),
    "with the registration id in upper case": derived("UNIT-7F"),
    "with the registration id in lower case": derived("unit-7f"),
    "with a line end behind the registration id": derived("Unit-7f\n"),
    "with a line end (CR LF) behind": derived("Unit-7f\r\n"),
    "with a NUL behind": derived("Unit-7f\0"),
    "with quotation marks around": derived('"Unit-7f"'),
    "group key used as base64 text": derived(ID, GROUP_KEY.encode()),
    "with key and message swapped": mac(ID.encode(), GROUP),
    "rightly, but used as hexadecimal text": RAW.hex().encode(),
}


@pytest.mark.parametrize(("words", "key"), KEY_MISTAKES.items(), ids=KEY_MISTAKES)
def test_names_a_mistake_in_the_key(words: str, key: bytes) -> None:
    answer = explained(token(signed(key)))
    assert answer is not None
    assert words in answer
    assert ";" not in answer  # one mistake, one sentence


@pytest.mark.parametrize(
    ("words", "sent", "hashed"),
    [
        ("signed decoded but sent percent-encoded", SR, DECODED),
        ("percent-encoded (%2f)", SR, SR.replace("%2F", "%2f")),
        ("percent-encoded (%2F)", DECODED, SR),
        ("percent-encoded (%2f)", DECODED, SR.replace("%2F", "%2f")),
        ("in lower case", SR, SR.lower()),
        ("decoded and in lower case", SR, DECODED.lower()),
        ("(%2F) and in lower case", SR, quote(DECODED.lower(), safe="")),
        ("once more", SR, quote(SR, safe="")),
        ("with its field name", SR, f"sr={SR}"),
        ("with a scheme", SR, f"https://{DECODED}"),
        ("with a slash behind", SR, f"{SR}/"),
        ("left out", SR, ""),
        ("another resource was signed: hub/devices/Unit-7f", SR, "hub%2Fdevices%2FUnit-7f"),
        ("another resource was signed, not encoded", SR, "hub/devices/Unit-7f"),
    ],
)
def test_names_a_mistake_in_sr(words: str, sent: str, hashed: str) -> None:
    found = token(signed(RAW, sr=hashed), sr=sent)
    answer = explained(found, resources=["hub/devices/Unit-7f"])
    assert answer is not None
    assert words in answer
    assert ";" not in answer


@pytest.mark.parametrize(
    ("words", "sig"),
    [
        ("key and message were swapped in the HMAC", b64(mac(f"{SR}\n{SE}".encode(), RAW))),
        ("no line end stood between", b64(mac(RAW, f"{SR}{SE}"))),
        ("CR LF stood between", b64(mac(RAW, f"{SR}\r\n{SE}"))),
        ("a backslash and an n", b64(mac(RAW, f"{SR}\\n{SE}"))),
        ("a line end stood behind se", b64(mac(RAW, f"{SR}\n{SE}\n"))),
        ("se stood before sr", b64(mac(RAW, f"{SE}\n{SR}"))),
        ("se was left out", b64(mac(RAW, SR))),
        ("se was signed with its field name", b64(mac(RAW, f"{SR}\nse={SE}"))),
        ("se was signed in milliseconds", b64(mac(RAW, f"{SR}\n{SE}000"))),
        ("HMAC-SHA1", b64(mac(RAW, f"{SR}\n{SE}", "sha1"))),
        ("HMAC-SHA512", b64(mac(RAW, f"{SR}\n{SE}", "sha512"))),
        ("SHA-256 without a key", b64(hashlib.sha256(f"{SR}\n{SE}".encode()).digest())),
        ("over key and message", b64(hashlib.sha256(RAW + f"{SR}\n{SE}".encode()).digest())),
        ("hexadecimal, not base64", mac(RAW, f"{SR}\n{SE}").hex()),
        ("upper-case hexadecimal", mac(RAW, f"{SR}\n{SE}").hex().upper()),
        ("base64 of its hexadecimal text", b64(mac(RAW, f"{SR}\n{SE}").hex().encode())),
        ("URL-safe", RIGHT.replace("+", "-").replace("/", "_")),
        ("URL-safe base64 alphabet without", RIGHT.translate({43: 45, 47: 95}).rstrip("=")),
        ("percent-encoded twice", quote(RIGHT, safe="")),
        ("a line end stands behind it", RIGHT + "\n"),
    ],
)
def test_names_a_mistake_in_the_signature(words: str, sig: str) -> None:
    answer = explained(token(sig))
    assert answer is not None
    assert words in answer
    assert ";" not in answer


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("'+' was sent raw", RIGHT.replace("/", "%2F").replace("=", "%3D")),
        ("'=' was left out or sent raw", quote(RIGHT.rstrip("="), safe="") + "="),
        ("'=' was left out or sent raw", quote(RIGHT.rstrip("="), safe="")),
        ("without percent-encoding", RIGHT),
    ],
)
def test_names_a_missing_escape(words: str, sent: str) -> None:
    answer = explained(token(sent, encode=False))
    assert answer is not None
    assert words in answer


def test_names_the_secondary_key() -> None:
    found = token(signed(SECONDARY_KEY.encode()))
    answer = explained(found, secondary_key=SECONDARY_KEY)
    assert answer is not None
    assert "the secondary key's base64 text" in answer
    found = token(signed(keys.decode(SECONDARY_GROUP_KEY)))
    answer = explained(found, secondary_group_key=SECONDARY_GROUP_KEY)
    assert answer is not None
    assert "the secondary group key was used directly" in answer


def test_names_two_mistakes_that_come_together() -> None:
    answer = explained(token(signed(derived("UNIT-7F"), sr=DECODED)))
    assert answer is not None
    assert "in upper case; sr was signed decoded" in answer


def test_documented_derivation_from_the_upper_case_id() -> None:
    """Microsoft's own older answer: its key was derived from the id in upper case."""
    group = (
        "8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw=="
    )
    registration_id = "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6"
    older = keys.decode("9GWVnYuoOLXlHc346XjhLRb9pKgIOrKSwxDRSOgnvXo=")
    key = keys.derive(group, registration_id)
    answer = sas.explain(
        token(signed(older)), key=key, group_key=group, registration_id=registration_id
    )
    assert answer is not None
    assert "in upper case" in answer


def test_a_right_token_needs_no_explanation() -> None:
    assert explained(token(RIGHT)) is None
    right_with_secondary = token(signed(keys.decode(SECONDARY_KEY)))
    assert explained(right_with_secondary, secondary_key=SECONDARY_KEY) is None
    assert sas.explain(token(RIGHT), key=None, group_key=GROUP_KEY, registration_id=ID) is None


@given(st.binary(min_size=32, max_size=32))
def test_a_near_miss_is_not_explained(digest: bytes) -> None:
    assert explained(token(b64(digest)), resources=["hub/devices/x"]) is None


def test_one_wrong_bit_is_not_explained() -> None:
    digest = bytearray(mac(RAW, f"{SR}\n{SE}"))
    digest[0] ^= 1
    assert explained(token(b64(bytes(digest)))) is None


def test_works_without_a_group() -> None:
    assert sas.explain(token(signed(KEY.encode())), key=KEY) is not None
    assert sas.explain(token(signed(GROUP)), key=KEY) is None
