"""The hub's answers over HTTPS, and its errors, in the shapes in which the cloud gives them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from fakes.service import HttpReply
from protocol import errors
from protocol.hub_errors import ERRORS

SERVER = "Microsoft-HTTPAPI/2.0"


class HubError(Exception):
    """What the hub refuses. `code` is the six-digit one, its first three digits the HTTP status."""

    def __init__(self, code: int, text: str = "") -> None:
        self.code = code
        self.text = text or ERRORS[code].message
        super().__init__(f"{code} {self.name}: {self.text}")

    @property
    def status(self) -> int:
        return self.code // 1000

    @property
    def name(self) -> str:
        return ERRORS[self.code].name


def done(*, now: float) -> HttpReply:
    """204 with nothing in it, as for telemetry taken (headers as in a published transcript)."""
    return HttpReply(204, _headers(now) | {"Content-Length": "0", "Vary": "Origin"})


def found(body: bytes, headers: Mapping[str, str], *, now: float) -> HttpReply:
    """200 with a message."""
    return HttpReply(200, _headers(now) | {"Vary": "Origin", **headers}, body)


def refused(error: HubError, *, now: float, headers: Mapping[str, str] | None = None) -> HttpReply:
    """An error in the hub's shape (azure-iot-sdk-csharp issue 573); `now` in seconds since 1970."""
    at = datetime.fromtimestamp(now, UTC)
    tracking = f"{secrets.token_hex(16)}-G:0"
    shown = errors.hub_old(error.code, tracking_id=tracking, at=at, message=error.text)
    own = {"Content-Type": "application/json; charset=utf-8", "iothub-errorcode": error.name}
    return HttpReply(
        error.status, _headers(now) | own | dict(headers or {}), json.dumps(shown).encode()
    )


def _headers(now: float) -> dict[str, str]:
    return {
        "Server": SERVER,
        "x-ms-request-id": secrets.token_hex(16),
        "Date": format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True),
    }
