"""The sending half of a link: gates, the wire, and who waits for which PUBACK."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from fakes.mqtt import packets
from fakes.mqtt.notes import publish_fields
from fakes.service import Gate, Publish
from fakes.wire import Wire

if TYPE_CHECKING:
    from fakes.mqtt.link import Link

DRAIN_WITHIN = 10.0  # a device that does not read holds the link no longer than this


class Sender:
    """Sends a link's packets, each through all gates."""

    def __init__(self, link: Link, wire: Wire, gates: Sequence[Gate]) -> None:
        self.wire = wire
        self._link, self._gates = link, gates
        self._waiters: dict[int, asyncio.Future[bool]] = {}

    async def gated(self, way: Literal["in", "out"], raw: bytes) -> bytes:
        """What the door's gates, then the service's, let pass of a packet."""
        for gate in (*self._gates, *self._link.own_gates):
            raw = await gate(self._link, way, raw)
            if not raw:
                break
        return raw

    async def transmit(self, name: str, raw: bytes, **fields: Any) -> None:
        """Send a packet and record it, stamped before it leaves: errors favour the device."""
        passed = await self.gated("out", raw)
        if not passed or self._link.ended:
            return
        if passed != raw:
            fields["altered"] = passed
        self._link.note(name, "out", **fields)
        self.wire.write(passed)
        await self._drain()

    async def publish(self, message: Publish) -> int | None:
        """Send a PUBLISH without waiting: its packet id; None at QoS 0 or when the link is over."""
        if self._link.ended:
            return None
        # at QoS 0 there is neither DUP nor a packet id (MQTT-3.3.1-2, MQTT-2.3.1-5)
        plain = replace(message, dup=False, packet_id=None)
        sent = self._kept(message) if message.qos else plain
        await self.transmit("mqtt.publish", packets.publish(sent), **publish_fields(sent))
        return sent.packet_id

    def _kept(self, message: Publish) -> Publish:
        """A message with a packet id, in the session until its PUBACK, which can be waited for."""
        session = self._link.session
        chosen = message.packet_id or session.next_id()
        sent = replace(message, qos=1, packet_id=chosen)
        session.unacked[chosen] = replace(sent, dup=False)
        self._waiters.setdefault(chosen, asyncio.get_running_loop().create_future())
        return sent

    async def redeliver(self) -> None:
        """Send again what was not acknowledged, with DUP (MQTT-4.4.0-1), then what waited."""
        session = self._link.session
        for message in list(session.unacked.values()):
            await self.publish(replace(message, dup=True))
        while session.queued and not self._link.ended:
            await self.publish(replace(session.queued.popleft(), dup=False, packet_id=None))

    async def acknowledged(self, packet_id: int, within: float) -> bool:
        """Whether the PUBACK of a sent message comes in time."""
        waiter = self._waiters.get(packet_id)
        if waiter is None:  # it came, or the link ended, while the packet was being drained
            return packet_id not in self._link.session.unacked
        await asyncio.wait({waiter}, timeout=within)
        return waiter.done() and waiter.result()

    def settle(self, packet_id: int) -> None:
        """A PUBACK has come."""
        self._link.session.unacked.pop(packet_id, None)
        waiter = self._waiters.pop(packet_id, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(True)

    def give_up(self) -> None:
        """No PUBACK will come any more."""
        for waiter in self._waiters.values():
            if not waiter.done():
                waiter.set_result(False)
        self._waiters.clear()

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(DRAIN_WITHIN):
                await self.wire.drain()
        except TimeoutError:
            self._link.end("cut", f"the device has read nothing for {DRAIN_WITHIN} s")
        except OSError as error:
            self._link.end("eof", str(error))
