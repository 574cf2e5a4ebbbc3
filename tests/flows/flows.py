"""The flows: which devices they are, what they need, and in what each is known to deviate."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suites.features import closure
from tests.judging import cases

EXAMPLES = Path(__file__).parents[2] / "examples"
SHELL = ("bash", "curl", "openssl", "xxd", "base64")


@dataclass(frozen=True)
class Flow:
    """A device under test with a manifest under examples/.

    `listing` is its name in tests/listings.py, `tools` are programs that must be installed,
    `deviates` the verdict of each requirement that its manifest excuses.
    """

    name: str
    path: str
    listing: str
    tools: tuple[str, ...] = ()
    deviates: Mapping[str, str] = field(default_factory=dict)

    @property
    def manifest(self) -> Path:
        return EXAMPLES / self.path

    @property
    def written(self) -> dict[str, Any]:
        """The manifest as it stands."""
        return tomllib.loads(self.manifest.read_text(encoding="utf-8"))

    @property
    def device(self) -> str:
        """The device's name in results."""
        return self.written["device"]["name"]

    def expected(self) -> dict[str, str]:
        """Each requirement's verdict: PASS where all that it needs is claimed, or a deviation."""
        claimed = closure(self.written["profile"]["features"])
        applies = {each.requirement.id: each.requirement.needs for each in cases()}
        plain = {
            requirement: "PASS" if claimed.issuperset(needs) else "NOT_APPLICABLE"
            for requirement, needs in applies.items()
        }
        return plain | dict(self.deviates)


EARLY = {"DPS-POLL-2": "WARN"}

FLOWS = (
    Flow("000", "000-azure-iot-device/device.toml", "000", deviates=EARLY),
    Flow("001-1.0.0", "001-provisioning-service-client/sdk-1.0.0.toml", "001", deviates=EARLY),
    Flow("001-1.2.0", "001-provisioning-service-client/sdk-1.2.0.toml", "001", deviates=EARLY),
    Flow("002-individual", "002-curl-openssl/individual.toml", "002-individual", SHELL),
    Flow("002-group", "002-curl-openssl/group.toml", "002-group", SHELL),
    Flow("003", "003-paho/device.toml", "003", deviates={"HUB-CONN-6": "WARN"}),
    Flow("004", "004-quecpython/device.toml", "004", deviates={"IOTDA-CMD-4": "WARN"}),
)
"""Every flow. Deviations stand here and in the manifests, so that none comes in unnoticed."""

BY_NAME = {flow.name: flow for flow in FLOWS}
