"""Registering, polling and looking up, whatever transport asks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from fakes.dps import bodies, replies
from fakes.dps.answers import Scripted
from fakes.dps.attestation import Attestation, Caller, Judgement
from fakes.dps.options import DpsOptions
from fakes.dps.replies import Reply
from fakes.dps.script import Script
from fakes.dps.state import Enrollment, LinkedHub, Registration, Registrations
from fakes.iothub.state import Identity
from protocol import dps
from protocol.certificates import sha256_thumbprint
from transcript import Event, EventLog

Admit = Literal["verify", "record"]
NOT_LINKED, NO_OPERATION, THROTTLED = 400208, 404203, 429001


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is ready to be sent, and the event of the request that it answers."""

    reply: Reply
    event: Event
    to: Literal["register", "poll", "lookup"]


class Registrar:
    """The heart of a DPS. `admit` is asked at every request; `clock` gives seconds since 1970."""

    def __init__(
        self,
        *,
        log: EventLog,
        attestation: Attestation,
        registrations: Registrations,
        script: Script,
        hubs: list[LinkedHub],
        options: DpsOptions,
        clock: Callable[[], float],
        admit: Callable[[], Admit],
    ) -> None:
        self._log, self._attestation, self._registrations = log, attestation, registrations
        self._script, self._hubs, self._options = script, hubs, options
        self._clock, self._admit = clock, admit
        self._polls: dict[str, deque[float]] = {}

    # -- the three requests -------------------------------------------------------------------

    def register(self, caller: Caller, body: bytes) -> Answered:
        """PUT register."""
        judged = self._with_body(caller, body)
        event = self._note("dps.register", caller, judged, body=body)
        if refused := self._refused(judged):
            return Answered(refused, event, "register")
        enrollment = judged.enrollment
        if enrollment is None:
            raise RuntimeError("a caller was admitted without an enrollment")
        registration = self._registrations.begin(caller.registration_id, enrollment)
        scripted = self._script.next_answer()
        reply = (
            self._begun(caller, registration)
            if scripted is None
            else self._scripted(scripted, caller, registration)
        )
        return Answered(reply, event, "register")

    def poll(self, caller: Caller, operation_id: str) -> Answered:
        """GET operation status."""
        judged = self._attestation.judge(caller)
        event = self._note("dps.poll", caller, judged, operation_id=operation_id)
        return Answered(self._polled(caller, judged, operation_id), event, "poll")

    def lookup(self, caller: Caller, body: bytes) -> Answered:
        """POST: the state of a registration."""
        judged = self._with_body(caller, body)
        event = self._note("dps.lookup", caller, judged, body=body)
        reply = self._refused(judged) or self._state(caller)
        return Answered(reply, event, "lookup")

    def sending(self, answered: Answered, caller: Caller, **more: Any) -> None:
        """Record that an answer now leaves."""
        reply = answered.reply
        self._log.add(
            "dps.reply",
            way="out",
            service="dps",
            link=caller.number,
            transport=caller.transport,
            to=answered.to,
            status=reply.status,
            headers=dict(reply.headers),
            body=reply.body,
            operation_id=reply.operation_id,
            answers=answered.event.seq,
            rid=caller.rid,
            **more,
        )

    # -- judging ------------------------------------------------------------------------------

    def _with_body(self, caller: Caller, body: bytes) -> Judgement:
        judged = self._attestation.judge(caller)
        wrong = bodies.problems(body, caller.registration_id, self._options)
        return Judgement(judged.enrollment, (*judged.problems, *wrong))

    def _refused(self, judged: Judgement) -> Reply | None:
        """The error answer, unless the caller is let in."""
        told = judged.enrollment is not None
        if not judged.problems or (told and self._admit() == "record"):
            return None
        first = judged.problems[0]
        return replies.error(first.code, now=self._clock())

    def _note(self, name: str, caller: Caller, judged: Judgement, **fields: Any) -> Event:
        return self._log.add(
            name,
            way="in",
            service="dps",
            link=caller.number,
            transport=caller.transport,
            scope=caller.scope,
            registration_id=caller.registration_id,
            api_version=caller.api_version,
            authorization=caller.authorization,
            certificate=caller.certificate,
            rid=caller.rid,
            admitted=self._refused(judged) is None,
            refusal=judged.refusal,
            **fields,
        )

    # -- answering ----------------------------------------------------------------------------

    def _begun(self, caller: Caller, registration: Registration) -> Reply:
        """DPS's own answer to a registration that is admitted."""
        if registration.enrollment.enabled:
            return replies.assigning(registration, retry_after=self._options.retry_after)
        match self._options.first_answer_if_disabled:
            case "unauthorized":
                return replies.error(401002, now=self._clock())
            case "disabled":
                return self._settle(registration, caller, status="disabled")
        return replies.assigning(registration, retry_after=self._options.retry_after)

    def _polled(self, caller: Caller, judged: Judgement, operation_id: str) -> Reply:
        if refused := self._refused(judged):
            return refused
        registration = self._registrations.operation(caller.registration_id, operation_id)
        if registration is None and self._admit() == "record":
            registration = self._registrations.find(caller.registration_id)
        if registration is None:
            return replies.error(NO_OPERATION, now=self._clock())
        registration.enrollment = judged.enrollment or registration.enrollment
        if self._too_often(caller):
            wait = self._options.retry_after
            return replies.error(THROTTLED, now=self._clock(), retry_after=wait)
        if scripted := self._script.next_answer():
            return self._scripted(scripted, caller, registration)
        if registration.status in ("failed", "disabled"):
            return replies.settled(registration, api_version=caller.api_version)
        if not registration.enrollment.enabled:
            return self._settle(registration, caller, status="disabled")
        return self._assign(registration, caller, None)

    def _state(self, caller: Caller) -> Reply:
        registration = self._registrations.find(caller.registration_id)
        if registration is None:
            return replies.error(404201, now=self._clock())
        state = replies.registration_state(registration, api_version=caller.api_version)
        return Reply(status=200, body=replies.encoded(state))

    def _scripted(self, answer: Scripted, caller: Caller, registration: Registration) -> Reply:
        match answer.kind:
            case "assigning":
                return replies.assigning(registration, retry_after=answer.retry_after)
            case "assigned":
                return self._assign(registration, caller, answer.hub)
            case "failed":
                error = (answer.code, answer.message or replies.message_of(answer.code))
                return self._settle(registration, caller, status="failed", error=error)
            case "disabled":
                return self._settle(registration, caller, status="disabled")
            case "cut":
                return Reply(status=0, cut=True)
        return replies.error(
            answer.code,
            now=self._clock(),
            status=answer.status,
            message=answer.message or replies.message_of(answer.code),
            retry_after=answer.retry_after,
        )

    def _assign(self, registration: Registration, caller: Caller, hub: LinkedHub | None) -> Reply:
        enrollment = registration.enrollment
        chosen = hub or enrollment.hub or next(iter(self._hubs), None)
        if chosen is None:
            error = (NOT_LINKED, replies.message_of(NOT_LINKED))
            return self._settle(registration, caller, status="failed", error=error)
        registration.hub = chosen
        registration.device_id = enrollment.device_id or registration.registration_id
        if registration.status != "assigned":
            registration.assignments += 1
        chosen.put_device(self._identity(enrollment, registration.device_id, caller))
        return self._settle(registration, caller, status="assigned")

    def _settle(
        self,
        registration: Registration,
        caller: Caller,
        *,
        status: Literal["assigned", "failed", "disabled"],
        error: tuple[int, str] | None = None,
    ) -> Reply:
        registration.status, registration.error = status, error
        registration.updated = self._clock()
        return replies.settled(registration, api_version=caller.api_version)

    def _identity(self, enrollment: Enrollment, device_id: str, caller: Caller) -> Identity:
        """The device as its hub shall know it: the same keys, or its certificate."""
        if not enrollment.by_certificate:
            own = (*self._attestation.keys_of(enrollment, caller.registration_id), "")
            return Identity(device_id=device_id, primary_key=own[0], secondary_key=own[1])
        if caller.certificate and self._options.group_devices_at_hub == "thumbprint":
            shown = sha256_thumbprint(caller.certificate)
            return Identity(device_id=device_id, thumbprints=(shown,))
        return Identity(device_id=device_id, authorities=enrollment.certificates)

    def _too_often(self, caller: Caller) -> bool:
        recent = self._polls.setdefault(
            caller.registration_id.lower(), deque(maxlen=dps.POLLS_ALLOWED)
        )
        now = self._clock()
        full = len(recent) == dps.POLLS_ALLOWED and now - recent[0] < dps.POLLS_WINDOW
        recent.append(now)
        return full and self._options.polls_limited
