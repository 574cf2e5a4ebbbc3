"""`python -m reports DIR`: make report.html, report.json and junit.xml again from results.jsonl."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from reports.stream import StreamError
from reports.terminal import closing
from reports.views import make
from transcript.text import visible

USAGE = "usage: ./certify report DIR   (DIR holds the results.jsonl of a run, e.g. reports/out)"


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 when every view was made, 2 when not."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(USAGE, file=sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    directory = Path(arguments[0])
    try:
        stream = make(directory)
    except StreamError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"the report cannot be written: {error}")
    print("\n".join(closing(stream, directory)))
    return 0


def _refuse(sentence: str) -> int:
    print(f"certify report: {visible(sentence)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
