"""What a device prints: the beginning and the end of it, however much it is."""

from __future__ import annotations

import threading

KEPT = 64 * 1024  # bytes, of the beginning and of the end


class Capture:
    """Collects output in bounded memory. Fed by one thread, read by any."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self._kept = kept
        self._head = bytearray()
        self._tail = bytearray()
        self._lock = threading.Lock()
        self.size = 0

    def feed(self, data: bytes) -> None:
        """Take what was printed."""
        with self._lock:
            self.size += len(data)
            room = self._kept - len(self._head)
            self._head += data[:room]
            self._tail += data[room:]
            if len(self._tail) > 2 * self._kept:  # rarely, for cutting copies the rest
                del self._tail[: -self._kept]

    def text(self) -> str:
        """The output as text; a line says how much of the middle is missing."""
        with self._lock:
            head, tail = bytes(self._head), bytes(self._tail[-self._kept :])
        dropped = self.size - len(head) - len(tail)
        if dropped <= 0:
            return _text(head + tail)
        return f"{_text(head)}\n[… {dropped} bytes left out …]\n{_text(tail)}"


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace").replace("\r\n", "\n")
