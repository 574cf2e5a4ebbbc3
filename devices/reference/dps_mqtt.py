"""The provisioning dialogue over MQTT (Microsoft Learn, iot-dps: iot-mqtt-connect-to-iot-dps)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as paho

from . import credentials
from .enrolling import API_VERSION, Answer, parsed, registration_body, whole_seconds
from .faults import broken
from .mqtt_link import ANSWER_TIMEOUT, Link, client
from .options import AzureOptions
from .retrying import LinkLostError
from .stopping import Stop
from .telling import say

KEEPALIVE = 60
RESPONSES = "$dps/registrations/res/#"
ANSWERED = "$dps/registrations/res/"
REGISTER = "$dps/registrations/PUT/iotdps-register/"
POLL = "$dps/registrations/GET/iotdps-get-operationstatus/"


@contextmanager
def connected(options: AzureOptions, stop: Stop) -> Iterator[DpsOverMqtt]:
    """The provisioning service, subscribed and ready to be asked; left with DISCONNECT."""
    dps = DpsOverMqtt(options, stop)
    try:
        dps.open()
        yield dps
        if broken("dps-publishes-undocumented-topic"):
            dps.link.client.publish(f"$dps/registrations/POST/bye/?$rid={_rid()}", b"{}")
    finally:
        dps.link.close()


class DpsOverMqtt:
    """One connection to the provisioning service."""

    def __init__(self, options: AzureOptions, stop: Stop) -> None:
        self._options = options
        self._answers: dict[str, Answer] = {}
        identity = options.registration_id
        if broken("dps-client-id-differs"):
            identity = f"{identity}-01"
        mqtt = client(identity, clean=True, mqtt_31=broken("dps-mqtt-3-1"))
        mqtt.username_pw_set(self._user_name(), credentials.dps_password(options))
        server = (options.dps_host, options.dps_mqtts_port)
        mqtt.tls_set_context(credentials.trusting("dps", options, server))
        self.link = Link(mqtt, stop, self._heard)

    def open(self) -> None:
        """Connect, and subscribe to the answers before anything is asked."""
        options = self._options
        self.link.open(options.dps_host, options.dps_mqtts_port, keepalive=KEEPALIVE)
        say("connected to the provisioning service")
        if broken("dps-registers-before-subscribing"):
            return
        if broken("dps-registers-before-suback"):
            self.link.ask_subscription(RESPONSES)
            return
        one = broken("dps-subscribes-to-one-status")
        self.link.subscribe(f"{ANSWERED}200/#" if one else RESPONSES)
        if broken("dps-subscribes-to-everything"):
            self.link.subscribe("#")

    def register(self) -> Answer:
        """Ask to be registered."""
        say(f"registering {self._options.registration_id}")
        return self._ask(REGISTER, "", registration_body(self._options.registration_id))

    def poll(self, operation_id: str) -> Answer:
        """Ask how the operation is doing."""
        say("polling")
        return self._ask(POLL, f"&operationId={operation_id}", b"")

    def pause(self, seconds: float) -> None:
        """Wait before the next question, with the connection kept alive."""
        self.link.run(seconds)

    def _user_name(self) -> str:
        scope, identity = self._options.id_scope, self._options.registration_id
        if broken("dps-address-id-in-capitals"):
            identity = identity.upper()
        version = f"/api-version={API_VERSION}"
        if broken("dps-user-name-with-question-mark"):
            version = f"/?api-version={API_VERSION}"
        if broken("dps-no-api-version"):
            version = ""
        return f"{scope}/registrations/{identity}{version}"

    def _ask(self, topic: str, query: str, body: bytes) -> Answer:
        """Publish a question and wait for the answer under its request id."""
        rid = _rid()
        self._send(topic, rid, body, query)
        if topic == REGISTER and broken("dps-registers-before-subscribing"):
            self.link.ask_subscription(RESPONSES)
        if not self.link.run(ANSWER_TIMEOUT, until=lambda: rid in self._answers):
            raise LinkLostError("the provisioning service did not answer")
        return self._answers.pop(rid)

    def _send(self, topic: str, rid: str, body: bytes, query: str = "") -> None:
        self.link.client.publish(
            f"{topic}?$rid={rid}{query}",
            body,
            qos=2 if broken("dps-publishes-at-qos-2") else 1,
            retain=broken("dps-publishes-retained"),
        )

    def _heard(self, message: paho.MQTTMessage) -> None:
        """Keep an answer for the question that waits for it."""
        self.link.acknowledge(message)
        found = _parsed_topic(message.topic)
        if found is not None:
            status, rid, wait = found
            self._answers[rid] = Answer(status, wait, parsed(bytes(message.payload)))


def _parsed_topic(topic: str) -> tuple[int, str, int | None] | None:
    """Status, request id and Retry-After of an answer's topic; their order in the query is free."""
    if not topic.startswith(ANSWERED):
        return None
    status, _, query = topic.removeprefix(ANSWERED).partition("/?")
    if broken("dps-expects-request-id-first") and not query.startswith("$rid="):
        return None
    pairs = dict(pair.partition("=")[::2] for pair in query.split("&"))
    if broken("dps-expects-retry-after-last") and not query.startswith("$rid="):
        pairs.pop("retry-after", None)
    if not status.isdigit() or "$rid" not in pairs:
        return None
    return int(status), pairs["$rid"], whole_seconds(pairs.get("retry-after"))


def _rid() -> str:
    """A request id of our own."""
    return secrets.token_hex(8)
