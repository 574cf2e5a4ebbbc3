"""python -m fakes: the three clouds standing alone, as a local emulator, until Ctrl-C."""

from __future__ import annotations

import sys


def main() -> int:
    """The exit status; quiet after Ctrl-C, however early it comes."""
    try:
        from fakes import program  # not above: it takes a third of a second

        return program.main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
