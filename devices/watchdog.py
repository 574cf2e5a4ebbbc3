"""Ends the devices of a run that was killed, in a process of its own: `python -m devices.watchdog`.

After SIGKILL or SIGTERM, or with its terminal gone, a run ends nothing any more. So it has a helper
that is told over a pipe which programs it starts and which of them are over. The system closes the
pipe when the run is gone; then the helper kills what is left, and ends. (Linux's PR_SET_PDEATHSIG
would need code of ours between fork and exec, among threads, reaches no grandchildren, and has no
like elsewhere.)
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from devices.tree import Tree

_PROJECT = Path(__file__).resolve().parents[1]
_FAREWELL = 5.0  # seconds for the helper to end after us; it has nothing to do then


class _Watchdog:
    """Our end of the pipe. Without a helper the devices are ended as always, by us."""

    def __init__(self) -> None:
        self._helper: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def tell(self, line: str) -> None:
        """Send a line, to a helper that is started for the first."""
        with self._turn, suppress(OSError):
            self._helper = self._helper or self._start()
            if self._helper.stdin:
                self._helper.stdin.write(line.encode())

    def _start(self) -> subprocess.Popen[bytes]:
        options: dict[str, int | bool] = {"start_new_session": True}  # past the terminal's Ctrl-C
        if sys.platform == "win32":
            hidden = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
            options = {"creationflags": hidden}
        atexit.register(self._end)
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return] # options differ by system
            [sys.executable, "-m", "devices.watchdog"],
            cwd=_PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            **options,
        )

    def _end(self) -> None:
        if self._helper and self._helper.stdin:
            with suppress(OSError, subprocess.TimeoutExpired):
                self._helper.stdin.close()
                self._helper.wait(_FAREWELL)


_watchdog = _Watchdog()


def guard(tree: Tree) -> None:
    """See to it that a program does not outlive us."""
    _watchdog.tell(f"+ {tree.mark} {tree.pid} {tree.since!r}\n")


def release(tree: Tree) -> None:
    """It is over, or no longer ours to end."""
    _watchdog.tell(f"- {tree.mark} {tree.pid} {tree.since!r}\n")


def main() -> None:
    """Take lines until the pipe closes, then kill what was not released."""
    guarded: dict[str, Tree] = {}
    for line in sys.stdin:
        if not line.endswith("\n"):
            break  # killed while it wrote
        what, mark, pid, since = line.split()
        guarded[mark] = Tree(int(pid), mark, since=float(since))
        if what == "-":
            del guarded[mark]
    for tree in guarded.values():
        tree.kill()


if __name__ == "__main__":
    main()
