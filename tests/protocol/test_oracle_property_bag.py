"""The property bag of a hub's topics."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol import iothub

bags = st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=20), max_size=5)


@given(bags)
@example({"a b": "c d", "ü": "=&+/%", "$.ct": "application/json"})
def test_bags_round_trip(properties: dict[str, str]) -> None:
    text = iothub.encode_bag(properties)
    assert iothub.decode_bag(text) == properties
    assert iothub.bag_problems(text) == []
    assert text.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k=v",
        "k=",
        "%24.mid=1&%24.ct=application%2Fjson",
        "$.ct=application%2fjson&k=%C3%BC",
        "t=2026-11-20T00:00:00Z",
        "u=(a,b)!'*~;@",
    ],
)
def test_finds_nothing_in_a_right_bag(text: str) -> None:
    assert iothub.bag_problems(text) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("k=a b", "an unencoded blank in the value of 'k'"),
        ("a b=c", "an unencoded blank in the name"),
        ("k=a+b", "a '+'"),
        ("k=grün", "the non-ASCII character 'ü'"),
        ("k=a&b", "'b' without '='"),
        ("LWT", "'LWT' without '='"),
        ("k=a=b", "an unencoded '='"),
        ("k=a/b", "an unencoded '/'"),
        ("k=v/", "an unencoded '/'"),
        ('k={"a":1}', "the raw character '{'"),
        ("?k=v", "the raw character '?'"),
        ("k=50%", "the broken escape '%'"),
        ("k=%zz", "the broken escape '%zz'"),
        ("k=%E9", "do not stand for UTF-8"),
        ("k=v&&l=w", "nothing between two '&'"),
        ("&k=v", "nothing between two '&'"),
        ("=v", "without a name"),
    ],
)
def test_names_what_is_wrong_in_a_bag(text: str, finding: str) -> None:
    problems = iothub.bag_problems(text)
    assert any(finding in problem for problem in problems), problems


@given(st.text())
def test_any_bag_is_read_and_judged(text: str) -> None:
    iothub.decode_bag(text)
    assert all(problem.startswith("the property bag") for problem in iothub.bag_problems(text))
