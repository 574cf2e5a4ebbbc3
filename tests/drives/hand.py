"""Somebody at the bench: reads what pytest asks for, and starts the device by hand."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devices.placeholders import fill
from tests.drives.running import LONGEST, ROOT, Outcome, command

VALUE = re.compile(r"  (\w+) +(\S+)   \((.+)\)")
LAST_LINE = re.compile(r"If it still runs, end it first\. Its call is awaited for \d+ s\.")


def run(manifest: Path, directory: Path, told: list[str], *options: str) -> Outcome:
    """A run whose every request is met with the command line `told`, filled in as printed."""
    with ExitStack() as stack:
        run = stack.enter_context(_process(command([manifest], directory, *options), cwd=ROOT))
        # Should the run hang, its end ends the reading too.
        watchdog = threading.Timer(LONGEST, run.kill)
        watchdog.start()
        stack.callback(watchdog.cancel)
        said = _follow(run.stdout or [], told)
        return Outcome(run.wait(LONGEST), said, directory)


def requests(said: str) -> list[list[str]]:
    """What a person was asked for: the lines of each request, from its heading on."""
    found, lines = [], said.splitlines()
    for number, line in enumerate(lines):
        if LAST_LINE.fullmatch(line):
            begin = max(at for at in range(number) if not lines[at])
            found.append(lines[begin + 1 : number + 1])
    return found


def values(request: Iterable[str]) -> dict[str, str]:
    """The values in a request, by name."""
    matches = filter(None, map(VALUE.fullmatch, request))
    return {match[1]: match[2] for match in matches}


def _follow(lines: Iterable[str], told: list[str]) -> str:
    """Read to the end; at each request end the device and start it with the values just read."""
    said = ""
    with ExitStack() as running:
        for line in lines:
            said += line
            if LAST_LINE.fullmatch(line.rstrip()):
                running.close()
                running.enter_context(_process(fill(told, values(requests(said)[-1]))))
    return said


@contextmanager
def _process(argv: list[str], *, cwd: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process that is ended on leaving."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(argv, cwd=cwd, stdin=subprocess.DEVNULL, text=True, **pipes)
    with process:
        try:
            yield process
        finally:
            process.kill()
