"""Progress lines on standard output. Keys, tokens and passwords are never among them."""

from __future__ import annotations

import sys


def prepare() -> None:
    """Let no locale make printing fail: what it cannot spell is escaped."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)


def say(line: str) -> None:
    """Print one line at once."""
    print(line, flush=True)
