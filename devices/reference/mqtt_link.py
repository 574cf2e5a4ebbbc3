"""One MQTT connection with paho, turned by the main thread: no second thread, no polling.

paho's own loops either run in a thread or wait up to a second before they see a signal; its
interface for other event loops (loop_read, loop_write, loop_misc) does neither.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from .retrying import LinkLostError
from .stopping import Stop
from .telling import say

CONNECT_TIMEOUT = 10.0
ANSWER_TIMEOUT = 30.0
"""Seconds for a CONNACK or a SUBACK to come."""


class DeniedError(LinkLostError):
    """The server answered CONNECT with a refusal."""


def client(client_id: str, *, clean: bool, mqtt_31: bool = False) -> paho.Client:
    """A paho client that never falls back to MQTT 3.1 and leaves acknowledging to us."""
    made = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=clean,
        protocol=paho.MQTTv31 if mqtt_31 else paho.MQTTv311,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    made.connect_timeout = CONNECT_TIMEOUT
    made.max_queued_messages_set(100)
    return made


class Link:
    """A paho client with blocking calls that end with LinkLostError, or Stopped when asked to stop.

    `heard` is called with each message from the server, which it has to acknowledge.
    """

    def __init__(
        self, client: paho.Client, stop: Stop, heard: Callable[[paho.MQTTMessage], None]
    ) -> None:
        self.client, self._stop = client, stop
        self._connack: ReasonCode | None = None
        self._granted: list[ReasonCode] | None = None
        self._why = "connection closed"
        client.on_socket_open = _without_delay
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = lambda _client, _data, message: heard(message)

    def open(self, host: str, port: int, *, keepalive: int) -> None:
        """Connect and wait for the CONNACK; DeniedError if it is a refusal."""
        self._connack = None
        try:
            with self._stop.at_once():
                self.client.connect(host, port, keepalive)
        except OSError as failed:  # ssl.SSLError is one
            raise LinkLostError(f"{host}:{port}: {failed}") from failed
        if not self.run(ANSWER_TIMEOUT, until=lambda: self._connack is not None):
            raise LinkLostError("no CONNACK came")
        if self._connack is not None and self._connack.is_failure:
            raise DeniedError(f"CONNECT refused: {self._connack}")

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Subscribe in one packet and wait for the SUBACK."""
        self._granted = None
        self.ask_subscription(*filters, qos=qos)
        if not self.run(ANSWER_TIMEOUT, until=lambda: self._granted is not None):
            raise LinkLostError("no SUBACK came")
        granted: list[ReasonCode] = self._granted or []
        for wanted, code in zip(filters, granted, strict=False):
            if code.is_failure:
                say(f"subscription refused: {wanted}")

    def ask_subscription(self, *filters: str, qos: int = 1) -> None:
        """Subscribe and do not wait."""
        self.client.subscribe([(each, qos) for each in filters])

    def run(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> bool:
        """Keep the connection going for so long, or until the condition holds (True then)."""
        deadline = time.monotonic() + seconds
        while not until():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._turn(min(left, 1.0))
        return True

    def _turn(self, longest: float) -> None:
        """Wait for the socket, a signal or the time, and do what there is to do."""
        self._stop.check()
        sock: Any = self.client.socket()  # a plain or a TLS socket; paho's own type hides which
        if sock is None:
            raise LinkLostError(self._why)
        # Bytes already decrypted do not make the socket readable again.
        waiting = bool(getattr(sock, "pending", int)())
        writers = [sock] if self.client.want_write() else []
        readable, writable, _ = select.select(
            [sock, self._stop.wake], writers, [], 0 if waiting else longest
        )
        if waiting or sock in readable:
            self.client.loop_read()
        if writable:
            self.client.loop_write()
        self.client.loop_misc()

    def acknowledge(self, message: paho.MQTTMessage) -> None:
        """PUBACK a message from the server that came at QoS 1."""
        if message.qos:
            self.client.ack(message.mid, message.qos)

    def send_raw(self, packet: bytes) -> None:
        """Put bytes on the wire past paho, between two whole packets of its own."""
        self.run(ANSWER_TIMEOUT, until=lambda: not self.client.want_write())
        sock = self.client.socket()
        if sock is not None:
            sock.send(packet)

    def close(self) -> None:
        """DISCONNECT and leave; nothing happens where the connection is gone already."""
        self.client.disconnect()
        deadline = time.monotonic() + 1.0
        while self.client.socket() is not None and time.monotonic() < deadline:
            self.client.loop_write()

    def _on_connect(
        self, _client: paho.Client, _data: Any, _flags: Any, code: ReasonCode, _more: Any
    ) -> None:
        self._connack = code

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: Any, code: ReasonCode, _more: Any
    ) -> None:
        self._why = f"connection lost: {code}"

    def _on_subscribe(
        self, _client: paho.Client, _data: Any, _mid: int, codes: list[ReasonCode], _more: Any
    ) -> None:
        self._granted = codes


def _without_delay(_client: paho.Client, _data: Any, sock: Any) -> None:
    """Small packets leave at once: Nagle's algorithm would hold every second one for 40 ms."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
