"""Life at the hub over MQTT (Microsoft Learn, iot-hub: iot-mqtt-connect-to-iot-hub)."""

from __future__ import annotations

import time
from urllib.parse import quote, quote_plus

import paho.mqtt.client as paho

from . import credentials, methods, raw_packets
from .enrolling import Assignment
from .faults import broken
from .measuring import telemetry
from .mqtt_link import DeniedError, Link, client
from .options import AzureOptions
from .retrying import Backoff, LinkLostError
from .stopping import Stop
from .telling import say

API_VERSION = "2021-04-12"
KEEPALIVE = 60
PERIOD = 1.0
"""Seconds between two messages."""
RENEWAL = 0.8
"""The part of a token's life after which the device logs in with a new one."""


class Hub:
    """The assigned hub; the session is kept over connections (clean session 0)."""

    def __init__(
        self, options: AzureOptions, where: Assignment, stop: Stop, backoff: Backoff
    ) -> None:
        self._options, self._where, self._stop, self._backoff = options, where, stop, backoff
        self._sent = 0
        self._sessions = 0
        self._methods = methods.Methods()
        mqtt = client(
            self._client_id(),
            clean=broken("hub-subscribes-only-once"),
            mqtt_31=broken("hub-mqtt-3-1"),
        )
        server = (where.hub, options.hub_mqtts_port)
        mqtt.tls_set_context(credentials.trusting("hub", options, server))
        self._set_will(mqtt)
        self._link = Link(mqtt, stop, self._heard)

    def live(self) -> None:
        """Stay connected until asked to stop (Stopped) or refused by the hub (DeniedError)."""
        while True:
            began = time.monotonic()
            try:
                self._connection()
            except DeniedError:
                if not broken("hub-refused-never-provisions-again"):
                    raise
                self._stop.wait(self._backoff.before_reconnecting())
            except LinkLostError as lost:
                self._backoff.lived(time.monotonic() - began)
                self._recover(lost)

    def _recover(self, lost: LinkLostError) -> None:
        """Wait before the next connection."""
        if broken("hub-gives-up-after-lost-connection"):
            self._stop.wait(86400.0)
        if broken("hub-provisions-again-after-lost-connection"):
            raise lost
        pause = self._backoff.before_reconnecting()
        say(f"{lost}; next try in {pause:.1f} s")
        self._stop.wait(pause)

    def _connection(self) -> None:
        """One session, left with DISCONNECT however it ends."""
        try:
            self._session()
        finally:
            self._link.close()

    def _session(self) -> None:
        """Log in, subscribe, send until the token is due for renewal."""
        options, where = self._options, self._where
        self._link.client.username_pw_set(
            self._user_name(), credentials.hub_password(options, where)
        )
        self._link.open(where.hub, options.hub_mqtts_port, keepalive=self._keepalive())
        say(f"connected to {where.hub}")
        self._subscribe()
        self._sessions += 1
        renew_at = time.monotonic() + options.token_lifetime * RENEWAL
        while (left := renew_at - time.monotonic()) > 0:
            self._send()
            self._link.run(min(PERIOD, left))
        say("renewing the token")

    def _client_id(self) -> str:
        return (
            f"{self._where.device_id}_1"
            if broken("hub-client-id-differs")
            else self._where.device_id
        )

    def _user_name(self) -> str:
        host = self._where.hub
        if broken("hub-user-name-of-another-host"):
            host = "thermostats.azure-devices.net"
        version = "" if broken("hub-no-api-version") else f"?api-version={API_VERSION}"
        return f"{host}/{self._where.device_id}/{version}"

    def _keepalive(self) -> int:
        if broken("hub-keepalive-zero"):
            return 0
        return 3600 if broken("hub-keepalive-one-hour") else KEEPALIVE

    def _set_will(self, mqtt: paho.Client) -> None:
        """A correct device has none; the hub takes one on the events topic only, not retained."""
        if broken("hub-will-on-another-topic"):
            mqtt.will_set(f"status/{self._where.device_id}", b"offline", qos=1)
        if broken("hub-will-retained"):
            mqtt.will_set(self._events(), b"offline", qos=1, retain=True)

    def _subscribe(self) -> None:
        """Messages from the cloud and direct methods, in every connection anew."""
        if self._sessions and broken("hub-subscribes-only-once"):
            return
        device = self._where.device_id
        wanted = [f"devices/{device}/messages/devicebound/#", methods.FILTER]
        if broken("hub-c2d-not-subscribed"):
            wanted = wanted[1:]
        if broken("hub-c2d-subscribed-without-wildcard"):
            wanted[0] = wanted[0].removesuffix("#")
        if broken("hub-c2d-subscribed-for-all-devices"):
            wanted[0] = "devices/+/messages/devicebound/#"
        if broken("hub-methods-not-subscribed"):
            wanted = wanted[:1]
        if broken("hub-six-subscriptions"):
            wanted += ["$iothub/twin/res/#", "$iothub/twin/PATCH/properties/desired/#"]
            wanted += ["$iothub/twin/res/200/#", "$iothub/twin/res/204/#"]
        if broken("hub-subscribes-to-everything"):
            wanted.append("#")
        self._link.subscribe(*wanted)

    def _send(self) -> None:
        """One fresh message."""
        self._sent += 1
        topic = self._events() + property_bag(self._sent)
        if self._sent == 1:
            self._send_strangely()
        if broken("hub-bag-blank-as-plus"):  # paho refuses a "+" in a topic to publish on
            packet_id = 60000 + self._sent % 5000
            packet = raw_packets.publish(
                topic, telemetry(self._sent), flags=raw_packets.QOS_1, packet_id=packet_id
            )
            self._link.send_raw(packet)
            return
        self._link.client.publish(
            topic,
            telemetry(self._sent),
            qos=2 if broken("hub-telemetry-at-qos-2") else 1,
            retain=broken("hub-telemetry-retained"),
        )
        say(f"message {self._sent} sent")

    def _send_strangely(self) -> None:
        """What does not belong on this connection, once in the life of the process."""
        if broken("hub-publishes-home-automation-topic"):
            self._link.client.publish(f"tele/{self._where.device_id}/STATE", b"{}", qos=0)
        packet = raw_packets.malformed("hub", self._events(), telemetry(self._sent))
        if packet is not None:
            self._link.send_raw(packet)

    def _events(self) -> str:
        device = self._where.device_id
        if broken("hub-telemetry-under-another-device"):
            device = f"{device}-2"
        if broken("hub-telemetry-topic-misspelt"):
            return f"devices/{device}/message/events/"
        topic = f"devices/{device}/messages/events/"
        return f"/{topic}" if broken("hub-telemetry-with-leading-slash") else topic

    def _heard(self, message: paho.MQTTMessage) -> None:
        """A method call or a message from the cloud."""
        if message.topic.startswith(methods.CALLED):
            self._link.acknowledge(message)
            for topic, body in self._methods.answers(message.topic, bytes(message.payload)):
                self._link.client.publish(topic, body, qos=0)
            return
        say(f"message from the cloud, {len(message.payload)} bytes")
        if broken("hub-c2d-acknowledged-under-another-id"):
            message.mid = message.mid % 65535 + 1
        if not broken("hub-c2d-not-acknowledged"):
            self._link.acknowledge(message)


def property_bag(number: int) -> str:
    """The properties of a message as the end of its topic; the values need encoding on purpose."""
    properties = {
        "$.mid": f"sample-{number}",
        "$.ct": "application/json",
        "$.ce": "utf-8",
        "place": "Zürich / Nord",
        "rule": "a=1&b=2",
    }
    if broken("hub-bag-not-encoded"):
        return "&".join(f"{name}={value}" for name, value in properties.items())
    encode = quote_plus if broken("hub-bag-blank-as-plus") else quote
    charset = "latin-1" if broken("hub-bag-in-latin-1") else "utf-8"
    return "&".join(
        f"{quote(name, safe='')}={encode(value, safe='', encoding=charset)}"
        for name, value in properties.items()
    )
