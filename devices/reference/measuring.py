"""What the device measures: made-up values that change, in the shapes the two clouds want."""

from __future__ import annotations

import json

from .faults import broken


def telemetry(number: int) -> bytes:
    """One Azure message: JSON in UTF-8, with a text that is not plain ASCII."""
    sample = {"sample": number, "temperature": 21.5 + number % 5, "room": "Küche"}
    if broken("hub-telemetry-body-not-json"):
        return str(sample).encode()
    text = json.dumps(sample, ensure_ascii=False)
    return text.encode("latin-1" if broken("hub-telemetry-body-not-utf-8") else "utf-8")


def meter(number: int, threshold: int) -> dict[str, object]:
    """The device's one IoTDA service with its properties."""
    properties = {"sample": number, "temperature": 21.5 + number % 5, "threshold": threshold}
    return {"service_id": "meter", "properties": properties}


def report(number: int, moment: str, threshold: int) -> dict[str, object]:
    """One IoTDA properties report; `threshold` is the one property that can be set."""
    service = {**meter(number, threshold), "event_time": moment}
    if broken("iotda-report-without-properties"):
        del service["properties"]
    if broken("iotda-report-without-service-id"):
        del service["service_id"]
    if broken("iotda-event-time-null"):
        service["event_time"] = None
    if broken("iotda-report-without-services"):
        return service
    if broken("iotda-report-services-not-a-list"):
        return {"services": service}
    return {"services": [service]}
