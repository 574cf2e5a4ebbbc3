"""Boards on a bench: reference devices that call where they must, with values burnt into them."""

from __future__ import annotations

import json
import random
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devices.placeholders import PLACEHOLDERS, fill, names
from fakes.pki import DeviceAuthority
from fixtures import addresses
from fixtures.identity import fresh
from suites.features import closure
from tests.drives import manifests
from tests.drives.board import end
from tests.drives.manifests import Sections

SCRIPT = Path(__file__).with_name("board.py")
TOLD = ("--ca-file", "{ca_file}")  # all that a board is told: a run makes its own authority
SECRET = "BOARD_SECRET"  # the environment variable that holds the secret at IoTDA
PORTS = {"azure-https": "https", "azure-mqtt": "mqtts", "azure-x509": "mqtts", "iotda": "mqtts"}


@dataclass(frozen=True)
class Board:
    """A reference device as a board. `values` are those that a run would else have made."""

    manifest: Path
    values: Mapping[str, str]
    pid_file: Path

    @property
    def secrets(self) -> set[str]:
        """What may not be written anywhere: the keys in [bench], and what follows from a key."""
        return {
            self.values[each.name] for each in PLACEHOLDERS.values() if each.secret and each.burnt
        }

    def end(self) -> None:
        """End its last process."""
        if self.pid_file.exists():
            end(int(self.pid_file.read_text()))


def make(directory: Path, device: str) -> Board:
    """A board with an identity, an address and ports of its own."""
    sections = manifests.reference(device, name=device)
    values, address = _values(sections, directory / device), free_place(PORTS[device])
    burnt = manifests.without_options(sections["start"]["command"], TOLD[0])
    plan, pid_file = directory / f"{device}.json", directory / f"{device}.pid"
    described = {
        "command": fill(burnt, values | _places(address)),
        "pid_file": str(pid_file),
        "calls": [address["host"], address[PORTS[device]]],
    }
    plan.write_text(json.dumps(described))
    sections["start"] = {"trigger": [sys.executable, str(SCRIPT), str(plan), *TOLD]}
    sections["address"] = address
    sections["bench"] = _bench(sections, burnt, values)
    return Board(manifests.write(directory, sections), values, pid_file)


def _values(sections: Sections, directory: Path) -> dict[str, str]:
    """An identity, with the files of its certificate, and what a command line needs besides."""
    features = closure(sections["profile"]["features"])
    values = dict(fresh(random.Random(), features, {}).values)
    vendor = DeviceAuthority(directory)
    own = vendor.issue(values["registration_id"])
    files = {
        "x509_cert_file": own.cert_file,
        "x509_key_file": own.key_file,
        "x509_cert_chain_file": own.chain_file,
        "signing_cert_file": vendor.root_file,
    }
    return values | {name: str(file) for name, file in files.items()} | {"python": sys.executable}


def free_place(kind: str) -> Sections:
    """An address of this machine, and a port for one kind of link that is free there."""
    host = addresses.own(random.Random()).first
    with socket.create_server((host, 0)) as free:
        return {"host": host, kind: free.getsockname()[1]}


def _places(address: Sections) -> dict[str, str]:
    """Where the board calls, by placeholder."""
    hosts = {f"{cloud}_host": address["host"] for cloud in ("dps", "iotda")}
    ports = {
        f"{cloud}_{kind}_port": str(port)
        for cloud in ("dps", "hub", "iotda")
        for kind, port in address.items()
        if kind != "host"
    }
    return hosts | ports


def _bench(sections: Sections, burnt: list[str], values: Mapping[str, str]) -> Sections:
    """What the run must know of the board: what is burnt in, and who vouches for it."""
    used = {name for argument in burnt for name in names(argument)}
    if "x509_cert_file" in used:
        used.add("signing_cert_file")
    own = {name: values[name] for name in used if PLACEHOLDERS[name].burnt}
    if "iotda_secret" in own:
        own["iotda_secret"] = f"env:{SECRET}"
    kept = {name: value for name, value in sections["bench"].items() if name != "lanes"}
    return kept | own
