"""What the platform says: bodies of down-links, the answer to time sync, errors to its customer.

Source: Huawei Cloud IoTDA API reference, "API on the device side" (iot_06_v5_3001 and following).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from protocol import iotda

TIME_SYNC = "$time_sync"
UNPACKED_LONGEST = 4 << 20  # bytes: a packed megabyte may hold a gigabyte of zeros


class IotDaError(Exception):
    """The platform's refusal to its customer, by error code."""

    def __init__(self, code: str, text: str) -> None:
        self.code, self.status = code, iotda.ERRORS[code].status
        super().__init__(f"{code}: {text}")


class CommandTimeout(IotDaError):  # noqa: N818 - what happened to the command
    """No answer in time (IOTDA.014111)."""

    def __init__(self, device_id: str, request_id: str, timeout: float) -> None:
        self.request_id = request_id
        super().__init__(
            "IOTDA.014111", f"{device_id} did not answer {request_id!r} within {timeout:g} s"
        )


class DeviceOffline(IotDaError):  # noqa: N818 - the state the device is in
    """The device has no connection (IOTDA.014016)."""

    def __init__(self, device_id: str) -> None:
        super().__init__("IOTDA.014016", f"{device_id} is not connected")


def encoded(value: object) -> bytes:
    """JSON in UTF-8, as the platform writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def decoded(body: bytes, query: Mapping[str, str] | None = None) -> Any:
    """The JSON value of an up-link's body; its text where it is no JSON; None where it is no text.

    `query` is that of the topic: with `encoding=gzip` the body is unpacked first.
    """
    try:
        plain = _unpacked(body) if (query or {}).get("encoding") == "gzip" else body
        text = plain.decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _unpacked(body: bytes) -> bytes:
    """The content of gzip, of too long a one the beginning. OSError, EOFError, zlib.error."""
    with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
        return packed.read(UNPACKED_LONGEST)


def command_body(service_id: str | None, command_name: str | None, paras: object) -> bytes:
    """The payload of a command; `paras` is always there ("Platform delivering a command")."""
    named = {"service_id": service_id, "command_name": command_name}
    return encoded(_present(named) | {"paras": paras})


def message_body(message_id: str, name: str | None, content: str) -> bytes:
    """The payload of a message in the standard format ("Platform delivering a message")."""
    return encoded({"object_device_id": None, "name": name, "id": message_id, "content": content})


def set_body(services: Sequence[Mapping[str, Any]]) -> bytes:
    """The payload of a property set ("Platform setting device properties")."""
    return encoded({"services": [dict(service) for service in services]})


def get_body(service_id: str | None) -> bytes:
    """The payload of a property get ("Platform querying device properties"); None means all."""
    return encoded(_present({"service_id": service_id}))


def _present(members: Mapping[str, str | None]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def time_syncs(value: object) -> Iterator[object]:
    """The `device_send_time` of each time sync request in an events/up body.

    Some SDKs send it as a number, some as text (of digits): the platform gives back what it got.
    """
    services = value.get("services") if isinstance(value, dict) else None
    for service in services if isinstance(services, list) else []:
        match service:
            case {"service_id": str(name), "event_type": "time_sync_request", "paras": dict(paras)}:
                if name == TIME_SYNC:
                    yield paras.get("device_send_time")


def time_sync_answer(device_id: str, sent: object, *, received_ms: int, now_ms: int) -> bytes:
    """The events/down payload that answers a time sync request; times in ms since 1970."""
    paras = {
        "device_send_time": sent,
        "server_recv_time": received_ms,
        "server_send_time": now_ms,
    }
    service = {"service_id": TIME_SYNC, "event_type": "time_sync_response", "paras": paras}
    return encoded({"object_device_id": device_id, "services": [service]})
