"""HTTPS requests with httpx: one CA trusted, no proxies, a broken connection as LinkLostError."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from .retrying import LinkLostError

if TYPE_CHECKING:
    import httpx

TIMEOUT = 15.0


class Web:
    """One service at one address; the connection is kept between requests."""

    def __init__(self, host: str, port: int, trust: ssl.SSLContext) -> None:
        library = _httpx()
        self._broken: type[Exception] = library.TransportError
        self._client: httpx.Client = library.Client(
            base_url=f"https://{host}:{port}", verify=trust, trust_env=False, timeout=TIMEOUT
        )

    def ask(
        self, method: str, target: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> httpx.Response:
        """Send one request; the target is a path with its query, already encoded."""
        try:
            return self._client.request(method, target, headers=dict(headers), content=body)
        except self._broken as lost:
            raise LinkLostError(f"{method} {target.partition('?')[0]}: {lost}") from lost

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()


def _httpx() -> ModuleType:
    """The library, without the command-line program it brings along where `click` is installed.

    That program imports rich and pygments, half of the whole import time; without click httpx
    leaves it out by itself.
    """
    hidden = sys.modules.get("click")
    sys.modules["click"] = None  # type: ignore[assignment] # None is how an import is forbidden
    try:
        import httpx
    finally:
        del sys.modules["click"]
        if hidden is not None:
            sys.modules["click"] = hidden
    return httpx
