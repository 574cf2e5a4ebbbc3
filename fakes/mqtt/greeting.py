"""CONNECT and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.mqtt.hello import parse
from fakes.mqtt.packets import Undecodable
from fakes.service import Answer, Hello, MqttFace

if TYPE_CHECKING:
    from fakes.mqtt.link import Link

UNACCEPTABLE_LEVEL, NOT_AUTHORIZED = 1, 5  # CONNACK codes (MQTT 3.1.1, 3.2.2.3)
_CONNECT_TYPE = 1


def greeting(raw: bytes) -> Hello:
    """What the first packet says. Undecodable unless it is a CONNECT."""
    if raw[0] >> 4 != _CONNECT_TYPE:
        raise Undecodable("the first packet is not CONNECT (MQTT-3.1.0-1)")
    return parse(raw)


async def judge(link: Link, face: MqttFace | None) -> Answer:
    """The face's answer to a link's CONNECT. MQTT 3.1 and 5 are refused before they are logins.

    Refused C and Go clients (Paho) try again at once as `MQIsdp`, level 3: CONNACK 1 ends that.
    """
    if link.hello.level != 4:
        return Answer(UNACCEPTABLE_LEVEL)  # MQTT-3.1.2-2
    if link.hello.protocol != "MQTT":
        raise Undecodable(f"protocol name {link.hello.protocol!r} (MQTT-3.1.2-1)")
    if face is None:
        return Answer(NOT_AUTHORIZED)
    answer = await face.connect(link)
    if not answer.code and not link.admitted:
        await link.take_over(link.hello.client_id)
    return answer
