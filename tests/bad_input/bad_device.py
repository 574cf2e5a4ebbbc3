"""A device at IoTDA, in the clear, that does one thing badly: `bad_device.py MODE` and its values.

It imports nothing of ours. What it needs to know comes in variables, as the manifests set them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

HOST, PORT = os.environ["HOST"], int(os.environ["PORT"])
DEVICE, SECRET = os.environ.get("DEVICE", ""), os.environ.get("SECRET", "")
SLEEPER = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]


# --- MQTT 3.1.1, as little as it takes -----------------------------------------------------------


def packet(first: int, body: bytes) -> bytes:
    """A control packet."""
    size, length = len(body), b""
    while True:
        size, low = divmod(size, 128)
        length += bytes([low | (0x80 if size else 0)])
        if not size:
            return bytes([first]) + length + body


def block(text: str | bytes) -> bytes:
    """A text with its length before it."""
    octets = text if isinstance(text, bytes) else text.encode()
    return len(octets).to_bytes(2, "big") + octets


def stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%d%H")


def password() -> str:
    return hmac.new(stamp().encode(), SECRET.encode(), hashlib.sha256).hexdigest()


def connect(client_id: str | bytes = "", user: str | bytes = DEVICE) -> socket.socket:
    """A connection that the platform has let in."""
    link = socket.create_connection((HOST, PORT))
    own = client_id or f"{DEVICE}_0_0_{stamp()}"
    fields = block(own) + block(user) + block(password())
    link.sendall(packet(0x10, block("MQTT") + b"\x04\xc2\x00\x78" + fields))
    link.recv(4)
    return link


def publish(topic: str | bytes, payload: str | bytes) -> bytes:
    """A PUBLISH with QoS 0."""
    octets = payload if isinstance(payload, bytes) else payload.encode()
    return packet(0x30, block(topic) + octets)


def report(**properties: object) -> bytes:
    """A PUBLISH with the properties that the suite wants to see."""
    body = json.dumps({"services": [{"service_id": "s", "properties": properties}]})
    return publish(f"$oc/devices/{DEVICE}/sys/properties/report", body)


def live(link: socket.socket) -> None:
    """Report, then listen until the platform has had enough."""
    link.sendall(report(n=1))
    while link.recv(4096):
        pass


def say(*words: object) -> None:
    print(*words, flush=True)


# --- what it does --------------------------------------------------------------------------------


def good() -> None:
    live(connect())


def mute() -> None:
    """Runs and never connects."""
    signal.pause()


def crash() -> None:
    sys.exit("bad_device: the flux capacitor is missing")


def breaks() -> None:
    """Dies with a core dump's signal after its CONNECT."""
    connect()
    os.kill(os.getpid(), signal.SIGKILL)


def publishes_endlessly() -> None:
    link = connect()
    many = report(n=1) * 200
    while True:
        link.sendall(many)


def connects_endlessly() -> None:
    while True:
        socket.create_connection((HOST, PORT)).close()


def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say("pid", os.getpid())
    good()


def parent() -> None:
    """Leaves children behind."""
    bear()
    connect().sendall(report(n=1))


def family() -> None:
    """Has children, ignores SIGTERM, and never connects."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    bear()
    mute()


def bear() -> None:
    """Children: in its session, in one of their own, and without a parent."""
    for options in ({}, {"start_new_session": True}, {"env": {}}):
        say("pid", subprocess.Popen(SLEEPER, **options).pid)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            say("pid", subprocess.Popen(SLEEPER).pid)
        os._exit(0)
    os.wait()


def chatty() -> None:
    say("the first line")
    for _ in range(8 * 1024):
        sys.stdout.write("x" * 1023 + "\n")
    say("the last line")
    good()


def spellings(secret: str) -> list[bytes]:
    """A secret as it is found in logs, dumps, queries and headers."""
    octets = secret.encode()
    sized = b"device:" + octets + b":end"  # as in HTTP Basic authentication
    return [
        octets,
        *(b64encode(each) for each in (octets, sized)),
        *(urlsafe_b64encode(each) for each in (octets, sized)),
        octets.hex().encode(),
        octets.hex().upper().encode(),
        octets.hex(":").encode(),
        *(quote(secret, safe=safe).encode() for safe in ("", "/")),
        quote(quote(secret)).encode(),
        re.sub("%..", lambda found: found[0].lower(), quote_plus(secret)).encode(),
        json.dumps(secret).encode(),
        secret.replace("/", "\\/").encode(),
    ]


def shows(*secrets: str) -> list[bytes]:
    """Prints secrets in every spelling, and returns these."""
    forms = [form for each in secrets for form in spellings(each)]
    for form in forms:
        sys.stdout.buffer.write(b"secret " + form + b"\n")
    sys.stdout.buffer.flush()
    return forms


def leaky() -> None:
    """Shows its secrets wherever it can: output, client id, user name, topics, payloads."""
    forms = shows(SECRET, os.environ["KEY"], password())
    connect(client_id=SECRET, user=SECRET).close()
    for form in (*forms, b64decode(os.environ["KEY"])):
        link = connect()
        link.sendall(publish(b"leak/" + form, b"payload " + form))
        link.close()
    live(connect())


def registers_openly() -> None:
    """Provisions itself with a token from its group's key, and shows both keys and the token."""
    scope, unit = os.environ["SCOPE"], os.environ["UNIT"]
    own = _hmac(SECRET, unit)
    resource = quote(f"{scope}/registrations/{unit}", safe="")
    end = int(time.time()) + 600
    signature = quote(_hmac(own, f"{resource}\n{end}"), safe="")
    token = f"SharedAccessSignature sr={resource}&sig={signature}&se={end}&skn=registration"
    forms = shows(SECRET, own)
    say(token, quote(token), signature)
    path = f"/{scope}/registrations/{unit}/register?api-version=2019-03-31"
    for form in forms:
        query = f"&{quote(form)}={quote(form)}"
        body = json.dumps({"registrationId": unit, "payload": {own: form.decode()}})
        https("PUT", path + query, token.encode(), body.encode())


def _hmac(key: str, text: str) -> str:
    digest = hmac.new(b64decode(key), text.encode(), hashlib.sha256)
    return b64encode(digest.digest()).decode()


# What a screen, a page or a parser would obey, if it came to them as it is.
HOSTILE = "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>&\"'\u202e\x85]]>\u2028\nPASS forged"


def hostile() -> None:
    """Says what a screen, a page or a parser would obey, wherever it can."""
    sys.stdout.buffer.write(HOSTILE.encode() + b"\0\xff\xfe\r\x1bc\n")
    sys.stdout.buffer.flush()
    connect(client_id=HOSTILE, user=HOSTILE).close()
    connect(client_id=b"\0\xff\x1b[31m", user=b"\xed\xa0\x80<b>").close()
    own = f"$oc/devices/{DEVICE}/sys/properties/report"
    times = '"event_time": "\\udc80\\u001b[2J", "properties": {"\\ud83d": "\\u0000<i>"}'
    said: list[tuple[str | bytes, str | bytes]] = [
        (f"$oc/devices/{HOSTILE}/sys/properties/report", HOSTILE),
        (own, f'{{"services": [{{"service_id": 1, "x": "\\ud800{HOSTILE[:4]}"}}]}}'),
        (own, f'{{"services": [{{"service_id": "\\ud800", {times}}}]}}'),
        (HOSTILE, b"\0\xff"),
        (b"a/\xff\0/\x1b[2J", b"\0\xff"),
        ("$oc/devices/" + "x" * 60_000, b""),
    ]
    for topic, payload in said:
        link = connect()
        link.sendall(publish(topic, payload) + packet(0xC0, b""))
        link.recv(2)  # the answer to the ping, or the end
        link.close()
    live(connect())


def requests_hostile_things() -> None:
    """The same over HTTPS, at DPS."""
    scope, unit = os.environ["SCOPE"], os.environ["UNIT"]
    path = f"/{scope}/registrations/{unit}/register?api-version=2019-03-31"
    body = json.dumps({"registrationId": HOSTILE, "payload": {HOSTILE: "\ud800"}})
    signature = f"SharedAccessSignature sr={quote(HOSTILE)}&sig=<b>\xff&se=1e9".encode("latin-1")
    https("PUT", path, signature, body.encode())
    https("PUT", path, b"\xff\xfe<script>alert(1)</script>", b'{"registrationId": "\\udc80"}')
    https("PUT", path, b"", b'{"registrationId": "\xff"}')
    https("GET", f"/{quote(HOSTILE)}/%00%ff%1b[2J?{quote(HOSTILE)}=%ed%a0%80", b"x\x1b[2J", b"")
    https("<b>", "/\x1b", b"", b"")


def https(method: str, target: str, authorization: bytes, body: bytes) -> None:
    """One request on a connection of its own; whatever the answer is."""
    context = ssl.create_default_context(cafile=os.environ["CA"])
    head = f"{method} {target} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n"
    own = b"Authorization: " + authorization + b"\r\n" if authorization else b""
    plain = socket.create_connection((HOST, PORT))
    with suppress(OSError), context.wrap_socket(plain, server_hostname=HOST) as link:
        link.sendall(head.encode() + own + b"\r\n" + body)
        say(link.recv(4096).partition(b"\r\n")[0])


def main() -> None:
    modes: dict[str, Callable[[], None]] = {
        each.__name__: each
        for each in (
            *(good, mute, crash, breaks, publishes_endlessly, connects_endlessly, stubborn),
            *(parent, family, chatty, leaky, hostile, requests_hostile_things, registers_openly),
        )
    }
    modes[sys.argv[1]]()


if __name__ == "__main__":
    main()
