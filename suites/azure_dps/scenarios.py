"""What DPS does, and how long we watch."""

from harness import scenario
from suites.azure_iothub.scenarios import azure_day

__all__ = ["azure_day", "expired_server", "misnamed_server", "slow_assignment", "untrusted_server"]

WATCH = 3.0  # seconds in which a device that means to poll on, or to trust, has done so


@scenario(needs="dps")
async def slow_assignment(lane):
    """DPS takes its time: 202 with Retry-After 1, 202 with Retry-After 3, then assigned."""
    dps = lane.script.dps
    dps.answers(dps.assigning(retry_after=1), dps.assigning(retry_after=3), dps.assigned())
    await lane.device.start()
    if told := await lane.until("dps.reply", status=200):
        await lane.until("dps.poll", after=told.seq, within=WATCH)


@scenario(needs="azure")
async def untrusted_server(lane):
    """The first server shows a certificate from an authority that the device does not know."""
    await _show(lane, "untrusted")


@scenario(needs="azure")
async def misnamed_server(lane):
    """The first server shows a certificate for another name."""
    await _show(lane, "wrong-name")


@scenario(needs="azure")
async def expired_server(lane):
    """The first server shows a certificate that has expired."""
    await _show(lane, "expired")


async def _show(lane, certificate):
    lane.script.door.present(certificate)
    await lane.device.start()
    if met := await lane.until("tls.hello", certificate=certificate):
        await lane.until_any("mqtt.connect", "http.request", after=met.seq, within=WATCH)
