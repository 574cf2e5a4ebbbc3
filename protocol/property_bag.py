"""The property bag at the end of a hub topic: `k=v&k2=v2`, percent-encoded (Microsoft Learn,
iot-hub: iot-mqtt-connect-to-iot-hub).

A blank is %20. Whether a hub reads `+` as a blank is not documented, so it is written nowhere and
reported where seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from protocol.grammar import bad_escapes, is_utf8_escaped, pairs, percent_encoded

# RFC 3986's unreserved characters; `$`, which starts a system property; and the sub-delims and
# pchars that part nothing in a bag or a topic. Published clients leave one or the other raw.
_RAW = re.compile(r"[A-Za-z0-9\-._~$!'()*,;:@]")
_NAMED = {
    " ": "an unencoded blank",
    "+": "a '+' (a blank must be %20, a plus %2B)",
    "=": "an unencoded '='",
    "/": "an unencoded '/'",
}


def encode_bag(properties: Mapping[str, str | None]) -> str:
    """The bag of these properties, in their order.

    A value of None stands as a bare name, "" as `name=`: so a hub writes them towards a device.
    """
    return "&".join(
        percent_encoded(name) + ("" if value is None else f"={percent_encoded(value)}")
        for name, value in properties.items()
    )


def decode_bag(text: str) -> dict[str, str]:
    """The properties of a bag.

    Text without `=` is a property with an empty value; the first of a repeated name wins. A `+`
    stays a `+`, and a broken escape stays as it is: `bag_problems` names them.
    """
    found: dict[str, str] = {}
    for name, value in pairs(text):
        found.setdefault(unquote(name), unquote(value or ""))
    return found


def bag_problems(text: str) -> list[str]:
    """What is wrong with the encoding of a bag as sent by a device, as sentences."""
    return [f"the property bag holds {problem}" for problem in _problems(text)]


def _problems(text: str) -> Iterator[str]:
    yield from (f"the broken escape {bad!r}" for bad in bad_escapes(text))
    if not is_utf8_escaped(text):
        yield "escapes that do not stand for UTF-8"
    if text and "" in text.split("&"):
        yield "nothing between two '&'"
    for name, value in pairs(text):
        # what a raw '&' inside a value leaves behind
        if value is None:
            yield f"{name!r} without '=' (an unencoded '&' before it?)"
        if not name:
            yield f"the value {value!r} without a name"
        yield from _raw_letters(name, f"the name {unquote(name)!r}")
        yield from _raw_letters(value or "", f"the value of {unquote(name)!r}")


def _raw_letters(text: str, where: str) -> Iterator[str]:
    """The characters of one name or value that had to be escaped, each once."""
    for letter in sorted(set(text) - {"%"}):
        if not _RAW.match(letter):
            kind = "raw character" if letter.isascii() else "non-ASCII character"
            yield f"{_NAMED.get(letter, f'the {kind} {letter!r}')} in {where}"
