"""The one fault that was asked for, and the question asked wherever a behaviour can be broken."""

from __future__ import annotations

import difflib
import json
from dataclasses import asdict

from .fault import Fault


class UnknownFaultError(ValueError):
    """No such fault, or not for this device."""


_chosen: str | None = None


def broken(name: str) -> bool:
    """Whether this is the behaviour to break. Names are checked by a test against the registry."""
    return name == _chosen


def choose(name: str, *, device: str) -> None:
    """Break this behaviour from here on; UnknownFaultError where the device has no such fault."""
    global _chosen
    known = {fault.name: fault for fault in registry()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; the nearest is {near[0]}" if near else ""
        raise UnknownFaultError(f"no fault is called {name}{hint}")
    if device not in known[name].devices:
        raise UnknownFaultError(f"{name} is a fault of {', '.join(known[name].devices)}")
    _chosen = name


def forget() -> None:
    """Back to the correct device (a process needs this only in tests)."""
    global _chosen
    _chosen = None


def registry() -> tuple[Fault, ...]:
    """Every fault. The lists are read here and not on top: a correct device starts without them."""
    from . import faults_dps, faults_hub, faults_iotda, faults_sas

    return (
        *faults_sas.FAULTS,
        *faults_dps.FAULTS,
        *faults_hub.FAULTS,
        *faults_iotda.FAULTS,
    )


def as_json() -> str:
    """The registry as a JSON array of {name, devices, description}."""
    return json.dumps([asdict(fault) for fault in registry()], indent=2)
