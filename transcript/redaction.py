"""The one place where secrets are taken out of what we write."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "<secret>"
SHORTEST = 4  # shorter texts would blank ordinary words
SHORTEST_PIECE = 8  # likewise of base64 that is a part of something longer
COLUMNS = (64, 76)  # at which openssl and coreutils break base64 into lines
_SIGNATURE = re.compile(r"(sig(?:=|%3[dD]))[^&\s\"']+")
_PERCENT = re.compile("%[0-9A-F]{2}")


class Redactor:
    """Replaces secrets, in every spelling they are likely to have, by `<secret>`.

    `secrets` are the values themselves. Found too are their base64, alone or within something
    longer, their hexadecimal, percent-encoded and JSON-escaped spellings, and those of the bytes
    that a base64 key stands for. With secrets of a vendor's own in play, signatures made with them
    are hidden as well: they open the account until they expire.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secrets)
        found = {form for secret in self._secrets for form in _spellings(secret)}
        self._spellings = sorted(found, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._spellings)))

    def also(self, secrets: Iterable[str]) -> Redactor:
        """A redactor that hides these as well."""
        more = self._secrets.union(secrets)
        return self if more == self._secrets else Redactor(more)

    def text(self, text: str) -> str:
        """The text without secrets."""
        if not self._spellings:
            return text
        if any(form in text for form in self._spellings):  # far quicker than the pattern
            text = self._pattern.sub(HIDDEN, text)
        return _SIGNATURE.sub(rf"\1{HIDDEN}", text)

    def value(self, value: Any) -> Any:
        """The same for whatever an event's field may hold, names in a mapping included."""
        match value:
            case str():
                return self.text(value)
            case bytes():
                return self.text(value.decode("latin-1")).encode("latin-1")
            case {"bytes": str(text)} if len(value) == 1:
                return {"bytes": b64encode(self.value(b64decode(text))).decode()}
            case Mapping():
                return {self.value(key): self.value(item) for key, item in value.items()}
            case list() | tuple():
                return [self.value(item) for item in value]
        return value

    def members(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """The same for a mapping whose names are ours."""
        return {name: self.value(item) for name, item in table.items()}


def _spellings(secret: str) -> set[str]:
    octets = [secret.encode()]
    with suppress(Base64Error, ValueError):  # not base64: no bytes behind it
        octets.append(b64decode(secret, validate=True))
    forms = {*_as_text(secret), *(form for each in octets for form in _as_bytes(each))}
    return {form for form in forms if len(form) >= SHORTEST}


def _as_text(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield secret.replace("/", "\\/")  # as PHP and several C libraries write JSON
    yield secret.replace("/", "\\\\/")  # the same, quoted once more in one of our own messages
    for safe in ("", "/"):
        once = quote(secret, safe=safe)
        yield from (once, _PERCENT.sub(lambda found: found[0].lower(), once))
        yield quote(once, safe=safe)
    yield quote_plus(secret)


def _as_bytes(octets: bytes) -> Iterator[str]:
    yield octets.decode("latin-1")
    for digits in (octets.hex(), octets.hex(":"), octets.hex(" ")):
        yield from (digits, digits.upper())
    for altchars in (b"+/", b"-_"):
        whole = b64encode(octets, altchars).decode()
        yield from (whole, whole.rstrip("="))
        pieces = [whole[at : at + size] for size in COLUMNS for at in range(0, len(whole), size)]
        pieces += [_inside(octets, before, altchars) for before in range(3)]
        yield from (piece for piece in pieces if len(piece) >= SHORTEST_PIECE)


def _inside(octets: bytes, before: int, altchars: bytes) -> str:
    """The base64 characters that these bytes alone decide, `before` bytes (mod 3) into a text."""
    text = b64encode(bytes(before) + octets, altchars).decode()
    undecided = (0, 3, 2)[(before + len(octets)) % 3]  # at the end, padding included
    return text[(0, 2, 3)[before] : len(text) - undecided]
