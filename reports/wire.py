"""One event of the wire as one readable line: the same words in terminal, JSON and HTML.

→ came from the device, ← went to the device, · was noted by us, = is how a service understood
the packet or request before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from transcript import Event
from transcript.text import payload, shortened, shown, visible

MARKS = {"in": "→", "out": "←", "own": "·"}
READ = "="  # a service's reading of what is on the line before

# MQTT 3.1.1, table 3.1
CONNACK = ("accepted", "unacceptable protocol version", "identifier rejected",
           "server unavailable", "bad user name or password", "not authorized")  # fmt: skip
PHRASES = {each.value: each.phrase for each in HTTPStatus}
SUBSCRIPTION_REFUSED = 0x80  # MQTT 3.1.1, section 3.9.3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the wire. `tone` is "in", "out", "own", "read" or "bad"."""

    at: float
    mark: str
    text: str
    tone: str
    link: int = 0

    def __str__(self) -> str:
        return f"{self.at:9.3f} s  {self.mark} {self.text}"


def line(event: Event) -> Line:
    """The line for one event; an event that is not known yet shows its fields."""
    say = SAYINGS.get(event.name)
    text = say(event) if say else _fields(event)
    mark = READ if _is_reading(event) else MARKS.get(event.way, "·")
    return Line(event.at, mark, text, _tone(event), event.link)


def lines(events: Iterable[Event], *, most: int = 2000) -> list[Line]:
    """The lines of a record, the middle left out when there are more than `most`."""
    every = list(events)
    if len(every) <= most:
        return [line(event) for event in every]
    head, tail = every[: most * 3 // 4], every[-(most // 4) :]
    left = len(every) - len(head) - len(tail)
    gap = Line(tail[0].at, "·", f"… {left} events left out; results.jsonl has them …", "own")
    return [*map(line, head), gap, *map(line, tail)]


def _is_reading(event: Event) -> bool:
    return event.name.partition(".")[0] in ("dps", "hub", "iotda")


def _tone(event: Event) -> str:
    if event.name in ("mqtt.violation", "mqtt.lost", "tls.failed"):
        return "bad"
    if event.name.endswith(".unknown_topic") or event.get("refusal"):
        return "bad"
    return "read" if _is_reading(event) else event.way


# --- connections ---------------------------------------------------------------------------------


def _tcp_open(event: Event) -> str:
    ends = f"from {shown(event.get('peer'))} to {shown(event.get('local'))}"
    return f"connection {event.link} opened {ends} ({shown(event.get('port_kind'))})"


def _tcp_close(event: Event) -> str:
    who = {"device": "by the device", "fake": "by us", "error": "by an error"}
    why = str(event.get("why", ""))
    return f"connection {event.link} closed {who.get(why, visible(why))}".rstrip()


def _tls_hello(event: Event) -> str:
    name = event.get("server_name")
    asked = f"for {shown(name)}" if name else "without a server name"
    return f"TLS hello {asked}; certificate shown: {shown(event.get('certificate'))}"


def _tls_done(event: Event) -> str:
    client = event.get("client_certificate")
    shape = f"client certificate of {len(client)} bytes" if client else "no client certificate"
    return f"{shown(event.get('version'))} agreed, {shown(event.get('cipher'))}, {shape}"


def _tls_failed(event: Event) -> str:
    return f"TLS failed: {shown(event.get('reason'))}"


# --- HTTP ----------------------------------------------------------------------------------------


def _request(event: Event) -> str:
    target = event.get("target") or event.get("path") or ""
    parts = [f"{shown(event.get('method'))} {shown(target)}", *_headers(event)]
    return _with_body(parts, event)


def _reply(event: Event) -> str:
    status = event.get("status")
    phrase = PHRASES.get(status, "") if isinstance(status, int) else ""
    first = f"{shown(status)} {phrase}".rstrip() + _retry_after(event)
    return _with_body([first, *_headers(event, but="retry-after")], event)


def _headers(event: Event, *, but: str = "") -> list[str]:
    headers = event.get("headers") or {}
    named = {key: value for key, value in headers.items() if str(key).lower() != but}
    return [f"{visible(str(key))}: {shown(value)}" for key, value in named.items()]


def _retry_after(event: Event) -> str:
    owed = (event.get("headers") or {}).get("retry-after")
    return "" if owed is None else f" Retry-After {shown(owed)}"


def _with_body(parts: list[str], event: Event) -> str:
    body = event.get("body") or b""
    return " · ".join([*parts, *([_body(body)] if body else [])])


def _body(body: Any) -> str:
    return payload(body) if isinstance(body, bytes) else shown(body)


# --- MQTT ----------------------------------------------------------------------------------------


def _connect(event: Event) -> str:
    parts = [
        f"client id {shown(event.get('client_id'))}",
        f"user name {shown(event.get('username'))}",
        f"password {shown(event.get('password'))}",
        f"keepalive {shown(event.get('keepalive'))}",
        "clean session" if event.get("clean") else "session kept",
        f"{shown(event.get('protocol'))} level {shown(event.get('level'))}",
    ]
    return f"CONNECT {', '.join(parts)}{_will(event.get('will'))}"


def _will(will: Any) -> str:
    if not isinstance(will, Mapping):
        return ""
    retained = ", retained" if will.get("retain") else ""
    where = f"{shown(will.get('topic'))}, QoS {shown(will.get('qos'))}{retained}"
    return f", will on {where} · {_body(will.get('payload') or b'')}"


def _connack(event: Event) -> str:
    code = event.get("code")
    known = isinstance(code, int) and 0 <= code < len(CONNACK)
    word = CONNACK[code] if known and isinstance(code, int) else "?"
    present = ", session present" if event.get("session_present") else ""
    return f"CONNACK {shown(code)} {word}{present}"


def _subscribe(event: Event) -> str:
    wanted = (_filter(each) for each in event.get("filters") or [])
    return f"SUBSCRIBE {_packet(event)}{', '.join(wanted)}"


def _filter(each: Any) -> str:
    match each:
        case [name, qos]:
            return f"{shown(name)} (QoS {shown(qos)})"
    return shown(each)


def _suback(event: Event) -> str:
    codes = event.get("codes") or []
    words = ("refused" if code == SUBSCRIPTION_REFUSED else f"QoS {shown(code)}" for code in codes)
    return f"SUBACK {_packet(event)}{', '.join(words)}"


def _unsubscribe(event: Event) -> str:
    return f"UNSUBSCRIBE {_packet(event)}{shown(event.get('filters') or [])}"


def _publish(event: Event) -> str:
    qos = f"QoS {shown(event.get('qos', 0))}"
    flags = [flag for flag in ("retain", "dup") if event.get(flag)]
    how = ", ".join([qos, *flags])
    body = _body(event.get("payload") or b"")
    return f"PUBLISH {_packet(event)}{shown(event.get('topic'))} ({how}) · {body}"


def _packet(event: Event) -> str:
    number = event.get("packet_id")
    return "" if number is None else f"id {shown(number)} "


def _bare(event: Event) -> str:
    return f"{event.name.partition('.')[2].upper()} {_packet(event)}".rstrip()


def _violation(event: Event) -> str:
    return f"breaks {shown(event.get('clause'))}: {shown(event.get('text'))}"


def _lost(event: Event) -> str:
    why = {
        "keepalive": "no packet for one and a half keepalive periods",
        "eof": "the device closed it without DISCONNECT",
        "refused": "refused",
        "cut": "cut by us",
        "displaced": "the same client connected again",
        "protocol": "protocol error",
    }
    reason = str(event.get("why", ""))
    return f"connection {event.link} over: {why.get(reason, visible(reason))}"


# --- services ------------------------------------------------------------------------------------

# Said by the packet or request on the line before, or too long to be said twice.
SAID = frozenset({"authorization", "token", "certificate", "headers", "body", "password", "raw",
                  "admitted", "refusal", "answers", "request", "client_certificate"})  # fmt: skip


def _fields(event: Event) -> str:
    """What a service read in a request, or any event that has no words of its own."""
    given = {key: value for key, value in event.fields.items() if key not in SAID}
    told = [
        f"{key.replace('_', ' ')} {shown(value)}" for key, value in given.items() if _tells(value)
    ]
    words = f"{visible(event.name.replace('.', ' ').replace('_', ' '))}: {', '.join(told)}"
    return shortened(words.removesuffix(": "), most=1200) + _admission(event)


def _tells(value: Any) -> bool:
    return value is not None and value != "" and value != {}


def _admission(event: Event) -> str:
    if refusal := event.get("refusal"):
        kept = "let in all the same" if event.get("admitted") else "refused"
        return f" · {kept}: {shown(refusal)}"
    return " · admitted" if event.get("admitted") else ""


def _dps_reply(event: Event) -> str:
    operation = event.get("operation_id")
    which = f", operation {shown(operation)}" if operation else ""
    first = f"dps answers {shown(event.get('to'))} with {shown(event.get('status'))}"
    return f"{first}{_retry_after(event)}{which}"


SAYINGS: dict[str, Callable[[Event], str]] = {
    "tcp.open": _tcp_open,
    "tcp.close": _tcp_close,
    "tls.hello": _tls_hello,
    "tls.done": _tls_done,
    "tls.failed": _tls_failed,
    "http.request": _request,
    "http.reply": _reply,
    "mqtt.connect": _connect,
    "mqtt.connack": _connack,
    "mqtt.subscribe": _subscribe,
    "mqtt.suback": _suback,
    "mqtt.unsubscribe": _unsubscribe,
    "mqtt.unsuback": _bare,
    "mqtt.publish": _publish,
    "mqtt.puback": _bare,
    "mqtt.pingreq": _bare,
    "mqtt.pingresp": _bare,
    "mqtt.disconnect": _bare,
    "mqtt.violation": _violation,
    "mqtt.lost": _lost,
    "dps.reply": _dps_reply,
}
