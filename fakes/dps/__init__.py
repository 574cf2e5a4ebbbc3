"""A working imitation of Azure's Device Provisioning Service."""

from fakes.dps.answers import (
    assigned,
    assigning,
    cut,
    disabled,
    error,
    failed,
    throttled,
)
from fakes.dps.options import DpsOptions
from fakes.dps.provisioning import Dps

__all__ = [
    "Dps",
    "DpsOptions",
    "assigned",
    "assigning",
    "cut",
    "disabled",
    "error",
    "failed",
    "throttled",
]
