"""A manifest's text made into sections: syntax, names, types. What it means is judged elsewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from devices.lines import Path as Place
from devices.lines import lines
from devices.model import SECTIONS, Section, Sections
from devices.placeholders import PLACEHOLDERS
from devices.problems import ManifestError, Problem, Problems, nearest, suggestion

_MISSING = {
    "device": 'missing; say what the device is called: name = "…"',
    "name": 'missing; say what the device is called: name = "…"',
    "start": "missing; say how the device is started: command, trigger or manual",
    "profile": 'missing; say what the device claims: features = ["dps.https", …]',
    "features": 'missing; say what the device claims: features = ["dps.https", …]',
}
_EXPECTED = {
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number of seconds",
    "finite_number": "a number of seconds",
    "tuple_type": 'a list of texts such as ["one", "two"]',
    "dict_type": 'a table such as { NAME = "value" }',
    "model_type": "a section with keys",
    "string_pattern_mismatch": "letters, digits, '.', '_' or '-' only (it names cases)",
    "string_too_short": "at least one character",
    "too_short": "at least one text",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A manifest as far as it could be read; wrong keys are left out of `sections`.

    `raw` is the TOML with misspelt names put right, so that their values are looked at too.
    """

    raw: Mapping[str, Any]
    sections: Sections
    problems: Problems


def read(path: Path) -> Written:
    """Read a manifest file. ManifestError at once where nothing more can be said."""
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ManifestError([_syntax(path, text, str(error))]) from None
    problems = Problems(path, lines(text))
    named = _named_sections(raw, problems)
    return Written(named, _typed(named, problems), problems)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        sentence = f"expected UTF-8 text, found byte 0x{error.object[error.start]:02x}"
        raise ManifestError([Problem(str(path), line, "", sentence)]) from None
    except OSError as error:
        sentence = f"cannot be read: {error.strerror}"
        raise ManifestError([Problem(str(path), 1, "", sentence)]) from None


def _syntax(path: Path, text: str, message: str) -> Problem:
    """The one problem of a text that is not TOML, with line and column."""
    at = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if at:
        line, where, said = int(at[1]), f"column {at[2]}", message[: at.start()]
    else:
        said = message.removesuffix(" (at end of document)")
        line, where = text.rstrip().count("\n") + 1, "end of the file"
    return Problem(str(path), line, where, f"not TOML: {said}; texts stand in quotes, lists in [ ]")


def _named_sections(raw: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Unknown sections and keys noted; those that are near a valid name are taken for it."""
    named: dict[str, Any] = {}
    for name, value in raw.items():
        meant = name if name in SECTIONS else _section_meant(name, value, problems)
        if meant and (meant == name or meant not in raw):
            problems.lines = problems.lines.renamed((name,), (meant,))
            named[meant] = _named_keys(meant, value, problems)
    return named


def _section_meant(name: str, value: Any, problems: Problems) -> str | None:
    if not isinstance(value, dict | list):
        homes = [f"[{home}]" for home, model in SECTIONS.items() if name in model.model_fields]
        home = " or ".join(homes) or "a section such as [device]"
        problems.add((), f"{name}: outside of any section; it belongs in {home}")
        return None
    place: Place = (name,)
    problems.add(place, "unknown section" + suggestion(name, list(SECTIONS), form="[{}]"))
    return nearest(name, SECTIONS)


def _named_keys(section: str, value: Any, problems: Problems) -> Any:
    if section != "deviations":
        return _named_table(section, (section,), value, problems)
    if isinstance(value, dict):
        problems.add((section,), "expected [[deviations]] in two brackets, found [deviations]")
        problems.lines = problems.lines.renamed((section,), (section, 0))
        value = [value]
    if not isinstance(value, list):
        return value
    return [_named_table(section, (section, i), each, problems) for i, each in enumerate(value)]


def _named_table(section: str, place: Place, table: Any, problems: Problems) -> Any:
    if not isinstance(table, dict):
        return table
    valid = list(SECTIONS[section].model_fields)
    named: dict[str, Any] = {}
    for key, value in table.items():
        meant: str | None = key
        if key not in valid:
            problems.add((*place, key), "unknown key" + _key_meant(key, valid))
            meant = nearest(key, valid)
        if meant and (meant == key or meant not in table):
            problems.lines = problems.lines.renamed((*place, key), (*place, meant))
            named[meant] = value
    return named


def _key_meant(key: str, valid: Sequence[str]) -> str:
    for section, model in SECTIONS.items():
        if key in model.model_fields:
            return f"; it belongs in [{section}]"
    return suggestion(key, valid)


def _typed(raw: Mapping[str, Any], problems: Problems) -> Sections:
    try:
        return Sections.model_validate(raw)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    for each in errors:
        problems.add(each["loc"], _sentence(each))
    return _partial(raw, [each["loc"] for each in errors])


def _partial(raw: Mapping[str, Any], wrong: Sequence[Place]) -> Sections:
    """The sections without what is wrong in them, so that the rest can be judged all the same."""
    parts: dict[str, Any] = {}
    for name, model in SECTIONS.items():
        if name == "deviations":
            items = raw.get(name, [])
            many = items if isinstance(items, list) else []
            parts[name] = tuple(_part(model, x, (name, i), wrong) for i, x in enumerate(many))
        else:
            parts[name] = _part(model, raw.get(name), (name,), wrong)
    return Sections.model_construct(**parts)


def _part(model: type[Section], raw: Any, place: Place, wrong: Sequence[Place]) -> Section:
    table = raw if isinstance(raw, dict) else {}
    deep = len(place)
    bad = {at[deep] for at in wrong if at[:deep] == place and len(at) > deep}
    good = {key: value for key, value in table.items() if key not in bad}
    required = {key for key, field in model.model_fields.items() if field.is_required()}
    return model.model_construct(**{**dict.fromkeys(required), **good})


def _sentence(error: ErrorDetails) -> str:
    """One pydantic error in our words: what was expected, what was found."""
    kind, place, limits = error["type"], error["loc"], error.get("ctx", {})
    found = _found(place, error["input"])
    if kind == "missing":
        plain = "missing; a deviation needs id, reason, expires and match"
        return _MISSING.get(str(place[-1]), plain)
    if kind == "literal_error":
        return f"expected {limits['expected']}, found {found}"
    if kind in ("greater_than_equal", "less_than_equal") and place[0] == "address":
        return f"expected a port from 1 to 65535, found {found}"
    if kind == "greater_than_equal":
        return f"expected at least {limits['ge']:g}, found {found}"
    if kind == "greater_than":
        return f"expected more than {limits['gt']:g}, found {found}"
    if kind == "value_error":
        return f"expected {limits['error']}, found {found}"
    return f"expected {_EXPECTED.get(kind, error['msg'])}, found {found}"


def _found(place: Place, value: Any) -> str:
    """A value as TOML would have it; a secret's kind only."""
    kind = {str: "a text", bool: "true or false", int: "a number", float: "a number"}
    if place[0] == "bench" and str(place[-1]) in PLACEHOLDERS:
        return kind.get(type(value), "something else")
    match value:
        case bool():
            return str(value).lower()
        case str():
            return repr(value if len(value) <= 60 else value[:57] + "…")
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"a list of {len(value)}" if value else "an empty list"
        case dict():
            return "a table"
    return str(value)
