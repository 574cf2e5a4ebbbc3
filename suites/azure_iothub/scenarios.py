"""What a hub does, and how long we watch."""

from harness import scenario
from protocol.hub_topics import METHODS_FILTER


@scenario(needs="azure")
async def azure_day(lane):
    """A plain good day: provisioning if claimed, telemetry, a message and two method calls."""
    await lane.device.start()
    if lane.claims("dps"):
        await lane.until("dps.reply", status=200)
    if lane.claims("hub.c2d"):
        await lane.operator.hub.send_c2d(lane.given["device_id"], b"a message")
    if lane.claims("hub.methods") and await lane.until_subscribed(METHODS_FILTER):
        await lane.call_method(lane.bench("method"))
        await lane.call_method("a-method-that-nobody-wrote")
    if lane.claims("hub.telemetry"):
        await lane.until("hub.telemetry")
    if lane.claims("hub.c2d"):
        await lane.until("hub.c2d.settled")
