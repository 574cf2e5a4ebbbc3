"""All three clouds behind one door on one address, with a device made for each."""

from __future__ import annotations

import secrets
import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import trustme

from fakes.door import Door
from fakes.dps import Dps, DpsOptions
from fakes.iotda import IotDa, IotDaOptions
from fakes.iothub import Hub, HubOptions
from fakes.kept import Kept
from fakes.pki import Authority, DeviceAuthority, DeviceCertificate, issued
from fakes.service import KINDS, Kind
from transcript import Event, EventLog, Way

POLICY = "provisioningserviceowner"
REGISTRATION, GROUP, HUB_DEVICE, IOTDA_DEVICE = (
    "device-1",
    "group-1",
    "hub-device-1",
    "product-1_node-1",
)
X509_GROUP, CERTIFIED = "group-2", "certified-1"
TEN_YEARS = 3650 * 86_400.0


class PassingLog(EventLog):
    """A log that tells its listeners and keeps nothing: an emulator may stand for weeks."""

    def add(
        self,
        name: str,
        *,
        way: Way,
        service: str,
        link: int = 0,
        at: float | None = None,
        **fields: Any,
    ) -> Event:
        """Tell whoever listens or waits."""
        event = super().add(name, way=way, service=service, link=link, at=at, **fields)
        self._events.clear()
        return event


class Emulator:
    """DPS, one hub and IoTDA standing alone; keys and ids are random, and stay in `directory`.

    Credentials are verified. NotKept when what lies in `directory` cannot be used.
    """

    def __init__(
        self,
        *,
        host: str,
        directory: Path,
        dps: DpsOptions | None = None,
        hub: HubOptions | None = None,
        iotda: IotDaOptions | None = None,
    ) -> None:
        self.log, self.host = PassingLog(), host
        self.directory = directory.absolute()  # what it tells is pasted elsewhere
        kept = Kept(self.directory)
        self.authority = Authority(self.directory, ca=kept.authority("authority", trustme.CA))
        # a lane is bounded so that a flood ends; here that would end the service
        endless = {"most_events": sys.maxsize, "most_bytes": sys.maxsize}
        self.door = Door(pki=self.authority, log=self.log, names=("localhost",), **endless)
        self.hub = Hub(log=self.log, host=host, options=hub or HubOptions())
        self.iotda = IotDa(log=self.log, host=host, options=iotda or IotDaOptions())
        self.dps = Dps(
            log=self.log,
            host=host,
            id_scope=kept.text("id scope", lambda: f"0ne{secrets.token_hex(4).upper()}"),
            hubs=[self.hub],
            options=dps or DpsOptions(),
            trust=self.door.trust.add,
        )
        # on one address the services are told apart by what a caller shows; the hub takes the rest
        for service in (self.iotda, self.dps, self.hub):
            self.door.serve(host, service)
        self._enroll_at_dps(kept)
        self.device_key = kept.text("device key", _key)
        self.hub.operator.create_device(HUB_DEVICE, primary_key=self.device_key)
        self.secret = kept.text("secret", lambda: secrets.token_hex(10))
        self.iotda.operator.create_device(IOTDA_DEVICE, secret=self.secret)
        kept.save()

    def _enroll_at_dps(self, kept: Kept) -> None:
        operator = self.dps.operator
        self.symmetric_key = kept.text("symmetric key", _key)
        operator.individual(REGISTRATION, primary_key=self.symmetric_key)
        self.group_key = kept.text("group key", _key)
        operator.group(GROUP, primary_key=self.group_key)
        vendor = _vendor(self.directory, kept)
        operator.x509_group(X509_GROUP, signing_certs_pem=vendor.root_pem)
        # TLS accepts a leaf alone, as the cloud's does; DPS itself asks for the chain
        self.door.trust.add(vendor.intermediate_pem)
        self.certificate = _certificate(self.directory, vendor)
        self.signing_file = vendor.root_file
        self.service_key = kept.text("service key", _key)
        operator.policy(POLICY, self.service_key)

    async def open(self, ports: Mapping[Kind, int] | None = None) -> None:
        """Listen; port 0 is a free one. CannotListen when that cannot be."""
        await self.door.open([self.host], ports=ports or dict.fromkeys(KINDS, 0))

    async def close(self) -> None:
        """End every connection and close the ports."""
        await self.door.close()


def _vendor(directory: Path, kept: Kept) -> DeviceAuthority:
    root = kept.authority("device root", trustme.CA)
    intermediate = kept.authority("device intermediate", root.create_child_ca)
    return DeviceAuthority(directory, root=root, intermediate=intermediate)


def _certificate(directory: Path, vendor: DeviceAuthority) -> DeviceCertificate:
    """The one issued earlier, if it is the vendor's."""
    earlier = issued(directory, CERTIFIED)
    if earlier and earlier.chain_pem.endswith(vendor.intermediate_pem):
        return earlier
    return vendor.issue(CERTIFIED, lifetime=TEN_YEARS)


def _key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()
