"""What a hub does, and how long we watch."""

from asyncio import gather

from harness import scenario
from protocol.hub_topics import METHODS_FILTER
from suites.meeting import meet_at_hub

METHOD_PATIENCE = 30.0  # seconds: responseTimeoutInSeconds when the caller says nothing
UNKNOWN_METHOD = "a-method-that-nobody-wrote"


@scenario(needs="azure", within=90)
async def azure_day(lane):
    """A plain good day: provisioning if claimed, telemetry, a message and two method calls."""
    await lane.device.start()
    if lane.claims("dps"):
        await lane.until("dps.reply", status=200)
    if lane.claims("hub.c2d"):
        lane.send_c2d(b"a message")
    if lane.claims("hub.methods") and await lane.until_subscribed(METHODS_FILTER):
        await gather(
            lane.call_method(lane.bench("method"), within=METHOD_PATIENCE, rid_length=27),
            lane.call_method(UNKNOWN_METHOD, within=METHOD_PATIENCE, rid_length=4),
        )
    if lane.claims("hub.telemetry"):
        await lane.until("hub.telemetry")
    if lane.claims("hub.c2d"):
        acknowledges = lane.claims("hub.c2d.qos1") or lane.claims("hub.https")
        await lane.until("hub.c2d.settled" if acknowledges else "hub.c2d")
    await lane.until_done()


@scenario(needs="hub")
async def untrusted_hub(lane):
    """The hub shows a certificate from an authority that the device does not know."""
    await meet_at_hub(lane, "untrusted")


@scenario(needs="hub")
async def misnamed_hub(lane):
    """The hub shows a certificate for another name."""
    await meet_at_hub(lane, "wrong-name")


@scenario(needs="hub")
async def expired_hub(lane):
    """The hub shows a certificate that has expired."""
    await meet_at_hub(lane, "expired")
