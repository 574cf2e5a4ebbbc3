"""DPS's answers in the cloud's own shape (DPS device REST API, Runtime Registration)."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fakes.dps.state import Registration
from protocol import dps, errors

REPROVISIONED_SINCE = "2019-04-15"  # substatus reprovisionedToInitialAssignment is no older


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, whatever transport brings it. Header names are lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    operation_id: str | None = None
    cut: bool = False

    @property
    def retry_after(self) -> int | None:
        """Seconds to wait, if the answer says so."""
        text = self.headers.get("retry-after")
        return None if text is None else int(text)


def encoded(document: Any) -> bytes:
    """JSON as the service writes it, without blanks."""
    return json.dumps(document, separators=(",", ":")).encode()


def azure_time(seconds: float) -> str:
    """Seconds since 1970 as Azure writes a time."""
    return errors.azure_time(datetime.fromtimestamp(seconds, UTC))


def message_of(code: int) -> str:
    """The service's words for a code, "" for one that it does not have."""
    known = dps.ERRORS.get(code)
    return known.message if known else ""


def error(
    code: int,
    *,
    now: float,
    status: int | None = None,
    message: str | None = None,
    retry_after: int | None = None,
) -> Reply:
    """An error answer; its status is the code's first three digits unless given."""
    at = datetime.fromtimestamp(now, UTC)
    document = errors.dps(code, tracking_id=str(uuid.uuid4()), at=at, message=message)
    headers = {"x-ms-error-code": str(code), **_waiting(retry_after)}
    return Reply(status=status or code // 1000, body=encoded(document), headers=headers)


def assigning(registration: Registration, *, retry_after: int | None) -> Reply:
    """202: a bare operation, without a registrationState."""
    operation_id = registration.operation_id
    body = encoded({"operationId": operation_id, "status": "assigning"})
    headers = _waiting(retry_after)
    return Reply(status=202, body=body, headers=headers, operation_id=operation_id)


def settled(registration: Registration, *, api_version: str | None) -> Reply:
    """200: assigned, failed or disabled."""
    document = {
        "operationId": registration.operation_id,
        "status": registration.status,
        "registrationState": registration_state(registration, api_version=api_version),
    }
    return Reply(status=200, body=encoded(document), operation_id=registration.operation_id)


def registration_state(registration: Registration, *, api_version: str | None) -> dict[str, Any]:
    """DeviceRegistrationResult. `substatus` goes with every assignment: some SDKs rely on it."""
    state: dict[str, Any] = {
        "registrationId": registration.registration_id,
        "createdDateTimeUtc": azure_time(registration.created),
        "status": registration.status,
        "lastUpdatedDateTimeUtc": azure_time(registration.updated),
        "etag": b64encode(f'"{registration.etag}"'.encode()).decode(),
    }
    if registration.status == "assigned" and registration.hub is not None:
        state |= _assignment(registration, api_version)
    if registration.error is not None:
        state["errorCode"], state["errorMessage"] = registration.error
    return state


def _assignment(registration: Registration, api_version: str | None) -> dict[str, Any]:
    enrollment = registration.enrollment
    assignment: dict[str, Any] = {
        "assignedHub": registration.hub.host if registration.hub else "",
        "deviceId": registration.device_id,
        "substatus": _substatus(registration, api_version),
    }
    group = {"enrollmentGroupId": enrollment.name} if enrollment.group else {}
    assignment["x509" if enrollment.by_certificate else "symmetricKey"] = group
    if enrollment.payload is not None:
        assignment["payload"] = enrollment.payload
    return assignment


def _substatus(registration: Registration, api_version: str | None) -> str:
    again = registration.assignments > 1 and (api_version or "") >= REPROVISIONED_SINCE
    return "reprovisionedToInitialAssignment" if again else "initialAssignment"


def _waiting(retry_after: int | None) -> dict[str, str]:
    return {} if retry_after is None else {"retry-after": str(retry_after)}
