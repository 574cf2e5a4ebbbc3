"""Stand-in for the board's MQTT client: MQTT 3.1.1 on one blocking socket, QoS 0 out.

It behaves as small firmware clients do: nothing runs in the background, so no PINGREQ ever leaves;
acknowledgements are awaited with no time limit; a message is handed to the callback before its
PUBACK leaves; a lost connection is an OSError, and nobody reconnects.
"""

import socket
from struct import pack, unpack

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, DISCONNECT = 0x10, 0x30, 0x40, 0x82, 0xE0
CONNACK, SUBACK, PINGREQ = 0x20, 0x90, 0xC0
CLEAN, HAS_PASSWORD, HAS_USER = 0x02, 0x40, 0x80


def _data(value):
    """A string or bytes with its length in front (MQTT 3.1.1, 1.5.3)."""
    raw = value.encode() if isinstance(value, str) else bytes(value)
    return pack("!H", len(raw)) + raw


def _length(number):
    """The remaining length: seven bits a byte, the lowest first (2.2.3)."""
    raw = bytearray()
    while True:
        number, low = divmod(number, 128)
        raw.append(low | (0x80 if number else 0))
        if not number:
            return bytes(raw)


class MQTTClient:
    """The board's class, as far as a program needs it that connects once."""

    def __init__(self, client_id, server, port=1883, user=None, password=None, keepalive=0):
        self._address = (server, port)
        self._hello = (client_id, user, password, keepalive)
        self._socket = None
        self._callback = None
        self._last_id = 0

    def set_callback(self, callback):
        """`callback(topic, payload)`, both bytes, called from within wait_msg or subscribe."""
        self._callback = callback

    def connect(self, clean_session=True):
        """Connect and wait for the CONNACK; OSError with its code when it refuses."""
        client_id, user, password, keepalive = self._hello
        flags = CLEAN * clean_session
        flags |= HAS_USER * (user is not None) | HAS_PASSWORD * (password is not None)
        body = _data("MQTT") + pack("!BBH", 4, flags, keepalive) + _data(client_id)
        body += b"".join(_data(field) for field in (user, password) if field is not None)
        self._socket = socket.create_connection(self._address)
        self._send(CONNECT, body)
        kind, (present, code) = self._receive()
        if kind != CONNACK or code:
            raise OSError(f"refused with code {code}")
        return present & 1

    def subscribe(self, topic, qos=0):
        """Subscribe and wait for the SUBACK; messages that come first go to the callback."""
        self._last_id += 1
        self._send(SUBSCRIBE, pack("!H", self._last_id) + _data(topic) + bytes([qos]))
        while self._take() != SUBACK:
            pass

    def publish(self, topic, payload):
        self._send(PUBLISH, _data(topic) + payload)

    def wait_msg(self):
        """Wait for one packet, however long it takes."""
        if self._socket is None:
            raise OSError("not connected")
        self._take()

    def ping(self):
        self._send(PINGREQ, b"")

    def disconnect(self):
        self._send(DISCONNECT, b"")
        self._socket.close()

    def _take(self):
        """Read one packet and deal with it; returns its type."""
        head, body = self._receive()
        if head & 0xF0 == PUBLISH:
            self._deliver(body, qos=head >> 1 & 3)
        return head & 0xF0

    def _deliver(self, body, qos):
        end = 2 + unpack("!H", body[:2])[0]
        start = end + (2 if qos else 0)
        self._callback(body[2:end], body[start:])
        if qos:
            self._send(PUBACK, body[end:start])

    def _send(self, head, body):
        self._socket.sendall(bytes([head]) + _length(len(body)) + body)

    def _receive(self):
        """The next packet: its first byte, and what follows the remaining length."""
        head, length, shift = self._read(1)[0], 0, 0
        while True:
            byte = self._read(1)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return head, self._read(length)

    def _read(self, count):
        raw = b""
        while len(raw) < count:
            piece = self._socket.recv(count - len(raw))
            if not piece:
                raise OSError("the connection is gone")
            raw += piece
        return raw
