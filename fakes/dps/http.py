"""The device API over HTTPS (DPS device REST API, Runtime Registration), and the way to D's API."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from fakes.dps import replies
from fakes.dps.attestation import Caller
from fakes.dps.registrar import Answered
from fakes.dps.replies import Reply
from fakes.http.routes import Routes
from fakes.service import Address, HttpReply, HttpRequest

if TYPE_CHECKING:
    from fakes.dps.provisioning import Dps

NOT_FOUND, NOT_ALLOWED = 404000, 405000
Handler = Callable[[HttpRequest, Mapping[str, str]], Awaitable[HttpReply]]


class DpsHttp:
    """The HTTP face."""

    name = "dps"

    def __init__(self, owner: Dps) -> None:
        self._dps = owner
        self._routes: Routes[Handler] = Routes()
        registration = "/{scope}/registrations/{registration_id}"
        self._routes.add("PUT", f"{registration}/register", self._register)
        self._routes.add("GET", registration + "/operations/{operation_id}", self._poll)
        self._routes.add("POST", registration, self._lookup)
        owner.service_api.add_to(self._routes)

    def takes(self, request: HttpRequest, local: Address) -> bool:
        """Paths of DPS, and whatever nobody else could mean at an address without a hub."""
        path = request.path.lower()
        own = "/registrations" in path or path.startswith("/enrollment")
        return own or not self._dps.shares(local)

    async def answer(self, request: HttpRequest) -> HttpReply:
        """The reply; an unknown path or method is refused in the cloud's own shape."""
        found = self._routes.find(request.method, request.target)
        if found is not None:
            return await found.handler(request, found.values)
        methods = self._routes.methods(request.target)
        code = NOT_ALLOWED if methods else NOT_FOUND
        message = replies.message_of(code) or "Resource not found."
        reply = replies.error(code, now=self._dps.clock(), message=message)
        return on_the_wire(reply, {"Allow": ", ".join(methods)} if methods else {})

    async def _register(self, request: HttpRequest, values: Mapping[str, str]) -> HttpReply:
        caller = _caller(request, values)
        # forceRegistration=true, which older SDKs send, is passed over as at the service
        return self._said(self._dps.registrar.register(caller, request.body), caller, request)

    async def _poll(self, request: HttpRequest, values: Mapping[str, str]) -> HttpReply:
        caller = _caller(request, values)
        answered = self._dps.registrar.poll(caller, values["operation_id"])
        return self._said(answered, caller, request)

    async def _lookup(self, request: HttpRequest, values: Mapping[str, str]) -> HttpReply:
        caller = _caller(request, values)
        return self._said(self._dps.registrar.lookup(caller, request.body), caller, request)

    def _said(self, answered: Answered, caller: Caller, request: HttpRequest) -> HttpReply:
        if answered.reply.cut:
            return HttpReply(status=500, cut=True)
        self._dps.registrar.sending(answered, caller)
        more = {}
        if answered.reply.status == 202:
            host = request.headers.get("host", str(request.local))
            more["Location"] = f"https://{host}{request.target}"
        return on_the_wire(answered.reply, more)


def on_the_wire(reply: Reply, more: Mapping[str, str]) -> HttpReply:
    """An answer with the headers that every answer of the service has."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "x-ms-request-id": str(uuid.uuid4()),
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        **_spelled(reply.headers),
        **more,
    }
    if not reply.body:
        del headers["Content-Type"]
    return HttpReply(reply.status, headers, reply.body)


def _spelled(headers: Mapping[str, str]) -> dict[str, str]:
    """`Retry-After` as the service spells it: not every device ignores case, as it should."""
    return {name.title() if name == "retry-after" else name: text for name, text in headers.items()}


def _caller(request: HttpRequest, values: Mapping[str, str]) -> Caller:
    return Caller(
        transport="https",
        scope=values["scope"],
        registration_id=values["registration_id"],
        api_version=request.query.get("api-version"),
        authorization=request.headers.get("authorization"),
        chain=request.chain,
        number=request.number,
    )
