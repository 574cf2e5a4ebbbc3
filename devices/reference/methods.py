"""Direct methods: which there are, and under which topic the answer goes."""

from __future__ import annotations

import json
import re

from .faults import broken
from .telling import say

FILTER = "$iothub/methods/POST/#"
CALLED = "$iothub/methods/POST/"


class Methods:
    """`echo` gives its payload back, `reboot` says yes, anything else is 404."""

    def __init__(self) -> None:
        self._first = ""

    def answers(self, topic: str, payload: bytes) -> list[tuple[str, bytes]]:
        """The answers (topic, body) to a call: one, or what a fault makes of it."""
        name, _, query = topic.removeprefix(CALLED).partition("/?")
        rid = dict(pair.partition("=")[::2] for pair in query.split("&")).get("$rid", "")
        status, body = _outcome(name, payload)
        if broken("hub-method-answer-not-json"):
            body = b"done: ok" if status == 200 else b"failed"
        say(f"method {name} answered with {status}")
        if status == 404 and broken("hub-method-unknown-not-answered"):
            return []
        if status == 404 and broken("hub-method-unknown-claims-success"):
            status = 200
        answer = (_topic(status, self._spelt(rid)), body)
        return [answer, answer] if broken("hub-method-answered-twice") else [answer]

    def _spelt(self, rid: str) -> str:
        """The request id of the call, to the letter."""
        self._first = self._first or rid
        if broken("hub-method-request-id-of-first-call"):
            return self._first
        if broken("hub-method-request-id-as-number"):
            leading = re.match(r"[0-9]*", rid)
            return str(int(leading.group() or 0)) if leading else "0"
        if broken("hub-method-request-id-truncated"):
            return rid[:8]
        return rid.upper() if broken("hub-method-request-id-upper-case") else rid


def _outcome(name: str, payload: bytes) -> tuple[int, bytes]:
    """Status and JSON body of a call."""
    if name == "echo":
        return 200, payload or b"null"
    if name == "reboot":
        return 200, b"{}"
    return 404, json.dumps({"error": f"no method {name}"}).encode()


def _topic(status: int, rid: str) -> str:
    """Where an answer goes."""
    if broken("hub-method-answer-on-wrong-topic"):
        return f"$iothub/methods/response/{status}/?$rid={rid}"
    if broken("hub-method-status-as-text"):
        return f"$iothub/methods/res/{'OK' if status == 200 else 'ERROR'}/?$rid={rid}"
    return f"$iothub/methods/res/{status}/?$rid={rid}"
