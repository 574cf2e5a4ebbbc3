"""A board on a bench, as a trigger sees it: `board.py FILE [OPTION...]` makes it start anew.

FILE is JSON: `command` is what the board runs, with the values burnt into it; `pid_file` says where
its process is noted; `calls` is the host and port that it calls once more before it is reset. The
options are what it is told all the same, such as the CA file. It imports nothing of ours.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

PATIENCE = 20.0  # seconds for an answer to the last call


def main(file: str, *options: str) -> None:
    board = json.loads(Path(file).read_text())
    last_call(*board["calls"])
    pid_file = Path(board["pid_file"])
    if pid_file.exists():
        end(int(pid_file.read_text()))
    nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    process = subprocess.Popen([*board["command"], *options], start_new_session=True, **nowhere)
    pid_file.write_text(str(process.pid))
    print(f"started process {process.pid}")


def last_call(host: str, port: int) -> None:
    """What a board does that has not been reset yet: it tries again."""
    with suppress(OSError), socket.create_connection((host, port), PATIENCE) as link:
        print(f"called, and was told {link.recv(1)!r}")


def end(pid: int) -> None:
    """Cut the power: nobody is asked, nobody says good-bye."""
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
