"""A scenario: what the cloud does while a device is watched, and for how long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Body = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`body(lane)` runs in a lane of its own; `needs` names the features without which it is idle.

    `title` is its docstring's first line. `within` bounds the whole watch, in seconds.
    """

    name: str
    body: Body
    needs: tuple[str, ...]
    title: str
    within: float


def scenario(*, needs: str | tuple[str, ...], within: float = 60.0) -> Callable[[Body], Scenario]:
    """Declare the decorated coroutine function as a scenario. It must have a docstring."""
    features = (needs,) if isinstance(needs, str) else needs

    def declare(body: Body) -> Scenario:
        title = (body.__doc__ or "").strip().splitlines()[0]
        return Scenario(body.__name__, body, features, title, within)

    return declare
