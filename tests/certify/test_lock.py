"""requirements.lock is whole: for every system and Python we promise, with hashes."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path("requirements.lock").read_text("utf-8")
PINNED = {canonicalize_name(n): v for n, v in re.findall(r"(?m)^([\w.-]+)==([^\s\\]+)", LOCK)}
PROJECT = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
SYSTEMS = {
    "linux": {"os_name": "posix", "platform_system": "Linux"},
    "darwin": {"os_name": "posix", "platform_system": "Darwin"},
    "win32": {"os_name": "nt", "platform_system": "Windows"},
}
PYTHONS = ("3.11", "3.12", "3.13")
SURROUNDINGS = [
    {"sys_platform": name, "python_version": python, "python_full_version": f"{python}.1",
     "implementation_name": "cpython", "platform_python_implementation": "CPython",
     "extra": "", **more}
    for name, more in SYSTEMS.items() for python in PYTHONS
]  # fmt: skip


def needed(requirement: Requirement) -> bool:
    """Whether any system and Python of ours needs it."""
    return requirement.marker is None or any(map(requirement.marker.evaluate, SURROUNDINGS))


@pytest.mark.parametrize("name", PINNED)
def test_what_a_package_needs_anywhere_is_locked_too(name):
    try:
        lines = distribution(name).requires or []
    except PackageNotFoundError:
        pytest.skip("not installed here")
    missing = [
        line
        for line in lines
        if needed(Requirement(line)) and canonicalize_name(Requirement(line).name) not in PINNED
    ]
    assert missing == [], f"{name} needs them somewhere: add them to requirements.in, tox -e lock"


def declared():
    project = PROJECT["project"]
    inputs = Path("requirements.in").read_text("utf-8").splitlines()
    own = [line.partition("#")[0].strip() for line in inputs]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [
        *project["dependencies"],
        *extras,
        *PROJECT["build-system"]["requires"],
        *filter(None, own),
    ]


@pytest.mark.parametrize("line", declared())
def test_what_the_project_declares_is_locked_as_declared(line):
    requirement = Requirement(line)
    version = PINNED.get(canonicalize_name(requirement.name))
    assert version is not None, "tox -e lock"
    assert requirement.specifier.contains(version), "tox -e lock"


def test_every_package_has_hashes():
    bare = [
        block
        for block in re.split(r"(?m)^(?=[\w.-]+==)", LOCK)[1:]
        if "--hash=sha256:" not in block
    ]
    assert bare == []


def test_names_no_place_to_install_from():
    assert not re.search(r"://|--(index|extra-index|find-links|trusted-host)", LOCK)
