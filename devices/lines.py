"""On which line of a TOML text each key, section and list item stands; `tomllib` does not say."""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}#\r\n]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)


class Lines(dict[Path, int]):
    """Line numbers (from 1) by path, such as ("start", "command", 2)."""

    def of(self, path: Path) -> int:
        """The line of a path or of the nearest thing around it; 1 if nothing of it is there."""
        while path and path not in self:
            path = path[:-1]
        return self.get(path, 1)

    def renamed(self, old: Path, new: Path) -> Lines:
        """The same with all that stands under `old` now under `new`."""
        size = len(old)
        moved = {(new + at[size:] if at[:size] == old else at): n for at, n in self.items()}
        return Lines(moved)


def lines(text: str) -> Lines:
    """The lines of all keys, sections and list items of a text that `tomllib` accepts."""
    walk = _Walk(text)
    walk.document()
    return walk.found


class _Walk:
    """One pass over a valid document; being valid, it can be read with few questions."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._counted, self._line = 0, 1
        self.found = Lines()
        self._items: dict[Path, int] = {}  # [[sections]] seen so far

    def document(self) -> None:
        section: Path = ()
        while self._blank():
            if self._sees("["):
                section = self._header()
            else:
                self._pair(section)

    def _header(self) -> Path:
        line = self._here()
        many = self._sees("[[")
        self._at += 2 if many else 1
        path = self._inside(self._key())
        self._blank()
        self._at += 2 if many else 1
        self._note_all(path, line)
        if many:
            number = self._items.get(path, 0)
            self._items[path] = number + 1
            path = (*path, number)
            self._note(path, line)
        return path

    def _inside(self, key: Path) -> Path:
        """The path of a header's key: below a [[section]] it means that section's last item."""
        path: Path = ()
        for part in key[:-1]:
            path = (*path, part)
            if path in self._items:
                path = (*path, self._items[path] - 1)
        return (*path, *key[-1:])

    def _pair(self, section: Path) -> None:
        line = self._here()
        key = self._key()
        self._note_all((*section, *key), line)
        self._blank()
        self._at += 1  # the equals sign
        self._blank()
        self._value((*section, *key))

    def _value(self, path: Path) -> None:
        if self._sees("["):
            self._list(path)
        elif self._sees("{"):
            self._table(path)
        elif not self._skip(_STRING):
            self._skip(_PLAIN)

    def _list(self, path: Path) -> None:
        self._at += 1
        number = 0
        while self._blank() and not self._sees("]"):
            self._note((*path, number), self._here())
            self._value((*path, number))
            number += 1
            self._comma()
        self._at += 1

    def _table(self, path: Path) -> None:
        self._at += 1
        while self._blank() and not self._sees("}"):
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._blank()
        if self._sees(","):
            self._at += 1

    def _key(self) -> Path:
        parts: list[str] = []
        while True:
            self._blank()
            start = self._at
            if self._skip(_BARE):
                parts.append(self._text[start : self._at])
            else:
                self._skip(_STRING)
                parts.append(str(tomllib.loads(f"k = {self._text[start : self._at]}")["k"]))
            self._blank()
            if not self._sees("."):
                return tuple(parts)
            self._at += 1

    def _note(self, path: Path, line: int) -> None:
        self.found.setdefault(path, line)

    def _note_all(self, path: Path, line: int) -> None:
        """Note a path and what is around it, where that has no line of its own yet."""
        for size in range(1, len(path) + 1):
            self._note(path[:size], line)

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _sees(self, mark: str) -> bool:
        return self._text.startswith(mark, self._at)

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self._text, self._at)
        if match is None or not match[0]:
            return False
        self._at = match.end()
        return True

    def _blank(self) -> bool:
        """Pass over blanks and comments; whether anything follows."""
        self._skip(_BLANK)
        return self._at < len(self._text)
