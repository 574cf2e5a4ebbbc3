"""What the fake IoTDA knows: its devices, what waits for each of them, what each has sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from fakes.iotda.replies import IotDaError
from protocol import iotda

if TYPE_CHECKING:
    from fakes.mqtt.link import Link
    from fakes.mqtt.sessions import Session

Call = Literal["command", "property_set", "property_get"]
Status = Literal["PENDING", "DELIVERED", "FAILED", "TIMEOUT"]


@dataclass(slots=True, eq=False)  # two messages with one text are still two
class Message:
    """A message to a device, as the customer follows it (CreateMessage, iot_06_v5_0059).

    `expires` in seconds since 1970. `error` is the platform's code once the status is FAILED. The
    rest is how far its delivery at QoS 1 has come: the session and packet id under which it was
    sent, and whether a task sends it now.
    """

    message_id: str
    topic: str
    body: bytes
    expires: float
    status: Status = "PENDING"
    error: str | None = None
    session: Session | None = None
    packet_id: int | None = None
    busy: bool = False

    def fail(self, code: str) -> None:
        """It will not arrive."""
        self.status, self.error = "FAILED", code


@dataclass(frozen=True, slots=True)
class Uplink:
    """Something a device sent. `value` is its JSON, or text, or None where it is neither."""

    topic: str
    body: bytes
    value: Any


@dataclass(slots=True)
class Device:
    """One device: what is registered, what waits for it, what it has sent, how it is connected."""

    device_id: str
    secret: str
    secondary_secret: str | None = None
    product: str | None = None
    frozen: bool = False
    link: Link | None = None
    waiting: deque[Message] = field(default_factory=deque)
    unacked: dict[str, Message] = field(default_factory=dict)
    calls: dict[tuple[Call, str], asyncio.Future[Any]] = field(default_factory=dict)
    reports: list[Uplink] = field(default_factory=list)
    messages_up: list[Uplink] = field(default_factory=list)
    events_up: list[Uplink] = field(default_factory=list)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets it may use, primary first."""
        return (
            (self.secret,)
            if self.secondary_secret is None
            else (self.secret, self.secondary_secret)
        )

    def begin(self, call: Call, request_id: str) -> asyncio.Future[Any]:
        """Expect the answer to a call. ValueError when the request id is outstanding already."""
        if (call, request_id) in self.calls:
            raise ValueError(f"request id {request_id!r} is outstanding for {self.device_id}")
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.calls[call, request_id] = answer
        return answer

    def answered(self, call: Call, request_id: str, value: Any) -> bool:
        """Take an answer; whether one was outstanding under this request id."""
        answer = self.calls.pop((call, request_id), None)
        if answer is not None and not answer.done():
            answer.set_result(value)
        return answer is not None


class Registry:
    """The devices by id."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}

    def __iter__(self) -> Iterator[Device]:
        return iter(tuple(self._devices.values()))

    def add(self, device: Device) -> Device:
        """Register. ValueError for an impossible id or secret, IotDaError 014031 for a taken id."""
        problem = iotda.device_id_problem(device.device_id)
        for secret in device.secrets:
            problem = problem or iotda.secret_problem(secret)
        if problem:
            raise ValueError(problem)
        if device.device_id in self._devices:
            raise IotDaError("IOTDA.014031", f"{device.device_id} exists already")
        self._devices[device.device_id] = device
        return device

    def find(self, device_id: str | None) -> Device | None:
        """The device, or None."""
        return self._devices.get(device_id or "")

    def get(self, device_id: str) -> Device:
        """The device. IotDaError 014000 when there is none."""
        if device := self.find(device_id):
            return device
        raise IotDaError("IOTDA.014000", f"there is no device {device_id!r}")

    def only(self) -> Device | None:
        """The device, if there is exactly one."""
        return next(iter(self)) if len(self._devices) == 1 else None
