"""Line numbers of TOML keys, against texts that are awkward to read."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from devices.lines import Path, lines

AWKWARD = '''\
# a comment with [brackets] = and "quotes"
top = "x # no comment"
"quoted.key" = 'single [ '

[a]
one = [ # first
  "x", "]",
  [1, { k = 2 }], # ]
]
"two words".three = 1
text = """
[not.a.section]
key = "no"
\\""" still"""""
last = \'\'\'
x = 1\'\'\'

[a.b . "c d"]
day = 2027-03-31 08:00:00
inline = { x = 1, y.z = "}", list = [
  1,
] }

[[many]]
id = 1
[[many]]
id = 2
[many.sub]
deep = true
[[many.more]]
id = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted.key",), 3),
        (("a",), 5),
        (("a", "one"), 6),
        (("a", "one", 0), 7),
        (("a", "one", 1), 7),
        (("a", "one", 2), 8),
        (("a", "one", 2, 1, "k"), 8),
        (("a", "two words", "three"), 10),
        (("a", "text"), 11),
        (("a", "last"), 15),
        (("a", "b", "c d"), 18),
        (("a", "b", "c d", "day"), 19),
        (("a", "b", "c d", "inline", "y", "z"), 20),
        (("a", "b", "c d", "inline", "list", 0), 21),
        (("many", 0, "id"), 25),
        (("many", 1), 26),
        (("many", 1, "id"), 27),
        (("many", 1, "sub", "deep"), 29),
        (("many", 1, "more", 0, "id"), 31),
        (("a", "nothing"), 5),
        (("nothing",), 1),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_finds_the_line(path: Path, line: int, end: str) -> None:
    assert lines(AWKWARD.replace("\n", end)).of(path) == line


def test_knows_every_key_that_tomllib_finds() -> None:
    found = lines(AWKWARD)
    assert [path for path in walk(tomllib.loads(AWKWARD)) if path not in found] == []


def walk(value: Any, path: Path = ()) -> list[Path]:
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [each for key, item in items for each in [(*path, key), *walk(item, (*path, key))]]


def test_headers_of_tables_between_are_optional() -> None:
    assert lines("[x.y]\nk = 1\n").of(("x",)) == 1
