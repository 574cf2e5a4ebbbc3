"""What waits for a device: enqueued, locked, settled, dropped (Learn, iot-hub: messages-c2d)."""

from __future__ import annotations

import itertools
import secrets
import string
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from fakes.iothub.options import HubOptions
from fakes.iothub.replies import HubError

PROPERTY_MARKS = "!#$%&'*+-.^_`|~"
"""What names and values of a message's properties may hold besides ASCII letters and digits
(Learn, iot-hub: devguide-messages-construct): the characters of an HTTP header's name."""


@dataclass(slots=True, eq=False)
class Message:
    """A cloud-to-device message. Times in seconds since 1970.

    `packet_id` is the MQTT one under which it is in flight, kept until the PUBACK or the end of the
    session; `lock` the HTTPS token under which it is locked until `locked_until`.
    """

    message_id: str
    body: bytes
    properties: Mapping[str, str]
    enqueued: float
    expires: float
    sequence: int
    system: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0
    packet_id: int | None = None
    on_link: int | None = None  # number of the connection it was last pushed on
    lock: str | None = None
    locked_until: float = 0.0


Dropped = Callable[[Message, str], None]


class Queue:
    """The pending messages of one device, oldest first. `dropped` is told of what never arrived."""

    def __init__(self, options: HubOptions, *, dropped: Dropped) -> None:
        self._options = options
        self._dropped = dropped
        self._messages: list[Message] = []
        self._sequence = itertools.count(1)

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Message]:
        return iter(tuple(self._messages))

    def add(
        self,
        body: bytes,
        *,
        now: float,
        properties: Mapping[str, str],
        message_id: str | None,
        ttl: float | None,
        system: Mapping[str, str],
    ) -> Message:
        """Enqueue. HubError 403004 when the queue is full, 413001 when the body is too long, and
        by option 400004 for properties of other characters than documented.
        """
        self.purge(now)
        if len(self._messages) >= self._options.c2d_queue:
            raise HubError(403004, f"{self._options.c2d_queue} messages wait for the device")
        if len(body) > self._options.c2d_size:
            raise HubError(413001, f"{len(body)} bytes; at most {self._options.c2d_size}")
        if self._options.c2d_odd_properties == "refuse" and (odd := _odd(properties)):
            raise HubError(400004, f"a message's properties cannot hold {odd}")
        message = Message(
            message_id=str(uuid.uuid4()) if message_id is None else message_id,
            body=body,
            properties=dict(properties),
            enqueued=now,
            expires=now + (self._options.c2d_ttl if ttl is None else ttl),
            sequence=next(self._sequence),
            system=dict(system),
        )
        self._messages.append(message)
        return message

    def purge(self, now: float) -> None:
        """Drop what has expired or was tried too often, and open locks that have run out."""
        for message in self:
            if message.lock and message.locked_until <= now:
                message.lock = None
            if message.expires <= now:
                self._drop(message, "expired")
            elif message.attempts >= self._options.c2d_attempts and not self._busy(message):
                self._drop(message, f"delivered {message.attempts} times and never completed")

    def deliverable(self, link: int, now: float) -> list[Message]:
        """What a connection is to be sent now: not yet sent on it, and not locked over HTTPS."""
        self.purge(now)
        return [item for item in self._messages if item.on_link != link and item.lock is None]

    def sent(self, message: Message, link: int, *, packet_id: int | None) -> None:
        """Count a delivery on a connection; the packet id stays with the message at QoS 1."""
        message.attempts += 1
        message.on_link = link
        message.packet_id = packet_id

    def lock(self, now: float) -> Message | None:
        """Lock the oldest message that is free, for HTTPS; None when there is none."""
        self.purge(now)
        for message in self._messages:
            if message.lock is None and message.on_link is None:
                message.lock = secrets.token_hex(16)
                message.locked_until = now + self._options.c2d_lock
                message.attempts += 1
                return message
        return None

    def locked(self, token: str, now: float) -> Message:
        """The message under a lock token. HubError 412002 when that is not (or no longer) held."""
        self.purge(now)
        for message in self._messages:
            if message.lock is not None and message.lock.lower() == token.lower():
                return message
        raise HubError(412002, "the lock of the message was lost")

    def settle(self, message: Message) -> bool:
        """Take a message out; whether it was still there."""
        if message not in self._messages:
            return False
        self._messages.remove(message)
        return True

    def release(self, message: Message, now: float) -> None:
        """Give a message back: unlocked, to be delivered again."""
        message.lock, message.on_link = None, None
        self.purge(now)

    def link_lost(self, link: int) -> None:
        """A connection is over: what was in flight on it may be sent again."""
        for message in self._messages:
            if message.on_link == link:
                message.on_link = None

    def forget_packets(self) -> None:
        """The MQTT session is over: what was in flight is new to the next one."""
        for message in self._messages:
            message.packet_id = None

    def clear(self) -> int:
        """Purge all; how many there were."""
        count = len(self._messages)
        self._messages.clear()
        return count

    def _busy(self, message: Message) -> bool:
        """Whether its last delivery may still be completed."""
        return message.lock is not None or message.on_link is not None

    def _drop(self, message: Message, why: str) -> None:
        self._messages.remove(message)
        self._dropped(message, why)


def _odd(properties: Mapping[str, str]) -> str:
    """The characters that no name or value of a property may hold, quoted; "" without any."""
    said = {letter for pair in properties.items() for text in pair for letter in text}
    odd = said.difference(string.ascii_letters, string.digits, PROPERTY_MARKS)
    return ", ".join(repr(letter) for letter in sorted(odd))
