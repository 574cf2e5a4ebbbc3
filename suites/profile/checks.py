"""Judges of a profile: claims on one side, the wire on the other."""

from __future__ import annotations

from collections.abc import Iterable

from suites.features import FEATURES, Feature
from transcript import Finding, Inconclusive, Record

AZURE = ("dps", "hub")
IOTDA = ("iotda",)


def _visible(services: Iterable[str]) -> list[Feature]:
    """The features of these services that leave a sign on the wire."""
    known = tuple(services)
    return [each for each in FEATURES.values() if each.seen and each.id.split(".")[0] in known]


def reach_claims(record: Record, services: Iterable[str]) -> None:
    """Inconclusive, naming each feature that is claimed and was never seen."""
    claimed = [each for each in _visible(services) if each.id in record.features]
    unseen = [each.id for each in claimed if not each.shows_in(record)]
    if unseen:
        missing = ", ".join(unseen)
        raise Inconclusive(f"claimed and never seen: {missing}; the device {record.ending}")


def unclaimed_doings(record: Record, services: Iterable[str]) -> list[Finding]:
    """One finding for each feature that was seen and is not claimed."""
    seen = [each for each in _visible(services) if each.shows_in(record)]
    extra = [each for each in seen if each.id not in record.features]
    return [
        Finding(None, f"{each.id} in the profile's features", f"it {each.title}") for each in extra
    ]
