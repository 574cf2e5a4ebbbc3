"""The features that a profile (PICS) may claim, and how each is recognised on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from transcript import Event


@dataclass(frozen=True, slots=True)
class Feature:
    """Something a device may do. `seen` is the event, with its fields, that shows it."""

    id: str
    title: str
    seen: tuple[str, dict[str, Any]] | None = None
    implies: tuple[str, ...] = ()

    def shows_in(self, events: Iterable[Event]) -> bool:
        """Whether the device was seen to do it. False for a feature that has no sign of its own."""
        if self.seen is None:
            return False
        name, fields = self.seen
        return any(event.matches(name, **fields) for event in events)


OVER_HTTPS, OVER_MQTT = {"transport": "https"}, {"transport": "mqtt"}


def _at_qos_1(service: str) -> dict[str, Any]:
    """The fields of a SUBSCRIBE that asks a service for anything with QoS 1, methods aside.

    The hub sends methods with QoS 0 whatever was asked (MQTT guide, direct methods).
    """

    def asked(filters: list[tuple[str, int]]) -> bool:
        return any(qos >= 1 and not name.startswith("$iothub/") for name, qos in filters)

    return {"service": service, "filters": asked}


_ALL = (
    Feature("azure", "talks to Azure IoT"),
    Feature("mqtt", "speaks MQTT"),
    Feature("dps", "provisions itself through DPS", ("dps.register", {}), ("azure",)),
    Feature("dps.https", "provisions itself over HTTPS", ("dps.register", {"transport": "https"})),
    Feature(
        "dps.mqtt",
        "provisions itself over MQTT",
        ("dps.register", {"transport": "mqtt"}),
        ("mqtt",),
    ),
    Feature("dps.sas", "proves itself to DPS with a SAS token"),
    Feature("dps.symmetric-key", "holds an individual symmetric key", implies=("dps.sas",)),
    Feature("dps.group-key", "holds a group's key, or one derived from it", implies=("dps.sas",)),
    Feature("dps.x509", "holds a certificate for DPS"),
    Feature("dps.enrolls", "creates its enrollment group itself", ("dps.service", {})),
    Feature("hub", "connects to an IoT Hub", ("hub.login", {}), ("azure",)),
    Feature("hub.https", "speaks to the hub over HTTPS", ("hub.login", {"transport": "https"})),
    Feature(
        "hub.mqtt", "speaks to the hub over MQTT", ("hub.login", {"transport": "mqtt"}), ("mqtt",)
    ),
    Feature("hub.sas", "proves itself to the hub with a SAS token"),
    Feature("hub.x509", "proves itself to the hub with a certificate"),
    Feature("hub.telemetry", "sends telemetry", ("hub.telemetry", {})),
    Feature("hub.properties", "gives its telemetry a property bag"),
    Feature("hub.c2d", "receives cloud-to-device messages", ("hub.c2d", {})),
    Feature(
        "hub.c2d.qos1", "subscribes to messages with QoS 1", ("mqtt.subscribe", _at_qos_1("hub"))
    ),
    Feature("hub.methods", "answers direct methods", ("hub.method.reply", {})),
    Feature("iotda", "connects to Huawei Cloud IoTDA", ("iotda.login", {}), ("mqtt",)),
    Feature("iotda.tls", "speaks to IoTDA over TLS", ("tcp.open", {"port_kind": "mqtts"})),
    Feature("iotda.plain", "speaks to IoTDA in the clear", ("tcp.open", {"port_kind": "mqtt"})),
    Feature("iotda.properties", "reports properties", ("iotda.report", {})),
    Feature("iotda.commands", "answers commands", ("iotda.command.reply", {})),
    Feature("iotda.messages", "receives messages", ("iotda.message", {})),
    Feature("iotda.qos1", "subscribes at IoTDA with QoS 1", ("mqtt.subscribe", _at_qos_1("iotda"))),
)

FEATURES = {feature.id: feature for feature in _ALL}


def closure(claims: Iterable[str]) -> frozenset[str]:
    """The claims with all that they imply: `hub.c2d` is a `hub`, and a `hub` is `azure`."""
    todo, reached = list(claims), set[str]()
    while todo:
        claim = todo.pop()
        if claim not in reached:
            reached.add(claim)
            parent = claim.rpartition(".")[0]
            todo += [*FEATURES[claim].implies, *([parent] if parent else [])]
    return frozenset(reached)
