"""DPS: user names, topics, paths, ids, bodies, errors."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from refusals import refusal

from protocol import dps

tokens = st.text("abcdefXYZ0123456789-._", min_size=1, max_size=40)
# a request id is opaque: anything but what ends it in a query
rids = st.text(min_size=1).filter(lambda text: "&" not in text)


# --- user names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "version", "extra"),
    [
        (
            "0ne00112233/registrations/dev-1/api-version=2019-03-31"
            "&ClientVersion=azure-iot-device-provisioning-py%2F2.14.0%283.11.7%3BLinux%29",
            "2019-03-31",
            (("ClientVersion", "azure-iot-device-provisioning-py/2.14.0(3.11.7;Linux)"),),
        ),
        (
            "0ne00112233/registrations/dev-1/api-version=2021-06-01&ClientVersion=1.15.0",
            "2021-06-01",
            (("ClientVersion", "1.15.0"),),
        ),
        ("0ne00112233/registrations/dev-1/api-version=2019-03-31", "2019-03-31", ()),
        (
            "0ne00112233/registrations/dev-1/ClientVersion=a/b&api-version=2019-03-31",
            "2019-03-31",
            (("ClientVersion", "a/b"),),
        ),
    ],
)
def test_reads_captured_user_names(
    text: str, version: str, extra: tuple[tuple[str, str], ...]
) -> None:
    assert dps.parse_username(text) == dps.DpsUser("0ne00112233", "dev-1", version, extra)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0ne/registrations/dev/?api-version=2019-03-31", "must be a slash"),
        ("0ne/registrations/dev?api-version=2019-03-31", "must be a slash"),
        ("0ne/registrations/dev", "does not read"),
        ("0ne/registrations/dev/", "does not read"),
        ("0ne/registrations//api-version=2019-03-31", "does not read"),
        ("/registrations/dev/api-version=2019-03-31", "does not read"),
        ("hub.example/dev/?api-version=2021-04-12", "does not read"),
        ("0ne/Registrations/dev/api-version=2019-03-31", "does not read"),
        ("", "does not read"),
        ("0ne/registrations/dev/api-version=", "no api-version"),
        ("0ne/registrations/dev/ClientVersion=1", "no api-version"),
    ],
)
def test_says_why_a_user_name_is_refused(text: str, reason: str) -> None:
    with pytest.raises(dps.UserNameError, match=reason):
        dps.parse_username(text)


@given(scope=tokens, registration_id=tokens, version=tokens)
def test_user_names_round_trip(scope: str, registration_id: str, version: str) -> None:
    text = dps.username(scope, registration_id, api_version=version)
    assert dps.parse_username(text) == dps.DpsUser(scope, registration_id, version)


@given(st.text())
def test_any_user_name_is_read_or_refused(text: str) -> None:
    for candidate in (text, f"0ne/registrations/{text}"):
        assert refusal(dps.parse_username, candidate) != ""
        assert refusal(dps.parse_topic, candidate) != ""
        assert refusal(dps.parse_reply_topic, candidate) != ""


# --- topics ---------------------------------------------------------------------------------------


def test_builds_the_documented_topics() -> None:
    assert dps.register_topic("7") == "$dps/registrations/PUT/iotdps-register/?$rid=7"
    assert (
        dps.poll_topic("8", "5.abc")
        == "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=8&operationId=5.abc"
    )
    assert dps.reply_topic(202, "7", 3) == "$dps/registrations/res/202/?$rid=7&retry-after=3"
    assert dps.reply_topic(200, "7") == "$dps/registrations/res/200/?$rid=7"


@given(rid=rids, operation=rids)
@example(rid="get_twin=?/#", operation="4.2=/")
def test_request_topics_round_trip(rid: str, operation: str) -> None:
    assert dps.parse_topic(dps.register_topic(rid)) == dps.Register(rid)
    assert dps.parse_topic(dps.poll_topic(rid, operation)) == dps.Poll(rid, operation)


@given(status=st.integers(100, 599), rid=rids, wait=st.none() | st.integers(0, 10**6))
def test_reply_topics_round_trip(status: int, rid: str, wait: int | None) -> None:
    found = dps.parse_reply_topic(dps.reply_topic(status, rid, wait))
    assert found == dps.Reply(status, rid, wait)


def test_takes_members_in_any_order() -> None:
    start = "$dps/registrations/GET/iotdps-get-operationstatus/?"
    assert dps.parse_topic(f"{start}operationId=op&x=1&$rid=r") == dps.Poll("r", "op")
    reply = dps.parse_reply_topic("$dps/registrations/res/202/?Retry-After=120&$rid=1")
    assert reply == dps.Reply(202, "1", 120)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "$dps/registrations/res/#",
        "$dps/registrations/PUT/iotdps-register",
        "$dps/registrations/PUT/iotdps-register/?",
        "$dps/registrations/PUT/iotdps-register/?$rid=",
        "$dps/registrations/PUT/iotdps-register/?rid=1",
        "$dps/registrations/PUT/iotdps-register/?$rid=1&$rid=2",
        "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=1",
        "$dps/registrations/GET/iotdps-get-operationstatus/?operationId=1",
        "$DPS/registrations/PUT/iotdps-register/?$rid=1",
        "devices/d/messages/events/",
    ],
)
def test_refuses_other_topics(topic: str) -> None:
    with pytest.raises(dps.TopicError):
        dps.parse_topic(topic)


@pytest.mark.parametrize(
    "topic",
    [
        "$dps/registrations/res/20/?$rid=1",
        "$dps/registrations/res/200?$rid=1",
        "$dps/registrations/res/200/?retry-after=3",
        "$dps/registrations/res/202/?$rid=1&retry-after=soon",
        "$dps/registrations/res/202/?$rid=1&retry-after",
    ],
)
def test_refuses_other_reply_topics(topic: str) -> None:
    with pytest.raises(dps.TopicError):
        dps.parse_reply_topic(topic)


# --- paths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        (
            "PUT",
            "/0ne/registrations/dev/register?api-version=2019-03-31",
            dps.Route("register", "0ne", "dev"),
        ),
        (
            "GET",
            "/0ne/registrations/d%3A1/operations/5.a%2Fb",
            dps.Route("poll", "0ne", "d:1", "5.a/b"),
        ),
        ("POST", "/0ne/registrations/dev", dps.Route("status", "0ne", "dev")),
        ("put", "/0ne/Registrations/Dev/REGISTER", dps.Route("register", "0ne", "Dev")),
        ("POST", "/0ne/registrations/dev/register", None),
        ("GET", "/0ne/registrations/dev/operations", None),
        ("GET", "/0ne/registrations/dev/operations/", None),
        ("PUT", "/0ne/registrations//register", None),
        ("PUT", "//registrations/dev/register", None),
        ("GET", "/enrollments/dev", None),
        ("GET", "/", None),
        ("GET", "", None),
    ],
)
def test_reads_paths(method: str, path: str, route: dps.Route | None) -> None:
    assert dps.parse_path(method, path) == route


@given(scope=tokens, registration_id=tokens, operation=st.text(min_size=1))
def test_paths_round_trip(scope: str, registration_id: str, operation: str) -> None:
    register = dps.parse_path("PUT", dps.register_path(scope, registration_id))
    assert register == dps.Route("register", scope, registration_id)
    poll = dps.parse_path("GET", dps.poll_path(scope, registration_id, operation))
    assert poll == dps.Route("poll", scope, registration_id, operation)


# --- ids and bodies -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a", "sn-007.A_b:c", "x" * 128, "dev-", "UPPER"])
def test_takes_registration_ids(text: str) -> None:
    assert dps.registration_id_problem(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("x" * 129, "129 characters"),
        ("a b", "holds ' '"),
        ("gerät", "holds 'ä'"),
        ("a/b", "holds '/'"),
        ("dev.", "ends in '.'"),
        ("dev_", "ends in '_'"),
        ("dev:", "ends in ':'"),
        ("dev\n", "holds"),
    ],
)
def test_says_why_a_registration_id_is_none(text: str, reason: str) -> None:
    problem = dps.registration_id_problem(text)
    assert problem is not None
    assert reason in problem


def test_an_x509_registration_id_is_a_common_name() -> None:
    longest = dps.LONGEST_X509_REGISTRATION_ID
    assert dps.registration_id_problem("x" * 64, longest=longest) is None
    assert dps.registration_id_problem("x" * 65, longest=longest) is not None


def test_states_the_documented_limits() -> None:
    assert (dps.POLLS_ALLOWED, dps.POLLS_WINDOW, dps.LEAST_POLL_INTERVAL) == (5, 10.0, 2.0)
    assert dps.POLICY == "registration"
    assert dps.RESPONSES == "$dps/registrations/res/#"
    assert {"registrationId", "payload", "tpm", "csr"} == dps.REGISTER_MEMBERS
    assert {"2019-03-31", "2021-06-01", "2021-10-01"} <= dps.API_VERSIONS
    assert {"assigning", "assigned", "failed", "disabled", "unassigned"} == dps.STATUSES


def test_registration_ids_ignore_case() -> None:
    assert dps.same_registration_id("Dev-1", "dev-1")
    assert not dps.same_registration_id("dev-1", "dev-2")


@pytest.mark.parametrize(
    ("text", "ok"), [("0ne00112233", True), ("0cn0001ABCD", True), ("dev", False), ("0ne", False)]
)
def test_knows_id_scopes(text: str, ok: bool) -> None:
    assert (dps.id_scope_problem(text) is None) is ok


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b'{"registrationId":"dev-1"}',
        b'{"payload": null, "registrationId": "DEV-1"}',
        b'{"registrationId":"dev-1","payload":{"modelId":"dtmi:a;1"}}',
        b'{"tpm":{"endorsementKey":"a","storageRootKey":"b"}}',
        b'{"csr":"MIIB"}',
        b"{}",
    ],
)
def test_takes_register_bodies(body: bytes) -> None:
    assert dps.body_problems(body, "dev-1") == []


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"registrationId":"dev-1","modelId":"dtmi:a;1"}', "unknown member 'modelId' (400012)"),
        (b'{"registrationid":"dev-1"}', "unknown member 'registrationid'"),
        (b'{"registrationId":"dev-2"}', "request is for 'dev-1'"),
        (b'{"registrationId":7}', "must be a string"),
        (b'{"tpm":"x"}', "tpm is not an object"),
        (b'{"csr":["x"]}', "csr is not a string"),
    ],
)
def test_says_what_is_wrong_with_a_register_body(body: bytes, finding: str) -> None:
    problems = dps.body_problems(body, "dev-1")
    assert any(finding in problem for problem in problems), problems


@given(st.binary())
def test_any_body_is_judged(body: bytes) -> None:
    dps.body_problems(body, "dev-1")


def test_an_error_code_starts_with_its_status() -> None:
    for code, error in dps.ERRORS.items():
        assert str(code).startswith(str(error.status))
        assert error.code == code
        assert error.message
