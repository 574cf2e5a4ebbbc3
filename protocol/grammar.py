"""What the text formats of all three clouds share: a refusal with a reason, percent escapes,
`a=b&c=d` lists (RFC 3986, section 2.1), and the octets behind a text.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes, unquote

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class GrammarError(ValueError):
    """A text that does not keep its grammar; `reason` is a readable sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def octets(text: str) -> bytes:
    """The text in UTF-8, whatever it holds.

    HTTP servers hand over bytes that are no UTF-8 as lone surrogates (PEP 383); those become the
    device's own bytes again, so that hostile text cannot break a comparison.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def percent_encoded(text: str) -> str:
    """Everything but RFC 3986's unreserved characters escaped, in upper-case hexadecimal."""
    return quote_from_bytes(octets(text), safe="")


def bad_escapes(text: str) -> list[str]:
    """Every `%` of the text that two hexadecimal digits do not follow, with what stands there."""
    return [text[found.start() : found.start() + 3] for found in _BAD_ESCAPE.finditer(text)]


def is_utf8_escaped(text: str) -> bool:
    """Whether the percent escapes of the text stand for well-formed UTF-8."""
    try:
        unquote(text, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def pairs(text: str) -> list[tuple[str, str | None]]:
    """The raw pairs of `a=b&c&d=`, in order, nothing decoded.

    The value is None where there is no `=`; it keeps any further `=`. Empty pairs (`a=b&&c=d`) are
    left out.
    """
    found: list[tuple[str, str | None]] = []
    for piece in text.split("&"):
        name, equals, value = piece.partition("=")
        if piece:
            found.append((name, value if equals else None))
    return found


def segments(path: str) -> tuple[str, ...]:
    """The path cut at its slashes, folded to one case for a comparison that ignores case."""
    return tuple(part.casefold() for part in path.split("/"))
