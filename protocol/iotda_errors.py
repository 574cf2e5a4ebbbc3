"""IoTDA application API error codes (Huawei Cloud IoTDA API reference, "Error codes")."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IotDaError:
    """One error of the platform. `documented` is False where the HTTP status is our assumption."""

    code: str
    status: int
    message: str
    documented: bool = True


def _table(*rows: IotDaError) -> dict[str, IotDaError]:
    return {row.code: row for row in rows}


ERRORS = _table(
    IotDaError("IOTDA.000001", 500, "Internal server error."),
    IotDaError("IOTDA.000002", 401, "The request is unauthenticated."),
    IotDaError("IOTDA.000004", 403, "Invalid access token."),
    IotDaError("IOTDA.000006", 400, "Invalid input data."),
    IotDaError("IOTDA.000008", 400, "Invalid input data."),
    IotDaError("IOTDA.000009", 400, "Invalid input data."),
    IotDaError("IOTDA.001000", 403, "The application does not exist."),
    IotDaError("IOTDA.001002", 403, "The application is not allowed to do this."),
    IotDaError("IOTDA.005009", 400, "Invalid result code or progress."),
    IotDaError("IOTDA.014000", 404, "The device does not exist.", documented=False),
    IotDaError("IOTDA.014016", 400, "The device is not online.", documented=False),
    IotDaError("IOTDA.014028", 400, "The gateway is not online."),
    IotDaError("IOTDA.014031", 400, "The device already exists."),
    IotDaError("IOTDA.014111", 200, "The request timed out: the device did not answer."),
    IotDaError(
        "IOTDA.014112", 200, "The device has not subscribed to the topic.", documented=False
    ),
    IotDaError("IOTDA.015205", 400, "The policy target is invalid."),
    IotDaError("IOTDA.021101", 403, "The device's rate limit is exceeded."),
    IotDaError("IOTDA.021102", 403, "The tenant's rate limit is exceeded."),
    IotDaError("IOTDA.021104", 400, "The sub-device is unknown or not of this gateway."),
    IotDaError("IOTDA.021105", 403, "The report is larger than 1 MB."),
)
