"""What IoTDA does, and how long we watch."""

from harness import scenario

WATCH = 3.0  # seconds in which a device that means to trust has done so
PATIENCE = 22.0  # seconds: two more than the platform waits for a command's answer


@scenario(needs="iotda")
async def iotda_day(lane):
    """A plain good day: a report, a known and an unknown command, a message."""
    await lane.device.start()
    await lane.until("iotda.login")
    if lane.claims("iotda.properties"):
        await lane.until("iotda.report")
    if lane.claims("iotda.commands"):
        await lane.command(lane.bench("command"), within=PATIENCE)
        await lane.command("a-command-that-nobody-wrote")
    if lane.claims("iotda.messages"):
        await lane.message("a message")


@scenario(needs="iotda.tls")
async def untrusted_platform(lane):
    """The platform shows a certificate from an authority that the device does not know."""
    await _show(lane, "untrusted")


@scenario(needs="iotda.tls")
async def misnamed_platform(lane):
    """The platform shows a certificate for another name."""
    await _show(lane, "wrong-name")


@scenario(needs="iotda.tls")
async def expired_platform(lane):
    """The platform shows a certificate that has expired."""
    await _show(lane, "expired")


async def _show(lane, certificate):
    lane.script.door.present(certificate)
    await lane.device.start()
    if met := await lane.until("tls.hello", certificate=certificate):
        await lane.until_any("mqtt.connect", "http.request", after=met.seq, within=WATCH)
