"""Makes every view of a run from its results.jsonl."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from reports import html, json_view, junit
from reports.stream import Stream, read

RENDERERS: dict[str, Callable[[Stream], str]] = {
    "report.json": json_view.render,
    "junit.xml": junit.render,
    "report.html": html.render,
}


def make(directory: Path) -> Stream:
    """Write all views into the directory that holds the stream. StreamError, OSError."""
    stream = read(directory)
    for name, render in RENDERERS.items():
        _write_whole(directory / name, render(stream))
    return stream


def _write_whole(path: Path, text: str) -> None:
    """Write beside and move into place: whoever looks finds the old view or the new one, whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
