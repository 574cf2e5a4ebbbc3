"""The one place where secrets are taken out of what we write."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "<secret>"
SHORTEST = 4  # shorter texts would blank ordinary words
_SIGNATURE = re.compile(r"(sig=)[^&\s\"']+")


class Redactor:
    """Replaces secrets, in every spelling they are likely to have, by `<secret>`.

    `secrets` are the values themselves; their base64, hexadecimal and percent-encoded spellings and
    the bytes that a base64 key stands for are found too. With secrets of a vendor's own in play,
    signatures made with them are hidden as well: they open the account until they expire.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {form for secret in secrets for form in _spellings(secret)}
        ordered = sorted(spellings, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is None:
            return text
        return _SIGNATURE.sub(rf"\1{HIDDEN}", self._pattern.sub(HIDDEN, text))

    def value(self, value: Any) -> Any:
        """The same for whatever an event may hold; keys stay as they are."""
        match value:
            case str():
                return self.text(value)
            case bytes():
                return self.text(value.decode("latin-1")).encode("latin-1")
            case {"bytes": str(text)} if len(value) == 1:
                return {"bytes": b64encode(self.value(b64decode(text))).decode()}
            case Mapping():
                return {key: self.value(item) for key, item in value.items()}
            case list() | tuple():
                return [self.value(item) for item in value]
        return value


def _spellings(secret: str) -> set[str]:
    octets = secret.encode()
    forms = {secret, quote(secret, safe=""), quote_plus(secret), b64encode(octets).decode()}
    forms |= {octets.hex(), octets.hex().upper()}
    try:
        raw = b64decode(secret, validate=True)
        forms |= {raw.hex(), raw.hex().upper(), raw.decode("latin-1")}
    except (Base64Error, ValueError):
        pass  # not base64: no bytes behind it
    return {form for form in forms if len(form) >= SHORTEST}
