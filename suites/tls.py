"""Checks on whom a device trusts: did it turn away from a certificate that proves nothing?"""

from __future__ import annotations

from collections.abc import Iterable

from transcript import Event, Finding

SPOKEN = ("mqtt.connect", "http.request")


def trusting_connections(events: Iterable[Event]) -> list[Finding]:
    """Every CONNECT or request sent to a server whose certificate was not a good one."""
    noted = list(events)
    shown = {e.link: e.certificate for e in noted if e.name == "tls.hello"}
    spoken = [e for e in noted if e.name in SPOKEN and shown.get(e.link, "good") != "good"]
    return [
        Finding(e.at, f"no word behind a certificate that is {_fault(shown[e.link])}", _said(e))
        for e in spoken
    ]


def _fault(certificate: str) -> str:
    names = {"untrusted": "from an unknown authority", "wrong-name": "for another name"}
    return names.get(certificate, certificate)


def _said(event: Event) -> str:
    if event.name == "mqtt.connect":
        password = "a password" if event.password else "no password"
        return f"CONNECT as {event.client_id!r} with {password}"
    token = "a token" if "authorization" in event.headers else "no token"
    return f"{event.method} {event.path} with {token}"
