"""A device meets a server with a bad certificate: the same for every cloud."""

from functools import partial

WATCH = 3.0  # seconds in which a device that means to trust it has spoken


async def meet_at_start(lane, certificate):
    """Every server shows the certificate from the start."""
    lane.script.door.present(certificate)
    await lane.device.start()
    await _watch(lane, certificate)


async def meet_at_hub(lane, certificate):
    """DPS, where the device uses it, is sound; the hub that it assigns is not."""
    show = partial(lane.script.door.present, certificate, host=lane.given["hub_host"])
    if lane.claims("dps") and lane.given["hub_host"] == lane.given["dps_host"]:
        lane.once("dps.reply", show, status=200)
    else:
        show()
    await lane.device.start()
    await _watch(lane, certificate)


async def _watch(lane, certificate):
    if met := await lane.until("tls.hello", certificate=certificate):
        await lane.until_any("mqtt.connect", "http.request", after=met.seq, within=WATCH)
