"""All three clouds behind one door on one address, with a device made for each."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

from fakes.door import Door
from fakes.dps import Dps
from fakes.iotda import IotDa
from fakes.iothub import Hub
from fakes.pki import Authority, DeviceAuthority
from fakes.service import KINDS, Kind
from transcript import EventLog

POLICY = "provisioningserviceowner"


class Emulator:
    """DPS, one hub and IoTDA standing alone; keys and ids are random, files lie in `directory`."""

    def __init__(self, *, host: str, directory: Path) -> None:
        self.log, self._host = EventLog(), host
        self._authority, vendor = Authority(directory), DeviceAuthority(directory)
        self.door = Door(pki=self._authority, log=self.log, names=("localhost",))
        self.hub, self.iotda = Hub(log=self.log, host=host), IotDa(log=self.log, host=host)
        scope = f"0ne{secrets.token_hex(4).upper()}"
        self.dps = Dps(
            log=self.log, host=host, id_scope=scope, hubs=[self.hub], trust=self.door.trust.add
        )
        # on one address the services are told apart by what a caller shows; the hub takes the rest
        for service in (self.iotda, self.dps, self.hub):
            self.door.serve(host, service)
        self._key, self._group, self._service_key = _key(), _key(), _key()
        self._device_key, self._secret = _key(), secrets.token_hex(10)
        self._certificate = vendor.issue("certified-1")
        self._signing_file = vendor.root_file
        self._enroll(vendor)

    async def open(self, ports: Mapping[Kind, int] | None = None) -> None:
        """Listen; port 0 is a free one. CannotListen when that cannot be."""
        await self.door.open([self._host], ports=ports or dict.fromkeys(KINDS, 0))

    async def close(self) -> None:
        """End every connection and close the ports."""
        await self.door.close()

    def _enroll(self, vendor: DeviceAuthority) -> None:
        self.dps.operator.individual("device-1", primary_key=self._key)
        self.dps.operator.group("group-1", primary_key=self._group)
        self.dps.operator.x509_group("group-2", signing_certs_pem=vendor.root_pem)
        self.door.trust.add(vendor.intermediate_pem)
        self.dps.operator.policy(POLICY, self._service_key)
        self.hub.operator.create_device("hub-device-1", primary_key=self._device_key)
        self.iotda.operator.create_device("product-1_node-1", secret=self._secret)

    def sections(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """(heading, names and values) of what a device has to be told; after `open`."""
        host = self._host
        ports = {kind: str(port) for kind, port in self.door.ports.items()}
        yield "trust this authority", {"CA_FILE": str(self._authority.ca_file)}
        yield (
            "Azure DPS (assigns to the hub below)",
            {
                "DPS_HOST": host,
                "DPS_HTTPS_PORT": ports["https"],
                "DPS_MQTTS_PORT": ports["mqtts"],
                "ID_SCOPE": self.dps.id_scope,
                "REGISTRATION_ID": "device-1",
                "SYMMETRIC_KEY": self._key,
            },
        )
        yield (
            "… or as any device of a symmetric-key group",
            {"ENROLLMENT_GROUP_ID": "group-1", "GROUP_KEY": self._group},
        )
        yield (
            "… or with this certificate (registration id certified-1) of an X.509 group",
            {
                "X509_CERT_CHAIN_FILE": str(self._certificate.chain_file),
                "X509_KEY_FILE": str(self._certificate.key_file),
                "SIGNING_CERT_FILE": str(self._signing_file),
            },
        )
        yield (
            "Azure DPS, service API",
            {"DPS_SERVICE_CONNECTION_STRING": self._service(f"{host}:{ports['https']}")},
        )
        yield (
            "Azure IoT Hub",
            {
                "HUB_HOST": host,
                "HUB_HTTPS_PORT": ports["https"],
                "HUB_MQTTS_PORT": ports["mqtts"],
                "DEVICE_ID": "hub-device-1",
                "DEVICE_KEY": self._device_key,
                "DEVICE_CONNECTION_STRING": self._device(host),
            },
        )
        yield (
            "Huawei Cloud IoTDA",
            {
                "IOTDA_HOST": host,
                "IOTDA_MQTTS_PORT": ports["mqtts"],
                "IOTDA_MQTT_PORT": ports["mqtt"],
                "IOTDA_DEVICE_ID": "product-1_node-1",
                "IOTDA_SECRET": self._secret,
            },
        )

    def _device(self, host: str) -> str:
        return f"HostName={host};DeviceId=hub-device-1;SharedAccessKey={self._device_key}"

    def _service(self, host: str) -> str:
        key = self._service_key
        return f"HostName={host};SharedAccessKeyName={POLICY};SharedAccessKey={key}"


def _key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()
