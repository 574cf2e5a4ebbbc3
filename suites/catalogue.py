"""The catalogue of requirements as a page: `python -m suites.catalogue > docs/requirements.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import suites
from harness.requirement import Requirement, gather
from suites.features import FEATURES

HEAD = """# Requirements

Made by `python -m suites.catalogue > docs/requirements.md`; a test compares. An id is never
renumbered and never reused. A MUST that is not met is FAIL, a SHOULD is WARN.

| id | level | requirement | needs | source |
|---|---|---|---|---|
"""

FEATURES_HEAD = """
# Features of a profile

`a.b` implies `a`. A feature with a sign is looked for on the wire: claimed and never seen is
INCONCLUSIVE, seen and not claimed is WARN.

| feature | the device … | has a sign | implies |
|---|---|---|---|
"""


def markdown(requirements: Iterable[Requirement]) -> str:
    """The page: requirements in the order of their ids, then the features."""
    rows = [
        f"| {each.id} | {each.level} | {each.title} | {', '.join(each.needs)} | {each.source} |"
        for each in sorted(requirements, key=_in_order)
    ]
    return HEAD + "\n".join(rows) + "\n" + FEATURES_HEAD + "\n".join(_features()) + "\n"


def _in_order(requirement: Requirement) -> tuple[str, int]:
    family, _, number = requirement.id.rpartition("-")
    return family, int(number)


def _features() -> list[str]:
    return [
        f"| {each.id} | {each.title} | {'yes' if each.seen else 'no'} | {', '.join(each.implies)} |"
        for each in FEATURES.values()
    ]


if __name__ == "__main__":
    sys.stdout.write(markdown(gather(suites).values()))
