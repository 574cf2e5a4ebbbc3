"""Listeners and TLS of the door: what is recorded, which certificates are shown and asked for."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl
from pathlib import Path

import pytest
from doors import Agreeable, Device

from fakes.door import CannotListen, Door
from fakes.pki import Authority, DeviceAuthority, DeviceCertificate, Presented, self_signed
from protocol.certificates import common_name
from transcript import EventLog

pytestmark = pytest.mark.asyncio

HOSTS = ["127.0.42.1", "127.0.42.2"]


def trusting(authority: Authority, device: DeviceCertificate | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.ca_file)
    if device:
        context.load_cert_chain(device.chain_file, device.key_file)
    return context


def shake_hands(host: str, port: int, context: ssl.SSLContext) -> None:
    """Not by asyncio, which sends no alert when it refuses a certificate."""
    with (
        socket.create_connection((host, port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=host),
    ):
        pass


async def test_one_port_per_kind_on_every_address(door: Door, authority: Authority) -> None:
    for host in HOSTS:
        door.serve(host, Agreeable())
    ports = await door.open(HOSTS)
    assert len(set(ports.values())) == 3
    for host in HOSTS:
        device = await Device.open(host, ports["mqtts"], trusting(authority))
        assert await device.hello(host) == b"\x20\x02\x00\x00"


@pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_handshake_is_recorded(
    door: Door, log: EventLog, authority: Authority, highest: ssl.TLSVersion
) -> None:
    door.serve(HOSTS[0], Agreeable())
    ports = await door.open(HOSTS)
    context = trusting(authority)
    context.maximum_version = highest
    await (await Device.open(HOSTS[0], ports["mqtts"], context)).hello()
    names = [event.name for event in log.events]
    assert names[:4] == ["tcp.open", "tls.hello", "tls.done", "mqtt.connect"]
    done = log.find("tls.done")
    assert done is not None
    assert done.version == highest.name.replace("_", ".")
    assert done.client_certificate is None
    assert log.find("tls.hello").certificate == "good"
    assert log.find("tcp.open").local == f"{HOSTS[0]}:{ports['mqtts']}"


async def test_the_server_name_is_recorded(authority: Authority, log: EventLog) -> None:
    door = Door(pki=authority, log=log, names=["dps.example"])
    ports = await door.open(HOSTS[:1])
    _, writer = await asyncio.open_connection(
        HOSTS[0], ports["https"], ssl=trusting(authority), server_hostname="dps.example"
    )
    assert log.find("tls.hello").server_name == "dps.example"
    writer.close()
    _, writer = await asyncio.open_connection(HOSTS[0], ports["https"], ssl=trusting(authority))
    assert log.find("tls.hello", after=3).server_name is None
    writer.close()
    await door.close()


@pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("shown", ["untrusted", "wrong-name", "expired"])
async def test_a_device_can_refuse_a_bad_certificate(
    door: Door,
    log: EventLog,
    authority: Authority,
    shown: Presented,
    highest: ssl.TLSVersion,
    caplog: pytest.LogCaptureFixture,
) -> None:
    door.serve(HOSTS[0], Agreeable())
    ports = await door.open(HOSTS)
    door.script.present(shown, host=HOSTS[0])
    context = trusting(authority)
    context.maximum_version = highest
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(shake_hands, HOSTS[0], ports["mqtts"], context)
    failed = await log.until("tls.failed", within=2)
    assert failed is not None
    assert "ALERT" in failed.reason
    assert log.find("tls.hello").certificate == shown
    closed = await log.until("tcp.close", within=2)
    assert closed is not None
    assert closed.why == "device"
    await Device.open(HOSTS[1], ports["mqtts"], context)
    assert not caplog.records


@pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_device_may_show_a_certificate_and_its_chain(
    door: Door, log: EventLog, authority: Authority, tmp_path: Path, highest: ssl.TLSVersion
) -> None:
    service, vendor = Agreeable(), DeviceAuthority(tmp_path)
    door.serve(HOSTS[0], service)
    ports = await door.open(HOSTS)
    context = trusting(authority, vendor.issue("dev-1"))
    context.maximum_version = highest
    with contextlib.suppress(OSError):  # under TLS 1.3 the client hears of it only when it reads
        await Device.open(HOSTS[0], ports["mqtts"], context)
    failed = await log.until("tls.failed", within=2)
    assert failed is not None
    assert "CERTIFICATE_VERIFY_FAILED" in failed.reason
    door.trust.add(vendor.root_pem)
    device = await Device.open(HOSTS[0], ports["mqtts"], context)
    await device.hello()
    link = service.links[0]
    assert link.certificate == log.find("tls.done").client_certificate
    assert link.chain == (link.certificate, ssl.PEM_cert_to_DER_cert(vendor.intermediate_pem))
    assert common_name(link.certificate) == "dev-1"


async def test_a_self_signed_certificate_can_be_trusted(
    door: Door, authority: Authority, tmp_path: Path
) -> None:
    service, own = Agreeable(), self_signed(tmp_path, "dev-2")
    door.serve(HOSTS[0], service)
    ports = await door.open(HOSTS)
    door.trust.add(own.cert_pem)
    await (await Device.open(HOSTS[0], ports["mqtts"], trusting(authority, own))).hello()
    assert len(service.links[0].chain) == 1


async def test_a_handshake_that_never_comes_ends(authority: Authority, log: EventLog) -> None:
    door = Door(pki=authority, log=log, handshake_within=0.1)
    ports = await door.open(HOSTS[:1])
    device = await Device.open(HOSTS[0], ports["https"])
    assert await device.read() == b""
    failed = await log.until("tls.failed", within=2)
    assert failed is not None
    assert "longer than" in failed.reason
    device.close()
    await door.close()
    assert door.errors == []


async def test_plain_text_on_the_tls_port_is_a_failed_handshake(door: Door, log: EventLog) -> None:
    ports = await door.open(HOSTS)
    device = await Device.open(HOSTS[0], ports["https"])
    await device.send(b"GET / HTTP/1.1\r\n\r\n")
    failed = await log.until("tls.failed", within=2)
    assert failed is not None
    assert failed.reason == "HTTP_REQUEST"


async def test_a_port_in_use_is_one_sentence(door: Door, authority: Authority) -> None:
    with socket.socket() as other:
        other.bind((HOSTS[1], 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotListen, match=f"{HOSTS[1]}:{port}: the port is in use"):
            await door.open(HOSTS, ports={"mqtts": port})
    again = Door(pki=authority, log=EventLog())
    await again.open(HOSTS, ports={"mqtts": port})
    await again.close()


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.EACCES, "below 1024"), (errno.EADDRNOTAVAIL, "no such address"), (22, "Invalid")],
)
async def test_a_refused_port_says_what_to_do(
    door: Door, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    class Refusing(socket.socket):
        def bind(self, _: object) -> None:
            raise OSError(code, "Invalid argument")

    monkeypatch.setattr("fakes.listeners.socket.socket", Refusing)
    with pytest.raises(CannotListen, match=words):
        await door.open(HOSTS, ports={"https": 443})


@pytest.mark.parametrize(("host", "port"), [("no.such.invalid", 0), ("127.0.42.1", 70000)])
async def test_nonsense_addresses_are_one_sentence(door: Door, host: str, port: int) -> None:
    with pytest.raises(CannotListen):
        await door.open([host], ports={"https": port})
