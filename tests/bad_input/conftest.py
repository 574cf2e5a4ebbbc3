"""The crowd: bad devices of every kind in one run, with a good one among them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.bad_input.bench import (
    DPS,
    DPS_VALUES,
    IOTDA_VALUES,
    Outcome,
    begin,
    devices,
    kill_all,
    living,
)
from tests.bad_input.bench import write as manifest

BUSY_HOST = "127.0.0.1"
IOTDA_SECRET = "Vendors_own-secret_4711"
DEVICE_KEY = "Q29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZSB+Pz8/+/s="
GROUP_KEY = "TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQgY29uc2VjdGV0dXIgYWRpcGlzY2luZyBlbGl0Pz4+/w=="
EXPIRED = """
[[deviations]]
id = "IOTDA-CONN-1"
reason = "it has no antenna yet"
expires = 2024-02-29
match = "never reached mqtt.connect"
"""


@dataclass(frozen=True)
class Crowd:
    """The run, where its manifests lie, which port was taken, and what was left afterwards."""

    run: Outcome
    directory: Path
    busy_port: int
    left: list[psutil.Process]


def _crowd(directory: Path, busy_port: int) -> Iterator[Path]:
    for name in (
        *("mute", "crash", "breaks", "stubborn", "parent", "chatty", "hostile", "good"),
        "connects_endlessly",
    ):
        yield manifest(directory, name)
    # Patient enough to be flooded on a busy machine too; the flood ends the watch.
    yield manifest(directory, "publishes_endlessly", bench="patience = 30.0")
    yield manifest(directory, "absent", start='command = ["{work_dir}/firmware"]')
    address = f'[address]\nhost = "{BUSY_HOST}"\nmqtt = {busy_port}'
    yield manifest(directory, "locked-out", mode="good", rest=address)
    yield manifest(directory, "expired", mode="mute", rest=EXPIRED)
    yield manifest(
        directory,
        "leaky",
        values={**IOTDA_VALUES, "KEY": "{device_key}"},
        bench='patience = 1.0\niotda_secret = "env:LEAKY_SECRET"\ndevice_key = "env:LEAKY_KEY"',
    )
    yield manifest(directory, "requests_hostile_things", features=DPS, values=DPS_VALUES)
    group = f'patience = 1.0\nregistration_id = "burnt-in"\ngroup_key = "{GROUP_KEY}"'
    yield manifest(directory, "registers_openly", features=DPS, values=DPS_VALUES, bench=group)


@pytest.fixture(autouse=True, scope="module")
def nothing_stays() -> Iterator[None]:
    """Whatever a test has started is gone after it."""
    yield
    kill_all()


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    """One run with every bad device."""
    directory = tmp_path_factory.mktemp("crowd")
    with socket.create_server((BUSY_HOST, 0)) as busy:
        port = busy.getsockname()[1]
        manifests = list(_crowd(directory, port))
        secrets = {"LEAKY_SECRET": IOTDA_SECRET, "LEAKY_KEY": DEVICE_KEY}
        run = begin(*devices(*manifests), reports=directory / "out", **secrets).outcome()
    return Crowd(run, directory, port, living(directory))
