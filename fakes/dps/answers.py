"""Answers that a script can give in place of DPS's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fakes.dps.state import LinkedHub

Kind = Literal["assigning", "assigned", "failed", "disabled", "error", "cut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """One answer; made by the functions below."""

    kind: Kind
    retry_after: int | None = None
    hub: LinkedHub | None = None
    status: int = 200
    code: int = 0
    message: str | None = None


def assigning(*, retry_after: int | None = 3) -> Scripted:
    """202, still assigning; None leaves Retry-After out (seconds)."""
    return Scripted(kind="assigning", status=202, retry_after=retry_after)


def assigned(hub: LinkedHub | None = None) -> Scripted:
    """200, assigned: to this hub, else to the enrollment's, else to the first linked one."""
    return Scripted(kind="assigned", hub=hub)


def failed(code: int = 400207, message: str | None = None) -> Scripted:
    """200 with status failed and these words in registrationState."""
    return Scripted(kind="failed", code=code, message=message)


def disabled() -> Scripted:
    """200 with status disabled."""
    return Scripted(kind="disabled")


def throttled(*, retry_after: int | None = 5) -> Scripted:
    """429 with code 429001."""
    return Scripted(kind="error", status=429, code=429001, retry_after=retry_after)


def error(
    status: int,
    code: int,
    *,
    message: str | None = None,
    retry_after: int | None = None,
) -> Scripted:
    """Any error; `status` need not be the code's own."""
    return Scripted(
        kind="error", status=status, code=code, message=message, retry_after=retry_after
    )


def cut() -> Scripted:
    """No answer: the connection breaks off."""
    return Scripted(kind="cut")
