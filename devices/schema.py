"""The manifest's JSON Schema and the tables in its documentation: `python -m devices.schema`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from devices.model import NAME, SECTIONS, Section, Sections
from devices.placeholders import PLACEHOLDERS

DOCS = Path(__file__).resolve().parents[1] / "docs"
SCHEMA = DOCS / "manifest.schema.json"
PAGE = DOCS / "manifest.md"
_MARKED = re.compile(r"(<!-- begin (?P<what>[\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def schema() -> dict[str, Any]:
    """The JSON Schema of a manifest; editors that know TOML check and complete with it."""
    made = Sections.model_json_schema()
    start = made["$defs"]["Start"]
    start["oneOf"] = [
        {"required": ["command"]},
        {"required": ["trigger"]},
        {"required": ["manual"], "properties": {"manual": {"const": True}}},
    ]
    for definition in made["$defs"].values():
        _plain(definition)
    _plain(made)
    made["$defs"]["Device"]["properties"]["name"]["pattern"] = NAME
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "Manifest"}


def _plain(definition: dict[str, Any]) -> None:
    """Without the nulls that TOML does not have, and without pydantic's titles."""
    definition.pop("title", None)
    for key, value in definition.get("properties", {}).items():
        kept = {name: item for name, item in value.items() if name != "title"}
        if kept.get("default", 0) is None:
            del kept["default"]
        for option in kept.pop("anyOf", []):
            if option != {"type": "null"}:
                kept |= option
        definition["properties"][key] = kept


def schema_text() -> str:
    """The schema as it stands in docs/."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def page_text(page: str) -> str:
    """A page with its marked tables made anew."""
    return _MARKED.sub(lambda marked: f"{marked[1]}{_table(marked['what'])}{marked[3]}", page)


def _table(what: str) -> str:
    rows = _placeholder_rows() if what == "placeholders" else _key_rows(SECTIONS[what])
    return "\n".join(rows) + "\n"


def _key_rows(section: type[Section]) -> list[str]:
    rows = ["| key | meaning | default |", "|---|---|---|"]
    for name, field in section.model_fields.items():
        if field.is_required():
            default = "required"
        else:
            value = field.get_default(call_default_factory=True)
            default = f"`{json.dumps(value)}`" if value not in (None, "", {}) else ""
        rows.append(f"| `{name}` | {field.description} | {default} |")
    return rows


def _placeholder_rows() -> list[str]:
    rows = ["| placeholder | meaning | for |", "|---|---|---|"]
    for each in PLACEHOLDERS.values():
        needs = f"`{each.needs}`" if each.needs else ""
        rows.append(f"| `{{{each.name}}}` | {each.meaning} | {needs} |")
    return rows


def main() -> None:
    """Write both files."""
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    PAGE.write_text(page_text(PAGE.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
