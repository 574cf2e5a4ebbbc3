"""HTTP behind the door: recorded as sent, answered by the service, malformed or not."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import httpx
import pytest
from doors import Agreeable, Device

from fakes.door import Door
from fakes.http.routes import Routes
from fakes.pki import Authority
from fakes.service import HttpReply, HttpRequest
from transcript import EventLog

HOST = "127.0.43.1"


async def opened(door: Door, service: Agreeable) -> int:
    door.serve(HOST, service)
    return (await door.open([HOST], ports={"https": 0}))["https"]


async def raw(port: int, authority: Authority, data: bytes) -> bytes:
    device = await Device.open(HOST, port, ssl.create_default_context(cafile=authority.ca_file))
    await device.send(data)
    async with asyncio.timeout(5):
        return await device.reader.read(65536)


@pytest.mark.asyncio
async def test_requests_are_recorded_as_sent(
    door: Door, log: EventLog, authority: Authority
) -> None:
    port = await opened(door, Agreeable())
    async with httpx.AsyncClient(
        verify=ssl.create_default_context(cafile=authority.ca_file)
    ) as http:
        for _ in range(2):
            reply = await http.put(
                f"https://{HOST}:{port}/a%2Fb/C?api-version=1&x=%20",
                content=b'{"a":1}',
                headers={"Content-Encoding": "utf-8", "Host": "name:443"},
            )
            assert (reply.status_code, reply.content) == (200, b'{"a":1}')
    asked = log.find("http.request")
    assert asked is not None
    assert (asked.method, asked.target) == ("PUT", "/a%2Fb/C?api-version=1&x=%20")
    assert (asked.path, asked.query) == ("/a/b/C", {"api-version": "1", "x": " "})
    assert asked.headers["content-encoding"] == "utf-8"
    assert asked.headers["host"] == "name:443"
    answered = log.find("http.reply")
    assert answered is not None
    assert answered.request == asked.seq
    assert answered.status == 200
    opened_connections = [one for one in log.events if one.name == "tcp.open"]
    assert len(opened_connections) == 1


@pytest.mark.asyncio
async def test_a_get_may_have_a_body(door: Door, log: EventLog, authority: Authority) -> None:
    port = await opened(door, Agreeable())
    got = await raw(port, authority, b"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")
    assert got.endswith(b"{}")
    assert log.find("http.request").body == b"{}"


@pytest.mark.asyncio
async def test_expect_continue_is_answered(door: Door, authority: Authority) -> None:
    port = await opened(door, Agreeable())
    head = b"PUT /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert (await raw(port, authority, head)).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "data",
    [
        b"NONSENSE\r\n\r\n",
        b"GET /x HTTP/1.1\r\nbad header\r\n\r\n",
        b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n",
        b"PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: many\r\n\r\n",
        b"\x16\x03\x01 binary \xff\xfe\r\n\r\n",
    ],
)
async def test_malformed_requests_are_recorded_and_refused(
    door: Door,
    log: EventLog,
    authority: Authority,
    data: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    port = await opened(door, Agreeable())
    assert (await raw(port, authority, data)).startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    noted = await log.until("http.malformed", within=2)
    assert noted is not None
    assert noted.reason
    assert not caplog.records


@pytest.mark.asyncio
async def test_a_body_beyond_the_limit_is_refused(
    door: Door, log: EventLog, authority: Authority
) -> None:
    port = await opened(door, Agreeable())
    head = b"PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n"
    assert b" 413 " in (await raw(port, authority, head + b"a" * 2_000_000))[:20]
    assert await log.until("http.malformed", within=2)


@pytest.mark.asyncio
async def test_a_request_that_breaks_off_is_recorded(
    door: Door, log: EventLog, authority: Authority
) -> None:
    port = await opened(door, Agreeable())
    device = await Device.open(HOST, port, ssl.create_default_context(cafile=authority.ca_file))
    await device.send(b"PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\nhalf")
    device.close()
    assert await log.until("http.malformed", within=2)


@pytest.mark.asyncio
async def test_a_failing_service_is_our_own_error(
    door: Door, log: EventLog, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: HttpRequest) -> HttpReply:
        raise KeyError("our bug")

    port = await opened(door, Agreeable(reply=broken))
    got = await raw(port, authority, b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 500")
    assert "our bug" in log.find("fake.error").text
    assert isinstance(door.errors.pop(), KeyError)
    assert not caplog.records


@pytest.mark.asyncio
async def test_a_reply_can_be_cut(door: Door, log: EventLog, authority: Authority) -> None:
    port = await opened(door, Agreeable(reply=lambda _: HttpReply(200, cut=True)))
    with contextlib.suppress(ConnectionError):
        assert await raw(port, authority, b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n") == b""
    closed = await log.until("tcp.close", within=2)
    assert closed is not None
    assert closed.why == "fake"
    assert not log.find("http.reply")


def test_routes_match_in_any_case_and_decode_each_segment() -> None:
    routes: Routes[str] = Routes()
    routes.add("PUT", "/{scope}/registrations/{id}/register", "register")
    routes.add("GET", "/enrollmentGroups/{id}", "group")
    found = routes.find("PUT", "/0ne/Registrations/a%2Fb/REGISTER?api-version=1")
    assert found is not None
    assert (found.handler, dict(found.values)) == ("register", {"scope": "0ne", "id": "a/b"})
    assert routes.find("GET", "/enrollmentgroups/g1/") is not None
    assert routes.find("DELETE", "/enrollmentgroups/g1") is None
    assert routes.methods("/enrollmentgroups/g1") == ["GET"]
    assert routes.methods("/enrollmentgroups") == []
