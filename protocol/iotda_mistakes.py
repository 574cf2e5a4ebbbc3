"""Why an IoTDA password is wrong: the mistakes known from the field, each made again and compared.

Nothing is guessed. A wrong key or message and a wrong writing may come together.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from protocol.grammar import octets

_FARTHEST = 14  # hours: the largest distance of a time zone from UTC


def explain_password(
    given: str,
    *,
    secret: str,
    stamp: str,
    device_id: str | None = None,
    secondary_secret: str | None = None,
) -> str | None:
    """Name the known mistake behind a password, or None (also when it is right).

    `stamp` is the client id's own, `secret` and `secondary_secret` the device's in the platform.
    """
    secrets = [(secret, "")]
    if secondary_secret is not None:
        secrets.append((secondary_secret, " (of the secondary secret)"))
    if any(given == _hmac(stamp, text).hex() for text, _ in secrets):
        return None
    for text, whose in secrets:
        for mistake, password in _passwords(text, stamp, device_id):
            if password == given:
                return mistake + whose
    return None


def _hmac(key: str, message: str) -> bytes:
    return hmac.new(octets(key), octets(message), hashlib.sha256).digest()


def _passwords(secret: str, stamp: str, device_id: str | None) -> Iterator[tuple[str, str]]:
    """Every (mistake, password), plain mistakes first."""
    yield from _written_wrongly(_hmac(stamp, secret))
    yield from _without_hmac(secret, stamp)
    for mistake, digest in _other_arguments(secret, stamp, device_id):
        yield mistake, digest.hex()
        for second, password in _written_wrongly(digest):
            yield f"{mistake}; {second}", password


def _written_wrongly(digest: bytes) -> Iterator[tuple[str, str]]:
    text = digest.hex()
    yield "the password is in upper-case hexadecimal", text.upper()
    yield "the password is in base64, not hexadecimal", base64.b64encode(digest).decode()
    yield "the password is base64 of the hexadecimal", base64.b64encode(octets(text)).decode()
    yield "the password is cut to 32 characters", text[:32]
    yield "the password has a line end behind it", f"{text}\n"


def _without_hmac(secret: str, stamp: str) -> Iterator[tuple[str, str]]:
    yield "the password is the secret itself", secret
    for text in (secret, stamp + secret, secret + stamp):
        yield "the password is a SHA-256, not an HMAC", hashlib.sha256(octets(text)).hexdigest()


def _other_arguments(secret: str, stamp: str, device_id: str | None) -> Iterator[tuple[str, bytes]]:
    yield "key and message are swapped (the stamp must be the key)", _hmac(secret, stamp)
    for hour, words in _other_hours(stamp):
        yield words, _hmac(hour, secret)
        yield f"{words}; key and message are swapped", _hmac(secret, hour)
    yield "the secret was hashed with a line end behind it", _hmac(stamp, f"{secret}\n")
    yield "the stamp was hashed with a line end behind it", _hmac(f"{stamp}\n", secret)
    yield "the secret was hashed in upper case", _hmac(stamp, secret.upper())
    yield "the secret was hashed in lower case", _hmac(stamp, secret.lower())
    yield "HMAC-SHA1 was used", hmac.new(octets(stamp), octets(secret), hashlib.sha1).digest()
    if device_id is not None:
        yield "the device id was the key, not the stamp", _hmac(device_id, secret)
        yield "the device id was the message, not the secret", _hmac(stamp, device_id)


def _other_hours(stamp: str) -> Iterator[tuple[str, str]]:
    """Stamps of other hours with a word on each: two readings of the clock, or local time."""
    try:
        hour = datetime.strptime(stamp, "%Y%m%d%H")
        others = {offset: hour + timedelta(hours=offset) for offset in _offsets()}
    except (ValueError, OverflowError):  # a stamp of no hour, or one at the end of the calendar
        return
    for offset, other in others.items():
        text = f"{other.year:04d}{other:%m%d%H}"
        cause = "the neighbouring hour" if abs(offset) == 1 else "local time mixed with UTC?"
        yield text, f"the stamp hashed is {text}, {offset:+d} h from the client id's ({cause})"


def _offsets() -> list[int]:
    """Nearest first, so that a clock read twice is named before a time zone."""
    return sorted((hour for hour in range(-_FARTHEST, _FARTHEST + 1) if hour), key=abs)
