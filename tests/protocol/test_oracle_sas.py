"""Shared access signatures: grammar, verification, resources."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import refusal

from protocol import dps, iothub, keys, sas

DERIVED_KEY = "Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc="
OTHER_KEY = keys.encode(b"another key of thirty-two bytes.")
NOW = 1_790_000_000.0


# --- building and reading -------------------------------------------------------------------------

escaped = partial(quote, safe="")
spellings = st.sampled_from([quote_plus, lambda text: quote(text, safe=""), str])
# ids as hubs and DPS allow them; a raw % or + in an unencoded sr is another matter
ids = st.from_regex(r"[A-Za-z0-9._:-]{0,30}[A-Za-z0-9]", fullmatch=True)
secrets = st.binary(min_size=16, max_size=64).map(keys.encode)


@given(
    id_=ids,
    key=secrets,
    se=st.integers(0, 10**12),
    policy=st.none() | st.sampled_from(["", "registration", "a&b=c"]),
    encode=spellings,
)
def test_what_is_built_is_read_and_verified(
    id_: str, key: str, se: int, policy: str | None, encode: Callable[[str], str]
) -> None:
    resource = dps.resource("0ne00000001", id_)
    text = sas.build(resource, key, se, policy=policy, encode=encode)
    token = sas.parse(text)
    assert sas.problems(text) == []
    assert (token.resource, token.se, token.skn) == (resource, se, policy)
    assert sas.verify(token, [key], now=se).ok
    assert dps.covers(token.sr, "0ne00000001", id_)


@given(key=secrets, order=st.permutations(["sr", "sig", "se", "skn"]), upper=st.booleans())
def test_order_and_case_of_names_do_not_count(key: str, order: list[str], upper: bool) -> None:
    built = sas.parse(sas.build("h/devices/d", key, 2_000_000_000, policy="device"))
    values = dict(built.fields)
    pairs = [f"{name.upper() if upper else name}={values[name]}" for name in order]
    token = sas.parse("SharedAccessSignature " + "&".join(pairs))
    assert sas.verify(token, [key], now=NOW).ok
    assert sas.problems(token.raw) == []


def test_passes_over_empty_pairs_and_unknown_names() -> None:
    text = sas.build("h/devices/d", DERIVED_KEY, 2_000_000_000) + "&&foo=bar&other=&"
    assert sas.verify(sas.parse(text), [DERIVED_KEY], now=NOW).ok
    assert sas.problems(text) == []


def good(**changed: str) -> str:
    """A right token's fields with some replaced; a value of "-" leaves the field out."""
    fields = {"sr": "h%2Fdevices%2Fd", "sig": escaped(SIG), "se": "2000000000"} | changed
    return "SharedAccessSignature " + "&".join(
        f"{name}={value}" for name, value in fields.items() if value != "-"
    )


SIG = "8VPprb8BiTkuVE0hBqHm/SVrzVpdD8VZcXugntdbhuU="
PLUS = "f+wW8XOKeJOtiPc9Iwjc4OpExvPM7NlhM9qxN2a1aAM="


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "scheme word"),
        (good().replace("Shared", "shared"), "its case counts"),
        (good().replace(" ", "  "), "cuts it in 3"),
        (good() + "\n", "cuts it in 3"),
        (" " + good(), "cuts it in 3"),
        (good().split(" ")[1], "cuts it in 1"),
        (good(sr="-"), "sr is missing"),
        (good(sig="-"), "sig is missing"),
        (good(se="-"), "se is missing"),
        (good(sr=""), "sr is empty"),
        (good(sig=""), "sig is empty"),
        (good(se=""), "se is empty"),
        (good() + "&SE=1", "se stands there 2 times"),
        (good() + "&skn=a&skn=a", "skn stands there 2 times"),
        (good() + "&skn", "the field 'skn' has no '='"),
        (good(se="2000000000.5"), "whole seconds"),
        (good(se="0x77359400"), "whole seconds"),
        (good(se="-1"), "whole seconds"),
        (good(se="\u0662\u0660"), "whole seconds"),
        (good(se="2026-11-20T00:00:00Z"), "whole seconds"),
    ],
)
def test_refuses_to_read_what_the_service_cannot(text: str, finding: str) -> None:
    with pytest.raises(sas.TokenError):
        sas.parse(text)
    assert any(finding in problem for problem in sas.problems(text)), sas.problems(text)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (good(sig=PLUS.replace("=", "%3D")), "raw '+'"),
        (good(sig=SIG), "raw '='"),
        (good(sig=SIG.rstrip("=")), "is not base64"),
        (good(sig="%GG" + escaped(SIG)), "broken escape '%GG'"),
        (good(sig=escaped(SIG)[:-1]), "broken escape '%3'"),
        (good(sig="aGVsbG8%3D"), "stands for 5 bytes"),
        (good(sig=quote(quote(SIG, safe=""), safe="")), "is not base64"),
        (good(sr="https%3A%2F%2Fh%2Fdevices%2Fd"), "has a scheme"),
        (good(sr="h%2Fdevices%2Fd%2F"), "ends in a slash"),
        (good(sr="h/devices/d=e"), "sr holds a raw '='"),
        (good(sr="h%2Fdevices%2F%E9"), "do not stand for UTF-8"),
        (good() + "&skn=%zz", "skn holds the broken escape"),
    ],
)
def test_names_what_is_wrong_in_a_readable_token(text: str, finding: str) -> None:
    sas.parse(text)
    assert any(finding in problem for problem in sas.problems(text)), sas.problems(text)


def test_reports_all_problems_at_once() -> None:
    found = sas.problems("sharedaccesssignature sr=h&sr=h&sig=a+b=&se=soon")
    assert len(found) >= 5


@given(st.text())
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    for candidate in (text, f"SharedAccessSignature {text}", good(sr=text), good(sig=text)):
        problems = sas.problems(candidate)
        reason = refusal(sas.parse, candidate)
        if reason is not None:
            assert reason in problems
            continue
        token = sas.parse(candidate)
        sas.verify(token, [DERIVED_KEY], now=NOW)
        sas.explain(token, key=DERIVED_KEY, resources=[text])


def test_lone_surrogates_break_nothing() -> None:
    token = sas.parse(good(sr="h\udcff/\ud800", sig="\udc80"))
    assert not sas.verify(token, [DERIVED_KEY], now=NOW).ok
    assert sas.explain(token, key=DERIVED_KEY) is None


# --- verification ---------------------------------------------------------------------------------


def test_says_which_key_matched() -> None:
    token = sas.parse(sas.build("h/devices/d", OTHER_KEY, 2_000_000_000))
    assert sas.verify(token, [DERIVED_KEY, OTHER_KEY], now=NOW).key_index == 1
    wrong = sas.verify(token, [DERIVED_KEY], now=NOW)
    assert (wrong.ok, wrong.key_index) == (False, None)
    assert "none of the keys" in wrong.reason


@pytest.mark.parametrize(("late", "ok"), [(0, True), (300, True), (300.5, False), (5000, False)])
def test_a_clock_may_be_five_minutes_off(late: float, ok: bool) -> None:
    token = sas.parse(sas.build("h/devices/d", DERIVED_KEY, 2_000_000_000))
    outcome = sas.verify(token, [DERIVED_KEY], now=2_000_000_000 + late)
    assert outcome.ok is ok
    assert outcome.key_index == 0
    assert ok or "expired" in outcome.reason


def test_the_allowance_can_be_set() -> None:
    token = sas.parse(sas.build("h/devices/d", DERIVED_KEY, 2_000_000_000))
    assert not sas.verify(token, [DERIVED_KEY], now=2_000_000_001, allowance=0).ok


@pytest.mark.parametrize(
    "text",
    [good(sig=SIG), good(sig=PLUS.replace("=", "%3D"))],
    ids=["raw =", "raw +"],
)
def test_an_unescaped_signature_does_not_verify(text: str) -> None:
    assert sas.parse(text).sig not in (SIG, PLUS)


def test_a_leading_zero_of_se_was_signed_too() -> None:
    sig = sas.signature("h", "0012345", DERIVED_KEY)
    token = sas.parse(f"SharedAccessSignature sr=h&sig={escaped(sig)}&se=0012345")
    assert token.se == 12345
    assert sas.verify(token, [DERIVED_KEY], now=0).ok


def test_a_bad_key_of_ours_is_our_error() -> None:
    with pytest.raises(keys.InvalidKey):
        sas.verify(sas.parse(good()), ["no key"], now=NOW)


@pytest.mark.parametrize(
    ("se", "finding"),
    [
        (int(NOW) + 3600, None),
        (int(NOW) + 30 * 86400, None),
        (int(NOW) - 299, None),
        (int(NOW) - 301, "expired 301 s ago"),
        (3600, "clock not set"),
        ((int(NOW) + 3600) * 1000, "milliseconds"),
        (106471970490, "far future"),  # seen in the field: the year 5343
    ],
)
def test_says_what_an_expiry_tells(se: int, finding: str | None) -> None:
    problem = sas.expiry_problem(sas.parse(good(se=str(se))), now=NOW)
    assert (problem is None) if finding is None else (problem is not None and finding in problem)


# --- resources ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sr", "same"),
    [
        ("h%2Fdevices%2Fdev1", True),
        ("h%2fdevices%2fdev1", True),
        ("h/devices/dev1", True),
        ("H%2FDEVICES%2FDEV1", True),
        ("h%2Fdevices%2Fdev12", False),
        ("h%2Fdevices%2Fdev", False),
        ("h%2Fdevices", False),
        ("h%252Fdevices%252Fdev1", False),
        ("h%2Fdevices%2Fdev1%2F", False),
        ("h%2Fdevices%2Fdev1%2Fmodules%2Fm", False),
    ],
)
def test_compares_resources_by_segment(sr: str, same: bool) -> None:
    assert sas.same_resource(sr, "h/devices/dev1") is same
    assert iothub.covers(sr, "h", "dev1") is same


def test_a_device_token_serves_its_modules() -> None:
    module = "h%2Fdevices%2Fd%2Fmodules%2Fm"
    assert iothub.covers("h%2Fdevices%2Fd", "h", "d", "m")
    assert iothub.covers(module, "h", "d", "m")
    assert not iothub.covers(module, "h", "d", "m2")
    assert not iothub.covers(module, "h", "d")


@pytest.mark.parametrize(
    ("sr", "kind"),
    [
        ("h.example", "hub"),
        ("h.example%2Fdevices", "devices"),
        ("h.example/devices/d", "device"),
        ("h.example%2fdevices%2fd%2fmodules%2fm", "module"),
        ("", None),
        ("h%2Fdevices%2F", None),
        ("0ne00000001%2Fregistrations%2Fd", None),
        ("h%2Fdevices%2Fd%2Fapi-version=2016-11-14", None),
    ],
)
def test_tells_what_a_hub_token_covers(sr: str, kind: str | None) -> None:
    found = iothub.audience(sr)
    assert (found and found.kind) == kind


def test_a_hub_token_covers_no_registration_and_the_reverse() -> None:
    assert not dps.covers("h%2Fdevices%2Fd", "0ne00000001", "d")
    assert not iothub.covers("0ne00000001%2Fregistrations%2Fd", "0ne00000001", "d")
    assert dps.covers("0ne00000001%2Fregistrations%2FDEV", "0ne00000001", "dev")
