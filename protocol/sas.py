"""Shared access signatures (Microsoft Learn, iot-dps: how-to-control-access; iot-hub:
authenticate-authorize-sas).

    SharedAccessSignature sr=<resource>&sig=<signature>&se=<expiry>[&skn=<policy>]

signature = base64(HMAC-SHA256(base64decode(key), sr + "\\n" + se)), and what is hashed is `sr`
exactly as it was sent: clients in the field write %2F, %2f and a raw slash, and each signs its own
spelling. So `sr` is never decoded and encoded again here. Reading follows the verifier that
Microsoft publishes with its SDKs (SharedAccessSignature in azure-iot-sdk-csharp and iotedge).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus, unquote, unquote_plus

from protocol import keys
from protocol.grammar import (
    GrammarError,
    bad_escapes,
    is_utf8_escaped,
    octets,
    pairs,
    percent_encoded,
    segments,
)
from protocol.sas_mistakes import explain

__all__ = [
    "CLOCK_ALLOWANCE",
    "SCHEME",
    "Token",
    "TokenError",
    "Verification",
    "build",
    "covers",
    "expiry_problem",
    "explain",
    "parse",
    "problems",
    "same_resource",
    "signature",
    "verify",
]

SCHEME = "SharedAccessSignature"
CLOCK_ALLOWANCE = 300.0  # seconds; iot-hub troubleshoot-error-codes: a clock may be 5 minutes off
_MANDATORY = ("sr", "sig", "se")
_MILLISECONDS = 10**11  # as seconds this is the year 5138: nobody means it
_CLOCK_WAS_SET = 1_500_000_000  # July 2017, before DPS was generally available


class TokenError(GrammarError):
    """A token that the service cannot read."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was read. `fields` holds every pair as sent: (name, raw value), in order."""

    raw: str
    sr: str  # exactly as sent: this is what was signed
    sig: str  # percent-decoded base64; a raw "+" has become a blank, as it does at the service
    se: int  # seconds since 1970-01-01 UTC
    se_text: str  # the digits as sent: these were signed
    skn: str | None  # percent-decoded; "" when sent empty, None when absent
    fields: tuple[tuple[str, str], ...]

    @property
    def resource(self) -> str:
        """`sr`, percent-decoded once."""
        return unquote(self.sr)


@dataclass(frozen=True, slots=True)
class Verification:
    """Outcome of `verify`: `reason` is "" when ok, `key_index` the place of the key that matched.

    `key_index` is set for an expired token too: its signature was right.
    """

    ok: bool
    reason: str = ""
    key_index: int | None = None


def parse(text: str) -> Token:
    """Read a token as the service does. Raises TokenError with the first reason.

    Fields come in any order, their names in any case; empty pairs and unknown names are passed
    over. A value ends at a second `=`, as at the service: unescaped base64 padding is lost, and the
    signature no longer matches.
    """
    for problem in _unreadable(text):
        raise TokenError(problem)
    fields = tuple((name, value or "") for name, value in _fields(text))
    values = {name.lower(): value.partition("=")[0] for name, value in fields}
    return Token(
        raw=text,
        sr=values["sr"],
        sig=unquote_plus(values["sig"]),
        se=int(values["se"]),
        se_text=values["se"],
        skn=unquote_plus(values["skn"]) if "skn" in values else None,
        fields=fields,
    )


def problems(text: str) -> list[str]:
    """Every breach of the token's grammar, as sentences.

    Empty for every spelling that the service takes: lower-case escapes, a raw `/`, an empty skn,
    any order of fields.
    """
    found = list(_unreadable(text))
    values = {name.lower(): value or "" for name, value in _fields(text)}
    if values.get("sr"):
        found += _resource_problems(values["sr"])
    if values.get("sig"):
        found += _signature_problems(values["sig"])
    if "skn" in values:
        found += _escape_problems("skn", values["skn"])
    return found


def signature(sr_raw: str, se: int | str, key_b64: str) -> str:
    """The base64 signature over `sr` as it stands in the token. Raises keys.InvalidKey."""
    return keys.encode(keys.hmac_sha256(keys.decode(key_b64), octets(f"{sr_raw}\n{se}")))


def build(
    resource: str,
    key_b64: str,
    expiry: int,
    *,
    policy: str | None = None,
    encode: Callable[[str], str] = quote_plus,
) -> str:
    """A token for the resource (not yet encoded), valid until `expiry` seconds since 1970.

    `encode` spells `sr`; `str` leaves it raw, as the C SDK does at the hub. Raises keys.InvalidKey.
    """
    sr = encode(resource)
    sig = percent_encoded(signature(sr, expiry, key_b64))
    end = "" if policy is None else f"&skn={percent_encoded(policy)}"
    return f"{SCHEME} sr={sr}&sig={sig}&se={expiry}{end}"


def verify(
    token: Token, key_texts: Sequence[str], *, now: float, allowance: float = CLOCK_ALLOWANCE
) -> Verification:
    """Check the signature against each key (primary, then secondary), then the expiry.

    `now` and `allowance` are in seconds. Raises keys.InvalidKey for a key of ours that is no key.
    What the token is good for is not asked here: see `dps.covers` and `iothub.covers`.
    """
    index = _matching_key(token, key_texts)
    if index is None:
        return Verification(ok=False, reason="the signature matches none of the keys")
    if token.se + allowance < now:
        return Verification(ok=False, reason=_expired(token, now), key_index=index)
    return Verification(ok=True, key_index=index)


def expiry_problem(token: Token, *, now: float, allowance: float = CLOCK_ALLOWANCE) -> str | None:
    """What the expiry tells about the device's clock or units, or None.

    `now` in seconds since 1970. No longest lifetime is documented, so none is asked for.
    """
    if token.se >= _MILLISECONDS:
        return f"se={token.se} lies in the far future: milliseconds instead of seconds?"
    if token.se < _CLOCK_WAS_SET < now:
        return f"se={token.se} lies long in the past: was the clock not set?"
    if token.se + allowance < now:
        return _expired(token, now)
    return None


def same_resource(sr_raw: str, resource: str) -> bool:
    """Whether `sr`, decoded once, names exactly this resource: by path segment, ignoring case."""
    return segments(unquote(sr_raw)) == segments(resource)


def _expired(token: Token, now: float) -> str:
    return f"the token expired {now - token.se:.0f} s ago (se={token.se})"


def covers(sr_raw: str, resource: str) -> bool:
    """Whether `sr`, decoded once, names this resource or one that contains it.

    Scope is a prefix by path segment, never by character (Learn, iot-hub: authenticate-authorize-
    sas). A port behind the host is passed over, as is letter case.
    """
    scope, whole = segments(_portless(unquote(sr_raw))), segments(_portless(resource))
    return scope == whole[: len(scope)]


def _portless(resource: str) -> str:
    return re.sub(r"^([^/:]+):[0-9]+", r"\1", resource)


def _matching_key(token: Token, key_texts: Sequence[str]) -> int | None:
    """The place of the first key that made the signature; every key is tried, in constant time."""
    given = octets(token.sig)
    matches = [
        hmac.compare_digest(octets(signature(token.sr, token.se_text, key)), given)
        for key in key_texts
    ]
    return matches.index(True) if True in matches else None


def _fields(text: str) -> list[tuple[str, str | None]]:
    """The pairs as sent, whatever stands before them; the value is None where no `=` stands."""
    return pairs(re.split(r"\s", text.strip(), maxsplit=1)[-1])


def _unreadable(text: str) -> Iterator[str]:
    """The breaches that keep the service from reading the token at all."""
    # cut at every single whitespace character: two blanks make a third part, as at the service
    parts = re.split(r"\s", text)
    if parts[0] != SCHEME:
        yield f"the scheme word is {parts[0]!r}, not {SCHEME!r} (its case counts)"
    if len(parts) != 2:
        yield f"one blank must cut the token in 2 parts; whitespace cuts it in {len(parts)}"
    yield from _field_problems(_fields(text))


def _field_problems(fields: list[tuple[str, str | None]]) -> Iterator[str]:
    yield from (f"the field {name!r} has no '='" for name, value in fields if value is None)
    names = [name.lower() for name, _ in fields]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"{name} stands there {names.count(name)} times"
    values = {name.lower(): value or "" for name, value in fields}
    for name in _MANDATORY:
        if name not in values:
            yield f"{name} is missing"
        elif not values[name]:
            yield f"{name} is empty"
    if values.get("se") and not re.fullmatch("[0-9]{1,18}", values["se"]):
        yield f"se is {values['se']!r}; it must be whole seconds since 1970, in decimal digits"


def _resource_problems(sr: str) -> list[str]:
    found = _escape_problems("sr", sr)
    resource = unquote(sr)
    if "://" in resource:
        found.append(f"sr {resource!r} has a scheme; it must start with the host or the id scope")
    if resource.endswith("/"):
        found.append(f"sr {resource!r} ends in a slash")
    if "=" in sr:
        found.append("sr holds a raw '='; the service cuts the value there")
    return found


def _signature_problems(sig: str) -> list[str]:
    found = _escape_problems("sig", sig)
    if "+" in sig:
        found.append("sig holds a raw '+', which decodes to a blank; it must be sent as %2B")
    if "=" in sig:
        found.append("sig holds a raw '='; the service cuts the value there; it must be %3D")
    problem = keys.base64_problem(unquote(sig))
    if problem is not None:
        found.append(f"sig {unquote(sig)!r} {problem}")
    elif (length := len(keys.decode(unquote(sig)))) != 32:
        found.append(f"sig stands for {length} bytes; HMAC-SHA256 makes 32")
    return found


def _escape_problems(name: str, value: str) -> list[str]:
    found = [f"{name} holds the broken escape {bad!r}" for bad in bad_escapes(value)]
    if not is_utf8_escaped(value):
        found.append(f"the escapes of {name} do not stand for UTF-8")
    return found
