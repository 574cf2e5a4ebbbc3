"""The provisioning dialogue, whatever carries it: register, poll as told, learn where to go."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from .faults import broken
from .options import AzureOptions
from .retrying import Backoff, RefusedError
from .telling import say

API_VERSION = "2021-06-01"
PAUSE = 2.0
"""Seconds between polls where the service names none (Microsoft Learn: at least 2 s)."""
POLLS = 200
TRIES = 8


@dataclass(frozen=True)
class Answer:
    """What the service answered: HTTP status, Retry-After in seconds or None, JSON body."""

    status: int
    retry_after: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> Mapping[str, Any]:
        """The registrationState, empty where the answer has none."""
        found = self.body.get("registrationState")
        return found if isinstance(found, dict) else {}

    @property
    def progress(self) -> str:
        """assigning, assigned, failed …; "assigning" for a 202 that does not say."""
        found = self.body.get("status") or self.state.get("status")
        return str(found) if found else "assigning" if self.status == 202 else "unreadable"


class Dialogue(Protocol):
    """One transport's way to ask; each raises LinkLostError where the connection breaks."""

    def register(self) -> Answer: ...
    def poll(self, operation_id: str) -> Answer: ...
    def pause(self, seconds: float) -> None: ...


@dataclass(frozen=True)
class Assignment:
    """Where the device belongs."""

    hub: str
    device_id: str


def provision(dps: Dialogue, options: AzureOptions) -> Assignment:
    """Register and poll until the service has decided; RefusedError where it decides against us."""
    answer = _settled(dps, dps.register)
    if answer.status == 200 and broken("dps-expects-202-to-register"):
        raise RefusedError("unexpected status 200")
    first, operation = True, ""
    for _ in range(POLLS):
        if _is_final(answer):
            return _assigned(dps, answer, operation, options)
        operation = str(answer.body.get("operationId", operation))
        dps.pause(_owed(answer, first=first))
        answer = _settled(dps, _question(dps, operation))
        first = False
    raise RefusedError(f"no assignment after {POLLS} polls")


def _question(dps: Dialogue, operation: str) -> Callable[[], Answer]:
    """What to ask next about the operation."""
    if broken("dps-registers-again-instead-of-polling"):
        return dps.register
    if broken("dps-polls-truncated-operation-id"):
        return partial(dps.poll, operation[:32])
    return partial(dps.poll, operation)


def _is_final(answer: Answer) -> bool:
    """Whether the service has assigned the device; RefusedError where it has decided otherwise."""
    if answer.status == 202 and broken("dps-treats-202-as-final"):
        raise RefusedError("the answer names no hub")
    if answer.progress == "assigned":
        return True
    if answer.progress == "assigning" or broken("dps-polls-on-after-failure"):
        return False
    code, text = answer.state.get("errorCode", ""), answer.state.get("errorMessage", "")
    raise RefusedError(f"registration {answer.progress} {code} {text}".rstrip())


def _assigned(dps: Dialogue, answer: Answer, operation: str, options: AzureOptions) -> Assignment:
    """The hub and the device id of a final answer."""
    try:
        found = Assignment(str(answer.state["assignedHub"]), str(answer.state["deviceId"]))
    except KeyError as missing:
        raise RefusedError(f"the final answer has no {missing}") from None
    say(f"assigned to {found.hub} as {found.device_id}")
    if broken("dps-polls-on-after-assignment"):
        for _ in range(2):
            dps.pause(PAUSE)
            dps.poll(operation)
    return _misread(found, options)


def _misread(found: Assignment, options: AzureOptions) -> Assignment:
    """The assignment as the rest of the firmware uses it."""
    if broken("hub-name-built-in"):
        return Assignment(options.dps_host, found.device_id)
    if broken("hub-device-id-is-registration-id"):
        return Assignment(found.hub, options.registration_id)
    if broken("hub-device-id-upper-cased"):
        return Assignment(found.hub, found.device_id.upper())
    return found


def _owed(answer: Answer, *, first: bool) -> float:
    """Seconds to wait before the next poll."""
    owed = answer.retry_after
    if broken("dps-polls-every-half-second"):
        return 0.5
    if broken("dps-polls-every-two-seconds"):
        return PAUSE
    if first and broken("dps-first-poll-at-once"):
        return 0.0
    if first and broken("dps-first-poll-after-two-seconds"):
        return PAUSE
    if owed is None:
        return 0.0 if broken("dps-polls-at-once-without-retry-after") else PAUSE
    if broken("dps-retry-after-taken-as-milliseconds"):
        return owed / 1000
    if broken("dps-retry-after-read-as-one-digit"):
        return float(str(owed)[0])
    return float(owed)


def _settled(dps: Dialogue, ask: Callable[[], Answer]) -> Answer:
    """Ask, and ask again later while the service is throttling or in trouble, within a bound."""
    backoff = Backoff()
    for _ in range(TRIES):
        answer = ask()
        if answer.status in (200, 202):
            return answer
        if not _worth_repeating(answer.status):
            break
        pause = _pause_after_trouble(answer, backoff)
        say(f"DPS answered {answer.status}, next try in {pause:.1f} s")
        dps.pause(pause)
    code, text = answer.body.get("errorCode", ""), answer.body.get("message", "")
    raise RefusedError(f"DPS answered {answer.status} {code} {text}".rstrip())


def _worth_repeating(status: int) -> bool:
    """Throttled (429) and server trouble (5xx) pass; any other refusal stays."""
    if status == 429:
        return not broken("dps-gives-up-when-throttled")
    if status >= 500:
        return not broken("dps-gives-up-on-server-error")
    return broken("dps-repeats-after-refusal")


def _pause_after_trouble(answer: Answer, backoff: Backoff) -> float:
    """Retry-After where the service gave one, else a growing pause."""
    if broken("dps-repeats-after-refusal") and answer.status < 429:
        return 1.0
    if broken("dps-repeats-at-once-when-throttled"):
        return 0.05
    return backoff.next() if answer.retry_after is None else float(answer.retry_after)


def registration_body(registration_id: str) -> bytes:
    """The DeviceRegistration document as JSON."""
    if broken("dps-body-not-json"):
        return f"{{registrationId: '{registration_id}'}}".encode()
    body: dict[str, Any] = {"registrationId": registration_id}
    if broken("dps-body-with-another-id"):
        body["registrationId"] = f"{registration_id}-1"
    if broken("dps-body-with-unknown-member"):
        body["modelId"] = "dtmi:example:Thermostat;1"
    return json.dumps(body).encode()


def parsed(text: bytes) -> Mapping[str, Any]:
    """A JSON object, or an empty one for anything else (an error page, nothing at all)."""
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def whole_seconds(text: str | None) -> int | None:
    """A Retry-After of whole seconds; None for none or any other form."""
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
