"""The documents' own listings as devices: manifests that differ from examples/ in the program."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from tests import listings
from tests.flows.certifying import Absence
from tests.flows.flows import Flow

FOLDER = "SOURCE_DOCUMENTS"
"""The environment variable that names the folder with the documents, which the project has not."""


def folder() -> Path | None:
    """The folder with the documents, if one is named."""
    named = os.environ.get(FOLDER)
    return Path(named).absolute() if named else None


def absences(flows: Iterable[Flow], documents: Path | None) -> dict[str, Absence]:
    """The flows whose listing is not at hand, by device."""
    found = {flow.device: _absence(flow.listing, documents) for flow in flows}
    return {device: absence for device, absence in found.items() if absence}


def _absence(listing: str, documents: Path | None) -> Absence | None:
    if documents is None:
        return Absence(f"{FOLDER} names no folder with the source documents", everywhere=True)
    if not any(documents.glob(f"{listing[:3]}_*.txt")):
        return Absence(f"document {listing[:3]}_*.txt is not in {documents} ({FOLDER})")
    if not listings.available(listing, documents):  # 000 only: its text has no listing
        sample = f"the SDK's own {listings.SAMPLE}"
        return Absence(f"{sample} does not lie beside document {listing}", everywhere=True)
    return None


def write(flow: Flow, documents: Path, directory: Path) -> Path:
    """The manifest of a flow's listing: the flow's own, with another program to start.

    It keeps the device's name and with it the Python environment.
    """
    text = flow.manifest.read_text(encoding="utf-8")
    home = flow.manifest.parent
    command = json.dumps(listings.command(flow.listing, documents))
    text = _put(text, r"^command = \[.*\]$", f"command = {command}", where="[start]")
    text = re.sub(r'^environment = "(.*)"$', rf'environment = "{home}/\1"', text, flags=re.M)
    path = directory / f"{flow.device}.toml"
    path.write_text(text.replace("{manifest_dir}", str(home)), encoding="utf-8")
    return path


def _put(text: str, pattern: str, line: str, *, where: str) -> str:
    """`text` with the one line that matches, below the heading `where`, replaced."""
    head, heading, rest = text.partition(f"\n{where}\n")
    changed, count = re.subn(pattern, lambda _: line, rest, count=1, flags=re.MULTILINE)
    if not heading or not count:
        raise ValueError(f"there is no {pattern} below {where}")
    return head + heading + changed
