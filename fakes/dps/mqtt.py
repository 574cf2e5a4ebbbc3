"""The device API over MQTT (Microsoft Learn, iot-dps: iot-mqtt-connect-to-iot-dps)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.dps.attestation import Caller
from fakes.dps.registrar import Answered
from fakes.service import REFUSED, Address, Answer, Deferred, Gate, Hello, Publish
from protocol import dps

if TYPE_CHECKING:
    from fakes.dps.provisioning import Dps
    from fakes.mqtt.link import Link


class DpsMqtt:
    """The MQTT face. Sessions are never kept, whatever the clean flag says."""

    name = "dps"

    def __init__(self, owner: Dps) -> None:
        self._dps = owner

    @property
    def gates(self) -> Sequence[Gate]:
        """The faults that the script put in the way."""
        return self._dps.script.gates

    def takes(self, hello: Hello, local: Address) -> bool:
        """User names of DPS, and whatever nobody else could mean at an address without a hub.

        There is no plain port (1883).
        """
        if local.kind == "mqtt":
            return False
        return "/registrations/" in (hello.username or "") or not self._dps.shares(local)

    # -- coming -------------------------------------------------------------------------------

    async def connect(self, link: Link) -> Answer:
        """Judge the login. A bad credential is said here or on the response topic: an option."""
        caller, wrong = self._caller(link)
        judged = self._dps.attestation.judge(caller)
        code = self._code(wrong, told=judged.enrollment is not None, unproven=bool(judged.problems))
        refusal = "; ".join([*wrong, *([judged.refusal] if judged.problems else [])])
        self._note(link, caller, refusal, code)
        if code:
            return Answer(code)
        await link.take_over(caller.registration_id.lower())
        link.account = caller
        return Answer(0)

    def _caller(self, link: Link) -> tuple[Caller, list[str]]:
        """Who the CONNECT says it is, and what is wrong with how it says so."""
        hello, wrong = link.hello, []
        try:
            user = dps.parse_username(hello.username or "")
        except dps.UserNameError as error:
            wrong.append(error.reason)
            user = dps.DpsUser(self._dps.id_scope, hello.client_id, dps.DEFAULT_API_VERSION)
        if hello.client_id != user.registration_id:
            ids = f"{hello.client_id!r}, the registration id {user.registration_id!r}"
            wrong.append(f"the client id is {ids}")
        caller = Caller(
            transport="mqtt",
            scope=user.scope,
            registration_id=user.registration_id,
            api_version=user.api_version,
            authorization=hello.password or None,
            chain=link.chain,
            number=link.number,
        )
        return caller, wrong

    def _code(self, wrong: list[str], *, told: bool, unproven: bool) -> int:
        options = self._dps.options
        if (scripted := self._dps.script.next_connack()) is not None:
            return scripted
        if told and self._dps.admit == "record":
            return 0
        if wrong or (unproven and options.mqtt_bad_credential == "connack"):
            return options.mqtt_refusal
        return 0

    def _note(self, link: Link, caller: Caller, refusal: str, code: int) -> None:
        link.note(
            "dps.login",
            "in",
            transport="mqtt",
            scope=caller.scope,
            registration_id=caller.registration_id,
            username=link.hello.username,
            client_id=link.hello.client_id,
            token=caller.authorization,
            certificate=caller.certificate,
            admitted=not code,
            refusal=refusal,
        )

    # -- asking -------------------------------------------------------------------------------

    async def subscribe(self, link: Link, filter: str, qos: int) -> int:
        """The response filter, at QoS 1 at most; any other is not documented."""
        if filter == dps.RESPONSES:
            return min(qos, 1)
        done = self._dps.options.unknown_subscribe
        self._note_unknown(link, filter, "subscribe", {"close": "closed"}.get(done, done))
        if done == "close":
            link.cut("a filter that is not documented")
        return min(qos, 1) if done == "grant" else REFUSED

    async def publish(self, link: Link, message: Publish) -> Sequence[Deferred] | None:
        """Register or poll; the answer leaves after the PUBACK."""
        try:
            asked = dps.parse_topic(message.topic)
        except dps.TopicError:
            self._unknown(link, message.topic)
            return None
        caller: Caller = replace(link.account, rid=asked.rid)
        registrar = self._dps.registrar
        if isinstance(asked, dps.Register):
            answered = registrar.register(caller, message.payload)
        else:
            answered = registrar.poll(caller, asked.operation_id)
        return [lambda: self._send(link, caller, answered)]

    async def _send(self, link: Link, caller: Caller, answered: Answered) -> None:
        reply = answered.reply
        if reply.cut:
            link.cut("by the script")
            return
        topic = dps.reply_topic(reply.status, caller.rid or "", reply.retry_after)
        granted = link.session.granted(topic)
        # HTTP's header has no place in a topic
        kept = {name: reply.headers[name] for name in ("retry-after",) if name in reply.headers}
        said = replace(answered, reply=replace(reply, headers=kept))
        self._dps.registrar.sending(said, caller, delivered=granted is not None)
        if granted is not None:  # without a subscription the answer is lost, as at the service
            await link.send(topic, reply.body, qos=granted)

    def _unknown(self, link: Link, topic: str) -> None:
        close = self._dps.options.unknown_publish == "close"
        self._note_unknown(link, topic, "publish", "closed" if close else "ignored")
        if close:
            link.cut("a topic that is not documented")

    def _note_unknown(self, link: Link, topic: str, action: str, done: str) -> None:
        spelled = {"refuse": "refused", "grant": "granted"}.get(done, done)
        link.note("dps.unknown_topic", "in", topic=topic, action=action, done=spelled)

    # -- the rest -----------------------------------------------------------------------------

    async def subscribed(self, link: Link) -> None:
        """Nothing waits for a device here."""

    async def unsubscribe(self, link: Link, filters: list[str]) -> None:
        """Allowed at any time; Node does so before it leaves."""

    async def lost(self, link: Link, *, orderly: bool) -> None:
        """DPS keeps nothing of a connection, and has no use for a will."""
