"""Manifests of mutants: those of the reference devices, with `--fault NAME`."""

from __future__ import annotations

from pathlib import Path

REFERENCE = Path(__file__).parent.parent.parent / "devices" / "reference"


def write(directory: Path, fault: str, device: str, *, without: str = "") -> Path:
    """The manifest of one mutant, named after its fault and device.

    Without a fault the device is sound and the manifest lies: it does not claim `without`.
    """
    own = name(fault or without, device)
    text = (REFERENCE / f"{device}.toml").read_text()
    text = text.replace('"{manifest_dir}"', f'"{REFERENCE}"', 1)
    text = text.replace(f'name = "reference-{device}"', f'name = "{own}"', 1)
    if fault:
        text = text.replace(f'"{device}",', f'"{device}", "--fault", "{fault}",', 1)
    if without:
        text = text.replace(f'"{without}"', f'"{without.rpartition(".")[0]}"', 1)
    path = directory / f"{own}.toml"
    path.write_text(text)
    return path


def name(fault: str, device: str) -> str:
    """The name of a mutant as a device under test."""
    return f"{device}.{fault}"
