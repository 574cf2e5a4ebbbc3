"""A requirement: one clause of a document, declared once as a frozen value."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

import pytest


class Level(StrEnum):
    """The document's own verb (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a device owes, and where that is written.

    `id` is never renumbered and never reused. `title` is a sentence with the device as its subject,
    `source` names document and clause, `needs` the profile features without which the requirement
    does not apply.
    """

    id: str
    level: Level
    title: str
    source: str
    needs: tuple[str, ...]

    @property
    def feature(self) -> str:
        """The features it needs, for people."""
        return " + ".join(self.needs)


def requirement(
    id: str, level: Level | str, title: str, *, source: str, needs: str | tuple[str, ...]
) -> Requirement:
    """Declare a requirement. ValueError when a part of it is empty."""
    if not (id and title and source and needs):
        raise ValueError(f"requirement {id!r} needs an id, a title, a source and a feature")
    features = (needs,) if isinstance(needs, str) else needs
    return Requirement(id, Level(level), title, source, features)


def verifies(requirement: Requirement) -> pytest.MarkDecorator:
    """Mark a case with the requirement that it judges."""
    return pytest.mark.verifies(requirement)


def gather(package: ModuleType) -> dict[str, Requirement]:
    """Every requirement declared in the `requirements` modules below a package, by id.

    ValueError when two of them share an id.
    """
    found: dict[str, Requirement] = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if info.name.endswith(".requirements"):
            for each in vars(importlib.import_module(info.name)).values():
                if isinstance(each, Requirement) and found.setdefault(each.id, each) is not each:
                    raise ValueError(f"requirement id {each.id} is used twice")
    return found
