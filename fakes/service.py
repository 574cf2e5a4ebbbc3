"""What a service looks like to the front door: the two faces it may have, the values passed.

The door owns sockets, TLS, MQTT framing and HTTP parsing, and records every packet and request.
A service (`Service`) only decides: it has an MQTT face, an HTTP face, or both.

A CONNECT is offered to the services registered for the local address, in order of registration;
the first whose MQTT face `takes` it gets the link. HTTP requests likewise.

Order of things on an MQTT link, for one inbound packet: the packet is recorded, the face's
coroutine runs, the acknowledgement (CONNACK, SUBACK, PUBACK, UNSUBACK) leaves, then the `Deferred`s
run, each in a task of its own. So nothing that a face does before it returns can overtake the
acknowledgement except an explicit `link.send`, and only a Deferred may await `link.push` at QoS 1
(its PUBACK is read by the task that runs the face's coroutines).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from fakes.mqtt.link import Link

Kind = Literal["https", "mqtts", "mqtt"]
KINDS: tuple[Kind, ...] = ("https", "mqtts", "mqtt")

Deferred = Callable[[], Awaitable[object]]
"""Something to do after the acknowledgement of the packet at hand has left."""

Gate = Callable[["Link", Literal["in", "out"], bytes], Awaitable[bytes]]
"""Sees each whole MQTT packet as raw bytes, both ways, and returns what to pass on; b"" drops it.

May sleep (delay), return other bytes (alter), or call `link.cut()` or `link.cut_inside(raw, n)`.
"""

REFUSED = 0x80
"""The SUBACK code of a filter that was refused (MQTT 3.1.1, 3.9.3)."""


@dataclass(frozen=True, slots=True)
class Address:
    """A local address that devices connect to."""

    host: str
    port: int
    kind: Kind

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Will:
    """The will of a CONNECT (MQTT 3.1.1, 3.1.2.5)."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


@dataclass(frozen=True, slots=True)
class Hello:
    """What a CONNECT said. Text that is not UTF-8 comes with backslash escapes in place of it."""

    client_id: str
    username: str | None = None
    password: str | None = None
    keepalive: int = 0
    clean: bool = True
    level: int = 4
    protocol: str = "MQTT"
    will: Will | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The CONNACK: code 0 admits, 1 to 5 refuse and the link is closed (MQTT 3.1.1, 3.2.2.3).

    With a session present, the link sends its unacknowledged and queued messages after the CONNACK
    unless `redeliver` is False: a service that counts attempts does that itself, by `send_later`.
    """

    code: int
    session_present: bool = False
    redeliver: bool = True


@dataclass(frozen=True, slots=True)
class Publish:
    """An inbound PUBLISH. `seq` is the sequence number of its mqtt.publish event."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet_id: int | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request, whole.

    `target` is path and query as sent, `path` the decoded path. Header names are lower case,
    repeated headers are joined by ", ". `certificate` is the client's leaf (DER) or None; `chain`
    all that the client sent, leaf first. `seq` is the sequence number of the http.request event,
    `number` that of the connection.
    """

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    local: Address
    certificate: bytes | None = None
    chain: tuple[bytes, ...] = ()
    seq: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class HttpReply:
    """The answer to a request. `cut` breaks the connection off instead of answering."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False


class MqttFace(Protocol):
    """The MQTT side of a service."""

    @property
    def name(self) -> str:
        """The role in events: "dps", "hub" or "iotda"."""

    @property
    def gates(self) -> Sequence[Gate]:
        """Faults that this service's script put in the way of its links; the door's come first."""

    def takes(self, hello: Hello, local: Address) -> bool:
        """Whether this CONNECT is meant for the service (user name form, local address)."""

    async def connect(self, link: Link) -> Answer:
        """Admit or refuse. On admission: `await link.take_over(identity)` first, then the session.

        Who does not call `take_over` gets it under the client id, after this returns with code 0.
        """

    async def publish(self, link: Link, message: Publish) -> Sequence[Deferred] | None:
        """Take a message (QoS 0 or 1). After `link.cut()` no PUBACK leaves."""

    async def subscribe(self, link: Link, filter: str, qos: int) -> int:
        """The QoS granted to a filter, or REFUSED. The link keeps `link.session.subscriptions`."""

    async def subscribed(self, link: Link) -> None:
        """The SUBACK has left: deliver what waits. Runs in a task of its own, so it may push."""

    async def unsubscribe(self, link: Link, filters: list[str]) -> None:
        """Filters are given up; the link has removed them from its session."""

    async def lost(self, link: Link, *, orderly: bool) -> None:
        """The admitted link is over; `orderly` after a DISCONNECT, else mind `link.hello.will`."""


class HttpFace(Protocol):
    """The HTTP side of a service."""

    @property
    def name(self) -> str:
        """The role in events: "dps", "hub" or "iotda"."""

    def takes(self, request: HttpRequest, local: Address) -> bool:
        """Whether this request is meant for the service (host, path)."""

    async def answer(self, request: HttpRequest) -> HttpReply:
        """The reply to any request; an unknown path is refused in the cloud's own shape."""


class Service(Protocol):
    """What `door.serve(host, service)` takes. A face that the service lacks is None."""

    @property
    def name(self) -> str: ...

    @property
    def mqtt(self) -> MqttFace | None: ...

    @property
    def http(self) -> HttpFace | None: ...


MqttService = MqttFace
HttpService = HttpFace
JsonValue = Any  # a decoded JSON document has no narrower static type
