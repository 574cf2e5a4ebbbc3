"""What the fake hub knows: its devices, each with its identity, its queue and its connection."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from fakes.iothub.options import HubOptions
from fakes.iothub.queue import Message, Queue
from fakes.iothub.replies import HubError

if TYPE_CHECKING:
    from fakes.mqtt.link import Link

MESSAGES_KEPT = 10_000  # per device; a suite reads events, this is the operator's view

Status = Literal["enabled", "disabled"]
Kind = Literal["sas", "selfSigned", "certificateAuthority"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A device as the registry holds it (Learn, iot-hub: devguide-identity-registry).

    Keys are base64. `thumbprints` are SHA-1 or SHA-256 of the certificate in hexadecimal, colons
    allowed. `authorities` are PEM texts: roots and intermediates that the hub was told of.
    """

    device_id: str
    primary_key: str = ""
    secondary_key: str = ""
    thumbprints: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    status: Status = "enabled"
    generation: str = field(default_factory=lambda: str(secrets.randbelow(10**18)))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys it has, primary first."""
        return tuple(key for key in (self.primary_key, self.secondary_key) if key)

    @property
    def kind(self) -> Kind:
        """How it proves itself: certificates where the registry names some, else keys."""
        if self.thumbprints:
            return "selfSigned"
        return "certificateAuthority" if self.authorities else "sas"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """A device's answer to a direct method; `payload` is its JSON, None where it has none."""

    status: int
    payload: object
    body: bytes
    rid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """A message from a device as a back end reads it. `enqueued` in seconds since 1970."""

    device_id: str
    body: bytes
    properties: Mapping[str, str]
    transport: Literal["mqtt", "https"]
    enqueued: float


@dataclass(slots=True)
class Device:
    """One device of the hub: what is registered, what waits for it, and how it is connected."""

    identity: Identity
    queue: Queue
    link: Link | None = None
    online: bool = False  # the CONNACK has left
    calls: dict[str, asyncio.Future[MethodResult]] = field(default_factory=dict)  # by rid
    past_calls: set[str] = field(default_factory=set)  # rids that were used and are over
    messages: deque[Telemetry] = field(default_factory=lambda: deque(maxlen=MESSAGES_KEPT))
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def device_id(self) -> str:
        return self.identity.device_id

    def changed(self) -> None:
        """Wake whoever waits for the device to come online or to subscribe."""
        for waiter in self.waiting:
            if not waiter.done():
                waiter.set_result(None)
        self.waiting.clear()

    async def change(self) -> None:
        """Wait until it connects or subscribes."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(waiter)
        await waiter


class Registry:
    """The devices by id. Ids are case-sensitive (Learn, iot-hub: devguide-identity-registry)."""

    def __init__(
        self, options: HubOptions, *, dropped: Callable[[str, Message, str], None]
    ) -> None:
        self._options = options
        self._dropped = dropped
        self._devices: dict[str, Device] = {}

    def __iter__(self) -> Iterator[Device]:
        return iter(tuple(self._devices.values()))

    def find(self, device_id: str) -> Device | None:
        """The device, or None."""
        return self._devices.get(device_id)

    def get(self, device_id: str) -> Device:
        """The device. HubError 404001 when there is none."""
        if device := self.find(device_id):
            return device
        raise HubError(404001, f"the hub has no device {device_id!r}")

    def only(self) -> Device | None:
        """The hub's device, if it has exactly one."""
        return next(iter(self._devices.values())) if len(self._devices) == 1 else None

    def add(self, identity: Identity) -> Device:
        """A new device. HubError 409001 when the id is taken."""
        if identity.device_id in self._devices:
            raise HubError(409001, f"the hub has a device {identity.device_id!r} already")
        return self.put(identity)

    def put(self, identity: Identity) -> Device:
        """Create, or change the identity of the one there is; its queue and connection stay."""
        device = self._devices.get(identity.device_id)
        if device is None:
            device = self._new(identity)
            self._devices[identity.device_id] = device
        device.identity = replace(identity, generation=device.identity.generation)
        return device

    def _new(self, identity: Identity) -> Device:
        def dropped(message: Message, why: str) -> None:
            self._dropped(identity.device_id, message, why)

        return Device(identity, Queue(self._options, dropped=dropped))

    def remove(self, device_id: str) -> Device:
        """Take the device out. HubError 404001 when there is none."""
        device = self.get(device_id)
        del self._devices[device_id]
        return device
