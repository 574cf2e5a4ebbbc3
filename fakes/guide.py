"""What a person is told about an emulator: addresses, values, and commands to try it with.

All of it is shell, remarks included, so that any part can be pasted.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fakes import commands, emulator
from fakes.emulator import Emulator
from fakes.service import KINDS, Address, Kind
from protocol import dps, iothub

VALUES_FILE = "values.sh"
_USED_BY: dict[Kind, tuple[str, str]] = {
    "https": ("HTTPS", "DPS, IoT Hub"),
    "mqtts": ("MQTT, TLS", "DPS, IoT Hub, IoTDA"),
    "mqtt": ("MQTT, plain", "IoTDA"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One way in: a heading, what a device has to be told, and commands that try it."""

    heading: str
    values: Mapping[str, str]
    commands: str = ""


def text(made: Emulator) -> str:
    """All that is to be told; after `open`."""
    return "\n".join([_head(made), *(_section(each) for each in sections(made))])


def write_values(made: Emulator) -> Path:
    """Write values and functions, without the commands, to be read into a shell; the file."""
    path = made.directory / VALUES_FILE
    path.touch(mode=0o600)
    exports = [line for each in sections(made) for line in _exports(each)]
    path.write_text("\n".join([*exports, commands.TOKENS]), encoding="utf-8")
    return path


def _head(made: Emulator) -> str:
    lines = [
        "Azure DPS, an Azure IoT Hub and Huawei Cloud IoTDA, on this machine until Ctrl-C.",
        "Credentials, ids and topics are checked as in the cloud; docs/emulator.md tells the rest.",
        "",
        *(
            f"  {_USED_BY[kind][0]:12} {_address(made, kind)!s:22} {_USED_BY[kind][1]}"
            for kind in KINDS
        ),
        "",
        "What follows is for a shell: paste what you need. All values at once, elsewhere too:",
        f"  . {shlex.quote(str(made.directory / VALUES_FILE))}",
    ]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _section(section: Section) -> str:
    lines = [f"### {section.heading}", *_exports(section), *section.commands.strip().splitlines()]
    return "\n".join([*lines, ""])


def _exports(section: Section) -> Iterator[str]:
    for name, value in section.values.items():
        yield f"export {name}={shlex.quote(value)}"


def _address(made: Emulator, kind: Kind) -> Address:
    return Address(made.host, made.door.ports[kind], kind)


def sections(made: Emulator) -> Iterator[Section]:
    """Every way in, with what a device or a tool has to be told."""
    ca = {"CA_FILE": str(made.authority.ca_file)}
    yield Section("The authority that a device must trust", ca)
    yield Section("Azure's tokens and derived keys", {}, commands.TOKENS)
    yield Section("Azure DPS, a device with a key of its own", _dps(made), commands.REGISTER)
    group = {"ENROLLMENT_GROUP_ID": emulator.GROUP, "GROUP_KEY": made.group_key}
    yield Section("Azure DPS, any device of a group with a key", group, commands.DERIVE)
    certified = {
        "X509_REGISTRATION_ID": emulator.CERTIFIED,
        "X509_CERT_CHAIN_FILE": str(made.certificate.chain_file),
        "X509_KEY_FILE": str(made.certificate.key_file),
    }
    yield Section("Azure DPS, a device with a certificate", certified, commands.CERTIFIED)
    yield Section("Azure DPS, its service API", _service(made), commands.SERVICE)
    yield Section("Azure IoT Hub, a device with a key", _hub(made), commands.HUB)
    yield Section("Huawei Cloud IoTDA", _iotda(made), commands.IOTDA)


def _dps(made: Emulator) -> Mapping[str, str]:
    scope = made.dps.id_scope
    return {
        "DPS_HOST": made.host,
        "DPS_HTTPS_PORT": str(made.door.ports["https"]),
        "DPS_MQTTS_PORT": str(made.door.ports["mqtts"]),
        "DPS_URL": f"https://{_address(made, 'https')}",
        "ID_SCOPE": scope,
        "REGISTRATION_ID": emulator.REGISTRATION,
        "SYMMETRIC_KEY": made.symmetric_key,
        "DPS_MQTT_USER": dps.username(scope, emulator.REGISTRATION),
    }


def _service(made: Emulator) -> Mapping[str, str]:
    policy, key = emulator.POLICY, made.service_key
    host, name = f"HostName={_address(made, 'https')}", f"SharedAccessKeyName={policy}"
    return {
        "DPS_SERVICE_POLICY": policy,
        "DPS_SERVICE_KEY": key,
        "DPS_SERVICE_CONNECTION_STRING": f"{host};{name};SharedAccessKey={key}",
        "X509_ENROLLMENT_GROUP_ID": emulator.X509_GROUP,
        "SIGNING_CERT_FILE": str(made.signing_file),
    }


def _hub(made: Emulator) -> Mapping[str, str]:
    device, key = emulator.HUB_DEVICE, made.device_key
    return {
        "HUB_HOST": made.host,
        "HUB_HTTPS_PORT": str(made.door.ports["https"]),
        "HUB_MQTTS_PORT": str(made.door.ports["mqtts"]),
        "HUB_URL": f"https://{_address(made, 'https')}",
        "DEVICE_ID": device,
        "DEVICE_KEY": key,
        "DEVICE_CONNECTION_STRING": f"HostName={made.host};DeviceId={device};SharedAccessKey={key}",
        "HUB_MQTT_USER": iothub.username(made.host, device),
    }


def _iotda(made: Emulator) -> Mapping[str, str]:
    return {
        "IOTDA_HOST": made.host,
        "IOTDA_MQTTS_PORT": str(made.door.ports["mqtts"]),
        "IOTDA_MQTT_PORT": str(made.door.ports["mqtt"]),
        "IOTDA_DEVICE_ID": emulator.IOTDA_DEVICE,
        "IOTDA_SECRET": made.secret,
    }
