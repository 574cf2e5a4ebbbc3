"""What only a fake can do to a device: lose packets, refuse logins, cut, send anything at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from fakes.iotda.replies import DeviceOffline
from fakes.iotda.state import Registry
from fakes.mqtt.link import Link
from fakes.service import Gate

_CONNACK, _PUBACK, _PINGRESP = 2, 4, 13  # MQTT 3.1.1, table 2.1
_Loss = tuple[Literal["in", "out"], int]


class Script:
    """Orders are for the next packets or logins of any device, counted, and then over."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._losses: Counter[_Loss] = Counter()
        self._refusals: list[int] = []

    @property
    def gates(self) -> Sequence[Gate]:
        """The faults that stand in the way of packets."""
        return (self._lose,)

    def withhold_pubacks(self, count: int = 1) -> None:
        """The next messages from a device at QoS 1 get no PUBACK, though they are taken."""
        self._losses["out", _PUBACK] += count

    def withhold_connacks(self, count: int = 1) -> None:
        """The next logins are judged but get no CONNACK."""
        self._losses["out", _CONNACK] += count

    def withhold_pingresps(self, count: int = 1) -> None:
        """The next PINGREQs stay unanswered."""
        self._losses["out", _PINGRESP] += count

    def lose_pubacks(self, count: int = 1) -> None:
        """The next PUBACKs of a device are recorded, then lost: the message comes again, with DUP.

        For a command that arrives twice: lose one PUBACK, then send it to a device that has
        subscribed to commands at QoS 1.
        """
        self._losses["in", _PUBACK] += count

    def refuse_logins(self, code: int, count: int = 1) -> None:
        """The next logins get this CONNACK code, whatever they hold."""
        if not 1 <= code <= 5:
            raise ValueError(f"CONNACK code {code}: refusals are 1 to 5 (MQTT 3.1.1, 3.2.2.3)")
        self._refusals.extend([code] * count)

    def next_refusal(self) -> int | None:
        """The code for the login at hand, None to judge it. Uses the order up."""
        return self._refusals.pop(0) if self._refusals else None

    def clear(self) -> None:
        """Forget all orders."""
        self._losses.clear()
        self._refusals.clear()

    def cut(self, device_id: str) -> None:
        """Break the device's connection off. DeviceOffline when it has none."""
        self._link(device_id).cut("script")

    async def push(self, device_id: str, topic: str, payload: bytes, *, qos: int = 0) -> bool:
        """Send anything on any topic, known or not; at QoS 1, whether it was acknowledged."""
        return await self._link(device_id).push(topic, payload, qos=qos)

    def _link(self, device_id: str) -> Link:
        link = self._registry.get(device_id).link
        if link is None:
            raise DeviceOffline(device_id)
        return link

    async def _lose(self, link: Link, way: Literal["in", "out"], raw: bytes) -> bytes:
        loss: _Loss = (way, raw[0] >> 4)
        if not self._losses[loss]:
            return raw
        self._losses[loss] -= 1
        link.note("iotda.script", "own", lost=loss[1], direction=way)
        return b""
