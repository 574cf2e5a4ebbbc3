"""The enrollment-group part of the service API (DPS service REST API), and its keys' check."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from fakes.dps import groups, replies
from fakes.dps.groups import Refused
from fakes.dps.http import on_the_wire
from fakes.dps.replies import Reply
from fakes.dps.state import Enrollment
from fakes.http.routes import Routes
from fakes.service import HttpReply, HttpRequest
from protocol import sas

if TYPE_CHECKING:
    from fakes.dps.provisioning import Dps

OLDEST_VERSION = "2017-11-15"
BAD_REQUEST, UNAUTHORIZED, NO_ENROLLMENT, NO_REGISTRATION = 400000, 401000, 404202, 404201
PRECONDITION = 412203
LARGEST_PAGE = 100

Call = Callable[[HttpRequest, Mapping[str, str]], Reply]
Handler = Callable[[HttpRequest, Mapping[str, str]], Awaitable[HttpReply]]


class ServiceApi:
    """What a back end does with DPS, each call by a policy's token."""

    def __init__(self, owner: Dps) -> None:
        self._dps = owner

    def add_to(self, routes: Routes[Handler]) -> None:
        """Register the calls. Query stands before the group ids, which it could be one of."""
        calls: list[tuple[str, str, Call]] = [
            ("POST", "/enrollmentGroups/query", self._query),
            ("GET", "/enrollmentGroups/{group_id}", self._get),
            ("PUT", "/enrollmentGroups/{group_id}", self._put),
            ("DELETE", "/enrollmentGroups/{group_id}", self._delete),
            ("POST", "/enrollmentGroups/{group_id}/attestationmechanism", self._mechanism),
            ("GET", "/registrations/{registration_id}", self._registration),
            ("DELETE", "/registrations/{registration_id}", self._forget),
            ("POST", "/registrations/{group_id}/query", self._registrations),
        ]
        for method, pattern, call in calls:
            routes.add(method, pattern, self._handler(call))

    def _handler(self, call: Call) -> Handler:
        async def handle(request: HttpRequest, values: Mapping[str, str]) -> HttpReply:
            refusal = ""
            try:
                self._check(request)
                reply = call(request, values)
            except Refused as refused:
                refusal = refused.text
                reply = replies.error(refused.code, now=self._dps.clock())
            self._note(request, reply, refusal)
            return on_the_wire(reply, {})

        return handle

    def _note(self, request: HttpRequest, reply: Reply, refusal: str) -> None:
        self._dps.log.add(
            "dps.service",
            way="in",
            service="dps",
            link=request.number,
            method=request.method,
            path=request.path,
            status=reply.status,
            admitted=not refusal,
            refusal=refusal,
        )

    # -- who may ------------------------------------------------------------------------------

    def _check(self, request: HttpRequest) -> None:
        """Refused unless the token is a policy's, for this host (how-to-control-access)."""
        if request.query.get("api-version", "") < OLDEST_VERSION:
            raise Refused(BAD_REQUEST, "the api-version is missing or too old")
        try:
            token = sas.parse(request.headers.get("authorization", ""))
        except sas.TokenError as error:
            raise Refused(UNAUTHORIZED, f"the token cannot be read: {error.reason}") from None
        if not self._is_this_host(token.resource, request):
            raise Refused(UNAUTHORIZED, f"the token is for {token.resource!r}")
        key = self._dps.operator.policies.get(token.skn or "")
        if key is None:
            raise Refused(UNAUTHORIZED, f"there is no policy {token.skn!r}")
        allowance = self._dps.options.clock_allowance
        outcome = sas.verify(token, [key], now=self._dps.clock(), allowance=allowance)
        if not outcome.ok:
            raise Refused(UNAUTHORIZED, outcome.reason)

    def _is_this_host(self, resource: str, request: HttpRequest) -> bool:
        """The host with or without a port: the Python client signs what its string says."""
        hosts = {self._dps.host.lower(), request.local.host.lower()}
        return re.sub(r":\d+$", "", resource.lower()) in hosts or resource.lower() in hosts

    # -- enrollment groups --------------------------------------------------------------------

    def _get(self, _: HttpRequest, values: Mapping[str, str]) -> Reply:
        return _group_reply(self._found(values))

    def _put(self, request: HttpRequest, values: Mapping[str, str]) -> Reply:
        before = self._dps.enrollments.group(values["group_id"])
        _check_match(request, before)
        now = self._dps.clock()
        group = groups.parse(request.body, values["group_id"], before, now=now)
        self._dps.enrollments.put(group)
        for text in group.certificates:
            self._dps.trust(text)
        return _group_reply(group)

    def _delete(self, request: HttpRequest, values: Mapping[str, str]) -> Reply:
        group = self._found(values)
        _check_match(request, group)
        self._dps.enrollments.remove(group.name, group=True)
        return Reply(status=204)

    def _mechanism(self, _: HttpRequest, values: Mapping[str, str]) -> Reply:
        return _json(groups.mechanism(self._found(values)))

    def _query(self, request: HttpRequest, _: Mapping[str, str]) -> Reply:
        every = [groups.shown(group) for group in self._dps.enrollments.groups()]
        return _page(request, every, "EnrollmentGroup")

    def _found(self, values: Mapping[str, str]) -> Enrollment:
        if group := self._dps.enrollments.group(values["group_id"]):
            return group
        raise Refused(NO_ENROLLMENT, f"there is no enrollment group {values['group_id']!r}")

    # -- registrations ------------------------------------------------------------------------

    def _registration(self, request: HttpRequest, values: Mapping[str, str]) -> Reply:
        found = self._dps.registrations.find(values["registration_id"])
        if found is None:
            raise Refused(NO_REGISTRATION, f"{values['registration_id']!r} is not registered")
        version = request.query.get("api-version")
        return _json(replies.registration_state(found, api_version=version))

    def _forget(self, _: HttpRequest, values: Mapping[str, str]) -> Reply:
        if self._dps.registrations.find(values["registration_id"]) is None:
            raise Refused(NO_REGISTRATION, f"{values['registration_id']!r} is not registered")
        self._dps.registrations.remove(values["registration_id"])
        return Reply(status=204)

    def _registrations(self, request: HttpRequest, values: Mapping[str, str]) -> Reply:
        version = request.query.get("api-version")
        found = self._dps.registrations.under(self._found(values))
        states = [replies.registration_state(one, api_version=version) for one in found]
        return _page(request, states, "DeviceRegistration")


def _check_match(request: HttpRequest, group: Enrollment | None) -> None:
    """Refused when If-Match names another version; the etag comes with or without its quotes."""
    wanted = request.headers.get("if-match")
    if wanted is None or (wanted.strip() == "*" and group is not None):
        return
    if group is None or wanted.strip().strip('"') != group.etag:
        raise Refused(PRECONDITION, f"If-Match is {wanted}, the etag {group and group.etag}")


def _json(document: Any, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status=200, body=replies.encoded(document), headers=headers or {})


def _group_reply(group: Enrollment) -> Reply:
    return _json(groups.shown(group), {"etag": f'"{group.etag}"'})


def _page(request: HttpRequest, items: list[dict[str, Any]], kind: str) -> Reply:
    """A page of a query; the continuation is the number of the first item of the next page."""
    given = request.headers.get("x-ms-max-item-count", "")
    size = min(int(given), LARGEST_PAGE) if given.isdecimal() and int(given) else LARGEST_PAGE
    mark = request.headers.get("x-ms-continuation", "")
    start = int(mark) if mark.isdecimal() else 0
    headers = {"x-ms-item-type": kind, "x-ms-max-item-count": str(size)}
    if start + size < len(items):
        headers["x-ms-continuation"] = str(start + size)
    return _json(items[start : start + size], headers)
