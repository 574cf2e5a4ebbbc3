"""Symmetric keys and their derivation (Microsoft Learn, iot-dps: symmetric key attestation)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from protocol.connection_string import ConnectionString
from protocol.grammar import GrammarError, octets

__all__ = [
    "LONGEST_KEY",
    "SHORTEST_KEY",
    "ConnectionString",
    "InvalidKey",
    "base64_problem",
    "decode",
    "derive",
    "encode",
    "hmac_sha256",
    "key_problem",
    "valid_key",
]

SHORTEST_KEY = 16  # bytes; DPS service REST, SymmetricKeyAttestation
LONGEST_KEY = 64


class InvalidKey(GrammarError):  # noqa: N818 - a GrammarError, named after what it refuses
    """A key text that is not base64."""


def decode(key_b64: str) -> bytes:
    """The bytes a key text stands for. Raises InvalidKey unless it is padded standard base64."""
    problem = base64_problem(key_b64)
    if problem is not None:
        raise InvalidKey(f"the key {problem}")
    return base64.b64decode(key_b64)


def encode(key: bytes) -> str:
    """The key text of these bytes: padded standard base64."""
    return base64.b64encode(key).decode("ascii")


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """The 32 bytes of HMAC-SHA256 (RFC 2104, FIPS 180-4)."""
    return hmac.new(key, message, hashlib.sha256).digest()


def derive(group_key_b64: str, registration_id: str) -> str:
    """The device key of one registration under an enrollment group's key: 44 characters of base64.

    The message is the registration id in UTF-8 as it stands: no line end, no folding of case.
    Raises InvalidKey. Source: iot-dps concepts-symmetric-key-attestation, "Group enrollments".
    """
    return encode(hmac_sha256(decode(group_key_b64), octets(registration_id)))


def key_problem(text: str) -> str | None:
    """Why the text cannot be a key of an enrollment or a device, or None.

    Keys are base64 of 16 to 64 bytes.
    """
    problem = base64_problem(text)
    if problem is not None:
        return f"the key {problem}"
    length = len(base64.b64decode(text))
    if not SHORTEST_KEY <= length <= LONGEST_KEY:
        return f"the key has {length} bytes; it must have {SHORTEST_KEY} to {LONGEST_KEY}"
    return None


def valid_key(text: str) -> bool:
    """Whether the text is base64 of 16 to 64 bytes; `key_problem` says why not."""
    return key_problem(text) is None


def base64_problem(text: str) -> str | None:
    """Why the text is not padded standard base64, as the end of a sentence, or None."""
    if not text:
        return "is empty"
    if text != text.strip():
        return "has blanks or a line end around it"
    if not text.isascii():
        return "holds characters that are not ASCII"
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error as error:
        return f"is not base64: {error}"
    return None
