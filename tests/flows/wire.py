"""What a device put on the wire, without what differs from one run to the next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.judging import Records
from transcript import Event, Record

# A device that runs once comes to its own end in these; the good day at Azure may stop it before.
WHOLE = ("slow_assignment", "iotda_day", "azure_day")
TOLD = ("method", "target", "topic", "filters", "qos", "retain", "dup", "client_id", "username")
ALSO_TOLD = ("keepalive", "clean", "level", "protocol", "will")
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FRESH = re.compile(rf"operations/[^?]*|operationId=[^'&]*|{UUID}")


def day(records: Records) -> Record:
    """The record in which the device was left most time."""
    return next(records[name] for name in WHOLE if name in records)


def shapes(record: Record) -> Counter[str]:
    """Each packet and request of the device, as a text, with how many there were of it."""
    sent = [e for e in record if e.way == "in" and e.name.startswith(("mqtt.", "http."))]
    return Counter(_shape(event, record.given) for event in sent)


def _shape(event: Event, given: Mapping[str, str]) -> str:
    """The event with the values of its lane put back to their names, and fresh ids left out."""
    text = f"{event.service} {event.name} {_fields(event)}"
    for name, value in sorted(given.items(), key=lambda item: -len(item[1])):
        text = text.replace(value, f"{{{name}}}") if len(value) > 4 else text
    return FRESH.sub("*", text)


def _fields(event: Event) -> dict[str, Any]:
    told = {name: event.get(name) for name in (*TOLD, *ALSO_TOLD) if name in event.fields}
    headers = {"headers": sorted(event.headers)} if "headers" in event.fields else {}
    return told | headers
