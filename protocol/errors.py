"""Error bodies in each cloud's own shape, as JSON-ready dicts. Times and tracking ids are
arguments: there is no clock here.

DPS: device REST, ProvisioningServiceErrorDetails. IoT Hub: bodies as quoted in issues of
azure-iot-sdk-csharp (#573) and azure-iot-sdk-java (#640). IoTDA: Huawei Cloud IoTDA API reference,
"Error codes".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from protocol.dps_errors import ERRORS as DPS_ERRORS
from protocol.hub_errors import ERRORS as HUB_ERRORS
from protocol.iotda_errors import ERRORS as IOTDA_ERRORS


def azure_time(at: datetime) -> str:
    """A UTC time as Azure writes it: seven digits of a second and Z. A naive datetime is taken as
    UTC.
    """
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond:06d}0Z"


def dps(
    code: int,
    *,
    tracking_id: str,
    at: datetime,
    message: str | None = None,
    info: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A DPS error body; the message is the table's unless given. `info` is left out when None."""
    text = message if message is not None else DPS_ERRORS[code].message
    return _azure_body(code, tracking_id, text, info, at)


def hub_old(
    code: int, *, tracking_id: str, at: datetime, message: str | None = None
) -> dict[str, Any]:
    """A hub's error body in the old style: words in `Message`, tracking id and time in
    `ExceptionMessage`.
    """
    error = HUB_ERRORS[code]
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return {
        "Message": f"ErrorCode:{error.name};{message if message is not None else error.message}",
        "ExceptionMessage": f"Tracking ID:{tracking_id}-TimeStamp:{utc:%m/%d/%Y %H:%M:%S}",
    }


def hub_new(
    code: int,
    *,
    tracking_id: str,
    at: datetime,
    message: str | None = None,
    info: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A hub's error body in the newer style: a JSON text inside `Message`."""
    text = message if message is not None else HUB_ERRORS[code].message
    inner = _azure_body(code, tracking_id, text, info or {}, at)
    return {"Message": json.dumps(inner, separators=(",", ":")), "ExceptionMessage": ""}


def _azure_body(
    code: int, tracking_id: str, message: str, info: Mapping[str, Any] | None, at: datetime
) -> dict[str, Any]:
    """What both services say of an error, in their order of members; no `info` where None."""
    body: dict[str, Any] = {"errorCode": code, "trackingId": tracking_id, "message": message}
    if info is not None:
        body["info"] = dict(info)
    return body | {"timestampUtc": azure_time(at)}


def iotda(code: str, *, message: str | None = None) -> dict[str, str]:
    """An IoTDA error body; `code` as "IOTDA.014111". The message is the table's unless given."""
    return {
        "error_code": code,
        "error_msg": message if message is not None else IOTDA_ERRORS[code].message,
    }


def iotda_bootstrap(code: str, *, message: str) -> dict[str, str]:
    """A bootstrap refusal, as published on `…/bootstrap/down` (seen codes: 100414, 100417)."""
    return {"errorCode": code, "errorMsg": message}
