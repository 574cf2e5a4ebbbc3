"""Device data made fit to be looked at: control characters shown, long texts cut, bytes readable.

What a device sends is hostile: a terminal obeys escape sequences, a bidirectional override turns
lines round, XML refuses control characters. All that a person gets to see of it comes through here.
"""

from __future__ import annotations

import unicodedata
from typing import Any

# Categories that draw nothing but change how their neighbours are drawn, or cannot be encoded:
# control, format (bidirectional marks, zero width), surrogate, private use, unassigned, and the
# line and paragraph separators.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
LONG = 800  # characters of one value before its middle is left out


def visible(text: str) -> str:
    """The text on one line, with every character that cannot be seen written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_seen, text))


def _seen(character: str) -> str:
    if unicodedata.category(character) not in UNSEEN:
        return character
    if character in NAMED:
        return NAMED[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def readable(text: str) -> str:
    """Several lines, each of them `visible`; tabs become spaces."""
    return "\n".join(visible(line.expandtabs(4)) for line in text.splitlines())


def shortened(text: str, *, most: int = LONG) -> str:
    """The text with its middle left out when it has more than `most` characters."""
    if len(text) <= most:
        return text
    head, tail = most * 3 // 4, most // 4
    return f"{text[:head]} … {len(text) - head - tail} characters … {text[-tail:]}"


def payload(body: bytes, *, most: int = LONG) -> str:
    """Bytes as text where they are UTF-8, other bytes as escapes; "no body" for none."""
    if not body:
        return "no body"
    if len(body) <= most:
        return visible(_decoded(body))
    head, tail = _decoded(body[: most * 3 // 4]), _decoded(body[-most // 4 :])
    return f"{visible(head)} … {visible(tail)} ({len(body)} bytes)"


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", errors="backslashreplace")


def shown(value: Any, *, most: int = LONG) -> str:
    """Any value that an event may hold, on one line."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case bytes():
            return payload(value, most=most)
        case str():
            return visible(shortened(value, most=most)) if value else '""'
        case dict():
            pairs = (f"{visible(str(key))}: {shown(item)}" for key, item in value.items())
            return shortened(", ".join(pairs) or "none", most=4 * most)
        case list() | tuple():
            return shortened(", ".join(map(shown, value)) or "none", most=4 * most)
    return visible(str(value))
