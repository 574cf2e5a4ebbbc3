"""Imports point one way: who may know whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {
    "protocol", "transcript", "harness", "fakes", "devices", "suites", "reports", "fixtures",
    "tests", "conftest",
}  # fmt: skip
MAY = {
    "protocol": {"cryptography"},
    "transcript": set(),
    "harness": {"transcript", "pytest"},
    "fakes": {"protocol", "transcript", "amqtt", "aiohttp", "trustme", "cryptography", "multidict"},
    "devices": {"transcript", "pydantic", "pydantic_core", "psutil"},
    "devices/reference": {"httpx", "paho"},
    "suites": {"protocol", "transcript", "harness", "pytest"},
    "reports": {"transcript", "harness", "pytest", "jinja2", "markupsafe", "_pytest"},
}


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def trespasses(package: str) -> Iterator[str]:
    folder = ROOT / package
    siblings = {path.stem for path in folder.glob("*")} if package == "devices/reference" else set()
    allowed = MAY[package] | siblings | {package.partition("/")[0]} - {"devices/reference"}
    if package == "devices/reference":
        allowed -= {"devices"}
    for path in sorted(folder.rglob("*.py")):
        inner = path.is_relative_to(ROOT / "devices" / "reference")
        if package == "devices" and inner:
            continue
        for line, name in imports(path):
            top = name.partition(".")[0]
            if top not in allowed and top not in sys.stdlib_module_names:
                yield f"{path.relative_to(ROOT)}:{line} imports {name}"


@pytest.mark.parametrize("package", MAY)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    assert list(trespasses(package)) == []


def test_nobody_imports_fixtures_or_tests() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for package in MAY
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, name in imports(path)
        if name.partition(".")[0] in ("fixtures", "tests", "conftest")
    ]
    assert found == []


def test_amqtt_is_imported_in_one_file() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "fakes").rglob("*.py")
        for _, name in imports(path)
        if name.partition(".")[0] == "amqtt"
    }
    assert len(users) == 1, users
