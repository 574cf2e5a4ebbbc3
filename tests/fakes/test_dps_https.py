"""The device API of the fake DPS over HTTPS, with real TLS."""

from __future__ import annotations

import base64
import re
import secrets
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from fakes.door import Door
from fakes.dps import (
    Dps,
    DpsOptions,
    assigned,
    assigning,
    cut,
    disabled,
    error,
    failed,
    throttled,
)
from fakes.iothub.state import Identity
from fakes.pki import Authority, DeviceAuthority, DeviceCertificate, self_signed
from protocol import keys, sas
from transcript import EventLog

pytestmark = pytest.mark.asyncio

HOST = "127.0.44.1"
SCOPE = "0ne00C0FFEE"
KEY, SECOND = (base64.b64encode(secrets.token_bytes(64)).decode() for _ in range(2))
GROUP_KEY = base64.b64encode(secrets.token_bytes(64)).decode()


@dataclass
class Linked:
    """A hub as DPS sees it."""

    host: str
    devices: list[Identity] = field(default_factory=list)

    def put_device(self, identity: Identity) -> None:
        self.devices.append(identity)


class Caller:
    """A device's HTTPS side."""

    def __init__(self, authority: Authority, port: int, device: DeviceCertificate | None) -> None:
        context = ssl.create_default_context(cafile=authority.ca_file)
        if device:
            context.load_cert_chain(device.chain_file, device.key_file)
        self.http = httpx.AsyncClient(verify=context, base_url=f"https://{HOST}:{port}")
        self.id, self.key, self.scope, self.expiry = "dev-1", KEY, SCOPE, time.time() + 3600
        self.version: str | None = "2019-03-31"

    def token(self, **how: Any) -> dict[str, str]:
        resource = f"{self.scope}/registrations/{self.id}"
        return {"Authorization": sas.build(resource, self.key, int(self.expiry), **how)}

    def path(self, rest: str) -> str:
        query = f"?api-version={self.version}" if self.version else ""
        return f"/{self.scope}/registrations/{self.id}{rest}{query}"

    async def register(
        self, *, body: object = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        said = {"registrationId": self.id} if body is None else body
        sent = self.token() if headers is None else headers
        return await self.http.put(self.path("/register"), json=said, headers=sent)

    async def poll(self, operation: str) -> httpx.Response:
        return await self.http.get(self.path(f"/operations/{operation}"), headers=self.token())


@pytest.fixture
def hub() -> Linked:
    return Linked("127.0.44.2")


@pytest.fixture
def dps(door: Door, log: EventLog, hub: Linked) -> Dps:
    made = Dps(log=log, host=HOST, id_scope=SCOPE, hubs=[hub], trust=door.trust.add)
    made.operator.individual(
        "dev-1", primary_key=KEY, secondary_key=SECOND, device_id="other-name", payload={"a": 1}
    )
    door.serve(HOST, made)
    return made


@pytest_asyncio.fixture
async def caller(door: Door, dps: Dps, authority: Authority) -> AsyncIterator[Caller]:
    ports = await door.open([HOST], ports={"https": 0})
    made = Caller(authority, ports["https"], None)
    yield made
    await made.http.aclose()


async def test_a_device_registers_polls_and_is_assigned(
    caller: Caller, hub: Linked, log: EventLog
) -> None:
    begun = await caller.register()
    assert begun.status_code == 202
    assert set(begun.json()) == {"operationId", "status"}
    assert begun.headers["retry-after"] == "3"
    assert begun.headers["location"].endswith("/dev-1/register?api-version=2019-03-31")
    assert begun.headers["content-type"] == "application/json; charset=utf-8"
    assert begun.headers["x-ms-request-id"]
    operation = begun.json()["operationId"]
    assert re.fullmatch(r"5\.[0-9a-f]{16}\.[0-9a-f-]{36}", operation)
    done = await caller.poll(operation)
    assert done.status_code == 200
    state = done.json()["registrationState"]
    assert (state["assignedHub"], state["deviceId"]) == (hub.host, "other-name")
    assert (state["status"], state["substatus"]) == ("assigned", "initialAssignment")
    assert state["payload"] == {"a": 1}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", state["createdDateTimeUtc"])
    assert hub.devices[0].device_id == "other-name"
    assert hub.devices[0].keys == (KEY, SECOND)
    asked, replied = log.find("dps.register"), log.find("dps.reply")
    assert asked is not None
    assert replied is not None
    assert (asked.admitted, asked.refusal, asked.registration_id) == (True, "", "dev-1")
    assert (replied.answers, replied.to, replied.status) == (asked.seq, "register", 202)
    assert replied.headers["retry-after"] == "3"
    assert log.find("dps.poll").operation_id == operation


async def test_the_status_lookup_tells_what_became_of_it(caller: Caller) -> None:
    body = {"registrationId": "dev-1"}
    missing = await caller.http.post(caller.path(""), json=body, headers=caller.token())
    assert (missing.status_code, missing.json()["errorCode"]) == (404, 404201)
    await caller.poll((await caller.register()).json()["operationId"])
    found = await caller.http.post(caller.path(""), json=body, headers=caller.token())
    assert (found.status_code, found.json()["deviceId"]) == (200, "other-name")


async def test_the_second_registration_says_so_to_newer_devices(caller: Caller) -> None:
    for version, said in [
        ("2019-03-31", "initialAssignment"),
        ("2021-06-01", "reprovisionedToInitialAssignment"),
        ("2019-03-31", "initialAssignment"),
    ]:
        caller.version = version
        begun = await caller.register()
        done = await caller.poll(begun.json()["operationId"])
        assert done.json()["registrationState"]["substatus"] == said


@pytest.mark.parametrize("encode", [str, lambda text: text.replace("/", "%2f")])
async def test_every_spelling_of_sr_verifies(caller: Caller, encode: Any) -> None:
    assert (await caller.register(headers=caller.token(encode=encode))).status_code == 202
    headers = caller.token(policy="registration")
    assert (await caller.register(headers=headers)).status_code == 202
    caller.key = SECOND
    assert (await caller.register()).status_code == 202


async def test_an_expiry_has_five_minutes_of_grace(caller: Caller) -> None:
    caller.expiry = time.time() - 290
    assert (await caller.register()).status_code == 202
    caller.expiry = time.time() - 310
    assert (await caller.register()).status_code == 401


async def refused(caller: Caller, log: EventLog, reply: httpx.Response) -> tuple[int, str]:
    document = reply.json()
    assert reply.status_code == document["errorCode"] // 1000
    assert reply.headers["x-ms-error-code"] == str(document["errorCode"])
    assert set(document) >= {"errorCode", "trackingId", "message", "timestampUtc"}
    events = [one for one in log.events if one.name == "dps.register"]
    assert not events[-1].admitted
    return document["errorCode"], events[-1].refusal


async def test_what_is_wrong_is_refused_in_the_clouds_shape(caller: Caller, log: EventLog) -> None:
    assert await refused(caller, log, await caller.register(headers={})) == (
        401002,
        "no token, and the enrollment has symmetric keys",
    )
    junk = {"Authorization": "SharedAccessSignature sig=x"}
    assert (await refused(caller, log, await caller.register(headers=junk)))[0] == 401002
    headers = caller.token(policy="iothubowner")
    assert (await refused(caller, log, await caller.register(headers=headers)))[0] == 401002
    caller.key = GROUP_KEY
    code, text = await refused(caller, log, await caller.register())
    assert (code, "matches none of the keys" in text) == (401002, True)
    caller.key, caller.scope = KEY, "0ne00000000"
    assert (await refused(caller, log, await caller.register()))[0] == 401002
    caller.scope, caller.version = SCOPE, None
    assert (await refused(caller, log, await caller.register()))[0] == 400000
    caller.version, caller.id = "2019-03-31", "nobody"
    assert (await refused(caller, log, await caller.register()))[0] == 404201
    caller.id = "b@d"
    assert (await refused(caller, log, await caller.register()))[0] == 400004


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"registrationId": "dev-1", "modelId": "x"}, 400012),
        ({"registrationId": "another"}, 400000),
        (["dev-1"], 400012),
    ],
)
async def test_a_wrong_body_is_refused(
    caller: Caller, log: EventLog, body: object, code: int
) -> None:
    assert (await refused(caller, log, await caller.register(body=body)))[0] == code


async def test_an_operation_must_be_the_devices_own(caller: Caller, dps: Dps) -> None:
    operation = (await caller.register()).json()["operationId"]
    assert (await caller.poll("5.nothing")).json()["errorCode"] == 404203
    dps.operator.individual("dev-2", primary_key=KEY)
    caller.id = "dev-2"
    assert (await caller.poll(operation)).json()["errorCode"] == 404203


async def test_record_lets_in_whoever_can_be_told(
    caller: Caller, dps: Dps, log: EventLog, hub: Linked
) -> None:
    dps.admit = "record"
    caller.key = GROUP_KEY
    begun = await caller.register(body={"registrationId": "dev-1", "extra": 1})
    assert begun.status_code == 202
    event = log.find("dps.register")
    assert event.admitted
    assert "matches none of the keys" in event.refusal
    assert "400012" in event.refusal
    caller.id, caller.scope = "misspelt", "0ne00000000"
    begun = await caller.register()
    done = await caller.poll(begun.json()["operationId"])
    assert done.json()["registrationState"]["assignedHub"] == hub.host


async def test_a_group_derives_its_devices_keys(
    caller: Caller, dps: Dps, hub: Linked, log: EventLog
) -> None:
    dps.operator.group("racks", primary_key=SECOND, secondary_key=GROUP_KEY)
    caller.id = "sn-007"
    caller.key = keys.derive(GROUP_KEY, "sn-007")
    done = await caller.poll((await caller.register()).json()["operationId"])
    state = done.json()["registrationState"]
    assert state["deviceId"] == "sn-007"
    assert state["symmetricKey"] == {"enrollmentGroupId": "racks"}
    assert hub.devices[0].keys == (keys.derive(SECOND, "sn-007"), caller.key)
    caller.key = SECOND
    code, text = await refused(caller, log, await caller.register())
    assert code == 401002
    assert "group key" in text


async def test_an_individual_enrollment_goes_before_a_group(caller: Caller, dps: Dps) -> None:
    dps.operator.group("racks", primary_key=GROUP_KEY)
    caller.key = keys.derive(GROUP_KEY, "dev-1")
    assert (await caller.register()).status_code == 401


async def test_the_script_answers_then_life_goes_on(caller: Caller, dps: Dps) -> None:
    dps.script.answers(
        throttled(retry_after=7), assigning(retry_after=1), assigning(retry_after=None), assigned()
    )
    first = await caller.register()
    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert first.json()["errorCode"] == 429001
    begun = await caller.register()
    assert begun.headers["retry-after"] == "1"
    operation = begun.json()["operationId"]
    assert "retry-after" not in (await caller.poll(operation)).headers
    assert (await caller.poll(operation)).json()["status"] == "assigned"
    assert (await caller.register()).headers["retry-after"] == "3"


async def test_the_script_fails_disables_errs_and_cuts(caller: Caller, dps: Dps) -> None:
    dps.script.answers(assigned(Linked("127.0.44.9")), failed(400207, "no"), disabled())
    at_once = await caller.register()
    assert at_once.status_code == 200
    assert at_once.json()["registrationState"]["assignedHub"] == "127.0.44.9"
    state = (await caller.register()).json()["registrationState"]
    assert (state["status"], state["errorCode"], state["errorMessage"]) == ("failed", 400207, "no")
    assert "assignedHub" not in state
    assert (await caller.register()).json()["status"] == "disabled"
    dps.script.answers(error(500, 500000), error(503, 503999, message="later"), cut())
    assert (await caller.register()).status_code == 500
    later = await caller.register()
    assert (later.status_code, later.json()["message"]) == (503, "later")
    with pytest.raises(httpx.TransportError):
        await caller.register()


@pytest.mark.parametrize(
    ("first", "status"), [("disabled", 200), ("assigning", 202), ("unauthorized", 401)]
)
async def test_a_disabled_enrollment_is_an_option(
    door: Door, authority: Authority, log: EventLog, first: Any, status: int
) -> None:
    dps = Dps(
        log=log, host=HOST, id_scope=SCOPE, options=DpsOptions(first_answer_if_disabled=first)
    )
    dps.operator.individual("dev-1", primary_key=KEY, enabled=False)
    door.serve(HOST, dps)
    caller = Caller(authority, (await door.open([HOST], ports={"https": 0}))["https"], None)
    async with caller.http:
        reply = await caller.register()
        assert reply.status_code == status
        if status == 202:
            reply = await caller.poll(reply.json()["operationId"])
        if status != 401:
            assert reply.json()["registrationState"]["status"] == "disabled"


async def test_without_a_hub_the_assignment_fails(
    door: Door, authority: Authority, log: EventLog
) -> None:
    dps = Dps(log=log, host=HOST, id_scope=SCOPE)
    dps.operator.individual("dev-1", primary_key=KEY)
    door.serve(HOST, dps)
    caller = Caller(authority, (await door.open([HOST], ports={"https": 0}))["https"], None)
    async with caller.http:
        done = await caller.poll((await caller.register()).json()["operationId"])
    assert done.json()["registrationState"]["errorCode"] == 400208


async def test_unknown_paths_and_methods_are_refused(caller: Caller) -> None:
    assert (await caller.http.get("/nowhere")).json()["errorCode"] == 404000
    wrong = await caller.http.delete(caller.path("/register"))
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "PUT")


async def test_polls_can_be_limited(door: Door, authority: Authority, log: EventLog) -> None:
    options = DpsOptions(polls_limited=True)
    dps = Dps(log=log, host=HOST, id_scope=SCOPE, options=options)
    dps.operator.individual("dev-1", primary_key=KEY)
    dps.script.answers(*[assigning()] * 10)
    door.serve(HOST, dps)
    caller = Caller(authority, (await door.open([HOST], ports={"https": 0}))["https"], None)
    async with caller.http:
        operation = (await caller.register()).json()["operationId"]
        seen = [(await caller.poll(operation)).status_code for _ in range(6)]
    assert seen == [202] * 5 + [429]


class TestCertificates:
    async def made(
        self, door: Door, authority: Authority, device: DeviceCertificate | None
    ) -> Caller:
        port = door.ports.get("https") or (await door.open([HOST], ports={"https": 0}))["https"]
        caller = Caller(authority, port, device)
        caller.id = "dev-x"
        return caller

    async def test_a_chain_to_a_group_provisions(
        self, door: Door, dps: Dps, authority: Authority, tmp_path: Path, hub: Linked
    ) -> None:
        vendor = DeviceAuthority(tmp_path)
        dps.operator.x509_group("fleet", signing_certs_pem=vendor.root_pem)
        caller = await self.made(door, authority, vendor.issue("dev-x"))
        async with caller.http:
            begun = await caller.register(headers={})
            path = caller.path(f"/operations/{begun.json()['operationId']}")
            done = await caller.http.get(path)
        state = done.json()["registrationState"]
        assert (state["deviceId"], state["x509"]) == ("dev-x", {"enrollmentGroupId": "fleet"})
        assert hub.devices[0].thumbprints

    async def test_a_leaf_without_its_intermediate_is_refused(
        self, door: Door, dps: Dps, authority: Authority, tmp_path: Path, log: EventLog
    ) -> None:
        """Even where the server's TLS could complete the chain by itself."""
        vendor = DeviceAuthority(tmp_path)
        dps.operator.x509_group("fleet", signing_certs_pem=vendor.root_pem)
        issued = vendor.issue("dev-x")
        issued.chain_file.write_text(issued.cert_pem)
        door.trust.add(vendor.intermediate_pem)
        caller = await self.made(door, authority, issued)
        async with caller.http:
            code, text = await refused(caller, log, await caller.register(headers={}))
        assert code == 401002
        assert "the 1 certificates that were sent lead to no enrolled authority" in text

    async def test_the_common_name_must_be_the_registration_id(
        self, door: Door, dps: Dps, authority: Authority, tmp_path: Path, log: EventLog
    ) -> None:
        vendor = DeviceAuthority(tmp_path)
        dps.operator.x509_group("fleet", signing_certs_pem=vendor.root_pem)
        caller = await self.made(door, authority, vendor.issue("dev-y"))
        async with caller.http:
            code, text = await refused(caller, log, await caller.register(headers={}))
        assert (code, "'dev-y', not 'dev-x'" in text) == (401002, True)

    async def test_an_individual_has_its_own_certificate(
        self, door: Door, dps: Dps, authority: Authority, tmp_path: Path, log: EventLog
    ) -> None:
        own, other = self_signed(tmp_path / "a", "dev-x"), self_signed(tmp_path / "b", "dev-x")
        dps.operator.x509_individual("dev-x", cert_pem=own.cert_pem)
        door.trust.add(other.cert_pem)
        caller = await self.made(door, authority, own)
        async with caller.http:
            assert (await caller.register(headers={})).status_code == 202
        caller = await self.made(door, authority, other)
        async with caller.http:
            code, text = await refused(caller, log, await caller.register(headers={}))
        assert (code, text) == (401002, "the client certificate is not the enrollment's")
        caller = await self.made(door, authority, None)
        async with caller.http:
            assert (await caller.register(headers={})).status_code == 401
