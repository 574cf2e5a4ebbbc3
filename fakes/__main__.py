"""python -m fakes: the three clouds standing alone, as a local emulator, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fakes.door import CannotListen
from fakes.emulator import Emulator
from fakes.readable import line
from fakes.service import KINDS, Kind
from transcript import Event


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The options, read."""
    parser = argparse.ArgumentParser(
        prog="python -m fakes",
        description="Azure DPS, an Azure IoT Hub and Huawei Cloud IoTDA on this machine: prints"
        " what a device has to be told, then every event as it happens, until Ctrl-C.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    for kind in KINDS:
        parser.add_argument(
            f"--{kind}", type=int, default=0, metavar="PORT", help=f"port for {kind} (a free one)"
        )
    parser.add_argument(
        "--admit",
        choices=("verify", "record"),
        default="verify",
        help="refuse wrong credentials, or record them and let the device in (%(default)s)",
    )
    parser.add_argument(
        "--directory", type=Path, help="where certificates are written and stay (temporary)"
    )
    parser.add_argument("--quiet", action="store_true", help="print no events")
    return parser.parse_args(given)


class Printer:
    """Prints events; a reader that has gone away is asked no more, and `closed` is set."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.say(line(event))

    def say(self, text: str) -> None:
        """One line, at once."""
        if self.closed.is_set():
            return
        try:
            print(text, flush=True)
        except OSError:  # `python -m fakes | head` has seen enough
            self.closed.set()
            # else the interpreter fails once more when it flushes what is left, at the very end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def run(options: argparse.Namespace, directory: Path) -> None:
    """Serve until Ctrl-C, SIGTERM or the end of whoever reads. CannotListen when ports fail."""
    emulator = Emulator(host=options.host, directory=directory)
    for service in (emulator.dps, emulator.hub, emulator.iotda):
        service.admit = options.admit
    printer = Printer()
    _stop_on(signal.SIGTERM, printer.closed)
    ports: dict[Kind, int] = {kind: getattr(options, kind) for kind in KINDS}
    await emulator.open(ports)
    try:
        for heading, values in emulator.sections():
            printer.say(f"\n# {heading}")
            for name, value in values.items():
                printer.say(f"export {name}={shlex.quote(value)}")
        printer.say("\n# events (<- from the device, -> to it, -- noted); Ctrl-C ends\n")
        if not options.quiet:
            emulator.log.listen(printer)
        await printer.closed.wait()
    finally:
        await emulator.close()


def _stop_on(signum: int, stop: asyncio.Event) -> None:
    with contextlib.suppress(NotImplementedError):  # Windows' event loops know no signals
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)


def main(given: Sequence[str] | None = None) -> int:
    """The exit status: 0 after Ctrl-C, 1 when it could not start."""
    options = arguments(sys.argv[1:] if given is None else given)
    try:
        with tempfile.TemporaryDirectory(prefix="fakes-") as temporary:
            asyncio.run(run(options, options.directory or Path(temporary)))
    except KeyboardInterrupt:
        return 0
    except CannotListen as problem:
        return _said(str(problem))
    except OSError as problem:
        return _said(f"cannot write certificates to {problem.filename}: {problem.strerror}")
    return 0


def _said(problem: str) -> int:
    print(f"python -m fakes: {problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
