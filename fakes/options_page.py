"""docs/options.md, made from the options: `python -m fakes.options_page > docs/options.md`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from fakes.choices import SERVICES, settable, wanted

PAGE = Path(__file__).resolve().parents[1] / "docs" / "options.md"
_TITLES = {
    "dps": "Azure Device Provisioning Service",
    "hub": "Azure IoT Hub",
    "iotda": "Huawei Cloud IoTDA",
}
_HEAD = """\
# What the fakes do where documents leave it open

Made by `python -m fakes.options_page > docs/options.md`; do not edit. Each behaviour of a fake that
is a choice or a limit is a named option, with where its default comes from: *documented* by the
vendor, *observed* at the real service by somebody who wrote it down, or *assumed*. The emulator
takes them as `python -m fakes --set SERVICE.OPTION=VALUE`, a program as
`Hub(..., options=HubOptions(unknown_publish="ignore"))`. Times are in seconds, sizes in bytes.
"""


def page() -> str:
    """The page as it stands in docs/."""
    return "\n".join([_HEAD, *(line for service in SERVICES for line in _part(service))])


def _part(service: str) -> Iterator[str]:
    made = SERVICES[service]()
    yield f"## {_TITLES[service]}: `{service}`, {type(made).__name__}\n"
    yield "| option | default | takes | provenance | source |"
    yield "|---|---|---|---|---|"
    takes = settable()
    defaults = {item.name: getattr(made, item.name) for item in fields(made)}
    for name, provenance, source in made.provenance():
        key = f"{service}.{name}"
        given = wanted(key) if key in takes else "only in a program"
        yield _row(f"`{name}`", f"`{_shown(defaults[name])}`", given, provenance, source)
    yield ""


def _shown(value: Any) -> str:
    """A default as `--set` would take it."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(f"{name}: {item}" for name, item in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    print(page(), end="")
