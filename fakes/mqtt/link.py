"""One device's MQTT connection, from CONNECT to its end, in one task.

Why not amqtt's broker: a cloud's device endpoint is no broker. It routes nothing between clients,
keeps no retained messages, takes publishes to `$…` topics, chooses its CONNACK codes, and here it
also has to withhold, delay and break packets on demand.

One task reads a packet, lets the service's face decide, sends the acknowledgement and reads on, so
that the order of what leaves is fixed by construction. Whatever must come after the acknowledgement
is a Deferred and runs in a task of its own: it may wait for a PUBACK, which only the reading task
can see. Everything ends in one place, `_finish`, which no exception and no cancellation skips.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from fakes.mqtt import packets
from fakes.mqtt.answers import Answers
from fakes.mqtt.ending import Ending, Why
from fakes.mqtt.framing import read_packet
from fakes.mqtt.greeting import greeting, judge
from fakes.mqtt.later import Later
from fakes.mqtt.links import Links
from fakes.mqtt.notes import note_connect, note_packet, note_violations
from fakes.mqtt.packets import Undecodable
from fakes.mqtt.sender import Sender
from fakes.mqtt.sessions import Session
from fakes.recorder import Recorder
from fakes.service import Address, Deferred, Gate, Hello, MqttFace, Publish
from fakes.wire import Wire
from transcript import Event, Way

CONNECT_WITHIN = 10.0  # IoT clouds close silent connections; their exact patience is not published


class Link:
    """One connection.

    For services: `hello`, `certificate` and `chain` (DER, leaf first), `number`, `local`, `session`
    (a fresh one; `connect` puts the kept one here), `account` (a free slot), `idle_limit` (seconds
    of silence after which the link is over; None for ever; set from the keepalive at CONNECT),
    `admitted`.
    """

    def __init__(
        self,
        *,
        reader: asyncio.StreamReader,
        wire: Wire,
        local: Address,
        number: int,
        recorder: Recorder,
        links: Links,
        choose: Callable[[Hello, Address], MqttFace | None],
        gates: Sequence[Gate],
        failed: Callable[[BaseException, int], None],
        chain: tuple[bytes, ...] = (),
    ) -> None:
        self.local, self.number = local, number
        self.chain = chain
        self.hello = Hello("")
        self.session = Session()
        self.account: Any = None
        self.idle_limit: float | None = None
        self.gone = asyncio.Event()
        self._ending = Ending()
        self._reader, self._sender = reader, Sender(self, wire, gates)
        self._recorder, self._links, self._choose = recorder, links, choose
        self._later = Later(lambda error: failed(error, number))
        self._face: MqttFace | None = None
        self._answers: Answers | None = None  # once the link is admitted
        self._task: asyncio.Task[Any] | None = None
        self._connected = self.admitted = False
        self._finishing = False

    # -- for services -------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether the link is over; nothing that is sent now arrives."""
        return self._ending.come

    @property
    def certificate(self) -> bytes | None:
        """The device's own certificate (DER), if it sent one."""
        return self.chain[0] if self.chain else None

    @property
    def ended_by_device(self) -> bool:
        """Whether the device ended the link, by DISCONNECT or by closing the connection."""
        return self._ending.by_device

    @property
    def own_gates(self) -> Sequence[Gate]:
        """The faults that the link's service put in its way."""
        return () if self._face is None else self._face.gates

    @property
    def role(self) -> str:
        """The service that took the link, "door" before that."""
        return "door" if self._face is None else self._face.name

    def note(self, name: str, way: Way, *, at: float | None = None, **fields: Any) -> Event:
        """Record an event of this link under its service's name."""
        return self._recorder.note(
            name, way=way, service=self.role, link=self.number, at=at, **fields
        )

    async def take_over(self, identity: str) -> None:
        """This link now holds the identity: the one that held it is cut and has ended on return."""
        if self._face is None:
            raise RuntimeError("take_over before the link has a service")
        await self._links.claim(self._face, identity, self)
        self.admitted = True

    async def push(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 0,
        packet_id: int | None = None,
        dup: bool = False,
        timeout: float = 5.0,  # noqa: ASYNC109 - not acknowledged in time is an answer, no error
    ) -> bool:
        """Send a PUBLISH; at QoS 1 wait for its PUBACK. False when none came, or the link ended.

        Unacknowledged messages stay in `session.unacked`. RuntimeError at QoS 1 inside the handling
        of an inbound packet: the PUBACK would be read by the very task that waits.
        """
        if qos and asyncio.current_task() is self._task:
            raise RuntimeError("push at QoS 1 waits for ever here: return it as a Deferred instead")
        message = Publish(topic, payload, qos, dup=dup, packet_id=packet_id)
        sent = await self._sender.publish(message)
        if sent is None:
            return not self.ended
        return await self._sender.acknowledged(sent, timeout)

    async def send(self, topic: str, payload: bytes, *, qos: int = 0) -> int | None:
        """Send a PUBLISH without waiting: its packet id; None at QoS 0 or when the link is over."""
        return await self._sender.publish(Publish(topic, payload, qos))

    def send_later(self, step: Deferred) -> None:
        """Run `step` in a task of its own, after the acknowledgement now due has left."""
        self._later.add(step)

    def cut(self, text: str = "") -> None:
        """Break the connection off at once; no acknowledgement leaves any more."""
        self.end("cut", text)

    def cut_inside(self, raw: bytes, size: int) -> None:
        """Send the first `size` bytes of a packet and break off. A gate then returns b""."""
        self._sender.wire.write(raw[:size])
        self.end("cut", f"inside a packet, after {size} of {len(raw)} bytes")

    def close(self) -> None:
        """End politely after what was sent has left."""
        self._ending.give("cut")
        self._ending.polite = True
        self._sender.wire.close()
        self._stop()

    def end(self, why: Why, text: str = "") -> None:
        """Break off for a reason; the first reason given stands."""
        self._ending.give(why, text)
        self._sender.wire.abort()
        self._stop()

    # -- the life of a link -------------------------------------------------------------------

    async def run(self) -> None:
        """Live until the connection ends, whoever ends it. Raises only what is our own fault."""
        self._task = asyncio.current_task()
        try:
            await self._live()
        except Undecodable as broken:
            self._ending.give("protocol", str(broken))
        except asyncio.IncompleteReadError as end:
            got = len(end.partial)
            self._ending.give("eof", f"inside a packet, after {got} bytes" if got else "")
        except OSError as error:
            self._ending.give("eof", str(error))
        except asyncio.CancelledError:
            self._cancelled()
        finally:
            await self._finish()

    async def _live(self) -> None:
        await self._greet()
        while not self.ended:
            raw = await self._read()
            at = self._recorder.now()
            if raw:
                await self._take(raw, at)

    async def _read(self) -> bytes:
        """One packet; b"" when the link's silence has lasted too long, which ends it."""
        limit = self.idle_limit if self._connected else CONNECT_WITHIN
        try:
            async with asyncio.timeout(limit):
                return await read_packet(self._reader)
        except TimeoutError:
            awaited = "packet" if self._connected else "CONNECT"
            why: Why = "keepalive" if self._connected else "protocol"
            self.end(why, f"no {awaited} within {limit} s")
            return b""

    async def _greet(self) -> None:
        raw = await self._read()
        if not raw:
            return
        at = self._recorder.now()
        self.hello = greeting(raw)
        self._face = self._choose(self.hello, self.local)
        note_connect(self.note, self.hello, raw, at)
        self._connected = True
        if await self._sender.gated("in", raw):
            await self._answer_connect()

    async def _answer_connect(self) -> None:
        self._later.hold()
        answer = await judge(self, self._face)
        if self.ended:
            return
        present = answer.session_present and not answer.code
        self.idle_limit = self.idle_limit or 1.5 * self.hello.keepalive or None
        self.admitted = not answer.code
        if self._face is not None and self.admitted:
            self._answers = Answers(
                link=self, face=self._face, sender=self._sender, later=self._later
            )
        raw = packets.connack(answer.code, session_present=present)
        await self._sender.transmit("mqtt.connack", raw, code=answer.code, session_present=present)
        if answer.code:
            self._ending.give("refused", f"CONNACK {answer.code}")
            self._ending.polite = True
            return
        if present and answer.redeliver:
            self._later.add(self._sender.redeliver)
        self._later.release()

    async def _take(self, raw: bytes, at: float) -> None:
        """Record a packet, pass it through the gates, and let it be answered."""
        note_violations(self.note, raw, at)
        packet = note_packet(self.note, await packets.decode(raw), at)
        passed = await self._sender.gated("in", raw)
        if not passed or self._answers is None:  # after a withheld CONNECT nothing is answered
            return
        if passed != raw:
            packet = await packets.decode(passed)
        self._ending.orderly = isinstance(packet, packets.Disconnect)
        self._later.hold()
        await self._answers.to(packet)
        self._later.release()

    # -- tasks and the end --------------------------------------------------------------------

    def _stop(self) -> None:
        """Wake the reading task, which may be anywhere, unless it is the one that calls."""
        current = asyncio.current_task()
        if self._task is not None and self._task is not current and not self._finishing:
            self._task.cancel()

    def _cancelled(self) -> None:
        """Cancelled by this link's `end` or `close`: that is its end. By anybody else: pass on."""
        if self._ending.why is None or self._task is None:
            self._ending.give("cut")
            raise asyncio.CancelledError
        self._task.uncancel()

    async def _finish(self) -> None:
        self._finishing = True
        ending = self._ending
        if not ending.orderly and (self._connected or ending.why == "protocol"):
            self.note("mqtt.lost", "own", why=ending.why or "eof", text=ending.text)
        self._sender.give_up()
        await self._later.end()
        try:
            if self.admitted and self._face is not None:
                await self._face.lost(self, orderly=ending.orderly)
        finally:
            self._links.release(self)
            self._leave()
            self.gone.set()

    def _leave(self) -> None:
        if self._ending.gentle:
            self._sender.wire.close()
        else:
            self._sender.wire.abort()
