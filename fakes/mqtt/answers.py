"""How an admitted link answers each packet: the face decides, the acknowledgement leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.mqtt import packets
from fakes.mqtt.later import Later
from fakes.mqtt.packets import Undecodable
from fakes.mqtt.sender import Sender
from fakes.service import REFUSED, MqttFace, Publish

if TYPE_CHECKING:
    from fakes.mqtt.link import Link


class Answers:
    """Answers packets on behalf of one face. Undecodable for what no cloud here takes."""

    def __init__(self, *, link: Link, face: MqttFace, sender: Sender, later: Later) -> None:
        self._link, self._face, self._sender, self._later = link, face, sender, later

    async def to(self, packet: packets.Packet) -> None:
        """Answer a packet; after `link.cut()` by the face nothing leaves."""
        match packet:
            case Publish():
                await self._publish(packet)
            case packets.Puback(packet_id):
                self._sender.settle(packet_id)
            case packets.Subscribe():
                await self._subscribe(packet)
            case packets.Unsubscribe(packet_id, filters):
                await self._unsubscribe(packet_id, list(filters))
            case packets.Pingreq():
                await self._sender.transmit("mqtt.pingresp", packets.pingresp())

    async def _publish(self, message: Publish) -> None:
        if message.qos > 1:  # IoT Hub is documented to close the connection; the others as well
            raise Undecodable(f"PUBLISH at QoS {message.qos}")
        later = await self._face.publish(self._link, message)
        if self._link.ended:
            return
        if message.packet_id is not None:
            raw = packets.puback(message.packet_id)
            await self._sender.transmit("mqtt.puback", raw, packet_id=message.packet_id)
        for step in later or ():
            self._later.add(step)

    async def _subscribe(self, packet: packets.Subscribe) -> None:
        if not packet.filters or any(qos > 2 for _, qos in packet.filters):
            raise Undecodable("SUBSCRIBE without a filter or with a QoS above 2 (3.8.3)")
        codes = []
        for name, qos in packet.filters:
            code = await self._face.subscribe(self._link, name, qos)
            if self._link.ended:
                return
            if code != REFUSED:
                self._link.session.subscriptions[name] = code
            codes.append(code)
        raw = packets.suback(packet.packet_id, codes)
        await self._sender.transmit("mqtt.suback", raw, packet_id=packet.packet_id, codes=codes)
        self._later.add(lambda: self._face.subscribed(self._link))

    async def _unsubscribe(self, packet_id: int, filters: list[str]) -> None:
        for name in filters:
            self._link.session.subscriptions.pop(name, None)
        await self._face.unsubscribe(self._link, filters)
        if not self._link.ended:
            raw = packets.unsuback(packet_id)
            await self._sender.transmit("mqtt.unsuback", raw, packet_id=packet_id, filters=filters)
