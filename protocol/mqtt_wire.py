"""Reading the fields of an MQTT packet, each departure under its clause (OASIS MQTT 3.1.1, sections
1.5 and 2.3).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of the standard: its clause, and what was found."""

    clause: str
    text: str


class Truncated(Exception):  # noqa: N818 - control flow inside the check: it ends the reading of one packet
    """The packet cannot be read further; `violation` says why."""

    def __init__(self, clause: str, text: str) -> None:
        super().__init__(text)
        self.violation = Violation(clause, text)


class Body:
    """What follows the fixed header, read from the front. Every reader raises Truncated where the
    bytes run out.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    @property
    def is_empty(self) -> bool:
        """Whether all has been read."""
        return self._place >= len(self._data)

    @property
    def rest(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._place

    def byte(self, clause: str, what: str) -> int:
        """One byte."""
        return self._take(1, clause, what)[0]

    def number(self, clause: str, what: str) -> int:
        """Two bytes, big-endian (section 1.5.2)."""
        return int.from_bytes(self._take(2, clause, what), "big")

    def binary(self, clause: str, what: str) -> bytes:
        """A length and as many bytes."""
        return self._take(self.number(clause, f"the length of {what}"), clause, what)

    def text(self, clause: str, what: str) -> Generator[Violation, None, str | None]:
        """A UTF-8 string (section 1.5.3); None when its bytes are none. `clause` is for one that
        does not end.
        """
        data = self.binary(clause, what)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Violation(
                "MQTT-1.5.3-1",
                f"{what} is not well-formed UTF-8: {error.reason} at byte {error.start}",
            )
            return None
        if "\0" in text:
            yield Violation("MQTT-1.5.3-2", f"{what} holds U+0000")
        return text

    def packet_id(self, packet: str, *, clause: str) -> Iterator[Violation]:
        """A packet identifier, which must be there and not 0."""
        if self.number(clause, f"the packet id of {packet}") == 0:
            yield Violation(clause, f"the packet id of {packet} is 0")

    def must_end(self, clause: str, packet: str) -> Iterator[Violation]:
        """Nothing may follow."""
        if not self.is_empty:
            yield Violation(clause, f"{self.rest} bytes follow the end of {packet}")

    def _take(self, count: int, clause: str, what: str) -> bytes:
        if self.rest < count:
            raise Truncated(clause, f"{what} needs {count} bytes; {self.rest} are left")
        start, self._place = self._place, self._place + count
        return self._data[start : self._place]
