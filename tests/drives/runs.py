"""The runs: each drives reference devices in one way, from the manifests to the verdicts."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from devices.meaning import FIXED_PORTS
from tests.drives import boards, hand, manifests
from tests.drives.boards import Board
from tests.drives.manifests import Sections
from tests.drives.running import Outcome, certify
from tests.flows.certifying import Absence

HERE = "127.0.0.1"
# One kind of bad certificate will do: the others take as long, and a board has but one lane.
LEFT_OUT = ("another_name", "expired_certificate")
SELECTION = " and ".join(f"not {part}" for part in LEFT_OUT)
TWINS = ("first", "second")
BY_HAND = ("test_does_at_iotda_what_it_claims", "test_turns_away_from_an_unknown_authority")


def one_address(directory: Path) -> Outcome:
    """Every reference device with all its services at one address, as where there is no other."""
    address = {"address": {"host": HERE}}
    return certify([_written(directory, each, address) for each in manifests.DEVICES], directory)


def on_the_bench(directory: Path, made: Mapping[str, Board]) -> Outcome:
    """Every reference device as a board."""
    env = os.environ | {boards.SECRET: made["iotda"].values["iotda_secret"]}
    written = [board.manifest for board in made.values()]
    return certify(written, directory, "-k", SELECTION, env=env)


def by_hand(directory: Path) -> Outcome:
    """A device that is started by hand, with the values that are printed."""
    command = manifests.reference("iotda", name="by-hand")["start"]["command"]
    told = [sys.executable if each == "{python}" else each for each in command]
    changed = {"start": {"manual": True}, "address": {"host": HERE}}
    manifest = _written(directory, "iotda", changed, name="by-hand")
    return hand.run(manifest, directory, told, "-k", " or ".join(BY_HAND))


def fixed_ports(directory: Path) -> Outcome:
    """Devices that cannot be told a port, several of each at a time."""
    written = [manifests.write(directory, each) for each in on_usual_ports().values()]
    return certify(written, directory, "-k", SELECTION)


def on_usual_ports() -> dict[str, Sections]:
    """The manifests of devices that know 443, 8883 and 1883, by the kind of the port."""
    https, mqtts, mqtt = (
        manifests.reference(device, name=f"fixed-{kind}") | {"address": {"fixed_ports": True}}
        for device, kind in (("azure-https", "https"), ("azure-mqtt", "mqtts"), ("iotda", "mqtt"))
    )
    _leave_out(https, "--dps-https-port", "--hub-https-port")
    _leave_out(mqtts, "--dps-mqtts-port", "--hub-mqtts-port")
    _leave_out(mqtt, "--ca-file", "--iotda-mqtts-port")
    mqtt["start"]["command"].append("--plain")
    features = mqtt["profile"]["features"]
    features[features.index("iotda.tls")] = "iotda.plain"
    return {"https": https, "mqtts": mqtts, "mqtt": mqtt}


def no_usual_ports() -> Absence | None:
    """Why no device can be watched on 443, 8883 and 1883, if none can."""
    if sys.platform != "linux":
        return Absence("lanes with the same ports need Linux's loopback addresses", everywhere=True)
    host = boards.free_place("https")["host"]
    try:
        for port in FIXED_PORTS.values():
            socket.create_server((host, port)).close()
    except OSError as error:
        return Absence(f"port {port} cannot be bound on {host}: {os.strerror(error.errno or 0)}")
    return None


def sharing(directory: Path) -> Outcome:
    """Two devices that call one and the same place."""
    address = {"address": boards.free_place("mqtts")}
    written = [_written(directory, "iotda", address, name=name) for name in TWINS]
    return certify(written, directory, "-k", BY_HAND[0])


def ends(directory: Path) -> Outcome:
    """Devices that end by themselves: one that has done all, and two that have done nothing."""
    nothing = {"command": ["{python}", "-c", "raise SystemExit(3)"]}
    written = [_written(directory, "azure-https", {}, name="done")] + [
        _written(directory, "azure-mqtt", {"start": {**nothing, "runs": runs}}, name=runs)
        for runs in ("once", "forever")
    ]
    return certify(written, directory, "-k", "test_does_at_azure_what_it_claims")


def _written(directory: Path, device: str, changed: Sections, *, name: str = "") -> Path:
    """A reference device's manifest with some sections changed; lanes as many as there may be."""
    sections = manifests.reference(device, name=name or device)
    sections["bench"].pop("lanes")
    return manifests.write(directory, sections | changed)


def _leave_out(sections: Sections, *options: str) -> None:
    """Start the device without some options."""
    start = sections["start"]
    start["command"] = manifests.without_options(start["command"], *options)
