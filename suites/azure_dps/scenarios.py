"""What DPS does, and how long we watch."""

from harness import scenario
from suites.azure_iothub.scenarios import azure_day
from suites.meeting import meet_at_start

__all__ = ["azure_day", "expired_dps", "misnamed_dps", "slow_assignment", "untrusted_dps"]

WATCH = 3.0  # seconds in which a device that means to poll on has done so


@scenario(needs="dps")
async def slow_assignment(lane):
    """DPS takes its time: 202 with Retry-After 3, 202 with Retry-After 4, then assigned."""
    say = lane.replies
    # Longer than the intervals that SDKs fall back on (2 s) and that samples show (3 s).
    lane.script.dps.answers(
        say.assigning(retry_after=3), say.assigning(retry_after=4), say.assigned()
    )
    await lane.device.start()
    if told := await lane.until("dps.reply", status=200):
        await lane.until("dps.poll", after=told.seq, within=WATCH)


@scenario(needs="dps")
async def untrusted_dps(lane):
    """DPS shows a certificate from an authority that the device does not know."""
    await meet_at_start(lane, "untrusted")


@scenario(needs="dps")
async def misnamed_dps(lane):
    """DPS shows a certificate for another name."""
    await meet_at_start(lane, "wrong-name")


@scenario(needs="dps")
async def expired_dps(lane):
    """DPS shows a certificate that has expired."""
    await meet_at_start(lane, "expired")
