"""What an emulator keeps in its directory from one start to the next: ids, keys, authorities."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trustme

FILE = "emulator.json"


class NotKept(Exception):  # noqa: N818 - reads as the sentence it is
    """The file of an earlier start cannot be used; the text tells what to do."""


class Kept:
    """Values by name: those of an earlier start where there are any, else made now.

    A device that has an authority and a key burnt in is then not flashed again for each start.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._file = directory / FILE
        self._values: dict[str, Any] = self._read() if self._file.exists() else {}

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._file.read_text("utf-8"))
        except ValueError as error:
            raise self._spoiled(str(error)) from None
        if not isinstance(found, dict):
            raise self._spoiled("expected an object")
        return found

    def _spoiled(self, why: str) -> NotKept:
        return NotKept(f"{self._file} cannot be read ({why}); remove it, and all is made anew")

    def text(self, name: str, make: Callable[[], str]) -> str:
        """A text."""
        value = self._values.setdefault(name, make())
        if not isinstance(value, str):
            raise self._spoiled(f"{name} is no text")
        return value

    def authority(self, name: str, make: Callable[[], trustme.CA]) -> trustme.CA:
        """A certificate authority with its private key. `make` is asked only if there is none."""
        if name not in self._values:
            made = make()
            key = made.private_key_pem.bytes().decode()
            self._values[name] = {"certificate": made.cert_pem.bytes().decode(), "key": key}
            return made
        try:
            parts = self._values[name]
            return trustme.CA.from_pem(parts["certificate"].encode(), parts["key"].encode())
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._spoiled(f"{name}: {error}") from None

    def save(self) -> None:
        """Write all of it, for its owner alone."""
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(self._values, indent=1), encoding="utf-8")
