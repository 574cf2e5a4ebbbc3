"""What a customer of the hub can do: register devices, send, call and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from fakes.iothub.replies import HubError
from fakes.iothub.state import Device, Identity, MethodResult, Telemetry
from protocol import iothub

if TYPE_CHECKING:
    from fakes.iothub.hub import Hub

METHOD_WITHIN = 30.0  # seconds; the service API's default


class Operator:
    """The operator of one hub. HubError says what the hub refuses, by its `code`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    # -- devices ------------------------------------------------------------------------------

    def create_device(
        self,
        device_id: str,
        *,
        primary_key: str = "",
        secondary_key: str = "",
        thumbprints: Sequence[str] = (),
        ca: str | Sequence[str] = (),
    ) -> Identity:
        """Register a device with base64 keys, or thumbprints, or PEM texts of authorities (`ca`).

        HubError 409001 when the id is taken, 400004 when it is none or nothing proves the device.
        """
        problem = iothub.device_id_problem(device_id)
        if problem or not (primary_key or thumbprints or ca):
            raise HubError(400004, problem or "a device needs a key, a thumbprint or an authority")
        identity = Identity(
            device_id=device_id,
            primary_key=primary_key,
            secondary_key=secondary_key,
            thumbprints=tuple(thumbprints),
            authorities=(ca,) if isinstance(ca, str) else tuple(ca),
        )
        return self._hub.registry.add(identity).identity

    def get_device(self, device_id: str) -> Identity:
        """The device's identity. HubError 404001 when there is none."""
        return self._hub.registry.get(device_id).identity

    def devices(self) -> list[str]:
        """The ids of all devices."""
        return [device.device_id for device in self._hub.registry]

    def delete(self, device_id: str) -> None:
        """Remove a device with all that waits for it; its connection is cut."""
        device = self._hub.registry.remove(device_id)
        self._hub.mqtt.sessions.discard(device_id)
        device.queue.clear()
        _cut(device, "the device was deleted")

    def disable(self, device_id: str) -> None:
        """Keep a device out; its connection is cut."""
        _cut(self._set_status(device_id, "disabled"), "the device was disabled")

    def enable(self, device_id: str) -> None:
        """Let a disabled device in again."""
        self._set_status(device_id, "enabled")

    def connection_state(self, device_id: str) -> Literal["Connected", "Disconnected"]:
        """Whether the device has an MQTT connection, in the registry's own words."""
        link = self._hub.registry.get(device_id).link
        return "Disconnected" if link is None or link.ended else "Connected"

    # -- messages -----------------------------------------------------------------------------

    def send_c2d(
        self,
        device_id: str,
        body: bytes | str,
        *,
        properties: Mapping[str, str] | None = None,
        message_id: str | None = None,
        ttl: float | None = None,
        system: Mapping[str, str] | None = None,
    ) -> str:
        """Enqueue a message and send it as soon as the device takes it; its message id.

        `ttl` in seconds. `system` are further system properties under their MQTT names (`$.cid`,
        `$.ct`, `iothub-ack` …). HubError 404001, 403004 (queue full), 413001 (too long).
        """
        device = self._hub.registry.get(device_id)
        message = device.queue.add(
            body.encode() if isinstance(body, str) else body,
            now=self._hub.clock(),
            properties=properties or {},
            message_id=message_id,
            ttl=ttl,
            system=system or {},
        )
        if device.link is not None:
            device.link.send_later(lambda: self._hub.c2d.deliver(device))
        return message.message_id

    def pending(self, device_id: str) -> int:
        """How many messages wait for the device, or for its acknowledgement."""
        device = self._hub.registry.get(device_id)
        device.queue.purge(self._hub.clock())
        return len(device.queue)

    def purge(self, device_id: str) -> int:
        """Drop all messages that wait for the device; how many there were."""
        return self._hub.registry.get(device_id).queue.clear()

    def messages(self, device_id: str) -> list[Telemetry]:
        """What the device has sent, oldest first (the last 10,000)."""
        return list(self._hub.registry.get(device_id).messages)

    # -- methods ------------------------------------------------------------------------------

    async def call_method(
        self,
        device_id: str,
        name: str,
        payload: object = None,
        *,
        timeout: float = METHOD_WITHIN,  # noqa: ASYNC109 - the service API's own parameter
        connect_timeout: float = 0.0,
        rid: str | None = None,
    ) -> MethodResult:
        """Call a direct method and wait for the answer, `timeout` seconds.

        `payload` goes down as JSON, bytes as they are. `connect_timeout`: seconds to wait for the
        device to come online and subscribe. `rid` is chosen afresh unless given. HubError 404001,
        404103 (offline, or methods not subscribed), 504101 (no answer in time).
        """
        device = self._hub.registry.get(device_id)
        return await self._hub.methods.call(
            device, name, payload, within=timeout, connect_within=connect_timeout, rid=rid
        )

    def _set_status(self, device_id: str, status: Literal["enabled", "disabled"]) -> Device:
        device = self._hub.registry.get(device_id)
        device.identity = replace(device.identity, status=status)
        return device


def _cut(device: Device, why: str) -> None:
    if device.link is not None:
        device.link.cut(why)
