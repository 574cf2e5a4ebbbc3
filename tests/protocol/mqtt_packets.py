"""MQTT packets written by hand: right ones as clients send them, wrong ones by their clause."""

from __future__ import annotations


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return len(data).to_bytes(2, "big") + data


def length(count: int) -> bytes:
    digits = bytearray()
    while True:
        count, low = divmod(count, 128)
        digits.append(low | (0x80 if count else 0))
        if not count:
            return bytes(digits)


def packet(first: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([first]) + length(len(body)) + body


def connect(
    *payload: bytes, flags: int, name: bytes = b"MQTT", level: int = 4, keepalive: int = 60
) -> bytes:
    head = text(name) + bytes([level, flags]) + keepalive.to_bytes(2, "big")
    return packet(0x10, head, *payload)


def publish(topic: str | bytes, *rest: bytes, flags: int = 0) -> bytes:
    return packet(0x30 | flags, text(topic), *rest)


ID = b"\x00\x07"


SAS = "SharedAccessSignature sr=127.0.7.1%2Fdevices%2Fdev-1&sig=7P%2fiW4h%3d&se=1795200712"
RIGHT = {
    "connect: python, dps": connect(
        text("dev-1"),
        text("0ne00112233/registrations/dev-1/api-version=2019-03-31&ClientVersion=py%2F2.14.0"),
        text(SAS),
        flags=0xC0,
    ),
    "connect: c, keep-alive 0": connect(
        text("dev-1"), text("0ne00112233/registrations/dev-1"), text(SAS), flags=0xC2, keepalive=0
    ),
    "connect: x509, no password": connect(
        text("dev-1"), text("h/dev-1/?api-version=2021-04-12"), flags=0x82
    ),
    "connect: iotda": connect(
        text("5fbbb784b4ec2202e982e643_868540050954037_0_1_2026112018"),
        text("5fbbb784b4ec2202e982e643_868540050954037"),
        text("d4" * 32),
        flags=0xC2,
        keepalive=120,
    ),
    "connect: will of qos 1, retained": connect(
        text("d"), text("devices/d/messages/events/"), text(b"\xff\x00"), flags=0x2E
    ),
    "connect: empty client id, clean": connect(text(""), flags=0x02),
    "connect: 300 characters of client id": connect(text("x" * 300), flags=0x02),
    "connect: binary password": connect(text("d"), text("u"), text(b"\xff\xfe\x00"), flags=0xC2),
    "connect: empty user name": connect(text("d"), text(""), flags=0x82),
    "publish: register": publish(
        "$dps/registrations/PUT/iotdps-register/?$rid=1", ID, b'{"payload":null}', flags=0x02
    ),
    "publish: register, no body, qos 0": publish("$dps/registrations/PUT/iotdps-register/?$rid=1"),
    "publish: telemetry": publish("devices/d/messages/events/%24.mid=1", ID, b"x", flags=0x02),
    "publish: again": publish("devices/d/messages/events/", ID, b"x", flags=0x0A),
    "publish: qos 2, retained": publish("a", ID, flags=0x05),
    "publish: method reply": publish("$iothub/methods/res/-1/?$rid=20", b"{}"),
    "publish: 200 KB": publish("a", bytes(200_000)),
    "publish: other scripts": publish("温度/\U0001f321/a b", "温度".encode()),
    "publish: slashes": publish("//"),
    "publish: a byte order mark": publish("\ufeffa"),
    "subscribe: dps": packet(0x82, ID, text("$dps/registrations/res/#"), b"\x01"),
    "subscribe: c, three filters": packet(
        0x82,
        ID,
        text("$iothub/twin/res/#") + b"\x00",
        text("$iothub/twin/PATCH/properties/desired/#") + b"\x00",
        text("$iothub/methods/POST/#") + b"\x02",
    ),
    "subscribe: the same filter twice": packet(
        0x82, ID, text("$iothub/methods/POST/#") + b"\x00", text("$iothub/methods/POST/#") + b"\x00"
    ),
    "subscribe: wildcards": packet(
        0x82, ID, *(text(one) + b"\x01" for one in ("#", "+", "+/a", "a/+/#", "a/+", "/", "+/+"))
    ),
    "unsubscribe": packet(0xA2, ID, text("a/#"), text("b")),
    "puback": packet(0x40, ID),
    "pubrec": packet(0x50, ID),
    "pubrel": packet(0x62, ID),
    "pubcomp": packet(0x70, ID),
    "pingreq": b"\xc0\x00",
    "disconnect": b"\xe0\x00",
    # the standard asks for no shortest form of the remaining length
    "a remaining length in two bytes": b"\xc0\x80\x00",
}

WRONG: dict[str, tuple[bytes, str]] = {
    # fixed header
    "nothing": (b"", "MQTT-2.2"),
    "one byte": (b"\xc0", "MQTT-2.2"),
    "type 0": (b"\x00\x00", "MQTT-2.2.1"),
    "type 15": (b"\xf0\x00", "MQTT-2.2.1"),
    "connack from a device": (b"\x20\x02\x00\x00", "MQTT-2.2.1"),
    "suback from a device": (b"\x90\x03\x00\x01\x00", "MQTT-2.2.1"),
    "unsuback from a device": (b"\xb0\x02\x00\x01", "MQTT-2.2.1"),
    "pingresp from a device": (b"\xd0\x00", "MQTT-2.2.1"),
    "length too long for the packet": (b"\x30\x05\x00\x01a", "MQTT-2.2.3"),
    "length too short for the packet": (b"\xc0\x00\x00", "MQTT-2.2.3"),
    "length of five bytes": (b"\x30\xff\xff\xff\xff\x01", "MQTT-2.2.3"),
    "length unended": (b"\x30\xff", "MQTT-2.2.3"),
    "flags of CONNECT": (b"\x11" + RIGHT["connect: empty client id, clean"][1:], "MQTT-2.2.2-1"),
    "flags of PUBACK": (packet(0x42, ID), "MQTT-2.2.2-1"),
    "flags of PUBREC": (packet(0x51, ID), "MQTT-2.2.2-1"),
    "flags of PUBREL": (packet(0x60, ID), "MQTT-3.6.1-1"),
    "flags of PUBCOMP": (packet(0x72, ID), "MQTT-2.2.2-1"),
    "flags of SUBSCRIBE": (packet(0x80, ID, text("a"), b"\0"), "MQTT-3.8.1-1"),
    "flags of UNSUBSCRIBE": (packet(0xA0, ID, text("a")), "MQTT-3.10.1-1"),
    "flags of PINGREQ": (b"\xc8\x00", "MQTT-2.2.2-1"),
    "flags of DISCONNECT": (b"\xe1\x00", "MQTT-3.14.1-1"),
    # CONNECT
    "empty CONNECT": (packet(0x10), "MQTT-3.1.2-1"),
    "protocol name": (connect(text("d"), flags=2, name=b"mqtt"), "MQTT-3.1.2-1"),
    "MQTT 3.1": (connect(text("d"), flags=2, name=b"MQIsdp", level=3), "MQTT-3.1.2-1"),
    "no protocol level": (packet(0x10, text("MQTT")), "MQTT-3.1.2-2"),
    "MQTT 5": (connect(b"\0", text("d"), flags=2, level=5), "MQTT-3.1.2-2"),
    "MQTT with level 3": (connect(text("d"), flags=2, level=3), "MQTT-3.1.2-2"),
    "no connect flags": (packet(0x10, text("MQTT"), b"\x04"), "MQTT-3.1.2-3"),
    "reserved connect flag": (connect(text("d"), flags=3), "MQTT-3.1.2-3"),
    "no keep-alive": (packet(0x10, text("MQTT"), b"\x04\x02\x00"), "MQTT-3.1.2.10"),
    "will QoS without will": (connect(text("d"), flags=0x0A), "MQTT-3.1.2-13"),
    "will QoS 3": (connect(text("d"), text("t"), text("m"), flags=0x1E), "MQTT-3.1.2-14"),
    "will retain without will": (connect(text("d"), flags=0x22), "MQTT-3.1.2-15"),
    "password without user name": (connect(text("d"), text("p"), flags=0x42), "MQTT-3.1.2-22"),
    "no client id": (connect(flags=2), "MQTT-3.1.3-3"),
    "cut client id": (connect(b"\x00\x05dev", flags=2), "MQTT-3.1.3-3"),
    "empty client id, not clean": (connect(text(""), flags=0), "MQTT-3.1.3-7"),
    "client id no UTF-8": (connect(text(b"\xff"), flags=2), "MQTT-1.5.3-1"),
    "client id with NUL": (connect(text("a\0"), flags=2), "MQTT-1.5.3-2"),
    "no will topic": (connect(text("d"), flags=6), "MQTT-3.1.2-9"),
    "no will message": (connect(text("d"), text("t"), flags=6), "MQTT-3.1.2-9"),
    "will topic empty": (connect(text("d"), text(""), text("m"), flags=6), "MQTT-4.7.3-1"),
    "will topic wild": (connect(text("d"), text("a/#"), text("m"), flags=6), "MQTT-4.7.1-1"),
    "will topic no UTF-8": (connect(text("d"), text(b"\xc3"), text(""), flags=6), "MQTT-1.5.3-1"),
    "no user name": (connect(text("d"), flags=0x82), "MQTT-3.1.2-19"),
    "user name no UTF-8": (connect(text("d"), text(b"\xed\xa0\x80"), flags=0x82), "MQTT-1.5.3-1"),
    "user name with NUL": (connect(text("d"), text("u\0"), flags=0x82), "MQTT-1.5.3-2"),
    "no password": (connect(text("d"), text("u"), flags=0xC2), "MQTT-3.1.2-21"),
    "cut password": (connect(text("d"), text("u"), b"\x01\x00pw", flags=0xC2), "MQTT-3.1.2-21"),
    "undeclared user name": (connect(text("d"), text("u"), flags=2), "MQTT-3.1.2-18"),
    "undeclared password": (connect(text("d"), text("u"), text("p"), flags=0x82), "MQTT-3.1.2-20"),
    "bytes behind CONNECT": (
        connect(text("d"), text("u"), text("p"), b"\0", flags=0xC2),
        "MQTT-3.1.3-1",
    ),
    # PUBLISH
    "QoS 3": (publish("a", ID, flags=6), "MQTT-3.3.1-4"),
    "DUP in QoS 0": (publish("a", flags=8), "MQTT-3.3.1-2"),
    "no topic": (packet(0x30), "MQTT-3.3.2-1"),
    "cut topic": (packet(0x30, b"\x00\x09abc"), "MQTT-3.3.2-1"),
    "empty topic": (publish(""), "MQTT-4.7.3-1"),
    "topic with #": (publish("a/#"), "MQTT-3.3.2-2"),
    "topic with +": (publish("a+b"), "MQTT-3.3.2-2"),
    "topic with NUL": (publish("a\0b"), "MQTT-1.5.3-2"),
    "topic with a surrogate": (publish(b"\xed\xbf\xbf"), "MQTT-1.5.3-1"),
    "topic in overlong UTF-8": (publish(b"\xc0\xaf"), "MQTT-1.5.3-1"),
    "topic in Latin-1": (publish("größe".encode("latin-1")), "MQTT-1.5.3-1"),
    "PUBLISH id 0": (publish("a", b"\0\0", flags=2), "MQTT-2.3.1-1"),
    "PUBLISH without id": (publish("a", flags=2), "MQTT-2.3.1-1"),
    # acknowledgements
    "PUBACK id 0": (packet(0x40, b"\0\0"), "MQTT-2.3.1-6"),
    "PUBACK without id": (packet(0x40), "MQTT-2.3.1-6"),
    "PUBACK cut": (packet(0x40, b"\1"), "MQTT-2.3.1-6"),
    "bytes behind PUBACK": (packet(0x40, ID, b"\0"), "MQTT-3.4.1"),
    "bytes behind PUBREC": (packet(0x50, ID, b"\0"), "MQTT-3.5.1"),
    "bytes behind PUBREL": (packet(0x62, ID, b"\0"), "MQTT-3.6.1"),
    "bytes behind PUBCOMP": (packet(0x70, ID, b"\0"), "MQTT-3.7.1"),
    "PUBREC id 0": (packet(0x50, b"\0\0"), "MQTT-2.3.1-6"),
    "PUBREL id 0": (packet(0x62, b"\0\0"), "MQTT-2.3.1-6"),
    "PUBCOMP id 0": (packet(0x70, b"\0\0"), "MQTT-3.7.2"),
    # SUBSCRIBE, UNSUBSCRIBE
    "SUBSCRIBE id 0": (packet(0x82, b"\0\0", text("a"), b"\0"), "MQTT-2.3.1-1"),
    "SUBSCRIBE without id": (packet(0x82), "MQTT-2.3.1-1"),
    "empty SUBSCRIBE": (packet(0x82, ID), "MQTT-3.8.3-3"),
    "cut filter": (packet(0x82, ID, b"\x00\x09a"), "MQTT-3.8.3-1"),
    "filter without QoS": (packet(0x82, ID, text("a")), "MQTT-3.8.3"),
    "QoS 3 requested": (packet(0x82, ID, text("a"), b"\3"), "MQTT-3.8.3-4"),
    "reserved bits of QoS": (packet(0x82, ID, text("a"), b"\x81"), "MQTT-3.8.3-4"),
    "empty filter": (packet(0x82, ID, text(""), b"\0"), "MQTT-4.7.3-1"),
    "# not last": (packet(0x82, ID, text("a/#/b"), b"\0"), "MQTT-4.7.1-2"),
    "# not a level": (packet(0x82, ID, text("a/b#"), b"\0"), "MQTT-4.7.1-2"),
    "+ not a level": (packet(0x82, ID, text("a/b+/c"), b"\0"), "MQTT-4.7.1-3"),
    "filter with NUL": (packet(0x82, ID, text("a\0"), b"\0"), "MQTT-1.5.3-2"),
    "filter no UTF-8": (packet(0x82, ID, text(b"\x80"), b"\0"), "MQTT-1.5.3-1"),
    "fault in the second filter": (
        packet(0x82, ID, text("a"), b"\0", text("b+"), b"\0"),
        "MQTT-4.7.1-3",
    ),
    "UNSUBSCRIBE id 0": (packet(0xA2, b"\0\0", text("a")), "MQTT-2.3.1-1"),
    "empty UNSUBSCRIBE": (packet(0xA2, ID), "MQTT-3.10.3-2"),
    "cut filter of UNSUBSCRIBE": (packet(0xA2, ID, b"\0"), "MQTT-3.10.3-1"),
    "wild filter of UNSUBSCRIBE": (packet(0xA2, ID, text("#/a")), "MQTT-4.7.1-2"),
    # the rest
    "bytes behind PINGREQ": (packet(0xC0, b"\0"), "MQTT-3.12.1"),
    "bytes behind DISCONNECT": (packet(0xE0, b"\0"), "MQTT-3.14.1"),
}
