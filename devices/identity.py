"""The identities that a device has burnt in: read, checked, and kept secret where they are keys."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from devices.model import ENV, Bench
from devices.placeholders import PLACEHOLDERS
from devices.problems import Problems
from transcript import Redactor

Grammar = Mapping[str, Callable[[str], str | None]]  # by placeholder: why a value cannot be one
_BASE64 = ("symmetric_key", "group_key", "device_key")
_SHORTEST_LINE = 16  # of a private key's PEM: a shorter last line would blank ordinary words


@dataclass(frozen=True, slots=True)
class Identity:
    """Values by placeholder name, and which texts must never be shown."""

    values: Mapping[str, str]
    secrets: frozenset[str]


def identity(
    bench: Bench,
    *,
    directory: Path,
    environ: Mapping[str, str],
    grammar: Grammar,
    problems: Problems,
) -> Identity:
    """The burnt-in values of [bench], `env:NAME` read from `environ`, files made absolute."""
    values: dict[str, str] = {}
    secrets: set[str] = set()
    for name in (each.name for each in PLACEHOLDERS.values() if each.burnt):
        written = getattr(bench, name)
        value = _value(name, written, environ, problems) if written else None
        if value is None:
            continue
        if name.endswith("_file"):
            value = _file(name, value, directory, problems)
        if PLACEHOLDERS[name].secret or written.startswith(ENV):
            secrets.add(value)
        if name in _BASE64 and not _is_base64(value):
            said = f"expected a key in base64, found {len(value)} characters that are not"
            problems.add(("bench", name), said)
        elif name in grammar and (said := grammar[name](value) or ""):
            problems.add(("bench", name), Redactor(secrets).text(said))
        values[name] = value
    return Identity(values, frozenset(secrets | _key_lines(values.get("x509_key_file"))))


def _value(name: str, written: str, environ: Mapping[str, str], problems: Problems) -> str | None:
    if not written.startswith(ENV):
        return written
    variable = written.removeprefix(ENV)
    value = environ.get(variable, "")
    if value and value.isprintable():
        return value
    state = "empty" if variable in environ else "not set"
    state = "no printable UTF-8 text" if value else state
    said = f"the environment variable {variable!r} is {state}; set it before the run"
    problems.add(("bench", name), said)
    return None


def _file(name: str, value: str, directory: Path, problems: Problems) -> str:
    file = directory / value
    if not file.is_file():
        said = f"no such file: {file}; a path is relative to the manifest"
        problems.add(("bench", name), said)
    return str(file)


def _is_base64(value: str) -> bool:
    try:
        return bool(b64decode(value, validate=True))
    except (Base64Error, ValueError):
        return False


def _key_lines(file: str | None) -> set[str]:
    """The lines of a private key, for each of them gives part of it away."""
    try:
        text = Path(file).read_text("ascii") if file else ""
    except (OSError, UnicodeDecodeError):
        return set()  # a missing file is noted already; a key in DER has no lines
    lines = {line.strip() for line in text.splitlines() if "-----" not in line}
    return {line for line in lines if len(line) >= _SHORTEST_LINE}
