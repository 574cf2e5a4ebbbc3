"""A strict check of one MQTT control packet from a device (OASIS MQTT 3.1.1, mqtt-v3.1.1-os).

Written from the standard's text and sharing no code with the MQTT engine that serves the device, so
that the two check each other. A clause is named by its number in the standard's appendix B
("MQTT-3.3.1-4"); where the standard gives a rule without a number, by its section alone
("MQTT-2.2.3"). What the standard leaves open (a remaining length in more bytes than it needs,
control characters in a string, two filters alike) is not reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from protocol.mqtt_connect import connect
from protocol.mqtt_topics import filter_problem, matches, topic_problem
from protocol.mqtt_wire import Body, Truncated, Violation

__all__ = [
    "Violation",
    "broken_clauses",
    "filter_problem",
    "matches",
    "packet_name",
    "topic_problem",
]

_NAMES = (
    "reserved 0",
    "CONNECT",
    "CONNACK",
    "PUBLISH",
    "PUBACK",
    "PUBREC",
    "PUBREL",
    "PUBCOMP",
    "SUBSCRIBE",
    "SUBACK",
    "UNSUBSCRIBE",
    "UNSUBACK",
    "PINGREQ",
    "PINGRESP",
    "DISCONNECT",
    "reserved 15",
)
_SERVER_ONLY = frozenset({2, 9, 11, 13})  # table 2.1, "direction of flow"
_RESERVED = frozenset({0, 15})
# where the standard states the fixed flags once more, under a number of its own
_FLAGS = {
    6: (2, "MQTT-3.6.1-1"),
    8: (2, "MQTT-3.8.1-1"),
    10: (2, "MQTT-3.10.1-1"),
    14: (0, "MQTT-3.14.1-1"),
}


def packet_name(raw: bytes) -> str:
    """The name of the packet that starts here, or "nothing" for no bytes."""
    return _NAMES[raw[0] >> 4] if raw else "nothing"


def broken_clauses(raw_packet: bytes) -> list[Violation]:
    """Every clause that one whole packet from a device breaks, in the order of its bytes.

    `raw_packet` is the packet from its first byte to its last, as cut from the stream by its
    remaining length. Never raises, whatever the bytes. Rules about a sequence of packets (a second
    CONNECT) are not seen here.
    """
    if len(raw_packet) < 2:
        short = f"a fixed header has at least 2 bytes; {len(raw_packet)} came"
        return [Violation("MQTT-2.2", short)]
    found: list[Violation] = []
    try:
        found.extend(_header(raw_packet))
        body = Body(_body(raw_packet))
        for violation in _contents(raw_packet[0], body):
            found.append(violation)  # one by one: the reading may end in Truncated at any place
    except Truncated as cut:
        found.append(cut.violation)
    return found


def _header(raw: bytes) -> Iterator[Violation]:
    """The first byte: type and flags."""
    kind, flags = raw[0] >> 4, raw[0] & 0x0F
    if kind in _RESERVED:
        yield Violation("MQTT-2.2.1", f"packet type {kind} is reserved")
    elif kind in _SERVER_ONLY:
        yield Violation("MQTT-2.2.1", f"{_NAMES[kind]} flows from server to client only")
    elif kind != 3:
        expected, clause = _FLAGS.get(kind, (0, "MQTT-2.2.2-1"))
        if flags != expected:
            must = f"they must be {expected:04b}"
            yield Violation(clause, f"the flags of {_NAMES[kind]} are {flags:04b}; {must}")


def _body(raw: bytes) -> bytes:
    """What follows the fixed header.

    Raises Truncated when the remaining length is no length, or not that of what follows.
    """
    length = 0
    for place, byte in enumerate(raw[1:5]):
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            rest = raw[2 + place :]
            if len(rest) == length:
                return rest
            told = f"the remaining length says {length} bytes; {len(rest)} follow"
            raise Truncated("MQTT-2.2.3", told)
    raise Truncated("MQTT-2.2.3", "the remaining length does not end within four bytes")


def _contents(first: int, body: Body) -> Iterator[Violation]:
    """What stands behind the fixed header, by packet type."""
    kind = first >> 4
    readers: dict[int, Callable[[Body], Iterator[Violation]]] = {
        1: connect,
        8: _subscribe,
        10: _unsubscribe,
    }
    if kind == 3:
        yield from _publish(first & 0x0F, body)
    elif kind in (4, 5, 6, 7):
        yield from _acknowledgement(kind, body)
    elif kind in (12, 14):
        yield from body.must_end(f"MQTT-3.{kind}.1", _NAMES[kind])
    elif kind in readers:
        yield from readers[kind](body)


def _publish(flags: int, body: Body) -> Iterator[Violation]:
    qos, dup = (flags >> 1) & 3, flags >> 3
    if qos == 3:
        yield Violation("MQTT-3.3.1-4", "both QoS bits of PUBLISH are 1")
    if qos == 0 and dup:
        yield Violation("MQTT-3.3.1-2", "DUP is 1 in a PUBLISH of QoS 0")
    topic = yield from body.text("MQTT-3.3.2-1", "the topic of PUBLISH")
    if topic is not None:
        yield from topic_problem(topic, wildcard_clause="MQTT-3.3.2-2")
    if qos in (1, 2):
        yield from body.packet_id("PUBLISH", clause="MQTT-2.3.1-1")


def _acknowledgement(kind: int, body: Body) -> Iterator[Violation]:
    """PUBACK, PUBREC, PUBREL, PUBCOMP: a packet id and nothing more."""
    # PUBCOMP's id has no numbered rule of its own; section 3.7.2 asks for the PUBREL's
    clause = "MQTT-3.7.2" if kind == 7 else "MQTT-2.3.1-6"
    yield from body.packet_id(_NAMES[kind], clause=clause)
    yield from body.must_end(f"MQTT-3.{kind}.1", _NAMES[kind])


def _subscribe(body: Body) -> Iterator[Violation]:
    yield from body.packet_id("SUBSCRIBE", clause="MQTT-2.3.1-1")
    if body.is_empty:
        yield Violation("MQTT-3.8.3-3", "SUBSCRIBE asks for nothing")
    while not body.is_empty:
        yield from _filter(body, "MQTT-3.8.3-1", "SUBSCRIBE")
        options = body.byte("MQTT-3.8.3", "the requested QoS behind a filter")
        if options >> 2:
            bits = f"{options >> 2:06b}"
            yield Violation("MQTT-3.8.3-4", f"the reserved bits of a requested QoS are {bits}")
        if options & 3 == 3:
            yield Violation("MQTT-3.8.3-4", "QoS 3 is requested")


def _unsubscribe(body: Body) -> Iterator[Violation]:
    yield from body.packet_id("UNSUBSCRIBE", clause="MQTT-2.3.1-1")
    if body.is_empty:
        yield Violation("MQTT-3.10.3-2", "UNSUBSCRIBE names nothing")
    while not body.is_empty:
        yield from _filter(body, "MQTT-3.10.3-1", "UNSUBSCRIBE")


def _filter(body: Body, clause: str, name: str) -> Iterator[Violation]:
    text = yield from body.text(clause, f"a filter of {name}")
    if text is not None:
        yield from filter_problem(text)
