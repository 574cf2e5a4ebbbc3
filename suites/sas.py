"""Checks on shared access signatures, the same for DPS and hub."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from protocol import sas
from transcript import Event, Finding, Inconclusive, Record

Sent = tuple[Event, str]
Read = tuple[Event, sas.Token]


def dps_tokens(events: Iterable[Event]) -> list[Sent]:
    """Each token that was shown to DPS, with the event that first carried it."""
    return list(_each_once(_shown_to_dps(events)))


def hub_tokens(events: Iterable[Event]) -> list[Sent]:
    """Each token that was shown to a hub, with the login that first carried it."""
    logins = ((event, event.token) for event in events if event.name == "hub.login")
    return list(_each_once(logins))


def _shown_to_dps(events: Iterable[Event]) -> Iterator[tuple[Event, str | None]]:
    for event in events:
        if event.matches("mqtt.connect", service="dps"):
            yield event, event.password
        elif event.name in ("dps.register", "dps.poll") and event.transport == "https":
            yield event, event.authorization


def _each_once(tokens: Iterable[tuple[Event, str | None]]) -> Iterator[Sent]:
    known: set[str] = set()
    for event, text in tokens:
        if text is not None and text not in known:
            known.add(text)
            yield event, text


def readable(tokens: Iterable[Sent]) -> list[Read]:
    """The tokens whose grammar is right. Inconclusive when there is none to go on with."""
    read = [(event, sas.parse(text)) for event, text in tokens if not sas.problems(text)]
    if not read:
        raise Inconclusive("the device showed no well-formed token")
    return read


def malformed_tokens(tokens: Iterable[Sent]) -> list[Finding]:
    """Every breach of the grammar."""
    expected = "SharedAccessSignature sr=...&sig=...&se=..., each value percent-encoded"
    return [
        Finding(event.at, expected, f"{problem}: {text}")
        for event, text in tokens
        for problem in sas.problems(text)
    ]


def foreign_resources(tokens: Iterable[Read], own: Callable[[Event], str]) -> list[Finding]:
    """Every token that does not cover `own(event)`: for something else, or for a part of it."""
    return [
        Finding(event.at, f"sr for {own(event)}", f"sr for {token.resource}")
        for event, token in tokens
        if not sas.covers(token.sr, own(event))
    ]


def wide_resources(tokens: Iterable[Read], own: Callable[[Event], str]) -> list[Finding]:
    """Every token that covers more than `own(event)`."""
    return [
        Finding(event.at, f"sr for {own(event)} alone", f"sr for all of {token.resource}")
        for event, token in tokens
        if sas.covers(token.sr, own(event)) and not sas.covers(own(event), token.resource)
    ]


def untimely_tokens(tokens: Iterable[Read], record: Record) -> list[Finding]:
    """Every token that had run out, allowing 300 s of clock error, or whose unit is not seconds."""
    checked = [
        (event, sas.expiry_problem(token, now=record.unix(event))) for event, token in tokens
    ]
    expected = "an expiry in the future, in seconds since 1970"
    return [Finding(event.at, expected, problem) for event, problem in checked if problem]


def forged_tokens(
    tokens: Iterable[Read], keys: Sequence[str], *, group_key: str = "", registration_id: str = ""
) -> list[Finding]:
    """Every token that none of the device's keys has signed, with the known mistake it matches."""
    findings = []
    for event, token in tokens:
        if token.sig not in [sas.signature(token.sr, token.se_text, key) for key in keys]:
            known = sas.explain(
                token, key=keys[0], group_key=group_key or None,
                registration_id=registration_id or None,
            )  # fmt: skip
            why = known or "it matches no mistake that we know"
            findings.append(
                Finding(event.at, "a signature by the device's key", f"{why}: {token.raw}")
            )
    return findings


def foreign_policies(tokens: Iterable[Read], allowed: Sequence[str]) -> list[Finding]:
    """Every token that names a policy (skn) but those allowed; none and an empty one are fine."""
    return [
        Finding(event.at, f"skn absent or {' or '.join(allowed)}", f"skn={token.skn}")
        for event, token in tokens
        if token.skn and token.skn not in allowed
    ]
