"""Judging records outside a run: the suites' cases, called with records from a stream."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import suites
from harness.requirement import Requirement
from harness.verdict import Judgement, judge
from transcript import Record

Records = Mapping[str, Record]


@dataclass(frozen=True)
class CaseFunction:
    """A case of the suites: its requirement and the scenarios whose records it judges."""

    function: Callable[..., None]
    requirement: Requirement
    scenarios: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.function.__module__}.{self.function.__name__}"

    def judge(self, records: Records) -> Judgement:
        """The judgement on one device's records, by scenario."""
        error: BaseException | None = None
        try:
            self.function(**{name: records[name] for name in self.scenarios})
        except Exception as raised:  # noqa: BLE001 - whatever it is, the harness judges it
            error = raised
        return judge(error, self.requirement.level)


def modules() -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(suites.__path__, "suites."):
        yield importlib.import_module(info.name)


def cases() -> list[CaseFunction]:
    """Every case of every suite."""
    return [
        CaseFunction(function, mark.args[0], tuple(inspect.signature(function).parameters))
        for module in modules()
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        for mark in getattr(function, "pytestmark", [])
        if mark.name == "verifies"
    ]


def checks() -> list[Callable[..., Any]]:
    """Every check: the public functions of the suites that answer with findings."""
    return [
        function
        for module in modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).return_annotation == "list[Finding]"
    ]


def lines(stream: Path) -> Iterator[dict[str, Any]]:
    with stream.open() as file:
        for line in file:
            yield json.loads(line)


def records(stream: Path) -> dict[str, dict[str, Record]]:
    """The records of a run, by device and scenario."""
    found: dict[str, dict[str, Record]] = {}
    for line in lines(stream):
        if line["kind"] == "record":
            found.setdefault(line["device"], {})[line["scenario"]] = Record.from_json(line)
    return found
