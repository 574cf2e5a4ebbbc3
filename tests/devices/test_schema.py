"""The published schema and the manual: as generated, and true of the manual's own examples."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from devices.manifest import load
from devices.problems import ManifestError
from devices.schema import PAGE, SCHEMA, page_text, schema, schema_text
from tests.devices.making import FEATURES

EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_the_schema_file_is_up_to_date() -> None:
    assert SCHEMA.read_text("utf-8") == schema_text(), "run python -m devices.schema"


def test_the_tables_in_the_manual_are_up_to_date() -> None:
    page = PAGE.read_text("utf-8")
    assert page == page_text(page), "run python -m devices.schema"


def as_json(text: str) -> Any:
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def test_the_manual_has_examples() -> None:
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_manual_is_good(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(text)
    (tmp_path / "bulb.py").write_text("")
    load(tmp_path / "m.toml", features=FEATURES, environ={"BOARD_SECRET": "s3cr3t"})
    jsonschema.Draft202012Validator(schema()).validate(as_json(text))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        '[device]\nname = "a b"\n[start]\nmanual = true\n[profile]\nfeatures = ["x"]',
        '[device]\nname = "a"\n[start]\n[profile]\nfeatures = ["x"]',
        '[device]\nname = "a"\n[start]\nmanual = true\ncommand = ["a"]\n'
        '[profile]\nfeatures = ["x"]',
        '[device]\nname = "a"\nx = 1\n[start]\nmanual = true\n[profile]\nfeatures = ["x"]',
        '[device]\nname = "a"\n[start]\ncommand = [""]\n[profile]\nfeatures = []',
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(wrong)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(as_json(wrong))
    with pytest.raises(ManifestError):
        load(tmp_path / "m.toml", features=FEATURES)


def test_the_manual_shows_problems_as_they_are(tmp_path: Path) -> None:
    shown = re.findall(r"(?m)^devices/bulb.toml:\d+: (.*)$", PAGE.read_text("utf-8"))
    text = '[device]\nname = "b"\n[start]\ncomand = ["{python}", "b.py", "{dps_hots}"]\n'
    text += '[profile]\nfeatures = ["dps.https", "dps.symetric-key"]\n'
    (tmp_path / "b.py").write_text("")
    (tmp_path / "bulb.toml").write_text(text)
    with pytest.raises(ManifestError) as caught:
        load(tmp_path / "bulb.toml", features=FEATURES)
    assert [str(each).split(": ", 1)[1] for each in caught.value.problems] == shown
