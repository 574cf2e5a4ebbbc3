"""An event as one line that can be read while it happens.

The packet or request stands in one line, what it meant to the service in another: so the second
says only what the first does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from transcript import Event

LONGEST = 200
LONGEST_VALUE = 120
LONGEST_SECRET = 32
_ARROWS = {"in": "<-", "out": "->", "own": "--"}
_SECRETS = ("password", "token", "authorization")
_ONLY_IF_SET = ("qos", "retain", "dup", "late", "dropped")  # 0 and False go without saying

# what is said of an event, in this order; `=name` with the name before the value
_SAID: Mapping[str, tuple[str, ...]] = {
    "tcp.open": ("port_kind", "=peer"),
    "tcp.close": ("=why",),
    "tls.hello": ("=server_name", "=certificate"),
    "tls.done": ("version", "cipher", "=client_certificate"),
    "tls.failed": ("reason",),
    "http.request": ("method", "target", "body"),
    "http.reply": ("status", "=retry-after", "body"),
    "mqtt.connect": ("=client_id", "=username", "=password", "=keepalive", "=clean", "=will"),
    "mqtt.connack": ("=code", "=session_present"),
    "mqtt.subscribe": ("filters",),
    "mqtt.suback": ("=codes",),
    "mqtt.unsubscribe": ("filters",),
    "mqtt.publish": ("topic", "payload", "=qos", "=retain", "=dup"),
    "mqtt.violation": ("clause", "text"),
    "mqtt.lost": ("=why", "text"),
    "dps.login": ("registration_id", "admitted"),
    "dps.register": ("registration_id", "admitted"),
    "dps.poll": ("registration_id", "admitted"),
    "dps.lookup": ("registration_id", "admitted"),
    "dps.reply": ("status", "=to"),
    "dps.service": ("admitted", "status"),
    "hub.login": ("device_id", "admitted"),
    "hub.telemetry": ("device_id", "body", "=properties"),
    "hub.c2d": ("device_id", "body", "=properties", "=attempt"),
    "hub.c2d.settled": ("device_id", "how"),
    "hub.method": ("device_id", "method", "body", "=rid"),
    "hub.method.reply": ("device_id", "=status", "body", "=rid", "=known", "=late"),
    "iotda.login": ("device_id", "admitted"),
    "iotda.report": ("body", "=dropped"),
    "iotda.message_up": ("body",),
    "iotda.event_up": ("body",),
}
# what OpenSSL's words mean to who writes the device
_MEANT = {
    "TLSV1_ALERT_UNKNOWN_CA": "the device does not trust CA_FILE",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the device refuses the certificate: its name, most likely",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the device's clock is wrong, most likely",
    "WRONG_VERSION_NUMBER": "the device does not speak TLS on this port",
    "HTTP_REQUEST": "the device does not speak TLS on this port",
    "UNSUPPORTED_PROTOCOL": "the device speaks a TLS older than 1.2",
    "NO_SHARED_CIPHER": "the device offers no cipher that is safe",
}
# said by another event of the same moment, or for programs
_UNSAID = {"raw", "answers", "request", "query", "headers", "path", "client_chain", "hub", "local"}


def line(event: Event) -> str:
    """`1.234  <- dps    #2  dps.register  admitted …`, no longer than `LONGEST`."""
    link = f"#{event.link}" if event.link else ""
    head = f"{event.at:9.3f}  {_ARROWS[event.way]} {event.service:6}{link:>4}  {event.name:17}"
    return _clipped(f"{head} {' '.join(_said(event))}".rstrip(), LONGEST)


def _said(event: Event) -> Iterator[str]:
    names = _SAID.get(event.name, ["admitted", *(f"={name}" for name in event.fields)])
    for name in names:
        if name == "admitted":
            yield from _verdict(event)
        elif (text := _value(name.lstrip("="), event)) is not None:
            yield f"{name[1:]}={text}" if name.startswith("=") else text


def _verdict(event: Event) -> Iterator[str]:
    """Whether the service took it, and why not."""
    refusal = _printable(event.get("refusal", ""))
    match event.get("admitted"):
        case True:
            yield f"admitted, although: {refusal}" if refusal else "admitted"
        case False:
            yield f"REFUSED: {refusal}"


def _value(name: str, event: Event) -> str | None:
    """A field's value; None when there is nothing to say."""
    value = event.get("headers", {}).get(name) if name == "retry-after" else event.get(name)
    if name in _UNSAID or value in (None, b"", "", {}) or (name in _ONLY_IF_SET and not value):
        return None
    if isinstance(value, bytes) and value.startswith(b"\x30\x82"):  # DER: left to the transcript
        return "shown"
    if name == "filters":
        value = ", ".join(
            one if isinstance(one, str) else f"{one[0]} (QoS {one[1]})" for one in value
        )
    if name == "reason" and value in _MEANT:
        value = f"{value}: {_MEANT[value]}"
    return _clipped(_printable(value), LONGEST_SECRET if name in _SECRETS else LONGEST_VALUE)


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _printable(value: Any) -> str:
    """A value without line ends or control characters: it comes from a device."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="backslashreplace")
    text = value if isinstance(value, str) else str(value)
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
