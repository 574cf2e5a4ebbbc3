"""Judges of a device's answers to direct methods."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from suites.links import broken_off, publishes
from transcript import Event, Finding, Inconclusive, Record


def unanswered_methods(record: Record, name: str) -> list[Finding]:
    """Every call of a method that no reply answers under its request id.

    Inconclusive when we broke the connection off (for another fault of the device's) each time.
    """
    answered = {e.rid for e in record.all("hub.method.reply")}
    calls = record.all("hub.method", method=name)
    fair = [e for e in calls if e.rid in answered or not broken_off(record, e)]
    if calls and not fair:
        raise Inconclusive("the connection was broken off before the method could be answered")
    return [
        Finding(e.at, f"$iothub/methods/res/{{status}}/?$rid={e.rid}", _instead(record, e))
        for e in fair
        if e.rid not in answered
    ]


def _instead(record: Record, call: Event) -> str:
    """What came in place of the answer, answers to other calls aside."""
    strays = [e.rid for e in record.all("hub.method.reply", known=False)]
    if strays:
        return f"a reply under $rid={strays[0]}"
    answered = tuple(f"$rid={e.rid}" for e in record.all("hub.method.reply"))
    sent = [e.topic for e in publishes(record, "hub") if "/methods/" in e.topic]
    other = next((topic for topic in sent if not topic.endswith(answered)), None)
    waited = record.events[-1].at - call.at
    return f"a reply on {other}" if other else f"no reply in {waited:.1f} s"


def odd_method_statuses(events: Iterable[Event]) -> list[Finding]:
    """Every reply to a method whose status is not a whole number."""
    replies = [event for event in events if event.name == "hub.method.reply"]
    odd = [e for e in replies if not re.fullmatch(r"-?\d+", e.status)]
    return [Finding(e.at, "an integer status", f"status {e.status!r}") for e in odd]


def odd_method_bodies(events: Iterable[Event]) -> list[Finding]:
    """Every reply to a method whose body is neither empty nor JSON."""
    replies = [event for event in events if event.name == "hub.method.reply"]
    odd = [e for e in replies if not _is_json(e.body or b"null")]
    return [Finding(e.at, "a JSON body, or none", repr(e.body[:200])) for e in odd]


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
