"""What IoTDA does, and how long we watch."""

from asyncio import gather

from harness import scenario
from suites.meeting import meet_at_start

# Seconds for two answers of a device that takes a second longer for each than the platform waits.
PATIENCE = 45.0
UNKNOWN_COMMAND = "a-command-that-nobody-wrote"


@scenario(needs="iotda", within=90)
async def iotda_day(lane):
    """A plain good day: a report, a known and an unknown command, a message."""
    await lane.device.start()
    await lane.until("iotda.login")
    if lane.claims("iotda.properties"):
        await lane.until("iotda.report")
    if lane.claims("iotda.commands"):
        await gather(
            lane.command(lane.bench("command"), within=PATIENCE),
            lane.command(UNKNOWN_COMMAND, within=PATIENCE),
        )
    if lane.claims("iotda.messages"):
        await lane.message("a message")
    await lane.until_done()


@scenario(needs="iotda.tls")
async def untrusted_platform(lane):
    """The platform shows a certificate from an authority that the device does not know."""
    await meet_at_start(lane, "untrusted")


@scenario(needs="iotda.tls")
async def misnamed_platform(lane):
    """The platform shows a certificate for another name."""
    await meet_at_start(lane, "wrong-name")


@scenario(needs="iotda.tls")
async def expired_platform(lane):
    """The platform shows a certificate that has expired."""
    await meet_at_start(lane, "expired")
