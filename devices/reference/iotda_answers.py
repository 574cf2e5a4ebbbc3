"""What the device answers to commands and property requests of IoTDA, and under which topic."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from .faults import broken
from .measuring import meter
from .telling import say

MARK = "request_id="
KNOWN_COMMANDS = ("echo", "reboot", "blink")
REMEMBERED = 64
"""So many request ids are remembered, to tell a redelivery (QoS 1) from a new request."""

Publications = list[tuple[str, bytes]]


class Desk:
    """Answers requests and keeps the one property that can be set.

    `changed` says that a property was set and the platform has not been told its value yet.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.threshold = 30
        self.changed = False
        self._seen: deque[str] = deque(maxlen=REMEMBERED)

    def answers(self, topic: str, payload: bytes) -> Publications:
        """What to publish (topic, body) in answer to a message from the platform."""
        kind, _, request_id = topic.removeprefix(self._prefix).partition(MARK)
        if kind == "commands/response/" and broken("iotda-answers-its-own-responses"):
            kind = "commands/"
        if kind == "messages/down":
            say(f"message from the platform, {len(payload)} bytes")
        # Filters end in "#" and cover the device's own responses too: those are of other kinds.
        if kind not in ("commands/", "properties/set/", "properties/get/"):
            return []
        if topic in self._seen:
            return []
        self._seen.append(topic)
        body = self._body(kind, _parsed(payload))
        if body is None:
            return []
        answer = (self._where(kind, request_id), _spelt(kind, body))
        twice = kind == "commands/" and broken("iotda-command-answered-twice")
        return [answer, answer] if twice else [answer]

    def _body(self, kind: str, asked: dict[str, Any]) -> dict[str, object] | None:
        """The answer's document; None where a fault keeps it back."""
        if kind == "commands/":
            return _command(asked)
        if kind == "properties/set/":
            return None if broken("iotda-property-set-not-answered") else self._set(asked)
        return None if broken("iotda-property-get-not-answered") else self._get(asked)

    def _set(self, asked: dict[str, Any]) -> dict[str, object]:
        """Take over the threshold; anything else is refused."""
        services = asked.get("services")
        for service in services if isinstance(services, list) else []:
            wanted = service.get("properties") or {}
            if service.get("service_id") == "meter" and isinstance(wanted.get("threshold"), int):
                self.threshold, self.changed = wanted["threshold"], True
                say(f"threshold set to {self.threshold}")
                return {"result_code": 0, "result_desc": "success"}
        if broken("iotda-property-set-unknown-claims-success"):
            return {"result_code": 0, "result_desc": "success"}
        return {"result_code": 1, "result_desc": "no such property"}

    def _get(self, asked: dict[str, Any]) -> dict[str, object]:
        """The properties as they are now; none for a service that the device does not have."""
        if broken("iotda-property-get-without-services"):
            return {"properties": {"threshold": self.threshold}}
        if asked.get("service_id") not in (None, "", "meter"):
            return {"services": []}
        return {"services": [meter(0, self.threshold)]}

    def _where(self, kind: str, request_id: str) -> str:
        """The topic of an answer: everything after `request_id=` comes back to the letter."""
        if kind == "commands/":
            request_id = _misspelt(request_id)
            if broken("iotda-command-answered-on-wrong-topic"):
                return f"{self._prefix}commands/reply/{MARK}{request_id}"
            if broken("iotda-command-answered-for-another-device"):
                other = self._prefix.replace("/sys/", "-2/sys/")
                return f"{other}commands/response/{MARK}{request_id}"
        if kind == "properties/set/" and broken("iotda-property-set-request-id-truncated"):
            request_id = request_id[:16]
        if kind == "properties/get/" and broken("iotda-property-get-request-id-truncated"):
            request_id = request_id[:16]
        return f"{self._prefix}{kind}response/{MARK}{request_id}"


def _command(asked: dict[str, Any]) -> dict[str, object] | None:
    """result_code 0 for the commands the device has, 1 for any other."""
    name, paras = str(asked.get("command_name", "")), asked.get("paras") or {}
    known = name in KNOWN_COMMANDS
    if not known and broken("iotda-command-unknown-not-answered"):
        return None
    if not known and broken("iotda-command-unknown-claims-success"):
        known = True
    code: object = 0 if known else 1
    say(f"command {name} answered with {code}")
    if broken("iotda-command-result-code-as-text"):
        code = str(code)
    result = paras if known else {"error": f"no command {name}"}
    return {"result_code": code, "response_name": f"{name or 'unnamed'}_response", "paras": result}


def _misspelt(request_id: str) -> str:
    """The request id of a command, as faults spell it."""
    if broken("iotda-command-request-id-truncated"):
        return request_id[:16]
    if broken("iotda-command-request-id-cut-at-equals-sign"):
        return request_id.split("=")[0]
    if broken("iotda-command-request-id-upper-case"):
        return request_id.upper()
    return request_id


def _spelt(kind: str, body: dict[str, object]) -> bytes:
    """The answer's document as JSON."""
    if kind == "commands/" and broken("iotda-command-answer-not-json"):
        return b"ERROR" if body["result_code"] else b"OK"
    return json.dumps(body).encode()


def _parsed(payload: bytes) -> dict[str, Any]:
    """A JSON object, or an empty one for anything else."""
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
