"""A route table whose paths match in any letter case, as the clouds' do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import unquote

Handler = TypeVar("Handler")


@dataclass(frozen=True, slots=True)
class Found(Generic[Handler]):
    """A handler and what the placeholders of its pattern stand for, percent-decoded."""

    handler: Handler
    values: Mapping[str, str]


class Routes(Generic[Handler]):
    """Patterns such as `/{scope}/registrations/{registration_id}/register`, by method."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, list[str], Handler]] = []

    def add(self, method: str, pattern: str, handler: Handler) -> None:
        """Let `handler` answer a method and pattern; the first that was added wins."""
        self._routes.append((method, pattern.strip("/").split("/"), handler))

    def find(self, method: str, target: str) -> Found[Handler] | None:
        """The route of a request target as sent (its query is ignored); None without one."""
        segments = _segments(target)
        for verb, pattern, handler in self._routes:
            if verb == method and (values := _values(pattern, segments)) is not None:
                return Found(handler, values)
        return None

    def methods(self, target: str) -> list[str]:
        """The methods that a path has routes for: empty means 404, anything else 405."""
        segments = _segments(target)
        verbs = {
            verb for verb, pattern, _ in self._routes if _values(pattern, segments) is not None
        }
        return sorted(verbs)


def _segments(target: str) -> list[str]:
    path = target.partition("?")[0]
    return [unquote(segment) for segment in path.strip("/").split("/")]


def _values(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    values = {}
    for wanted, seen in zip(pattern, segments, strict=True):
        if wanted.startswith("{"):
            values[wanted.strip("{}")] = seen
        elif wanted.lower() != seen.lower():
            return None
    return values
