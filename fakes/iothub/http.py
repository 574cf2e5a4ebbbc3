"""The HTTPS face of the hub: routes of the device API (Microsoft Learn, iot-hub REST: device).

The fixed parts of a path are compared without regard to case (`devicebound` and `deviceBound` are
both in the field), the device id with it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fakes.http.routes import Found, Routes
from fakes.iothub import replies
from fakes.iothub.login import Login, Proof
from fakes.iothub.options import Cause
from fakes.iothub.queue import PROPERTY_MARKS, Message
from fakes.iothub.replies import HubError
from fakes.iothub.state import Device
from fakes.iothub.telemetry import APPLICATION, SYSTEM
from fakes.service import Address, HttpReply, HttpRequest
from protocol.errors import azure_time
from transcript import Way

if TYPE_CHECKING:
    from fakes.iothub.hub import Hub

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_HEADERS = {name: header for header, name in SYSTEM.items()} | {"iothub-ack": "iothub-ack"}
_DEVICE = "/devices/{device}"
_BOUND = f"{_DEVICE}/messages/deviceBound"


@dataclass(frozen=True, slots=True)
class Call:
    """An admitted request: whose it is, and what the free segments of its path stand for."""

    device: Device
    request: HttpRequest
    values: Mapping[str, str]
    now: float


Handler = Callable[[Call], Awaitable[HttpReply]]


class HubHttp:
    """The hub as HTTPS requests see it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.routes: Routes[Handler] = Routes()
        self.routes.add("POST", f"{_DEVICE}/messages/events", self._telemetry)
        self.routes.add("GET", _BOUND, self._receive)
        self.routes.add("DELETE", f"{_BOUND}/{{lock}}", self._settle)
        self.routes.add("POST", f"{_BOUND}/{{lock}}/abandon", self._abandon)

    @property
    def name(self) -> str:
        return self._hub.name

    def takes(self, request: HttpRequest, local: Address) -> bool:
        """Any request, as with MQTT: the hub is served last where it shares an address."""
        return True

    async def answer(self, request: HttpRequest) -> HttpReply:
        """The reply; what the hub refuses, it refuses in its own shape."""
        now = self._hub.clock()
        if (scripted := self._hub.script.next_reply()) is not None:
            return scripted
        try:
            return await self._answered(request, now)
        except HubError as error:
            return replies.refused(error, now=now)

    async def _answered(self, request: HttpRequest, now: float) -> HttpReply:
        route = self._route(request)
        device = self._login(route.values["device"], request, now)
        self._check_version(request)
        return await route.handler(Call(device, request, route.values, now))

    def _route(self, request: HttpRequest) -> Found[Handler]:
        if found := self.routes.find(request.method, request.target):
            return found
        if self.routes.methods(request.target):
            raise HubError(405000, f"{request.method} is not allowed here")
        raise HubError(404001, f"the hub has no resource {request.path!r}")

    def _login(self, device_id: str, request: HttpRequest, now: float) -> Device:
        proof = Proof(token=request.headers.get("authorization"), chain=request.chain)
        login = self._hub.gatekeeper.http(device_id, proof, now=now)
        device = login.device if self._hub.admits(login) else None
        self._note_login(request, proof, login, admitted=device is not None)
        if device is None:
            reason = login.refusals[0]
            raise HubError(self._code(reason.cause), reason.text)
        return device

    def _code(self, cause: Cause) -> int:
        options = self._hub.options
        special = {"unknown device": options.http_unknown_device, "disabled": options.http_disabled}
        return special.get(cause, options.http_credential)

    def _note_login(
        self, request: HttpRequest, proof: Proof, login: Login, *, admitted: bool
    ) -> None:
        self._hub.note(
            "hub.login",
            "in",
            link=request.number,
            local=str(request.local),
            transport="https",
            device_id=login.claimed,
            host=request.headers.get("host", ""),
            username=None,
            client_id=None,
            token=proof.token,
            certificate=proof.certificate,
            admitted=admitted,
            refusal=login.refusal,
            request=request.seq,
        )

    def _check_version(self, request: HttpRequest) -> None:
        """Any version of the documented form is taken: a newer one is not the device's fault."""
        version = {key.lower(): text for key, text in request.query.items()}.get("api-version")
        if version is None:
            if self._hub.options.http_version_required:
                raise HubError(400004, "api-version is missing")
        elif not _VERSION.fullmatch(version):
            raise HubError(400001, f"api-version {version!r} is not supported")

    # -- what the routes do -------------------------------------------------------------------

    async def _telemetry(self, call: Call) -> HttpReply:
        self._hub.telemetry.posted(call.device, call.request)
        return replies.done(now=call.now)

    async def _receive(self, call: Call) -> HttpReply:
        message = call.device.queue.lock(call.now)
        if message is None:
            return replies.done(now=call.now)
        shown = {"properties": dict(message.properties), "body": message.body}
        self._note(call, "out", "hub.c2d", message, attempt=message.attempts, **shown)
        return replies.found(message.body, message_headers(call.device, message), now=call.now)

    async def _settle(self, call: Call) -> HttpReply:
        message = self._locked(call)
        call.device.queue.settle(message)
        how = "reject" if "reject" in call.request.query else "complete"
        self._note(call, "in", "hub.c2d.settled", message, how=how)
        return replies.done(now=call.now)

    async def _abandon(self, call: Call) -> HttpReply:
        message = self._locked(call)
        self._note(call, "in", "hub.c2d.settled", message, how="abandon")
        call.device.queue.release(message, call.now)
        await self._hub.c2d.deliver(call.device)
        return replies.done(now=call.now)

    def _locked(self, call: Call) -> Message:
        """The message of the path's lock token; If-Match, where sent, must name the same."""
        token = call.values["lock"].strip('"')
        condition = call.request.headers.get("if-match")
        if condition is not None and condition.strip('" ') not in (token, "*"):
            raise HubError(412002, f"If-Match {condition!r} is not the lock token of the path")
        return call.device.queue.locked(token, call.now)

    def _note(self, call: Call, way: Way, name: str, message: Message, **fields: Any) -> None:
        own = {"device_id": call.device.device_id, "message_id": message.message_id}
        number = call.request.number
        self._hub.note(name, way, link=number, transport="https", **own, **fields)


def message_headers(device: Device, message: Message) -> dict[str, str]:
    """A message's headers: lock token as ETag, then what describes it."""
    system = {_HEADERS[key]: text for key, text in message.system.items() if key in _HEADERS}
    own = {f"{APPLICATION}{_name(key)}": text for key, text in message.properties.items()}
    headers = {
        "ETag": f'"{message.lock}"',
        "Content-Type": "application/octet-stream",
        "iothub-messageid": message.message_id,
        "iothub-sequencenumber": str(message.sequence),
        "iothub-enqueuedtime": azure_time(datetime.fromtimestamp(message.enqueued, UTC)),
        "iothub-expiry": azure_time(datetime.fromtimestamp(message.expires, UTC)),
        "iothub-to": f"/devices/{device.device_id}/messages/deviceBound",
        **system,
        **own,
    }
    return {name: _value(text) for name, text in headers.items()}


def _name(text: str) -> str:
    """A property's name as part of a header's, percent-encoded where it must be."""
    return quote(text, safe=PROPERTY_MARKS)


def _value(text: str) -> str:
    """A header's value: what is not printable ASCII is percent-encoded."""
    return quote(text, safe=string.printable.strip() + " ")
