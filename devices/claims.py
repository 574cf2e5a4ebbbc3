"""The claims of a profile: which features exist, what they imply, which ones need one another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from devices.lines import Path as Place
from devices.problems import Problems, nearest, suggestion

_AT: Place = ("profile", "features")


@dataclass(frozen=True, slots=True)
class Choice:
    """A claim that needs one of the options too; `exactly` one where they exclude each other."""

    feature: str
    options: tuple[str, ...]
    exactly: bool
    why: str


CHOICES = (
    Choice(
        "dps",
        ("dps.symmetric-key", "dps.group-key", "dps.x509"),
        True,
        "an enrollment has one attestation; write one manifest for each",
    ),
    Choice(
        "dps",
        ("dps.https", "dps.mqtt"),
        True,
        "one start provisions over one transport; write one manifest for each",
    ),
    Choice("hub", ("hub.https", "hub.mqtt"), False, "say how it connects"),
    Choice("hub", ("hub.sas", "hub.x509", "dps.x509"), False, "say how it proves who it is"),
    Choice("hub.methods", ("hub.mqtt",), False, "direct methods do not exist over HTTPS"),
    Choice("iotda", ("iotda.tls", "iotda.plain"), False, "say how it connects"),
)


def implied(claimed: Iterable[str]) -> frozenset[str]:
    """The features claimed and all that they imply: `a.b.c` implies `a.b` and `a`."""
    parts = [feature.split(".") for feature in claimed]
    return frozenset(".".join(each[:n]) for each in parts for n in range(1, len(each) + 1))


def check_claims(claimed: Sequence[str], known: Collection[str], problems: Problems) -> None:
    """Note unknown features, and choices that are not made."""
    words = sorted(known)
    meant: set[str] = set()
    for number, feature in enumerate(claimed):
        if feature in known:
            meant.add(feature)
            continue
        said = suggestion(feature, words, form="{}")
        problems.add((*_AT, number), f"unknown feature {feature}{said}")
        meant.add(nearest(feature, words) or feature)
    for choice in CHOICES:
        _check(choice, implied(meant), known, problems)


def _check(
    choice: Choice, features: Collection[str], known: Collection[str], problems: Problems
) -> None:
    options = [option for option in choice.options if option in known]
    made = [option for option in options if option in features]
    if choice.feature not in features or not options or len(made) == 1:
        return
    if made and not choice.exactly:
        return
    count = "exactly one of " if choice.exactly else "one of " if len(options) > 1 else ""
    found = f"found {' and '.join(made)}" if made else "found none"
    needs = f"{choice.feature} needs {count}{', '.join(options)}"
    problems.add(_AT, f"{needs}; {found}; {choice.why}")
