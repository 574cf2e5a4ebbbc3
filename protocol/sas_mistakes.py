"""Why a signature is wrong: the mistakes known from the field, each made again and compared.

Nothing is guessed. A mistake can lie in the key, in the text of `sr` that was hashed, in how the
parts were joined and hashed, or in how the result was written; one of each may come together, and
those with the fewest mistakes are tried first.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from protocol import keys
from protocol.grammar import octets, percent_encoded

if TYPE_CHECKING:
    from protocol.sas import Token


@dataclass(frozen=True, slots=True)
class _Step:
    """One way to do one step; `mistake` is "" for the right way."""

    mistake: str
    value: bytes


def explain(
    token: Token,
    *,
    key: str | None,
    group_key: str | None = None,
    registration_id: str | None = None,
    secondary_key: str | None = None,
    secondary_group_key: str | None = None,
    resources: Sequence[str] = (),
) -> str | None:
    """Name the known mistake that made this signature, or None (also when the signature is right).

    key, secondary_key: the device's keys as the cloud has them (base64). group_key,
    secondary_group_key: the enrollment group behind them, which with registration_id derives them.
    resources: others (not encoded) that the device may have signed by mistake, say the hub's.
    Raises keys.InvalidKey for a key that is no base64.
    """
    made_with = [
        *_device_keys(key, which=""),
        *_device_keys(secondary_key, which="secondary "),
        *_group_keys(group_key, registration_id, which=""),
        *_group_keys(secondary_group_key, registration_id, which="secondary "),
    ]
    steps = [(a, b) for a in made_with for b in _spellings(token, resources)]
    # a stable sort: among equals the order of the lists decides, plain mistakes before rare ones
    steps.sort(key=lambda pair: sum(bool(step.mistake) for step in pair))
    for how_key, how_spelled in steps:
        for how, written in _signatures(how_key.value, how_spelled.value, octets(token.se_text)):
            if written == token.sig:
                mistakes = filter(None, (how_key.mistake, how_spelled.mistake, how))
                return "; ".join(mistakes) or None
    return None


# --- the key --------------------------------------------------------------------------------------


def _device_keys(key: str | None, *, which: str) -> Iterator[_Step]:
    if key is None:
        return
    yield _Step("", keys.decode(key))
    yield _Step(
        f"the {which}key's base64 text was used as the key, not the bytes it stands for",
        octets(key),
    )


def _group_keys(
    group_key: str | None, registration_id: str | None, *, which: str
) -> Iterator[_Step]:
    if group_key is None:
        return
    if registration_id is not None:
        yield from _derivations(group_key, registration_id, which=which)
    direct = f"the {which}group key was used directly, not the key derived from it"
    yield _Step(direct, keys.decode(group_key))
    yield _Step(f"{direct}, and as base64 text", octets(group_key))


def _derivations(group_key: str, registration_id: str, *, which: str) -> Iterator[_Step]:
    """The ways to derive a device key, the right one first."""
    group, message = keys.decode(group_key), octets(registration_id)
    right = keys.hmac_sha256(group, message)
    yield _Step("", right)
    start = f"the device key was derived from the {which}group key "
    for text, mistake in _wrong_ids(registration_id).items():
        yield _Step(start + mistake, keys.hmac_sha256(group, octets(text)))
    as_text = keys.hmac_sha256(octets(group_key), message)
    yield _Step(start + "used as base64 text, not as the bytes it stands for", as_text)
    yield _Step(start + "with key and message swapped", keys.hmac_sha256(message, group))
    yield _Step(start + "rightly, but used as base64 text", octets(keys.encode(right)))
    yield _Step(start + "rightly, but used as hexadecimal text", octets(right.hex()))


def _wrong_ids(registration_id: str) -> dict[str, str]:
    """What was derived from in place of the registration id, and what to call it."""
    wrong = {
        registration_id.upper(): "with the registration id in upper case",
        registration_id.lower(): "with the registration id in lower case",
        f"{registration_id}\n": "with a line end behind the registration id",
        f"{registration_id}\r\n": "with a line end (CR LF) behind the registration id",
        f"{registration_id}\0": "with a NUL behind the registration id",
        f'"{registration_id}"': "with quotation marks around the registration id",
    }
    wrong.pop(registration_id, None)
    return wrong


# --- the text of sr -------------------------------------------------------------------------------


def _spellings(token: Token, resources: Sequence[str]) -> list[_Step]:
    """What may have been hashed in the place of `sr`; each text once, under its first name."""
    decoded = unquote(token.sr)
    encoded = percent_encoded(decoded)
    lowered = percent_encoded(decoded.lower())
    wrong = [
        (decoded, "sr was signed decoded but sent percent-encoded"),
        (encoded, "sr was signed percent-encoded (%2F) but sent otherwise"),
        (_lower_escapes(encoded), "sr was signed percent-encoded (%2f) but sent otherwise"),
        (token.sr.lower(), "sr was signed in lower case but sent otherwise"),
        (decoded.lower(), "sr was signed decoded and in lower case but sent otherwise"),
        (lowered, "sr was signed percent-encoded (%2F) and in lower case but sent otherwise"),
        (percent_encoded(token.sr), "sr was signed percent-encoded once more than it was sent"),
        (f"sr={token.sr}", "sr was signed with its field name (sr=…)"),
        (f"https://{decoded}", "sr was signed with a scheme in front"),
        (f"{token.sr}/", "sr was signed with a slash behind it"),
        ("", "sr was left out of what was signed"),
    ]
    for resource in resources:
        wrong.append((percent_encoded(resource), f"another resource was signed: {resource}"))
        wrong.append((resource, f"another resource was signed, not encoded: {resource}"))
    texts = {token.sr: ""}
    for text, mistake in wrong:
        texts.setdefault(text, mistake)
    return [_Step(mistake, octets(text)) for text, mistake in texts.items()]


def _lower_escapes(text: str) -> str:
    return re.sub("%..", lambda escape: escape[0].lower(), text)


# --- how it was joined, hashed and written --------------------------------------------------------


def _signatures(key: bytes, sr: bytes, se: bytes) -> Iterator[tuple[str, str]]:
    """Every (mistake, sig) for this key and this text, the right one first."""
    right = sr + b"\n" + se
    yield from _writings(keys.hmac_sha256(key, right))
    swapped = keys.hmac_sha256(right, key)
    yield "key and message were swapped in the HMAC", keys.encode(swapped)
    for mistake, message in _joinings(sr, se).items():
        yield mistake, keys.encode(keys.hmac_sha256(key, message))
    for mistake, digest in _other_hashes(key, right).items():
        yield mistake, keys.encode(digest)


def _writings(digest: bytes) -> Iterator[tuple[str, str]]:
    """The right digest, written rightly or in one of the wrong ways, as it reads once decoded."""
    text = keys.encode(digest)
    yield "", text
    start = "the signature is right, but "
    yield f"{start}its '+' was sent raw and reads as a blank", text.replace("+", " ")
    yield f"{start}its '=' was left out or sent raw", text.rstrip("=")
    yield f"{start}it was sent without percent-encoding", text.replace("+", " ").rstrip("=")
    yield f"{start}it was percent-encoded twice", percent_encoded(text)
    url_safe = base64.urlsafe_b64encode(digest).decode()
    yield f"{start}in the URL-safe base64 alphabet", url_safe
    yield f"{start}in the URL-safe base64 alphabet without padding", url_safe.rstrip("=")
    yield f"{start}in hexadecimal, not base64", digest.hex()
    yield f"{start}in upper-case hexadecimal, not base64", digest.hex().upper()
    yield f"{start}as base64 of its hexadecimal text", keys.encode(octets(digest.hex()))
    yield f"{start}a line end stands behind it", f"{text}\n"


def _joinings(sr: bytes, se: bytes) -> dict[str, bytes]:
    return {
        "no line end stood between sr and se in what was signed": sr + se,
        "CR LF stood between sr and se in what was signed, not LF": sr + b"\r\n" + se,
        "a backslash and an n stood between sr and se in what was signed": sr + b"\\n" + se,
        "a line end stood behind se in what was signed": sr + b"\n" + se + b"\n",
        "se stood before sr in what was signed": se + b"\n" + sr,
        "se was left out of what was signed": sr,
        "se was signed with its field name (se=…)": sr + b"\nse=" + se,
        "se was signed in milliseconds but sent in seconds": sr + b"\n" + se + b"000",
    }


def _other_hashes(key: bytes, message: bytes) -> dict[str, bytes]:
    return {
        "HMAC-SHA1 was used, not HMAC-SHA256": hmac.new(key, message, hashlib.sha1).digest(),
        "HMAC-SHA512 was used, not HMAC-SHA256": hmac.new(key, message, hashlib.sha512).digest(),
        "a SHA-256 without a key was used": hashlib.sha256(message).digest(),
        "a SHA-256 over key and message was used": hashlib.sha256(key + message).digest(),
    }
