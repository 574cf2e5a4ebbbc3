"""How long until a fake answers: a lane's clouds in this process, and the emulator from cold."""

from __future__ import annotations

import asyncio
import secrets
import signal
import ssl
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import packets
from benchmarks.figures import Figure, figure
from fakes.door import Door
from fakes.dps import Dps
from fakes.iotda import IotDa
from fakes.iothub import Hub
from fakes.pki import Authority
from fakes.service import Kind
from protocol import iothub, sas
from transcript import EventLog

ROOT = Path(__file__).resolve().parents[1]
HOST, DEVICE = "127.0.0.1", "bench-device"
TLS_KINDS: tuple[Kind, ...] = ("https", "mqtts")


@dataclass(frozen=True, slots=True)
class Lap:
    """One life of a lane's clouds. Seconds since its beginning, `closed` since the farewell."""

    listening: float
    handshake: float
    connack: float
    closed: float


def in_process(times: int) -> list[Figure]:
    """Door, DPS, hub and IoTDA put together anew each time, under one authority as in a run."""
    with TemporaryDirectory(prefix="bench-") as directory:
        began = time.perf_counter()
        authority = Authority(Path(directory))
        made = time.perf_counter() - began
        laps = [asyncio.run(_lap(authority)) for _ in range(times)]
    listening, handshake, connack, closed = zip(*map(astuple, laps), strict=True)
    return [
        figure("certificate authority made, once a run", [made], unit="ms"),
        figure("fakes put together and listening", listening, unit="ms"),
        figure("… first TLS handshake done", handshake, unit="ms"),
        figure("… first CONNACK received", connack, unit="ms"),
        figure("closed, with that connection still open", closed, unit="ms"),
    ]


async def _lap(authority: Authority) -> Lap:
    key = b64encode(secrets.token_bytes(32)).decode()
    hello = packets.connect(
        client_id=DEVICE,
        username=iothub.username(HOST, DEVICE),
        password=sas.build(iothub.resource(HOST, DEVICE), key, int(time.time()) + 600),
    )
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    began = time.perf_counter()
    door = _door(authority, key)
    await door.open([HOST])
    listening = time.perf_counter() - began
    reader, writer = await asyncio.open_connection(HOST, door.ports["mqtts"], ssl=context)
    handshake = time.perf_counter() - began
    writer.write(hello)
    connack = await reader.readexactly(packets.CONNACK_LENGTH)
    answered = time.perf_counter() - began
    await door.close()
    closed = time.perf_counter() - began - answered
    writer.close()
    if connack[3]:
        raise RuntimeError(f"the hub refused the benchmark's device: CONNACK {connack[3]}")
    return Lap(listening, handshake, answered, closed)


def _door(authority: Authority, key: str) -> Door:
    log = EventLog()
    door, hub = Door(pki=authority, log=log), Hub(log=log, host=HOST)
    hub.operator.create_device(DEVICE, primary_key=key)
    dps = Dps(log=log, host=HOST, id_scope="0ne00BENCH", hubs=[hub])
    for service in (IotDa(log=log, host=HOST), dps, hub):
        door.serve(HOST, service)
    return door


def from_cold(times: int) -> list[Figure]:
    """`python -m fakes`, a process of its own: until all is printed, and from SIGINT to its end."""
    laps = [_cold() for _ in range(times)]
    ready, ended = zip(*laps, strict=True)
    return [
        figure("python -m fakes, from its start until it serves", ready, unit="ms"),
        figure("… from Ctrl-C to its end", ended, unit="ms"),
    ]


def _cold() -> tuple[float, float]:
    began = time.perf_counter()
    with _emulator() as process:
        for line in process.stdout or ():
            if line.startswith("### Events"):
                break
        ready = time.perf_counter() - began
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
    return ready, time.perf_counter() - began - ready


@contextmanager
def _emulator() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "fakes"]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()
