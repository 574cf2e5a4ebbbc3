"""Reading a text that may be refused."""

from __future__ import annotations

from collections.abc import Callable

from protocol.grammar import GrammarError


def refusal(read: Callable[[str], object], text: str) -> str | None:
    """The reason with which the text is refused, None when it is read."""
    try:
        read(text)
    except GrammarError as refused:
        return refused.reason
    return None
