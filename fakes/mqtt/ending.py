"""How a link ends, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Why = Literal["keepalive", "eof", "refused", "cut", "displaced", "protocol"]


@dataclass(slots=True)
class Ending:
    """The end of one link; `why` is None while nobody has given a reason.

    `orderly` after a DISCONNECT; `polite` where what was sent may still leave.
    """

    why: Why | None = None
    text: str = ""
    orderly: bool = False
    polite: bool = False

    def give(self, why: Why, text: str = "") -> None:
        """Give a reason; the first one given stands."""
        if self.why is None:
            self.why, self.text = why, text

    @property
    def come(self) -> bool:
        """Whether the link is over; nothing that is sent now arrives."""
        return self.why is not None or self.orderly

    @property
    def by_device(self) -> bool:
        """Whether the device ended the link, by DISCONNECT or by closing the connection."""
        return self.orderly or self.why in (None, "eof")

    @property
    def gentle(self) -> bool:
        """Whether the connection is closed rather than broken off."""
        return self.orderly or self.polite or self.why == "eof"
