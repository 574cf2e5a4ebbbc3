"""Provision with a symmetric key over MQTT, then send ten messages to the assigned hub.

The calls are those of the SDK's asynchronous provisioning sample, in its order, with its quirks: no
polling interval, retry or token lifetime is set, all ten messages are under way at once, and the
key that opened DPS also opens the hub.
"""

import asyncio
import os
from uuid import uuid4

from azure.iot.device import Message
from azure.iot.device.aio import IoTHubDeviceClient, ProvisioningDeviceClient

READINGS = range(10)


async def provision(key):
    """Register with DPS and wait for the result, whatever its status is."""
    dps = ProvisioningDeviceClient.create_from_symmetric_key(
        provisioning_host=os.environ["PROVISIONING_HOST"],
        registration_id=os.environ["PROVISIONING_REGISTRATION_ID"],
        id_scope=os.environ["PROVISIONING_IDSCOPE"],
        symmetric_key=key,
    )
    return await dps.register()


async def report(hub, number):
    """Send one reading under a message id of its own, and wait for its PUBACK."""
    message = Message(f"gust {number}")
    message.message_id = uuid4()  # the SDK writes the object out as text
    await hub.send_message(message)
    print(f"gust {number} is acknowledged")


async def main():
    key = os.environ["PROVISIONING_SYMMETRIC_KEY"]
    result = await provision(key)
    print(f"provisioning ended as {result.status}")
    if result.status != "assigned":
        return
    place = result.registration_state
    hub = IoTHubDeviceClient.create_from_symmetric_key(
        symmetric_key=key, hostname=place.assigned_hub, device_id=place.device_id
    )
    await hub.connect()
    await asyncio.gather(*(report(hub, number) for number in READINGS))
    await hub.disconnect()


if __name__ == "__main__":
    asyncio.run(main())
