"""What only a fake hub can do: withhold acknowledgements, refuse on demand, cut, send anything."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Literal

from fakes.iothub import replies
from fakes.iothub.methods import REPLIES
from fakes.iothub.replies import HubError
from fakes.service import HttpReply, Publish

if TYPE_CHECKING:
    from fakes.iothub.hub import Hub
    from fakes.mqtt.link import Link

Kind = Literal["telemetry", "method.reply"]
_PUBACK = 4  # MQTT 3.1.1, table 2.1


class Script:
    """Faults of one hub. Each is for a number of occasions, then the hub's normal life goes on."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._withhold: dict[Kind, int] = {"telemetry": 0, "method.reply": 0}
        self._cut: dict[Kind, int] = {"telemetry": 0, "method.reply": 0}
        self._withheld: set[tuple[int, int]] = set()  # number of the link, packet id
        self._connacks: deque[int] = deque()
        self._replies: deque[HttpReply] = deque()

    # -- for scenarios ------------------------------------------------------------------------

    def withhold_puback(self, count: int = 1, *, of: Kind = "telemetry") -> None:
        """Take the next messages of a kind (at QoS 1) but send no PUBACK for them."""
        self._withhold[of] += count

    def cut_on(self, of: Kind = "telemetry", *, count: int = 1) -> None:
        """Break the connection off when the next messages of a kind come, before taking them."""
        self._cut[of] += count

    def refuse_connects(self, count: int = 1, *, code: int = 3) -> None:
        """Answer the next CONNECTs with a code, whatever they show (3: server unavailable)."""
        self._connacks.extend([code] * count)

    def refuse_requests(
        self, count: int = 1, *, code: int = 429001, retry_after: int | None = None
    ) -> None:
        """Answer the next HTTPS requests with an error; `retry_after` in seconds."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        refusal = replies.refused(HubError(code), now=self._hub.clock(), headers=headers)
        self._replies.extend([refusal] * count)

    def cut(self, device_id: str) -> bool:
        """Break the device's MQTT connection off now; whether there was one."""
        link = self._hub.registry.get(device_id).link
        if link is None:
            return False
        link.cut("by the script")
        return True

    def send(self, device_id: str, topic: str, payload: bytes, *, qos: int = 0) -> None:
        """Publish to the device on any topic, subscribed or not. HubError 404103 when away."""
        link = self._hub.registry.get(device_id).link
        if link is None:
            raise HubError(404103)
        link.send_later(partial(link.push, topic, payload, qos=qos))

    # -- for the hub --------------------------------------------------------------------------

    async def gate(self, link: Link, way: Literal["in", "out"], raw: bytes) -> bytes:
        """Drops the PUBACKs that are withheld."""
        if way == "out" and self._withheld and raw[0] >> 4 == _PUBACK:
            key = (link.number, int.from_bytes(raw[2:4], "big"))
            if key in self._withheld:
                self._withheld.discard(key)
                return b""
        return raw

    def taken(self, link: Link, message: Publish) -> None:
        """A message has come: decide what is done to it."""
        kind: Kind = "method.reply" if message.topic.startswith(REPLIES) else "telemetry"
        if self._cut[kind]:
            self._cut[kind] -= 1
            link.cut("by the script")
        elif self._withhold[kind] and message.packet_id is not None:
            self._withhold[kind] -= 1
            self._withheld.add((link.number, message.packet_id))

    def next_connack(self) -> int | None:
        """The code for the CONNECT at hand; None for the hub's own answer."""
        return self._connacks.popleft() if self._connacks else None

    def next_reply(self) -> HttpReply | None:
        """The answer to the request at hand; None for the hub's own."""
        return self._replies.popleft() if self._replies else None
