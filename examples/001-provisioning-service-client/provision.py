"""Provision a device of the group with its certificate, then send one message to its hub."""

import asyncio
import os

from azure.iot.device import X509, Message
from azure.iot.device.aio import IoTHubDeviceClient, ProvisioningDeviceClient


def identity():
    """The device's certificate and key. The file holds the leaf and the intermediates above it:
    DPS finds the group by walking up the chain that the device sent."""
    return X509(cert_file=os.environ["X509_CERT_CHAIN_FILE"], key_file=os.environ["X509_KEY_FILE"])


async def provision():
    certificate = identity()
    dps = ProvisioningDeviceClient.create_from_x509_certificate(
        provisioning_host=os.environ["PROVISIONING_HOST"],
        registration_id=os.environ["PROVISIONING_REGISTRATION_ID"],
        id_scope=os.environ["PROVISIONING_IDSCOPE"],
        x509=certificate,
    )
    result = await dps.register()
    print(f"provisioning ended as {result.status}")
    if result.status == "assigned":
        await greet(certificate, result.registration_state)


async def greet(certificate, place):
    """Send one message as the device, to the hub, that DPS named."""
    hub = IoTHubDeviceClient.create_from_x509_certificate(
        x509=certificate, hostname=place.assigned_hub, device_id=place.device_id
    )
    await hub.connect()
    await hub.send_message(Message("here by certificate"))
    await hub.disconnect()


if __name__ == "__main__":
    asyncio.run(provision())
