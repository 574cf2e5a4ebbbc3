"""IoT Hub error codes (Microsoft Learn, iot-hub: troubleshoot-error-codes). A code's first three
digits are the HTTP status.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HubError:
    """One error of a hub; `name` is what stands in the header `iothub-errorcode`."""

    code: int
    status: int
    name: str
    message: str


def _table(rows: dict[int, tuple[str, str]]) -> dict[int, HubError]:
    return {code: HubError(code, code // 1000, *texts) for code, texts in rows.items()}


ERRORS = _table(
    {
        400001: ("InvalidProtocolVersion", "The protocol version is not supported."),
        400004: ("ArgumentInvalid", "An argument is invalid."),
        400006: ("IotHubFormatError", "The request is not well formed."),
        400012: ("DeserializationError", "Deserialization error."),
        400015: ("InvalidFileUploadCorrelationId", "The file upload correlation id is invalid."),
        400016: ("FileUploadCorrelationIdExpired", "The file upload correlation id has expired."),
        400023: ("EtagDoesNotMatch", "The etag does not match."),
        400026: ("NullMessage", "The message is null."),
        400027: (
            "ConnectionForcefullyClosedOnNewConnection",
            "Connection forcefully closed on new connection.",
        ),
        400103: ("InvalidContentEncodingOrType", "The content encoding or type is invalid."),
        401000: ("GenericUnauthorized", "Unauthorized"),
        401001: ("IotHubNotFound", "The IoT hub was not found."),
        401002: ("IotHubUnauthorizedAccess", "Unauthorized"),
        401003: ("IotHubUnauthorized", "Unauthorized"),
        403002: ("IotHubQuotaExceeded", "The daily quota is used up."),
        403004: ("DeviceMaximumQueueDepthExceeded", "The device's queue is full."),
        403006: ("DeviceMaximumActiveFileUploadLimitExceeded", "Too many active file uploads."),
        403010: ("OperationNotAvailableInCurrentTier", "The tier does not have this operation."),
        403012: ("DeviceDisabled", "The device is disabled."),
        404001: ("DeviceNotFound", "The device was not found or is disabled."),
        404010: ("ModuleNotFound", "The module was not found."),
        404103: (
            "DeviceNotOnline",
            "The operation failed because the requested device isn't online.",
        ),
        404104: ("DeviceConnectionClosedRemotely", "The device closed its connection."),
        405000: ("MethodNotAllowed", "The method is not allowed."),
        409001: ("DeviceAlreadyExists", "A device of this id exists."),
        409002: ("LinkCreationConflict", "The link was created twice."),
        412002: ("DeviceMessageLockLost", "The message lock is lost."),
        413001: ("MessageTooLarge", "The message is too large."),
        429001: ("ThrottlingException", "Operations are being throttled."),
        500001: ("ServerError", "An internal error occurred."),
        500008: ("GenericTimeout", "The operation timed out."),
        504101: ("GatewayTimeout", "Timed out waiting for the response from device."),
    }
)
