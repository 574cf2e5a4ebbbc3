"""A device at IoTDA, in the clear, that does one thing badly: `bad_device.py MODE` and its values.

It imports nothing of ours. What it needs to know comes in variables, as the manifests set them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

HOST, PORT = os.environ["HOST"], int(os.environ["PORT"])
DEVICE, SECRET = os.environ["DEVICE"], os.environ["SECRET"]
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
    """Leaves children behind: in its session, in one of their own, and without a parent."""
    for options in ({}, {"start_new_session": True}, {"env": {}}):
        say("pid", subprocess.Popen(SLEEPER, **options).pid)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            say("pid", subprocess.Popen(SLEEPER).pid)
        os._exit(0)
    os.wait()
    connect().sendall(report(n=1))


def chatty() -> None:
    say("the first line")
    for _ in range(8 * 1024):
        sys.stdout.write("x" * 1023 + "\n")
    say("the last line")
    good()


def spellings(secret: str) -> list[bytes]:
    octets = secret.encode()
    return [
        octets,
        b64encode(octets),
        octets.hex().encode(),
        octets.hex().upper().encode(),
        quote(secret, safe="").encode(),
    ]


def leaky() -> None:
    """Shows its secrets wherever it can: output, client id, user name, topics, payloads."""
    secrets = [SECRET, os.environ["TOKEN"]]
    forms = [form for each in secrets for form in spellings(each)]
    for form in forms:
        sys.stdout.buffer.write(b"secret " + form + b"\n")
    sys.stdout.buffer.flush()
    connect(client_id=SECRET, user=SECRET).close()
    link = connect()
    for form in forms:
        link.sendall(publish(b"leak/" + form, b"payload " + form))
    live(link)


def main() -> None:
    modes: dict[str, Callable[[], None]] = {
        each.__name__: each
        for each in (
            *(good, mute, crash, breaks, publishes_endlessly, connects_endlessly, stubborn),
            *(parent, chatty, leaky),
        )
    }
    modes[sys.argv[1]]()


if __name__ == "__main__":
    main()
