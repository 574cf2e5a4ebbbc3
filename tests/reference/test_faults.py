"""Every fault that is listed is asked about somewhere in the code, and the other way round."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.reference import faults

HOME = Path(faults.__file__).parent


def asked() -> Iterator[re.Pattern[str]]:
    """A pattern for the argument of each `broken(…)`; `{service}` in it stands for any word."""
    for path in HOME.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node.func) == "broken":
                yield re.compile(pattern(node.args[0]))


def called(function: ast.expr) -> str:
    """The last part of what is called."""
    return str(getattr(function, "attr", getattr(function, "id", "")))


def pattern(argument: ast.expr) -> str:
    """A regular expression for a string constant or f-string."""
    if isinstance(argument, ast.Constant):
        return re.escape(str(argument.value))
    assert isinstance(argument, ast.JoinedStr), "broken() takes a literal"
    parts = argument.values
    return "".join(pattern(part) if isinstance(part, ast.Constant) else r"\w+" for part in parts)


def test_each_listed_fault_is_in_the_code() -> None:
    patterns = list(asked())
    unused = [
        fault.name
        for fault in faults.registry()
        if not any(each.fullmatch(fault.name) for each in patterns)
    ]
    assert unused == []


def test_each_question_in_the_code_is_about_a_listed_fault() -> None:
    names = [fault.name for fault in faults.registry()]
    lost = [each.pattern for each in asked() if not any(map(each.fullmatch, names))]
    assert lost == []


def test_names_are_unique_and_every_fault_has_a_device() -> None:
    registry = faults.registry()
    assert len({fault.name for fault in registry}) == len(registry)
    known = {"azure-https", "azure-mqtt", "azure-x509", "iotda"}
    assert all(fault.devices and set(fault.devices) <= known for fault in registry)


def test_lists_its_faults_as_json_when_started_as_a_directory() -> None:
    run = subprocess.run(
        [sys.executable, str(HOME), "--list-faults"], capture_output=True, check=True, text=True
    )
    assert len(json.loads(run.stdout)) == len(faults.registry())


def test_refuses_a_fault_of_another_device() -> None:
    with pytest.raises(faults.UnknownFaultError, match="is a fault of iotda"):
        faults.choose("iotda-will", device="azure-mqtt")
    with pytest.raises(faults.UnknownFaultError, match="nearest is iotda-will"):
        faults.choose("iotda-wil", device="iotda")
