"""The fake hub over HTTPS, spoken to by httpx through the front door."""

from __future__ import annotations

import json
import re
import secrets
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from hub_devices import fresh_key, token

from fakes.door import Door
from fakes.iothub import Hub, HubOptions
from transcript import EventLog

HOST = "127.0.43.1"
VERSION = {"api-version": "2020-03-13"}


@dataclass
class Bench:
    """A hub behind an open door, one registered device, and an HTTP client that plays it."""

    hub: Hub
    log: EventLog
    device_id: str
    key: str
    client: httpx.AsyncClient

    async def call(self, method: str, end: str, **said: object) -> httpx.Response:
        headers = {"Authorization": token(HOST, self.device_id, self.key)}
        headers |= said.pop("headers", {})  # type: ignore[arg-type]
        device = said.pop("device", self.device_id)
        params = said.pop("params", VERSION)
        path = f"/devices/{device}/messages/{end}"
        return await self.client.request(
            method,
            path,
            params=params,  # type: ignore[arg-type]
            headers=headers,
            **said,  # type: ignore[arg-type]
        )


@pytest_asyncio.fixture
async def bench(door: Door, log: EventLog) -> AsyncIterator[Bench]:
    hub = Hub(log=log, host=HOST, options=HubOptions(message_size=1000))
    device_id, key = f"Dev-{secrets.token_hex(4)}", fresh_key()
    hub.operator.create_device(device_id, primary_key=key)
    door.serve(HOST, hub)
    port = (await door.open([HOST], ports={"https": 0}))["https"]
    trusted = ssl.create_default_context(cafile=str(door.pki.ca_file))
    async with httpx.AsyncClient(base_url=f"https://{HOST}:{port}", verify=trusted) as client:
        yield Bench(hub, log, device_id, key, client)


def refused(reply: httpx.Response, status: int, name: str) -> None:
    assert reply.status_code == status
    assert reply.headers["iothub-errorcode"] == name
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    body = reply.json()
    assert body["Message"].startswith(f"ErrorCode:{name};")
    assert re.fullmatch(
        r"Tracking ID:[0-9a-f]{32}-G:0-TimeStamp:\d\d/\d\d/\d{4} \d\d:\d\d:\d\d",
        body["ExceptionMessage"],
    )


@pytest.mark.asyncio
async def test_telemetry_is_taken_with_its_properties(bench: Bench) -> None:
    headers = {
        "iothub-app-colour": "blue",
        "iothub-messageid": "m1",
        "Content-Encoding": "utf-8",
        "Content-Type": "application/json",
    }
    reply = await bench.call("POST", "events", headers=headers, content=b'{"t": 1}')
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["vary"] == "Origin"
    assert reply.headers["server"] == "Microsoft-HTTPAPI/2.0"
    assert reply.headers["x-ms-request-id"]
    event = bench.log.find("hub.telemetry", transport="https")
    assert event is not None
    assert event.properties == {"$.mid": "m1", "colour": "blue"}
    assert (event.body, event.device_id) == (b'{"t": 1}', bench.device_id)
    login = bench.log.find("hub.login")
    assert login is not None
    assert (login.admitted, login.transport, login.username) == (True, "https", None)
    assert login.host.startswith(HOST)


@pytest.mark.asyncio
async def test_a_batch_is_as_many_messages(bench: Bench) -> None:
    items = [
        {"body": b64encode(b"\x01").decode(), "properties": {"k": "v"}},
        {"body": "plain", "base64Encoded": False},
    ]
    headers = {"Content-Type": "application/vnd.microsoft.iothub.json"}
    reply = await bench.call("POST", "events", headers=headers, content=json.dumps(items))
    assert reply.status_code == 204
    sent = bench.hub.operator.messages(bench.device_id)
    assert [(one.body, one.properties) for one in sent] == [(b"\x01", {"k": "v"}), (b"plain", {})]
    for broken in (b"[{}]", b"no", b'[{"body": "%%"}]', b"[1]", b"{}x", b"7"):
        reply = await bench.call("POST", "events", headers=headers, content=broken)
        refused(reply, 400, "IotHubFormatError")
    assert len(bench.hub.operator.messages(bench.device_id)) == 2


@pytest.mark.asyncio
async def test_who_is_wrong_is_refused_or_recorded(bench: Bench) -> None:
    wrong = {"Authorization": token(HOST, bench.device_id, fresh_key())}
    reply = await bench.call("POST", "events", headers=wrong, content=b"x")
    refused(reply, 401, "IotHubUnauthorizedAccess")
    refused(await bench.call("POST", "events", device="nobody"), 401, "IotHubUnauthorized")
    camel = bench.device_id.lower()
    refused(await bench.call("POST", "events", device=camel), 401, "IotHubUnauthorized")
    bench.hub.operator.disable(bench.device_id)
    refused(await bench.call("POST", "events"), 403, "DeviceDisabled")
    bench.hub.operator.enable(bench.device_id)
    assert bench.log.find("hub.telemetry") is None
    bench.hub.admit = "record"
    reply = await bench.call("POST", "events", headers=wrong, content=b"x")
    assert reply.status_code == 204
    recorded = bench.log.find("hub.login", admitted=True)
    assert recorded is not None
    assert "none of the keys" in recorded.refusal


@pytest.mark.asyncio
async def test_paths_versions_and_sizes_are_checked(bench: Bench) -> None:
    refused(await bench.call("GET", "events"), 405, "MethodNotAllowed")
    refused(await bench.call("POST", "nowhere"), 404, "DeviceNotFound")
    refused(await bench.call("POST", "events", params={}), 400, "ArgumentInvalid")
    odd = {"api-version": "latest"}
    refused(await bench.call("POST", "events", params=odd), 400, "InvalidProtocolVersion")
    newer = {"api-version": "2031-01-01-preview"}
    assert (await bench.call("POST", "events", params=newer)).status_code == 204
    refused(await bench.call("POST", "events", content=b"x" * 1001), 413, "MessageTooLarge")
    path = f"/DEVICES/{bench.device_id}/Messages/EVENTS"
    headers = {"Authorization": token(HOST, bench.device_id, bench.key)}
    reply = await bench.client.post(path, params=VERSION, headers=headers)
    assert reply.status_code == 204


@pytest.mark.asyncio
@pytest.mark.parametrize("quote", ["", '"'])
async def test_a_message_is_received_and_completed(bench: Bench, quote: str) -> None:
    assert (await bench.call("GET", "devicebound")).status_code == 204
    sent = bench.hub.operator.send_c2d(
        bench.device_id, b"hi", properties={"k": "v"}, system={"$.cid": "c1"}
    )
    reply = await bench.call("GET", "deviceBound")
    assert (reply.status_code, reply.content) == (200, b"hi")
    assert reply.headers["iothub-messageid"] == sent
    assert reply.headers["iothub-app-k"] == "v"
    assert reply.headers["iothub-correlationid"] == "c1"
    to = f"/devices/{bench.device_id}/messages/deviceBound"
    assert reply.headers["iothub-to"] == to
    assert (await bench.call("GET", "deviceBound")).status_code == 204
    lock = reply.headers["etag"].strip('"')
    tag = {"If-Match": f"{quote}{lock}{quote}"}
    reply = await bench.call("DELETE", f"devicebound/{lock}", headers={"If-Match": "other"})
    refused(reply, 412, "DeviceMessageLockLost")
    reply = await bench.call("DELETE", f"devicebound/{quote}{lock}{quote}", headers=tag)
    assert reply.status_code == 204
    settled = bench.log.find("hub.c2d.settled", message_id=sent)
    assert settled is not None
    assert settled.how == "complete"
    refused(await bench.call("DELETE", f"devicebound/{lock}"), 412, "DeviceMessageLockLost")
    assert bench.hub.operator.pending(bench.device_id) == 0


@pytest.mark.asyncio
async def test_odd_properties_are_encoded_as_headers_need_it(bench: Bench) -> None:
    odd = {"a b": "two words", "ü:": "ü\r\nx: y", "!#$%&'*+-.^_`|~": "!#$%&'*+-.^_`|~"}
    bench.hub.operator.send_c2d(bench.device_id, b"hi", properties=odd)
    reply = await bench.call("GET", "deviceBound")
    assert (reply.status_code, reply.content) == (200, b"hi")
    start = "iothub-app-"
    own = {name[len(start) :]: text for name, text in reply.headers.items() if start in name}
    assert own == {
        "a%20b": "two words",
        "%c3%bc%3a": "%C3%BC%0D%0Ax: y",
        "!#$%&'*+-.^_`|~": "!#$%&'*+-.^_`|~",
    }


@pytest.mark.asyncio
async def test_a_message_is_abandoned_and_rejected(bench: Bench) -> None:
    bench.hub.operator.send_c2d(bench.device_id, b"hi")
    first = (await bench.call("GET", "deviceBound")).headers["etag"].strip('"')
    assert (await bench.call("POST", f"devicebound/{first}/abandon")).status_code == 204
    second = (await bench.call("GET", "deviceBound")).headers["etag"].strip('"')
    assert second != first
    reply = await bench.call("DELETE", f"devicebound/{second}", params=VERSION | {"reject": ""})
    assert reply.status_code == 204
    names = ("hub.c2d", "hub.c2d.settled")
    seen = [event for event in bench.log.events if event.name in names]
    told = [event.get("how") or event.get("attempt") for event in seen]
    assert told == [1, "abandon", 2, "reject"]
    assert bench.hub.operator.pending(bench.device_id) == 0


@pytest.mark.asyncio
async def test_the_script_refuses_requests(bench: Bench) -> None:
    bench.hub.script.refuse_requests(code=429001, retry_after=7)
    reply = await bench.call("POST", "events")
    refused(reply, 429, "ThrottlingException")
    assert reply.headers["retry-after"] == "7"
    assert (await bench.call("POST", "events")).status_code == 204
