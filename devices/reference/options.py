"""What the command line gives each device; names and types only, program.py fills them."""

from __future__ import annotations

from typing import Protocol


class AzureOptions(Protocol):
    """Azure: where the provisioning service is, who the device is, how it proves that."""

    device: str
    ca_file: str
    dps_host: str
    dps_https_port: int
    dps_mqtts_port: int
    hub_https_port: int
    hub_mqtts_port: int
    id_scope: str
    registration_id: str
    symmetric_key: str | None
    group_key: str | None
    x509_cert_file: str | None
    x509_cert_chain_file: str | None
    x509_key_file: str | None
    token_lifetime: int


class IotdaOptions(Protocol):
    """Huawei IoTDA: where the platform is, the device's id and secret."""

    device: str
    ca_file: str | None
    plain: bool
    iotda_host: str
    iotda_mqtts_port: int | None
    iotda_mqtt_port: int | None
    iotda_device_id: str
    iotda_secret: str
