"""The device that speaks MQTT to Huawei IoTDA: report each second, answer what it is asked."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as paho

from . import clock, raw_packets, signing, trust
from .faults import broken
from .iotda_answers import Desk
from .measuring import report
from .mqtt_link import Link, client
from .options import IotdaOptions
from .retrying import Backoff, LinkLostError
from .stopping import Stop, Stopped
from .telling import say

LATE = 21.0
"""Seconds that a fault keeps an answer back: one more than the platform waits."""
KEEPALIVE = 120
PERIOD = 1.0
"""Seconds between two reports."""


def run(options: IotdaOptions) -> int:
    """Live until told to stop; exit status 0."""
    stop = Stop()
    try:
        Platform(options, stop).live()
    except Stopped:
        say("asked to stop")
    return 0


class Platform:
    """IoTDA as one device sees it; what the device remembers outlives its connections."""

    def __init__(self, options: IotdaOptions, stop: Stop) -> None:
        self._options, self._stop = options, stop
        self._prefix = f"$oc/devices/{options.iotda_device_id}/sys/"
        self._desk = Desk(self._prefix)
        self._reports = 0

    def live(self) -> None:
        """Stay connected until asked to stop (Stopped)."""
        backoff = Backoff()
        while True:
            began = time.monotonic()
            try:
                self._connection()
            except LinkLostError as lost:
                backoff.lived(time.monotonic() - began)
                if broken("iotda-gives-up-after-lost-connection"):
                    self._stop.wait(86400.0)
                pause = backoff.before_reconnecting()
                say(f"{lost}; next try in {pause:.1f} s")
                self._stop.wait(pause)

    def _connection(self) -> None:
        """One connection from CONNECT to DISCONNECT.

        The credentials are made for each, since the stamp must be of the hour it is sent in.
        """
        link = Link(self._client(), self._stop, lambda message: self._heard(link, message))
        try:
            link.open(self._options.iotda_host, self._port(), keepalive=_keepalive())
            say("connected to the platform")
            self._subscribe(link)
            while True:
                self._report(link)
                link.run(PERIOD)
        finally:
            link.close()

    def _port(self) -> int:
        options = self._options
        port = options.iotda_mqtt_port if options.plain else options.iotda_mqtts_port
        return port or (1883 if options.plain else 8883)

    def _client(self) -> paho.Client:
        """A client with the credentials of this hour."""
        options, stamp = self._options, clock.stamp()
        made = client(
            client_id(options.iotda_device_id, stamp), clean=True, mqtt_31=broken("iotda-mqtt-3-1")
        )
        hashed = _hour_before(stamp) if broken("iotda-password-of-another-hour") else stamp
        user = options.iotda_device_id
        if broken("iotda-user-name-differs"):
            user = f"{user}-1"
        made.username_pw_set(user, signing.iotda_password(options.iotda_secret, hashed))
        if not options.plain:
            server = (options.iotda_host, options.iotda_mqtts_port or 8883)
            made.tls_set_context(trust.context("iotda", options.ca_file or "", server=server))
        if broken("iotda-will"):
            made.will_set(f"{self._prefix}messages/up", b"offline", qos=1)
        return made

    def _subscribe(self, link: Link) -> None:
        """Ask for QoS 1; without, the platform delivers at QoS 0."""
        if broken("iotda-subscribes-for-all-devices"):
            link.subscribe("$oc/devices/+/sys/commands/#")
        topics = ("commands/#", "properties/set/#", "properties/get/#", "messages/down")
        link.subscribe(*(self._prefix + topic for topic in topics))

    def _report(self, link: Link) -> None:
        """Report the properties as they are now."""
        self._reports += 1
        topic = f"{self._prefix}properties/report"
        if broken("iotda-report-for-another-device"):
            topic = f"$oc/devices/{self._options.iotda_device_id}-2/sys/properties/report"
        if broken("iotda-report-on-old-topic"):
            topic = f"/huawei/v1/devices/{self._options.iotda_device_id}/data/json"
        body = report(self._reports, clock.event_time(), self._desk.threshold)
        text = json.dumps(body).encode()
        if broken("iotda-report-not-json"):
            text = str(body).encode()
        strange = raw_packets.malformed("iotda", topic, text)
        if strange is not None and self._reports == 1:
            link.send_raw(strange)
        link.client.publish(
            topic,
            text,
            qos=2 if broken("iotda-report-at-qos-2") else 1,
            retain=broken("iotda-report-retained"),
        )
        say(f"report {self._reports} sent")

    def _heard(self, link: Link, message: paho.MQTTMessage) -> None:
        """Answer, then acknowledge, as the platform allows."""
        fresh = "/commands/request_id" in message.topic and not message.dup
        if fresh and broken("iotda-command-answered-late"):
            self._stop.wait(LATE)
        for topic, body in self._desk.answers(message.topic, bytes(message.payload)):
            link.client.publish(topic, body, qos=1)
        if not broken("iotda-downlink-not-acknowledged"):
            link.acknowledge(message)
        if self._desk.changed and not broken("iotda-property-set-not-reported"):
            self._desk.changed = False
            self._report(link)


def client_id(device_id: str, stamp: str) -> str:
    """device id, id type 0, sign type 1 (the platform checks the stamp), stamp."""
    if broken("iotda-client-id-fields-swapped"):
        return f"{device_id}_0_{stamp}_1"
    if broken("iotda-client-id-of-unknown-type"):
        return f"{device_id}_9_1_{stamp}"
    if broken("iotda-client-id-without-stamp"):
        return device_id
    return f"{device_id}_0_1_{stamp}"


def _keepalive() -> int:
    """Seconds; the platform takes 30 to 1200 and recommends 120."""
    if broken("iotda-keepalive-too-short"):
        return 10
    if broken("iotda-keepalive-zero"):
        return 0
    return 1300 if broken("iotda-keepalive-too-long") else KEEPALIVE


def _hour_before(stamp: str) -> str:
    """What a clock read on the other side of the full hour gives."""
    moment = datetime.strptime(stamp, "%Y%m%d%H").replace(tzinfo=UTC) - timedelta(hours=1)
    return moment.strftime("%Y%m%d%H")
