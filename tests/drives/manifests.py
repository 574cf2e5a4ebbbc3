"""Manifests that drive the reference devices in other ways: theirs, with sections changed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[2] / "devices" / "reference"
DEVICES = ("azure-https", "azure-mqtt", "azure-x509", "iotda")

Sections = dict[str, Any]


def reference(device: str, *, name: str) -> Sections:
    """A reference device's manifest as sections, under another name."""
    sections = tomllib.loads((REFERENCE / f"{device}.toml").read_text(encoding="utf-8"))
    sections["device"]["name"] = name
    command = sections["start"]["command"]
    sections["start"]["command"] = [
        str(REFERENCE) if each == "{manifest_dir}" else each for each in command
    ]
    return sections


def without_options(command: list[str], *options: str) -> list[str]:
    """A command line without some options and their values."""
    left = list(command)
    for option in options:
        at = left.index(option)
        del left[at : at + 2]
    return left


def write(directory: Path, sections: Mapping[str, Mapping[str, Any]]) -> Path:
    """A manifest with these sections, named after its device. JSON's values are TOML's too."""
    path = directory / f"{sections['device']['name']}.toml"
    lines = []
    for heading, keys in sections.items():
        lines.append(f"[{heading}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
