"""DPS error codes: a code's first three digits are the HTTP status (Microsoft Learn, iot-dps:
how-to-troubleshoot-dps).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DpsError:
    """One error of the service; `message` is its own text where that was seen, else ours."""

    code: int
    status: int
    message: str


def _table(messages: dict[int, str]) -> dict[int, DpsError]:
    return {code: DpsError(code, code // 1000, message) for code, message in messages.items()}


ERRORS = _table(
    {
        400000: "Bad request.",
        400004: "Invalid RegistrationId",
        400012: "Deserialization error.",
        400207: "Custom allocation failed with status code: 400",
        400208: "No IoT hub is linked.",
        400209: "The linked IoT hub did not authorize the request.",
        401000: "Unauthorized",
        401002: "Unauthorized",
        404201: "Registration not found.",
        404202: "Enrollment not found.",
        404203: "Operation not found.",
        405000: "Method not allowed.",
        409203: "Precondition failed.",
        412203: "Precondition failed.",
        415000: "Unsupported media type.",
        429001: "Operations are being throttled for this tenant.",
        500000: "Internal server error.",
    }
)
