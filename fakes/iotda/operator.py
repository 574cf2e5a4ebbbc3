"""What a customer of IoTDA can do: register devices, send them commands and messages, read theirs.

The methods follow the application API v5 (CreateCommand, CreateMessage, …), and so do their errors:
`IotDaError` with the platform's code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from fakes.iotda import replies
from fakes.iotda.courier import Courier
from fakes.iotda.options import IotDaOptions
from fakes.iotda.replies import CommandTimeout, DeviceOffline
from fakes.iotda.state import Call, Device, Message, Registry, Uplink
from protocol import iotda
from protocol.mqtt_topics import topic_problem

Clock = Callable[[], float]


class Operator:
    """The customer's side of one instance. Belongs to the event loop of the fake."""

    def __init__(
        self, *, registry: Registry, courier: Courier, options: IotDaOptions, clock: Clock
    ) -> None:
        self._registry, self._courier = registry, courier
        self._options, self._clock = options, clock

    # -- devices ------------------------------------------------------------------------------

    def create_device(
        self,
        device_id: str,
        *,
        secret: str,
        secondary_secret: str | None = None,
        product: str | None = None,
    ) -> None:
        """Register a device with a secret (AddDevice). ValueError for a bad id or secret."""
        self._registry.add(Device(device_id, secret, secondary_secret, product))

    def freeze(self, device_id: str) -> None:
        """Let the device in no more, and by default end its connection."""
        device = self._registry.get(device_id)
        device.frozen = True
        if device.link is not None and self._options.freeze_cuts:
            device.link.cut("frozen")

    def unfreeze(self, device_id: str) -> None:
        """Let the device in again."""
        self._registry.get(device_id).frozen = False

    def online(self, device_id: str) -> bool:
        """Whether the device is connected."""
        return self._registry.get(device_id).link is not None

    # -- what it sent -------------------------------------------------------------------------

    def reports(self, device_id: str) -> list[Uplink]:
        """The device's property reports, oldest first."""
        return list(self._registry.get(device_id).reports)

    def messages_up(self, device_id: str) -> list[Uplink]:
        """The device's messages, those on custom topics too, oldest first."""
        return list(self._registry.get(device_id).messages_up)

    def events_up(self, device_id: str) -> list[Uplink]:
        """The device's events, oldest first."""
        return list(self._registry.get(device_id).events_up)

    # -- calls --------------------------------------------------------------------------------

    async def command(
        self,
        device_id: str,
        *,
        service_id: str | None = None,
        command_name: str | None = None,
        paras: object,
        timeout: float | None = None,  # noqa: ASYNC109 - the API's own: it answers IOTDA.014111
        request_id: str | None = None,
    ) -> Any:
        """Send a command and return the device's answer: a dict, or text where it is no JSON.

        DeviceOffline at once without a connection; CommandTimeout after `timeout` (20 s). The
        request id is a fresh UUID, unless the caller has one in mind: any text that a topic holds.
        """
        body = replies.command_body(service_id, command_name, paras)
        return await self._call("command", device_id, body, timeout, request_id)

    async def set_properties(
        self,
        device_id: str,
        services: Sequence[Mapping[str, Any]],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - see command
        request_id: str | None = None,
    ) -> Any:
        """Set properties: `[{"service_id": …, "properties": {…}}]`. Otherwise as `command`."""
        body = replies.set_body(services)
        return await self._call("property_set", device_id, body, timeout, request_id)

    async def get_properties(
        self,
        device_id: str,
        *,
        service_id: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - see command
        request_id: str | None = None,
    ) -> Any:
        """Ask for the properties of a service, or of all. Answer and errors as `command`."""
        body = replies.get_body(service_id)
        return await self._call("property_get", device_id, body, timeout, request_id)

    async def _call(
        self, call: Call, device_id: str, body: bytes, patience: float | None, chosen: str | None
    ) -> Any:
        device = self._registry.get(device_id)
        link = device.link
        if link is None or link.ended:
            raise DeviceOffline(device_id)
        request_id = str(uuid4()) if chosen is None else chosen
        topic = _topic(call, device_id, request_id)
        limit = self._options.command_timeout if patience is None else patience
        answer = device.begin(call, request_id)
        link.note(f"iotda.{call}", "out", request_id=request_id, body=body, topic=topic)
        link.send_later(partial(self._courier.carry, link, topic, body))
        try:
            async with asyncio.timeout(limit):
                return await answer
        except TimeoutError:
            raise CommandTimeout(device_id, request_id, limit) from None
        finally:
            device.calls.pop((call, request_id), None)

    # -- messages -----------------------------------------------------------------------------

    def message(
        self,
        device_id: str,
        content: str | bytes,
        *,
        name: str | None = None,
        message_id: str | None = None,
        topic: str | None = None,
        raw: bool = False,
        ttl: float | None = None,
    ) -> Message:
        """Send a message, or keep it for an absent device. The returned value shows its status.

        In the standard format the content is text; `raw` sends it as it is. `topic` is a custom
        topic in full. `ttl` in seconds (24 h), 0 not to keep it.
        """
        device = self._registry.get(device_id)
        chosen = str(uuid4()) if message_id is None else message_id
        message = Message(
            message_id=chosen,
            topic=topic or iotda.message(device_id),
            body=_body(chosen, name, content, raw=raw),
            expires=self._clock() + (self._options.cache_for if ttl is None else ttl),
        )
        self._courier.post(device, message)
        return message


def _body(message_id: str, name: str | None, content: str | bytes, *, raw: bool) -> bytes:
    if raw:
        return content.encode() if isinstance(content, str) else content
    if isinstance(content, bytes):
        raise ValueError("the standard format holds text; send bytes with raw=True")
    return replies.message_body(message_id, name, content)


def _topic(call: Call, device_id: str, request_id: str) -> str:
    """The topic of a call. ValueError for a request id that no topic can hold."""
    topic = iotda.topic(call, device_id, request_id)
    problems = [problem.text for problem in topic_problem(topic)]
    if not request_id or "\0" in request_id or problems:
        raise ValueError(
            f"request id {request_id!r} fits in no topic {'; '.join(problems)}".rstrip()
        )
    return topic
