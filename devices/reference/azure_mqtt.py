"""The device that speaks MQTT to Azure, with key or certificate: provision, live at the hub."""

from __future__ import annotations

from . import dps_mqtt
from .enrolling import provision
from .hub_mqtt import Hub
from .mqtt_link import DeniedError
from .options import AzureOptions
from .retrying import Backoff, LinkLostError, RefusedError
from .stopping import Stop, Stopped
from .telling import say


def run(options: AzureOptions) -> int:
    """Live until told to stop (0); 1 if the provisioning service refused for good."""
    stop = Stop()
    backoff = Backoff()
    try:
        while True:
            try:
                _provision_and_live(options, stop, backoff)
            except LinkLostError as lost:
                pause = backoff.before_reconnecting()
                say(f"{lost}; provisioning again in {pause:.1f} s")
                stop.wait(pause)
    except RefusedError as refused:
        say(f"stopped: {refused}")
        return 1
    except Stopped:
        say("asked to stop")
        return 0


def _provision_and_live(options: AzureOptions, stop: Stop, backoff: Backoff) -> None:
    """Ends only by an exception: DeniedError where the hub does not know the device any more."""
    with dps_mqtt.connected(options, stop) as dps:
        where = provision(dps, options)
    try:
        Hub(options, where, stop, backoff).live()
    except DeniedError as denied:
        # The hub may have been emptied or the device moved: only the provisioning service knows.
        raise LinkLostError(f"{where.hub}: {denied}") from denied
