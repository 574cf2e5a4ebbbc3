"""The placeholders: what a device can be told, by name, and how its command line gets them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """One value that a device can be given.

    `needs` is the feature for which a device wants it, "" for any. A `burnt` one may be fixed in
    the device and then stands in [bench]; a `secret` one is never shown where it is a vendor's.
    """

    name: str
    meaning: str
    needs: str = ""
    burnt: bool = False
    secret: bool = False


def _burnt(name: str, meaning: str, needs: str, *, secret: bool = False) -> Placeholder:
    return Placeholder(name=name, meaning=meaning, needs=needs, burnt=True, secret=secret)


def _told(name: str, meaning: str, needs: str = "", *, secret: bool = False) -> Placeholder:
    return Placeholder(name=name, meaning=meaning, needs=needs, secret=secret)


_ALL = (
    _told("ca_file", "PEM file with the only certificate authority that the device may trust"),
    _told("dps_host", "host of the Device Provisioning Service", "dps"),
    _told("dps_https_port", "its HTTPS port", "dps.https"),
    _told("dps_mqtts_port", "its MQTT port, over TLS", "dps.mqtt"),
    _burnt("id_scope", "ID scope of the provisioning service", "dps"),
    _burnt("registration_id", "registration id of the device", "dps"),
    _burnt(
        "symmetric_key",
        "base64 key of the individual enrollment, or already derived from the group's",
        "dps.symmetric-key",
        secret=True,
    ),
    _burnt(
        "group_key",
        "base64 key of the enrollment group, from which the device derives its own",
        "dps.group-key",
        secret=True,
    ),
    _burnt("enrollment_group_id", "id of the enrollment group", "dps"),
    _burnt("x509_cert_file", "PEM file with the device's certificate", "dps.x509"),
    _burnt("x509_key_file", "PEM file with its private key", "dps.x509"),
    _burnt("x509_cert_chain_file", "PEM file: certificate, then its intermediates", "dps.x509"),
    _burnt("signing_cert_file", "PEM file with the enrollment group's certificate", "dps.x509"),
    _told(
        "dps_service_connection_string",
        "connection string for the service API (a program that manages enrollments)",
        "dps",
        secret=True,
    ),
    _told("hub_host", "host of the IoT Hub, for a device that is not told by DPS", "hub"),
    _told("hub_https_port", "its HTTPS port", "hub.https"),
    _told("hub_mqtts_port", "its MQTT port, over TLS", "hub.mqtt"),
    _burnt("device_id", "device id at the IoT Hub", "hub"),
    _burnt("device_key", "base64 key of the device at the IoT Hub", "hub.sas", secret=True),
    _told("device_connection_string", "the same three as a connection string", "hub", secret=True),
    _told("iotda_host", "host of IoTDA", "iotda"),
    _told("iotda_mqtts_port", "its MQTT port, over TLS", "iotda.tls"),
    _told("iotda_mqtt_port", "its MQTT port, in the clear", "iotda.plain"),
    _burnt("iotda_device_id", "device id at IoTDA", "iotda"),
    _burnt("iotda_secret", "the device's secret at IoTDA", "iotda", secret=True),
    _burnt("iotda_product_id", "product id at IoTDA", "iotda"),
    _burnt("iotda_node_id", "node id at IoTDA", "iotda"),
    _told("time_zone", "time zone in which the device runs, such as Asia/Kolkata"),
    _told("python", "a Python interpreter: the device's own environment if it has one, else ours"),
    _told("manifest_dir", "directory in which the manifest lies"),
    _told("work_dir", "a fresh empty directory for each start"),
)

PLACEHOLDERS: Mapping[str, Placeholder] = {each.name: each for each in _ALL}

# Values that the driver adds by itself when a device is started.
OURS = ("python", "manifest_dir", "work_dir")

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}|[{}]")


class PlaceholderError(ValueError):
    """A text names a placeholder that has no value here, or has a brace on its own."""


def names(text: str) -> list[str]:
    """The placeholders in a text, known or not, in order. PlaceholderError for a lone brace."""
    found = []
    for piece in _PIECE.finditer(text):
        if piece[0] in "{}":
            raise PlaceholderError(f"a {piece[0]} on its own; double it if it stands for itself")
        if piece["name"] is not None:
            found.append(piece["name"])
    return found


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """The text with each {name} replaced by its value; {{ and }} stand for single braces.

    PlaceholderError names a placeholder without a value. Values are put in as they are.
    """
    names(text)

    def replace(piece: re.Match[str]) -> str:
        name = piece["name"]
        if name is None:
            return piece[0][0]
        if name not in values:
            raise PlaceholderError(f"{{{name}}} has no value here")
        return values[name]

    return _PIECE.sub(replace, text)


def fill(argv: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """`fill_text` for each argument; an argument stays one argument whatever its value holds."""
    return [fill_text(argument, values) for argument in argv]
