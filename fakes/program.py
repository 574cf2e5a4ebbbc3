"""The emulator as a program: its options, what it prints, how it ends."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from fakes import guide
from fakes.choices import BadChoice, Choices
from fakes.door import CannotListen
from fakes.emulator import Emulator
from fakes.kept import NotKept
from fakes.readable import line
from fakes.service import KINDS, Kind
from transcript import Event

EVENTS = "### Events: <- from the device, -> to the device, -- noted here; Ctrl-C ends\n"
_PORTS: dict[Kind, str] = {
    "https": "DPS and IoT Hub over HTTPS",
    "mqtts": "all three over MQTT with TLS",
    "mqtt": "IoTDA over MQTT without TLS",
}


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The options, read; a wrong one ends the program with status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m fakes",
        description="Azure DPS, an Azure IoT Hub and Huawei Cloud IoTDA on this machine, for"
        " devices in development. Prints what a device has to be told, commands to try it with,"
        " then every event as it happens, until Ctrl-C.",
        epilog="Ports left out are chosen by the system. More in docs/emulator.md; what --set can"
        " choose is in docs/options.md.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS",
        help="this machine's address that devices connect to (%(default)s)",
    )  # fmt: skip
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=0, metavar="PORT", help=_PORTS[kind])
    parser.add_argument(
        "--directory", type=Path, metavar="DIR",
        help="keep ids, keys and certificates there for the next start (new at each start)",
    )  # fmt: skip
    parser.add_argument(
        "--admit", choices=("verify", "record"), default="verify",
        help="verify: refuse wrong credentials; record: let the device in and tell (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="SERVICE.OPTION=VALUE",
        help="what a service does where documents leave it open: --set dps.retry_after=1",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="print no events")
    options = parser.parse_args(given)
    _check(parser, options)
    return options


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    ports = [getattr(options, kind) for kind in KINDS if getattr(options, kind)]
    if len(set(ports)) < len(ports):
        parser.error("each of --https, --mqtts and --mqtt needs a port of its own")
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(options.host).is_unspecified:
            parser.error(f"--host {options.host}: give the one address that devices connect to")
    try:
        options.choices = Choices.read(options.set)
    except BadChoice as problem:
        parser.error(f"--set {problem}")


class Printer:
    """Prints events; a reader that has gone away is asked no more, and `closed` is set."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.say(line(event))

    def say(self, text: str) -> None:
        """A line or several, at once."""
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
    chosen: Choices = options.choices
    emulator = Emulator(
        host=options.host, directory=directory, dps=chosen.dps, hub=chosen.hub, iotda=chosen.iotda
    )
    for service in (emulator.dps, emulator.hub, emulator.iotda):
        service.admit = options.admit
    printer = Printer()
    _stop_on(signal.SIGTERM, printer.closed)
    ports: dict[Kind, int] = {kind: getattr(options, kind) for kind in KINDS}
    await emulator.open(ports)
    try:
        guide.write_values(emulator)
        printer.say(guide.text(emulator))
        if not options.quiet:
            printer.say(EVENTS)
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
    _lenient(sys.stdout)
    try:
        with tempfile.TemporaryDirectory(prefix="fakes-") as temporary:
            asyncio.run(run(options, options.directory or Path(temporary)))
    except KeyboardInterrupt:
        return 0
    except (CannotListen, NotKept) as problem:
        return _said(str(problem))
    except OSError as problem:
        return _said(f"cannot use {problem.filename}: {problem.strerror}")
    return 0


def _lenient(output: TextIO) -> None:
    """What a terminal's encoding lacks is escaped: a device's data must not end the emulator."""
    if hasattr(output, "reconfigure"):
        output.reconfigure(errors="backslashreplace")


def _said(problem: str) -> int:
    print(f"python -m fakes: {problem}", file=sys.stderr)
    return 1
