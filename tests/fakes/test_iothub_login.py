"""Who is let in at the fake hub, and what is said of the others."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hub_devices import fresh_key, token

from fakes.iothub import Hub, HubOptions
from fakes.iothub.login import Login, Proof
from fakes.pki import DeviceAuthority, self_signed
from fakes.service import Hello, Will
from protocol import sas
from transcript import EventLog

HOST = "Hub-1.example.test"


@pytest.fixture
def device_id() -> str:
    return f"d-{secrets.token_hex(4)}"


@pytest.fixture
def key() -> str:
    return fresh_key()


def hub_with(device_id: str, key: str, **options: object) -> Hub:
    hub = Hub(log=EventLog(), host=HOST, options=HubOptions(**options))  # type: ignore[arg-type]
    hub.operator.create_device(device_id, primary_key=key, secondary_key=fresh_key())
    return hub


def login(hub: Hub, device_id: str, password: str | None, **said: object) -> Login:
    username = said.pop("username", f"{HOST}/{device_id}/?api-version=2021-04-12")
    hello = Hello(
        said.pop("client_id", device_id),  # type: ignore[arg-type]
        username,  # type: ignore[arg-type]
        password,
        **said,  # type: ignore[arg-type]
    )
    return hub.gatekeeper.mqtt(hello, Proof(token=password), now=time.time())


@pytest.mark.parametrize(
    "form",
    [
        "{host}/{id}",
        "{host}/{id}/",
        "{host}/{id}/?api-version=2021-04-12",
        "{host}/{id}/?api-version=2019-10-01&DeviceClientType=py%2F2.14.0%28Linux%29",
        "{host}/{id}/?api-version=2020-09-30&model-id=dtmi%3Aa%3Bb",
        "{host}/{id}/api-version=2016-11-14",
        "{host}/{id}/DeviceClientType=x&api-version=2017-06-30",
    ],
)
def test_every_documented_user_name_is_taken(form: str, device_id: str, key: str) -> None:
    hub = hub_with(device_id, key)
    username = form.format(host=HOST.upper(), id=device_id)
    assert login(hub, device_id, token(HOST, device_id, key), username=username).refusals == ()


@pytest.mark.parametrize(
    "encode",
    [str, lambda text: quote(text, safe=""), lambda text: text.lower().replace("/", "%2f")],
    ids=["raw", "%2F", "%2f, lower-cased"],
)
def test_the_resource_is_hashed_as_it_was_sent(encode: object, device_id: str, key: str) -> None:
    hub = hub_with(device_id, key)
    shown = token(HOST, device_id, key, encode=encode)
    assert login(hub, device_id, shown).refusal == ""


def test_the_secondary_key_is_as_good(device_id: str, key: str) -> None:
    hub = hub_with(device_id, key)
    second = hub.operator.get_device(device_id).secondary_key
    assert login(hub, device_id, token(HOST, device_id, second)).refusals == ()


def test_skn_may_be_empty_or_the_device(device_id: str, key: str) -> None:
    hub = hub_with(device_id, key)
    for policy, refused in (("", False), (device_id, False), ("iothubowner", True)):
        found = login(hub, device_id, token(HOST, device_id, key, policy=policy))
        assert bool(found.refusals) is refused, policy


def test_a_port_in_the_resource_is_passed_over(device_id: str, key: str) -> None:
    shown = token(f"{HOST}:8443", device_id, key)
    assert login(hub_with(device_id, key), device_id, shown).refusals == ()
    strict = hub_with(device_id, key, port_in_resource=False)
    assert login(strict, device_id, shown).refusals[0].cause == "credential"


def test_the_bare_host_is_an_option(device_id: str, key: str) -> None:
    shown = sas.build(HOST, key, int(time.time()) + 60)
    assert "is for" in login(hub_with(device_id, key), device_id, shown).refusal
    lax = hub_with(device_id, key, bare_host_resource=True)
    assert login(lax, device_id, shown).refusals == ()


@pytest.mark.parametrize("late", [200, 400])
def test_a_token_may_have_ended_five_minutes_ago(late: float, device_id: str, key: str) -> None:
    found = login(hub_with(device_id, key), device_id, token(HOST, device_id, key, lasts=-late))
    assert ("expired" in found.refusal) is (late > 300)


def test_wrong_tokens_are_refused_with_the_reason(device_id: str, key: str) -> None:
    hub = hub_with(device_id, key)
    good = token(HOST, device_id, key)
    wrong = {
        "none of the keys": token(HOST, device_id, fresh_key()),
        "is for": token(HOST, device_id + "2", key),
        "not 'Hub-1": token("other.example.test", device_id, key),
        "no token": None,
        "cannot be read": good.replace("SharedAccessSignature", "sharedaccesssignature"),
        "sig is missing": good.replace("sig=", "s="),
    }
    for text, shown in wrong.items():
        found = login(hub, device_id, shown)
        assert text in found.refusal
        assert found.refusals[0].cause == "credential"
        assert found.device is not None
        assert found.expires is None


def test_every_fault_of_a_login_is_told_the_first_decides(device_id: str, key: str) -> None:
    hub = hub_with(device_id, key)
    hub.operator.disable(device_id)
    username = f"other.example.test/{device_id}/?api-version=2021-04-12"
    found = login(hub, device_id, "nonsense", username=username, client_id="somebody")
    causes = [reason.cause for reason in found.refusals]
    assert causes == ["client id", "host", "disabled", "credential"]


def test_a_device_is_told_by_user_name_client_id_or_being_the_only_one(
    device_id: str, key: str
) -> None:
    hub = hub_with(device_id, key)
    for said in ({"username": device_id}, {"username": None}, {"client_id": "x"}):
        found = login(hub, device_id, token(HOST, device_id, key), **said)
        assert found.device is not None
        assert found.refusals
    hub.operator.create_device("second", primary_key=fresh_key())
    nobody = login(hub, device_id, None, username=f"{HOST}/nobody", client_id="nobody")
    assert nobody.device is None
    assert nobody.refusals[0].cause == "unknown device"
    assert hub.options.connack_for("unknown device") == 5


def test_device_ids_keep_their_case(key: str) -> None:
    hub = hub_with("Camel", key)
    found = login(hub, "camel", token(HOST, "camel", key))
    assert [reason.cause for reason in found.refusals] == ["unknown device"]


def test_a_will_elsewhere_may_be_refused(device_id: str, key: str) -> None:
    shown = token(HOST, device_id, key)
    will = Will("devices/other/messages/events/", b"", 0, False)
    assert login(hub_with(device_id, key), device_id, shown, will=will).refusals == ()
    strict = hub_with(device_id, key, foreign_will="refuse")
    assert login(strict, device_id, shown, will=will).refusals[0].cause == "will"
    own = Will(f"devices/{device_id}/messages/events/k=v", b"", 0, False)
    assert login(strict, device_id, shown, will=own).refusals == ()


def der(pem: str) -> tuple[bytes, ...]:
    found = x509.load_pem_x509_certificates(pem.encode())
    return tuple(one.public_bytes(Encoding.DER) for one in found)


@pytest.mark.parametrize("algorithm", [SHA1(), SHA256()])
def test_a_thumbprint_admits_its_certificate_only(
    algorithm: SHA1 | SHA256, device_id: str, tmp_path: Path
) -> None:
    own, other = self_signed(tmp_path, device_id), self_signed(tmp_path / "2", device_id)
    leaf = x509.load_pem_x509_certificate(own.cert_pem.encode())
    hub = Hub(log=EventLog(), host=HOST)
    hub.operator.create_device(
        device_id, thumbprints=[leaf.fingerprint(algorithm).hex(":").upper()]
    )
    for pem, text in ((own.cert_pem, ""), (other.cert_pem, "thumbprint"), ("", "no client cert")):
        proof = Proof(token=None, chain=der(pem) if pem else ())
        assert text in hub.gatekeeper.http(device_id, proof, now=time.time()).refusal
    assert hub.gatekeeper.http(
        device_id, Proof(token=None, chain=der(own.cert_pem)), now=time.time()
    ) == (Login(claimed=device_id, device=hub.registry.get(device_id)))


def test_a_ca_signed_certificate_must_lead_to_the_authority_and_name_the_device(
    device_id: str, tmp_path: Path
) -> None:
    vendor, foreign = DeviceAuthority(tmp_path), DeviceAuthority(tmp_path / "foreign")
    hub = Hub(log=EventLog(), host=HOST)
    hub.operator.create_device(device_id, ca=vendor.root_pem)

    def refusal(pem: str) -> str:
        return hub.gatekeeper.http(
            device_id, Proof(token=None, chain=der(pem)), now=time.time()
        ).refusal

    own = vendor.issue(device_id)
    assert refusal(own.chain_pem) == ""
    assert "no authority" in refusal(own.cert_pem)
    assert "no authority" in refusal(foreign.issue(device_id).chain_pem)
    assert "common name" in refusal(vendor.issue(device_id + "x").chain_pem)
    assert "was valid until" in refusal(vendor.issue(device_id, lifetime=-60).chain_pem)
    hub.operator.delete(device_id)
    hub.operator.create_device(device_id, ca=[vendor.intermediate_pem])
    assert refusal(own.cert_pem) == ""


def test_every_option_has_a_provenance() -> None:
    for name, provenance, source in HubOptions.provenance():
        assert provenance in ("documented", "observed", "assumed"), name
        assert source, name
