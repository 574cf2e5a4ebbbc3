"""Who may come in: the login's grammar, its password, its stamp, and every reason against it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from fakes.iotda import IotDaOptions
from fakes.iotda.login import Gatekeeper, Login
from fakes.iotda.state import Device, Registry
from fakes.service import Hello, Will

SECRET, SECOND = "s3cr3t-s3cr3t_1", "an0ther-s3cr3t"
NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC).timestamp()
ID = "64aa_11_0_1"  # reads like the end of a client id itself


def signed(secret: str, stamp: str, algorithm: str = "sha256") -> str:
    return hmac.new(stamp.encode(), secret.encode(), algorithm).hexdigest()


def hello(sign="0", stamp="2022010507", *, keepalive=120, secret=SECRET, **changed) -> Hello:
    values = {
        "client_id": f"{ID}_0_{sign}_{stamp}",
        "username": ID,
        "password": signed(secret, stamp),
    } | changed
    return Hello(keepalive=keepalive, **values)


def judge(said: Hello, *, frozen=False, devices=1, now=NOW, **options) -> Login:
    registry = Registry()
    registry.add(Device(ID, SECRET, SECOND, frozen=frozen))
    for number in range(1, devices):
        registry.add(Device(f"other-{number}", SECRET))
    return Gatekeeper(registry, IotDaOptions(**options)).judge(said, now=now)


def causes(said: Hello, **setting) -> list[str]:
    return [reason.cause for reason in judge(said, **setting).refusals]


def test_admits_the_documents_vector():
    """QuecPython's IoTDA how-to: this secret and stamp; the password is computed from them."""
    registry = Registry()
    device = Device("quec_1", "ac4263b86eaf6442997a")
    registry.add(device)
    password = "60cc88f72fb885ed7cfc0140417dd79633e26a4a0cc00572cb6a118cde54cb36"
    said = Hello("quec_1_0_0_2022010507", "quec_1", password, 30)
    login = Gatekeeper(registry, IotDaOptions()).judge(said, now=NOW)
    assert login.refusals == ()
    assert login.device is device


@pytest.mark.parametrize("stamp", ["2022010507", "2026112024", "2026010199", "0000000000"])
def test_takes_any_ten_digits_unchecked(stamp):
    assert causes(hello("0", stamp)) == []


@pytest.mark.parametrize("secret", [SECRET, SECOND])
def test_takes_either_secret(secret):
    assert causes(hello("1", "2026112013", secret=secret)) == []


@pytest.mark.parametrize(
    ("stamp", "admitted"),
    [
        ("2026112013", True),
        ("2026112012", False),  # started 1.5 h ago
        ("2026112014", True),
        ("2026112015", False),
        ("2026111937", True),  # hour 37 of the 19th is 13 of the 20th
        ("2026133013", False),
    ],
)
def test_checks_the_stamp_of_sign_type_1(stamp, admitted):
    assert causes(hello("1", stamp)) == ([] if admitted else ["stamp"])


def test_has_the_published_rule_at_its_edges():
    edge = datetime(2026, 11, 20, 14, tzinfo=UTC).timestamp()
    assert causes(hello("1", "2026112013"), now=edge) == []
    assert causes(hello("1", "2026112013"), now=edge + 1) == ["stamp"]


def test_takes_any_future_stamp_where_the_bound_is_off():
    assert causes(hello("1", "2026112021"), stamp_future=None) == []
    assert causes(hello("1", "2026111937"), stamp_overflow="refuse") == ["stamp"]


def test_takes_sm3_where_this_python_has_it():
    stamp = "2026112013"
    if "sm3" not in hashlib.algorithms_available:
        assert causes(hello("2", stamp)) == ["sign type", "credential"]
        return
    password = signed(SECRET, stamp, "sm3")
    assert causes(hello("2", stamp, password=password)) == []
    assert causes(hello("2", stamp, password=password), sm3=False) == ["sign type"]
    assert causes(hello("2", stamp)) == ["credential"]


def test_refuses_sm3_without_hashlib(monkeypatch):
    monkeypatch.setattr(hashlib, "algorithms_available", {"sha256"})
    assert causes(hello("2", "2026112013")) == ["sign type", "credential"]


@pytest.mark.parametrize(
    ("keepalive", "admitted"),
    [(30, True), (1200, True), (29, False), (1201, False), (0, False), (65535, False)],
)
def test_keeps_the_keepalive_range(keepalive, admitted):
    assert causes(hello(keepalive=keepalive)) == ([] if admitted else ["keepalive"])


def test_takes_keepalive_zero_by_option():
    assert causes(hello(keepalive=0), keepalive_zero="admit") == []
    assert causes(hello(keepalive=1), keepalive_zero="admit") == ["keepalive"]


@pytest.mark.parametrize(
    "client_id",
    ["", ID, f"{ID}_0_0_202201050", f"{ID}_0_0_20220105071", f"{ID}_0_7_2022010507", "_0_0_1"],
)
def test_refuses_a_client_id_out_of_form(client_id):
    login = judge(hello(client_id=client_id))
    assert [reason.cause for reason in login.refusals] == ["client id"]
    assert login.device is not None  # by its user name


def test_refuses_an_undocumented_id_type():
    assert causes(hello(client_id=f"{ID}_3_0_2022010507")) == ["client id"]


@pytest.mark.parametrize("username", [None, "", "other-1", ID.upper()])
def test_refuses_another_user_name(username):
    assert causes(hello(username=username), devices=2) == ["user name"]


@pytest.mark.parametrize(
    ("password", "said"),
    [
        (None, "no password"),
        ("", "is wrong"),
        ("café", "is wrong"),
        (signed(SECRET, "2022010507").upper(), "upper-case"),
        (hmac.new(SECRET.encode(), b"2022010507", "sha256").hexdigest(), "swapped"),
        (
            base64.b64encode(hmac.digest(b"2022010507", SECRET.encode(), "sha256")).decode(),
            "base64",
        ),
        (signed(SECRET, "2022010508"), "neighbouring hour"),
    ],
)
def test_refuses_a_wrong_password_and_names_the_mistake(password, said):
    login = judge(hello(password=password))
    assert [reason.cause for reason in login.refusals] == ["credential"]
    assert said in login.refusal


def test_refuses_an_unknown_device():
    said = hello(client_id="nobody_0_0_2022010507", username="nobody")
    assert causes(said) == ["unknown device"]
    assert judge(said).device is not None  # the only one there is
    assert judge(said, devices=2).device is None


def test_refuses_a_frozen_device():
    assert causes(hello(), frozen=True) == ["frozen"]


def test_refuses_a_will_by_option():
    said = hello(will=Will("t", b"", 0, retain=False))
    assert causes(said) == []
    assert causes(said, will="refuse") == ["will"]


def test_notes_every_reason_and_answers_the_first():
    assert causes(hello("1", keepalive=5, username="x"), frozen=True) == [
        "keepalive",
        "user name",
        "stamp",
        "frozen",
    ]


def test_options_know_where_they_come_from():
    rows = IotDaOptions.provenance()
    assert {kind for _, kind, _ in rows} == {"documented", "observed", "assumed"}
    assert all(source for _, _, source in rows)
