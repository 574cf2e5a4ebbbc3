"""What all views share: where a device stands, what counts, which case faces which device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from harness.verdict import Verdict, worst
from reports.stream import Case, Device, Stream

# Heaviest first: what a reader has to see before anything else.
HEAVIEST_FIRST = tuple(sorted(Verdict, key=lambda verdict: -verdict.weight))
GLYPHS = {
    Verdict.PASS: "✓",
    Verdict.WARN: "▲",
    Verdict.FAIL: "✗",
    Verdict.INCONCLUSIVE: "?",
    Verdict.NOT_APPLICABLE: "○",
    Verdict.ERROR: "!",
}
NAMES = {"azure": "Azure", "dps": "DPS", "iothub": "IoT Hub", "huawei": "Huawei", "iotda": "IoTDA"}


def word(verdict: Verdict) -> str:
    """A verdict as people write it."""
    return verdict.replace("_", " ")


def accepted(case: Case) -> bool:
    """Whether a deviation that is written down and still valid speaks for the case."""
    return case.deviation is not None and case.deviation.state == "accepted"


def standing(case: Case) -> Verdict:
    """What a case weighs for its device: a valid deviation is known, so it warns at most."""
    if accepted(case) and case.verdict.weight > Verdict.WARN.weight:
        return Verdict.WARN
    return case.verdict


def clean(case: Case) -> bool:
    """Whether a case needs no explanation."""
    return case.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Standing:
    """A device with its cases, its verdict, and how many cases have which verdict."""

    device: Device
    cases: tuple[Case, ...]
    verdict: Verdict
    counts: Mapping[Verdict, int]
    known: Mapping[Verdict, int]  # how many of them an accepted deviation speaks for


def standings(stream: Stream) -> list[Standing]:
    """One for each device of the run, in its order."""
    return [_standing(device, stream.cases) for device in stream.run.devices]


def _standing(device: Device, cases: Iterable[Case]) -> Standing:
    own = tuple(case for case in cases if case.device == device.name)
    known = _tally(case for case in own if accepted(case))
    return Standing(device, own, worst(map(standing, own)), _tally(own), known)


def _tally(cases: Iterable[Case]) -> dict[Verdict, int]:
    tally = Counter(case.verdict for case in cases)
    return {verdict: tally[verdict] for verdict in HEAVIEST_FIRST}


@dataclass(frozen=True, slots=True)
class Row:
    """One case over all devices; None where it was not judged.

    `case` tells it from others of the same requirement; "" when there is no other.
    """

    requirement: str
    level: str
    title: str
    case: str
    cells: tuple[Case | None, ...]

    @property
    def clean(self) -> bool:
        """Whether no device has anything but PASS or NOT APPLICABLE."""
        return all(case is None or clean(case) for case in self.cells)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one suite and feature."""

    suite: str
    feature: str
    rows: tuple[Row, ...]

    @property
    def clean(self) -> bool:
        """Whether all its rows are."""
        return all(row.clean for row in self.rows)


def matrix(stream: Stream) -> list[Group]:
    """Cases down, devices across, grouped by suite and feature in the order of the run."""
    names = [device.name for device in stream.run.devices]
    found: dict[tuple[str, str], dict[tuple[str, str], dict[str, Case]]] = {}
    for case in stream.cases:
        node = _undeviced(case)
        rows = found.setdefault((_suite(node), case.feature), {})
        rows.setdefault((case.requirement, node), {})[case.device] = case
    return [Group(*head, tuple(_rows(rows, names))) for head, rows in found.items()]


def _rows(
    rows: Mapping[tuple[str, str], Mapping[str, Case]], names: Sequence[str]
) -> Iterator[Row]:
    cases_of = Counter(requirement for requirement, _ in rows)
    for (requirement, node), cells in rows.items():
        one = next(iter(cells.values()))
        in_order = tuple(cells.get(name) for name in names)
        # The title says it all, unless several cases judge the same requirement.
        case = _sentence(node) if cases_of[requirement] > 1 else ""
        yield Row(requirement, one.level, one.title, case, in_order)


def _undeviced(case: Case) -> str:
    """The node id without the device: what the same case is called for every device."""
    bare = case.case.replace(f"[{case.device}]", "").replace(f"[{case.device}-", "[")
    # What is judged of a manifest has the manifest as its node, different for each device.
    return bare if bare.partition("::")[0].endswith(".py") else f"::{bare.rpartition('::')[2]}"


def _suite(node: str) -> str:
    """The directory of the case's module, for people."""
    module = PurePosixPath(node.partition("::")[0])
    if not module.name:
        return "Manifest"
    words = module.parent.name.split("_")
    return " ".join(NAMES.get(each, each) for each in words)


def _sentence(node: str) -> str:
    return node.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def troubled(cases: Iterable[Case]) -> list[Case]:
    """The cases that need explaining: the heaviest first, known deviations last."""
    wanting = [case for case in cases if not clean(case)]
    return sorted(wanting, key=lambda case: (accepted(case), -case.verdict.weight))
