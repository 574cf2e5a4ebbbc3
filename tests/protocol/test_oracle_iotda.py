"""IoTDA's client ids, limits and errors."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from refusals import refusal

from protocol import iotda

DEVICE = "5fbbb784b4ec2202e982e643_868540050954037"

device_ids = st.from_regex("[A-Za-z0-9_-]{1,60}", fullmatch=True)
stamps = st.datetimes(datetime(1000, 1, 1)).map(iotda.stamp)


@given(device_id=device_ids, sign=st.sampled_from("012"), kind=st.sampled_from("023"), stamp=stamps)
@example(device_id="a_0_1_2026112018", sign="0", kind="0", stamp="2026112018")
def test_client_ids_round_trip(device_id: str, sign: str, kind: str, stamp: str) -> None:
    text = iotda.client_id(device_id, stamp, sign_type=sign, id_type=kind)
    assert iotda.parse_client_id(text) == iotda.ClientId(device_id, kind, sign, stamp)


def test_takes_a_stamp_whose_hour_does_not_exist() -> None:
    assert iotda.parse_client_id(f"{DEVICE}_0_0_2026010124").stamp == "2026010124"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not read"),
        (DEVICE, "does not read"),
        (f"{DEVICE}_0_0", "the id type is '868540050954037'"),  # read from the right
        (f"{DEVICE}_1_0_2026112018", "the id type is '1'"),
        (f"{DEVICE}_0_3_2026112018", "the sign type is '3'"),
        (f"{DEVICE}_0_0_202611201", "not ten digits"),
        (f"{DEVICE}_0_0_20261120181", "not ten digits"),
        (f"{DEVICE}_0_0_\uff12026112018", "not ten digits"),
        ("_0_0_2026112018", "device id is empty"),
        ("a b_0_0_2026112018", "more than letters"),
        ("d" * 129 + "_0_0_2026112018", "129 characters"),
        ("d" * 300, "300 characters"),
    ],
)
def test_says_why_a_client_id_is_refused(text: str, reason: str) -> None:
    with pytest.raises(iotda.ClientIdError) as refused:
        iotda.parse_client_id(text)
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "dev-abc_1_0_scope1_0_2026112018",
            iotda.GroupClientId("dev-abc_1", "0", "scope1", "0", "2026112018"),
        ),
        ("dev-A_0_scope123", iotda.GroupClientId("dev-A", "0", "scope123")),
    ],
)
def test_reads_bootstrap_client_ids(text: str, expected: iotda.GroupClientId) -> None:
    assert iotda.parse_group_client_id(text) == expected


def test_refuses_what_is_no_bootstrap_client_id() -> None:
    with pytest.raises(iotda.ClientIdError):
        iotda.parse_group_client_id("device")


@given(st.text())
def test_any_client_id_is_read_or_refused(text: str) -> None:
    for read in (iotda.parse_client_id, iotda.parse_group_client_id, iotda.parse_topic):
        assert refusal(read, text) != ""


@pytest.mark.parametrize(
    ("seconds", "ok"), [(0, False), (29, False), (30, True), (1200, True), (1201, False)]
)
def test_keepalive_range(seconds: int, ok: bool) -> None:
    assert (iotda.keepalive_problem(seconds) is None) is ok


@pytest.mark.parametrize(
    ("text", "ok"), [("12345678", True), ("a" * 32, True), ("1234567", False), ("a b c d e", False)]
)
def test_secrets(text: str, ok: bool) -> None:
    assert (iotda.secret_problem(text) is None) is ok


def test_states_the_documented_limits() -> None:
    assert (iotda.LONGEST_DEVICE_ID, iotda.LONGEST_CLIENT_ID) == (128, 256)
    assert (iotda.MESSAGE_LONGEST, iotda.REPORT_LONGEST) == (1_048_576, 65_536)
    assert iotda.COMMAND_PATIENCE == 20.0


def test_the_error_table_is_consistent() -> None:
    for code, error in iotda.ERRORS.items():
        assert error.code == code
        assert code.startswith("IOTDA.")
    assert iotda.ERRORS["IOTDA.014111"].status == 200
