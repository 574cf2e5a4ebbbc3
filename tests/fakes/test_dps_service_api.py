"""The enrollment-group part of the fake DPS's service API."""

from __future__ import annotations

import base64
import secrets
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from fakes.door import Door
from fakes.dps import Dps
from fakes.pki import Authority, DeviceAuthority
from protocol import sas
from transcript import EventLog

pytestmark = pytest.mark.asyncio

HOST = "127.0.46.1"
SCOPE = "0ne00C0FFEE"
POLICY = "provisioningserviceowner"
KEY = base64.b64encode(secrets.token_bytes(32)).decode()


class BackEnd:
    def __init__(self, authority: Authority, port: int) -> None:
        context = ssl.create_default_context(cafile=authority.ca_file)
        self.http = httpx.AsyncClient(verify=context, base_url=f"https://{HOST}:{port}")
        self.resource, self.key, self.policy = f"{HOST}:{port}", KEY, POLICY
        self.version = "2017-11-15"

    async def __call__(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> httpx.Response:
        expiry = int(time.time()) + 600
        token = sas.build(self.resource, self.key, expiry, policy=self.policy)
        said = {"Authorization": token} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        query = f"?api-version={self.version}"
        return await self.http.request(method, path + query, json=body, headers=said)


@pytest.fixture
def dps(door: Door, log: EventLog) -> Dps:
    made = Dps(log=log, host=HOST, id_scope=SCOPE, trust=door.trust.add)
    made.operator.policy(POLICY, KEY)
    door.serve(HOST, made)
    return made


@pytest_asyncio.fixture
async def call(door: Door, dps: Dps, authority: Authority) -> AsyncIterator[BackEnd]:
    ports = await door.open([HOST], ports={"https": 0})
    made = BackEnd(authority, ports["https"])
    yield made
    await made.http.aclose()


def x509(certificate: str, group_id: str = "g1") -> dict[str, Any]:
    signing = {"primary": {"certificate": certificate}}
    attestation = {"type": "x509", "x509": {"signingCertificates": signing}}
    return {"enrollmentGroupId": group_id, "attestation": attestation}


def symmetric(group_id: str = "g1", **keys: str) -> dict[str, Any]:
    attestation = {"type": "symmetricKey", "symmetricKey": keys}
    return {"enrollmentGroupId": group_id, "attestation": attestation}


async def test_a_group_of_certificates_is_made_changed_and_deleted(
    call: BackEnd, tmp_path: Path, log: EventLog
) -> None:
    vendor = DeviceAuthority(tmp_path)
    made = await call("PUT", "/enrollmentGroups/g1", x509(vendor.root_pem))
    assert made.status_code == 200
    document = made.json()
    assert document["provisioningStatus"] == "enabled"
    assert document["etag"].startswith('"')
    primary = document["attestation"]["x509"]["signingCertificates"]["primary"]
    assert primary["info"]["version"] == 3
    assert len(primary["info"]["sha1Thumbprint"]) == 40
    assert (await call("GET", "/ENROLLMENTGROUPS/G1")).json() == document
    document["provisioningStatus"] = "disabled"
    del primary["certificate"]
    changed = await call("PUT", "/enrollmentGroups/g1", document, If_Match=document["etag"])
    assert changed.json()["provisioningStatus"] == "disabled"
    assert changed.json()["createdDateTimeUtc"] == document["createdDateTimeUtc"]
    late = await call("PUT", "/enrollmentGroups/g1", document, If_Match=document["etag"])
    assert late.status_code == 412
    etag = changed.json()["etag"]
    assert (await call("DELETE", "/enrollmentGroups/g1", If_Match=etag)).status_code == 204
    gone = await call("GET", "/enrollmentGroups/g1")
    assert (gone.status_code, gone.json()["errorCode"]) == (404, 404202)
    first = log.find("dps.service")
    assert first is not None
    assert (first.method, first.path, first.status) == ("PUT", "/enrollmentGroups/g1", 200)


async def test_a_device_of_a_group_made_here_provisions(
    call: BackEnd, authority: Authority, tmp_path: Path, door: Door
) -> None:
    vendor = DeviceAuthority(tmp_path)
    der = ssl.PEM_cert_to_DER_cert(vendor.root_pem)
    await call("PUT", "/enrollmentGroups/g1", x509(base64.b64encode(der).decode()))
    issued = vendor.issue("dev-1")
    context = ssl.create_default_context(cafile=authority.ca_file)
    context.load_cert_chain(issued.chain_file, issued.key_file)
    path = f"https://{HOST}:{door.ports['https']}/{SCOPE}/registrations/dev-1"
    async with httpx.AsyncClient(verify=context) as device:
        reply = await device.put(f"{path}/register?api-version=2019-03-31", json={})
    assert reply.status_code == 202
    state = await call("GET", "/registrations/dev-1")
    assert state.json()["registrationId"] == "dev-1"
    listed = await call("POST", "/registrations/g1/query")
    assert [one["registrationId"] for one in listed.json()] == ["dev-1"]
    assert (await call("DELETE", "/registrations/dev-1")).status_code == 204
    assert (await call("GET", "/registrations/dev-1")).json()["errorCode"] == 404201


async def test_keys_are_made_and_shown_only_when_asked_for(call: BackEnd) -> None:
    mine = base64.b64encode(b"k" * 32).decode()
    made = await call("PUT", "/enrollmentGroups/g1", symmetric(primaryKey=mine))
    assert made.json()["attestation"] == {"type": "symmetricKey"}
    shown = await call("POST", "/enrollmentgroups/g1/attestationmechanism")
    keys = shown.json()["symmetricKey"]
    assert keys["primaryKey"] == mine
    assert len(base64.b64decode(keys["secondaryKey"])) == 64
    await call("PUT", "/enrollmentGroups/g1", made.json())
    again = await call("POST", "/enrollmentgroups/g1/attestationmechanism")
    assert again.json()["symmetricKey"] == keys


async def test_groups_are_queried_by_page(call: BackEnd) -> None:
    for number in range(5):
        await call("PUT", f"/enrollmentGroups/g{number}", symmetric(f"g{number}"))
    query = {"query": "SELECT * FROM enrollmentGroups"}
    first = await call("POST", "/enrollmentGroups/query", query, x_ms_max_item_count="3")
    assert [one["enrollmentGroupId"] for one in first.json()] == ["g0", "g1", "g2"]
    assert first.headers["x-ms-item-type"] == "EnrollmentGroup"
    mark = first.headers["x-ms-continuation"]
    rest = await call("POST", "/enrollmentGroups/query", query, x_ms_continuation=mark)
    assert [one["enrollmentGroupId"] for one in rest.json()] == ["g3", "g4"]
    assert "x-ms-continuation" not in rest.headers


async def test_a_token_must_be_a_policys_for_this_host(call: BackEnd, log: EventLog) -> None:
    for name, value in [
        ("key", base64.b64encode(b"other" * 8).decode()),
        ("policy", "nobody"),
        ("resource", "elsewhere"),
        ("version", "2016-01-01"),
    ]:
        right = getattr(call, name)
        setattr(call, name, value)
        reply = await call("GET", "/enrollmentGroups/g1")
        assert reply.status_code == (400 if name == "version" else 401)
        assert reply.json()["message"]
        setattr(call, name, right)
    assert (await call.http.get("/enrollmentGroups/g1?api-version=2019-03-31")).status_code == 401
    assert all(not one.admitted for one in log.events if one.name == "dps.service")
    call.resource = HOST
    assert (await call("GET", "/enrollmentGroups/g1")).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (x509("no certificate"), 400000),
        (x509("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), 400000),
        (x509(""), 400000),
        (symmetric("other"), 400000),
        (symmetric(primaryKey="short"), 400000),
        ({"enrollmentGroupId": "g1"}, 400000),
        ({"attestation": {"type": "tpm"}}, 400000),
        ([], 400012),
    ],
)
async def test_a_wrong_group_is_refused(call: BackEnd, body: object, code: int) -> None:
    reply = await call("PUT", "/enrollmentGroups/g1", body)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, code)
