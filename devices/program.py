"""A running program with everything it started: its output, its end, and no orphans.

Ending a program is harder than it looks. Its children may have left its process group, or have lost
their parent, or hold its output open. So each program gets a variable of its own, which all that
descend from it inherit wherever they go, and the end is: ask the group, wait, then kill the tree,
the session and all that carry the variable, and look again until nobody is left. The same is done
when the program is forgotten, when the interpreter ends, and by a watchdog when it is killed.
Threads, not the event loop, read the output and await the end: a device that prints megabytes must
not delay the fakes' answers.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from devices import watchdog
from devices.capture import Capture
from devices.tree import MARK, Tree

_CHUNK = 64 * 1024
_FLOOD = 16 * 1024 * 1024  # bytes printed, from which on reading is slowed to spare the machine
_FLOOD_PAUSE = 0.002
_DYING = 1.0  # seconds for the killed to disappear
_FOLLOWING = 0.25  # seconds for children to end after the program, before they count as left
_DRAINING = 1.0  # seconds for the last output to arrive


class Program:
    """One program, from its start on. OSError when it cannot be started.

    `ended` is called once from a thread when the program itself has ended. `scratch` is a directory
    that goes away with it.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        scratch: str,
        capture: Capture,
        ended: Callable[[], None],
    ) -> None:
        mark = secrets.token_hex(8)
        self.began = time.monotonic()
        self._process = _popen(argv, {**env, MARK: mark}, cwd)
        self._over = _Over()
        self._tree = Tree(self._process.pid, mark)
        watchdog.guard(self._tree)
        self._orphans = weakref.finalize(self, _sweep, self._tree, scratch)
        self._reader = _thread(_drain, self._process, capture)
        _thread(_await, self._process, self._over, ended)

    @property
    def running(self) -> bool:
        """Whether the program itself still runs."""
        return not self._over.is_set()

    @property
    def code(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._process.returncode if self._over.is_set() else None

    @property
    def lasted(self) -> float:
        """Seconds from its start to its end, or to now."""
        return (self._over.at if self._over.is_set() else time.monotonic()) - self.began

    def ask(self) -> None:
        """Ask it and its process group to end."""
        if not self.running:
            return
        if sys.platform == "win32":
            with suppress(OSError):
                self._process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGTERM)

    def finish(self) -> int:
        """Kill whatever is left and clear up; how many others there were. May take a second or two.

        Blocks. Safe to call again, and from any thread.
        """
        if not self.running:
            self._tree.patience = _FOLLOWING
        swept = self._orphans()
        self._over.wait(_DYING)
        self._reader.join(_DRAINING)
        return swept or 0

    def finish_aside(self) -> None:
        """`finish` in a thread, for whoever is cancelled and may not wait. The interpreter does."""
        threading.Thread(target=self.finish, name="device-end").start()

    def let_go(self) -> None:
        """Leave what it started alone, from now on."""
        self._orphans.detach()
        watchdog.release(self._tree)


class _Over(threading.Event):
    """That a program has ended, and when."""

    at = 0.0


def _popen(argv: Sequence[str], env: Mapping[str, str], cwd: str) -> subprocess.Popen[bytes]:
    options: dict[str, int | bool] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return] # options differ by system
        argv,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # one pipe, so that the order of lines is the device's
        bufsize=0,
        **options,
    )


def _thread(work: Callable[..., None], *values: object) -> threading.Thread:
    """Started; a daemon, for a device must not keep the interpreter from its end."""
    thread = threading.Thread(target=work, args=values, name="device", daemon=True)
    thread.start()
    return thread


def _drain(process: subprocess.Popen[bytes], capture: Capture) -> None:
    pipe = process.stdout
    if pipe is None:
        return
    with pipe:
        while data := os.read(pipe.fileno(), _CHUNK):
            capture.feed(data)
            if capture.size > _FLOOD:
                time.sleep(_FLOOD_PAUSE)


def _await(process: subprocess.Popen[bytes], over: _Over, ended: Callable[[], None]) -> None:
    process.wait()
    over.at = time.monotonic()
    over.set()
    ended()


def _sweep(tree: Tree, scratch: str) -> int:
    left = tree.kill()
    watchdog.release(tree)
    shutil.rmtree(scratch, ignore_errors=True)
    return left
