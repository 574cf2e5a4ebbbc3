"""The manifest: what a vendor says about a device, checked before anything starts."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from devices.claims import check_claims, implied
from devices.identity import Grammar, Identity, identity
from devices.meaning import (
    check_address,
    check_deviations,
    check_device,
    check_start,
    one_lane,
    ports,
)
from devices.model import Address, Bench, Deviation, Device, Sections, Start
from devices.problems import ManifestError, Problem
from devices.reading import Written, read

Drive = Literal["command", "trigger", "manual"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A device as its manifest describes it, without contradictions.

    `claimed` is the profile as written, `features` with all that it implies. `identity` holds the
    burnt-in values by placeholder name; they take precedence over what a run makes for itself.
    `secrets` are the vendor's and may never be shown. `firmware_sha256` is hexadecimal.
    """

    path: Path
    device: Device
    start: Start
    address: Address
    bench: Bench
    claimed: tuple[str, ...]
    features: frozenset[str]
    identity: Mapping[str, str]
    secrets: frozenset[str]
    deviations: tuple[Deviation, ...]
    firmware_sha256: str | None

    @property
    def name(self) -> str:
        """The device's name, fit for a case id."""
        return self.device.name

    @property
    def directory(self) -> Path:
        """Where the manifest lies: what its paths are relative to."""
        return self.path.parent

    @property
    def drive(self) -> Drive:
        """How the device is started."""
        if self.start.command:
            return "command"
        return "trigger" if self.start.trigger else "manual"

    @property
    def ports(self) -> Mapping[str, int]:
        """The port for "https", "mqtts" and "mqtt"; 0 means any free one."""
        return ports(self.address)

    @property
    def lanes(self) -> int | None:
        """How many may run at once; None: as many as the run likes."""
        if one_lane(Sections.model_construct(start=self.start, address=self.address)):
            return 1
        return self.bench.lanes


def load(
    path: str | Path,
    *,
    features: Collection[str],
    requirements: Collection[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    grammar: Grammar = MappingProxyType({}),
) -> Manifest:
    """The manifest in a file. ManifestError names everything that is wrong with it, at once.

    `features` are the features that exist (a mapping's keys will do); `requirements`, where given,
    the ids that a deviation may name; `environ` is where `env:NAME` is looked up; `grammar` says of
    a burnt-in value why no cloud would take it.
    """
    file = Path(path)
    written = read(file)
    sections, problems = written.sections, written.problems
    directory = file.absolute().parent
    given = _check(written, directory, features)
    own = identity(
        sections.bench, directory=directory, environ=environ, grammar=grammar, problems=problems
    )
    check_deviations(sections.deviations, requirements, problems)
    problems.raise_if_any()
    return _manifest(file.absolute(), sections, given, own)


def load_all(
    paths: Iterable[str | Path],
    *,
    features: Collection[str],
    requirements: Collection[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    grammar: Grammar = MappingProxyType({}),
) -> list[Manifest]:
    """Several manifests, as `load`; ManifestError has the problems of all, and names used twice."""
    manifests: list[Manifest] = []
    found: list[Problem] = []
    for path in paths:
        try:
            one = load(
                path,
                features=features,
                requirements=requirements,
                environ=environ,
                grammar=grammar,
            )
            manifests.append(one)
        except ManifestError as error:
            found.extend(error.problems)
    found.extend(_twins(manifests))
    if found:
        raise ManifestError(found)
    return manifests


def _check(written: Written, directory: Path, features: Collection[str]) -> tuple[str, ...]:
    """Judge sections together, those that are there; returns the features claimed."""
    sections, problems, raw = written.sections, written.problems, written.raw
    check_device(sections, directory, problems)
    if isinstance(raw.get("start"), dict):
        check_start(sections.start, raw["start"], directory, problems)
    check_address(sections, problems)
    claimed = tuple(each for each in sections.profile.features or () if isinstance(each, str))
    if claimed:
        check_claims(claimed, features, problems)
    return claimed


def _manifest(path: Path, sections: Sections, claimed: tuple[str, ...], own: Identity) -> Manifest:
    firmware = sections.device.firmware
    digest = sha256((path.parent / firmware).read_bytes()).hexdigest() if firmware else None
    return Manifest(
        path=path,
        device=sections.device,
        start=sections.start,
        address=sections.address,
        bench=sections.bench,
        claimed=claimed,
        features=implied(claimed),
        identity=MappingProxyType(dict(own.values)),
        secrets=own.secrets,
        deviations=sections.deviations,
        firmware_sha256=digest,
    )


def _twins(manifests: Iterable[Manifest]) -> list[Problem]:
    first: dict[str, Manifest] = {}
    found = []
    for each in manifests:
        other = first.setdefault(each.name, each)
        if other is not each:
            said = f"{each.name!r} is the name of the device in {other.path} too; give another"
            if each.path == other.path:
                said = "this manifest is given twice; name it once"
            found.append(Problem(str(each.path), 1, "[device] name", said))
    return found
