"""Direct methods: a call goes down on `$iothub/methods/POST/…`, its answer comes under its `$rid`.

Sources: Microsoft Learn, iot-hub: devguide-direct-methods, and iot-mqtt-connect-to-iot-hub.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fakes.iothub.replies import HubError
from fakes.iothub.state import Device, MethodResult
from fakes.service import Deferred, Publish
from protocol import iothub
from transcript import Way

if TYPE_CHECKING:
    from fakes.iothub.hub import Hub
    from fakes.mqtt.link import Link

_LONGEST_RID = 40
_RID_LETTERS = string.ascii_letters + string.digits + "-"
REPLIES = "$iothub/methods/res/"


def fresh_rid() -> str:
    """A request id that nobody can have guessed, parsed as a number or cut to a fixed length.

    Of any length, in mixed case, led by a zero that a conversion to a number and back would lose.
    """
    length = secrets.randbelow(_LONGEST_RID - 3) + 1
    middle = "".join(secrets.choice(_RID_LETTERS) for _ in range(length))
    return f"0{middle}{secrets.choice(string.ascii_uppercase)}"


def encoded(payload: object) -> bytes:
    """A payload as it goes down: bytes as they are, anything else as JSON."""
    return payload if isinstance(payload, bytes) else json.dumps(payload).encode()


class Methods:
    """Calls a device's methods and matches the answers to the calls."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def filters(self, device_id: str) -> tuple[str, ...]:
        """The filters that a device may subscribe to for method calls."""
        return (iothub.METHODS_FILTER,)

    async def call(
        self,
        device: Device,
        name: str,
        payload: object,
        *,
        within: float,
        connect_within: float,
        rid: str | None,
    ) -> MethodResult:
        """Call and wait. HubError 413001, 404103 (away, not subscribed) or 504101 (no answer)."""
        body = encoded(payload)
        if len(body) > self._hub.options.method_size:
            raise HubError(413001, f"{len(body)} bytes; at most {self._hub.options.method_size}")
        link = await self._reached(device, connect_within)
        chosen = fresh_rid() if rid is None else rid
        answer: asyncio.Future[MethodResult] = asyncio.get_running_loop().create_future()
        device.calls[chosen] = answer
        try:
            self._note(link, "out", "hub.method", device, rid=chosen, method=name, body=body)
            await link.send(iothub.method_topic(name, chosen), body)
            return await asyncio.wait_for(answer, within)
        except TimeoutError:
            raise HubError(504101, "Timed out waiting for the response from device.") from None
        finally:
            device.calls.pop(chosen, None)
            device.past_calls.add(chosen)

    async def published(
        self, link: Link, device: Device, message: Publish
    ) -> Sequence[Deferred] | None:
        """Take an answer; None when the message is none."""
        if not message.topic.startswith(REPLIES):
            return None
        try:
            reply = iothub.parse_method_reply(message.topic)
        except iothub.TopicError:
            return None
        self._answered(link, device, message, reply)
        return ()

    def _answered(
        self, link: Link, device: Device, message: Publish, reply: iothub.MethodReply
    ) -> None:
        call = device.calls.get(reply.rid)
        self._note(
            link,
            "in",
            "hub.method.reply",
            device,
            rid=reply.rid,
            status=reply.status,
            body=message.payload,
            known=call is not None and not call.done(),
            late=call is None and reply.rid in device.past_calls,
        )
        result = _result(reply, message.payload)
        if call is not None and not call.done() and result is not None:
            call.set_result(result)

    async def _reached(self, device: Device, within: float) -> Link:
        """The link on which the device takes calls; HubError 404103 when there is none in time."""
        try:
            async with asyncio.timeout(within):
                while (link := self._open(device)) is None:
                    await device.change()
                return link
        except TimeoutError:
            away = "is not connected" if device.link is None else "has not subscribed to methods"
            raise HubError(404103, f"the device {away}") from None

    def _note(self, link: Link, way: Way, name: str, device: Device, **fields: Any) -> None:
        link.note(name, way, hub=self._hub.host, device_id=device.device_id, **fields)

    def _open(self, device: Device) -> Link | None:
        link = device.link
        if link is None or link.ended or not device.online:
            return None
        return link if iothub.METHODS_FILTER in link.session.subscriptions else None


def _result(reply: iothub.MethodReply, body: bytes) -> MethodResult | None:
    """The answer for the caller; None for a status that is no number: the call then times out."""
    if reply.code is None:
        return None
    try:
        payload: object = json.loads(body) if body else None
    except (ValueError, RecursionError):  # not JSON, or not UTF-8: recorded as it is in the event
        payload = None
    return MethodResult(status=reply.code, payload=payload, body=body, rid=reply.rid)
