"""What a fault is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One defect: its name, the sub-commands it can be put into, and one sentence about it."""

    name: str
    devices: tuple[str, ...]
    description: str
