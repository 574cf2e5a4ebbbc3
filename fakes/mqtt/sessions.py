"""MQTT sessions: what a cloud remembers of a device between connections (MQTT 3.1.1, 3.1.2.4)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from fakes.service import Publish
from protocol.mqtt_topics import matches

QUEUE = 1000
"""Messages kept for an absent device; a cloud's own limit is far below (IoT Hub: 50)."""


@dataclass(slots=True)
class Session:
    """Subscriptions with granted QoS, messages not acknowledged, messages waiting.

    The link fills `subscriptions` and `unacked`; a service may put messages into `queued`, which a
    link that finds the session present sends after the unacknowledged ones.
    """

    subscriptions: dict[str, int] = field(default_factory=dict)
    unacked: dict[int, Publish] = field(default_factory=dict)
    queued: deque[Publish] = field(default_factory=lambda: deque(maxlen=QUEUE))
    last_id: int = 0

    def granted(self, topic: str) -> int | None:
        """The highest QoS granted to a filter that matches the topic; None without one."""
        levels = [qos for flt, qos in self.subscriptions.items() if matches(flt, topic)]
        return max(levels, default=None)

    def next_id(self) -> int:
        """A packet id that no unacknowledged message bears (2.3.1)."""
        for step in range(1, 65536):
            candidate = (self.last_id + step - 1) % 65535 + 1
            if candidate not in self.unacked:
                self.last_id = candidate
                return candidate
        raise RuntimeError("65535 messages are unacknowledged: no packet id is free")


class Sessions:
    """The sessions of one service, by client identity. Those of clean connections are not kept."""

    def __init__(self) -> None:
        self._kept: dict[str, Session] = {}

    def open(self, identity: str, *, clean: bool) -> tuple[Session, bool]:
        """The session for a new connection, and whether it was present before (3.2.2.2).

        `clean` discards what was kept and keeps nothing (3.1.2.4).
        """
        if clean:
            self._kept.pop(identity, None)
            return Session(), False
        present = identity in self._kept
        return self._kept.setdefault(identity, Session()), present

    def find(self, identity: str) -> Session | None:
        """The kept session of an identity, connected or not."""
        return self._kept.get(identity)

    def discard(self, identity: str) -> None:
        """Forget a session: the device was deleted."""
        self._kept.pop(identity, None)
