"""Where each option's default comes from: options whose provenance can be listed."""

from __future__ import annotations

from dataclasses import field, fields
from typing import Any, Literal

Provenance = Literal["documented", "observed", "assumed"]


def option(default: Any, provenance: Provenance, source: str) -> Any:
    """A dataclass field that carries where its default comes from."""
    return field(default=default, metadata=origin(provenance, source))


def origin(provenance: Provenance, source: str) -> dict[str, str]:
    """The metadata of a field that is made otherwise than by `option`."""
    return {"provenance": provenance, "source": source}


def provenance(options_class: Any) -> list[tuple[str, Provenance, str]]:
    """(option, provenance, source) of each option of a class of options."""
    return [
        (item.name, item.metadata["provenance"], item.metadata["source"])
        for item in fields(options_class)
    ]
