"""The fake IoT Hub: where its parts are put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from fakes.iothub.c2d import CloudToDevice
from fakes.iothub.http import HubHttp
from fakes.iothub.login import Gatekeeper, Login
from fakes.iothub.methods import Methods
from fakes.iothub.mqtt import HubMqtt
from fakes.iothub.operator import Operator
from fakes.iothub.options import HubOptions
from fakes.iothub.queue import Message
from fakes.iothub.script import Script
from fakes.iothub.state import Device, Identity, Registry
from fakes.iothub.telemetry import DeviceToCloud
from fakes.service import Deferred, Publish
from transcript import Event, EventLog, Way

if TYPE_CHECKING:
    from fakes.mqtt.link import Link


class Feature(Protocol):
    """A part of the device API that has MQTT topics of its own."""

    def filters(self, device_id: str) -> Sequence[str]:
        """The filters that a device may subscribe to for it."""

    async def published(
        self, link: Link, device: Device, message: Publish
    ) -> Sequence[Deferred] | None:
        """Take a message and say what follows its PUBACK; None when the topic is another's."""


class Hub:
    """One hub, named `host` in user names and tokens. Goes behind a front door as its service.

    `admit`: "verify" refuses what is wrong, "record" lets in every device that can be told and
    notes what was wrong. `clock` gives seconds since 1970.
    """

    name = "hub"

    def __init__(
        self,
        *,
        log: EventLog,
        host: str,
        options: HubOptions | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.log, self.host, self.clock = log, host, clock
        self.options = options or HubOptions()
        self.admit: Literal["verify", "record"] = "verify"
        self.registry = Registry(self.options, dropped=self._note_dropped)
        self.gatekeeper = Gatekeeper(host=host, registry=self.registry, options=self.options)
        self.telemetry = DeviceToCloud(self)
        self.c2d = CloudToDevice(self)
        self.methods = Methods(self)
        self.features: tuple[Feature, ...] = (self.telemetry, self.c2d, self.methods)
        self.script = Script(self)
        self.operator = Operator(self)
        self.mqtt = HubMqtt(self)
        self.http = HubHttp(self)

    def put_device(self, identity: Identity) -> Identity:
        """Create or update a device, as DPS does when it assigns one."""
        return self.registry.put(identity).identity

    def admits(self, login: Login) -> bool:
        """Whether a login is let in."""
        return login.device is not None and (self.admit == "record" or not login.refusals)

    def note(self, name: str, way: Way, *, link: int = 0, **fields: Any) -> Event:
        """Record an event of this hub."""
        return self.log.add(name, way=way, service=self.name, link=link, hub=self.host, **fields)

    def note_unknown(
        self,
        link: Link,
        device: Device,
        topic: str,
        action: Literal["publish", "subscribe"],
        done: Literal["closed", "refused", "ignored"],
    ) -> None:
        """Record a topic that is not documented for the device."""
        fields: dict[str, Any] = {"topic": topic, "action": action, "done": done}
        link.note("hub.unknown_topic", "in", hub=self.host, device_id=device.device_id, **fields)

    def _note_dropped(self, device_id: str, message: Message, why: str) -> None:
        name, message_id = "hub.c2d.dropped", message.message_id
        self.note(name, "own", device_id=device_id, message_id=message_id, why=why)
