"""A device under test, as the harness sees it: its name, its claims, its known deviations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Deviation:
    """A known nonconformity of a device: which requirement, why, until when, with what text.

    Each finding must contain `match`; otherwise it is something else, and not excused.
    """

    id: str
    reason: str
    expires: date
    match: str


@dataclass(frozen=True, slots=True, eq=False)
class Device:
    """What a run needs to know of a device; `manifest` is the path it was read from.

    `lanes` says how many scenarios it can be in at once (1 for a board), `patience` how many
    seconds it may take to do a thing, `secrets` what must never be written down. `source` is for
    whoever opens lanes; the harness does not look into it.
    """

    name: str
    version: str = ""
    vendor: str = ""
    kind: str = "device"
    manifest: str = ""
    firmware_sha256: str | None = None
    claims: frozenset[str] = frozenset()
    features: frozenset[str] = frozenset()
    deviations: tuple[Deviation, ...] = ()
    lanes: int = 1
    patience: float = 10.0
    secrets: frozenset[str] = frozenset()
    source: Any = field(default=None, repr=False)
