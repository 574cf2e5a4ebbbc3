"""Every time the device tells anybody, in UTC whatever the machine's zone and locale."""

from __future__ import annotations

import time

from .faults import broken

LIFETIME = 3600
"""Seconds a shared access signature is good for."""


def expiry(service: str, lifetime: int = LIFETIME) -> str:
    """The `se` field: whole seconds since 1970, `lifetime` from now."""
    now = time.time()
    if broken(f"{service}-sas-clock-never-set"):
        now = time.monotonic() % 600
    if broken(f"{service}-sas-already-expired"):
        now -= lifetime + 7200
    if broken(f"{service}-sas-expiry-in-milliseconds"):
        return str(int((now + lifetime) * 1000))
    if broken(f"{service}-sas-expiry-with-fraction"):
        return f"{now + lifetime:.3f}"
    return str(int(now) + lifetime)


def stamp() -> str:
    """The hour as IoTDA's client id wants it: YYYYMMDDHH."""
    if broken("iotda-stamp-of-factory"):
        return "2022010507"
    here = time.localtime() if broken("iotda-stamp-in-local-time") else time.gmtime()
    return time.strftime("%Y%m%d%H", here)


def event_time() -> str:
    """The moment of a measurement as IoTDA's reports want it: yyyyMMdd'T'HHmmss'Z'."""
    if broken("iotda-event-time-malformed"):
        return time.strftime("%d.%m.%Y %H:%M", time.gmtime())
    here = time.localtime() if broken("iotda-event-time-local-marked-utc") else time.gmtime()
    return time.strftime("%Y%m%dT%H%M%SZ", here)
