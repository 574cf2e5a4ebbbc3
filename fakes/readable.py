"""An event as one line that can be read while it happens."""

from __future__ import annotations

from typing import Any

from transcript import Event

LONGEST = 220
LONGEST_VALUE = 60
_ARROWS = {"in": "<-", "out": "->", "own": "--"}
# what a reader looks for stands first, and whole
_FIRST = ("status", "code", "codes", "admitted", "refusal", "reason", "why", "text")
# said elsewhere in the same transcript, or of no use to a reader
_LEFT_OUT = {"raw", "answers", "request", "query", "headers", "path", "client_certificate"}


def line(event: Event) -> str:
    """`1.234  <- dps    #2  dps.register  admitted=True …`, no longer than `LONGEST`."""
    link = f"#{event.link}" if event.link else ""
    head = f"{event.at:9.3f}  {_ARROWS[event.way]} {event.service:6}{link:>4}  {event.name:18}"
    first = [name for name in _FIRST if name in event.fields]
    rest = [name for name in event.fields if name not in _FIRST and name not in _LEFT_OUT]
    said = [f"{name}={_text(event.fields[name])}" for name in first if _tells(event.fields[name])]
    said += [
        f"{name}={_clipped(_text(event.fields[name]), LONGEST_VALUE)}"
        for name in rest
        if _tells(event.fields[name])
    ]
    return _clipped(f"{head}  {' '.join(said)}".rstrip(), LONGEST)


def _tells(value: Any) -> bool:
    """Whether there is anything to say; a certificate (DER) is left to the transcript."""
    if isinstance(value, bytes) and value.startswith(b"\x30\x82"):
        return False
    return value not in (None, b"", "")


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _text(value: Any) -> str:
    """A value without line ends or control characters: it comes from a device."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="backslashreplace")
    text = value if isinstance(value, str) else str(value)
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
