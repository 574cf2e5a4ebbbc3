"""IoT Hub: user names, topics, ids, limits, errors."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from refusals import refusal

from protocol import iothub

# every character that a device id may hold; ids stand unencoded in user names and topics
ids = st.text("abcXYZ019-.+%_#*?!(),:=@$'", min_size=1, max_size=40)
plain_ids = st.text("abcXYZ019-._", min_size=1, max_size=40)
rids = st.text(min_size=1).filter(lambda text: "&" not in text)
bags = st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=20), max_size=5)


# --- user names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form", "version"),
    [
        (
            "hub.loop.test/dev-1/?api-version=2019-10-01"
            "&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0",
            "query",
            "2019-10-01",
        ),
        (
            "hub.loop.test/dev-1/?api-version=2020-09-30&DeviceClientType=x&model-id=dtmi%3Aa%3B1",
            "query",
            "2020-09-30",
        ),
        ("hub.loop.test/dev-1/?DeviceClientType=x&api-version=2018-06-30", "query", "2018-06-30"),
        ("hub.loop.test/dev-1/api-version=2020-09-30", "path", "2020-09-30"),
        (
            "hub.loop.test/dev-1/DeviceClientType=azure-iot-device%2F1.1&api-version=2016-11-14",
            "path",
            "2016-11-14",
        ),
        ("hub.loop.test/dev-1", "bare", None),
        ("hub.loop.test/dev-1/", "bare", None),
        ("hub.loop.test/dev-1/?DeviceClientType=x", "query", None),
        ("hub.loop.test/dev-1/?", "query", None),
    ],
)
def test_reads_every_form_of_user_name(text: str, form: str, version: str | None) -> None:
    user = iothub.parse_username(text)
    assert (user.host, user.device_id, user.module_id) == ("hub.loop.test", "dev-1", None)
    assert (user.form, user.api_version) == (form, version)


@pytest.mark.parametrize("end", ["/?api-version=2021-04-12", "/api-version=2018-06-30", "", "/"])
def test_reads_module_user_names(end: str) -> None:
    user = iothub.parse_username(f"h/dev/mod{end}")
    assert (user.device_id, user.module_id) == ("dev", "mod")


def test_decodes_the_further_members_once() -> None:
    user = iothub.parse_username(
        "127.0.7.1/dev-1/?api-version=2020-09-30"
        "&DeviceClientType=iothubclient%2f1.15.0%20(native%3b%20Linux%3b%20x86_64)"
    )
    client_type = "iothubclient/1.15.0 (native; Linux; x86_64)"
    assert user.extra == (("DeviceClientType", client_type),)


def test_a_raw_slash_in_the_query_belongs_to_it() -> None:
    user = iothub.parse_username("h/d/?api-version=2021-04-12&DeviceClientType=a/b/c")
    assert user.extra == (("DeviceClientType", "a/b/c"),)


@pytest.mark.parametrize(
    "text",
    ["", "h", "/", "h/", "/dev", "h//?api-version=1", "h/a/b/c", "h/a//?api-version=1", "h//m"],
)
def test_refuses_other_user_names(text: str) -> None:
    with pytest.raises(iothub.UserNameError, match="does not read"):
        iothub.parse_username(text)


@given(host=plain_ids, device_id=ids, module_id=st.none() | plain_ids)
@example(host="h", device_id="?a=b", module_id=None)
def test_user_names_round_trip(host: str, device_id: str, module_id: str | None) -> None:
    user = iothub.parse_username(iothub.username(host, device_id, module_id=module_id))
    assert user == iothub.HubUser(
        host, device_id, module_id, iothub.DEFAULT_API_VERSION, form="query"
    )


@given(st.text())
def test_any_user_name_is_read_or_refused(text: str) -> None:
    for candidate in (text, f"h/d/{text}"):
        assert refusal(iothub.parse_username, candidate) != ""
        assert refusal(iothub.parse_telemetry_topic, candidate) != ""
        assert refusal(iothub.parse_method_reply, f"$iothub/methods/res/{text}") != ""


def test_client_ids() -> None:
    assert iothub.client_id("d") == "d"
    assert iothub.client_id("d", "m") == "d/m"


# --- topics ---------------------------------------------------------------------------------------


@given(device_id=ids, module_id=st.none() | ids, properties=bags)
def test_telemetry_topics_round_trip(
    device_id: str, module_id: str | None, properties: dict[str, str]
) -> None:
    topic = iothub.telemetry_topic(device_id, properties, module_id=module_id)
    found = iothub.parse_telemetry_topic(topic)
    assert (found.device_id, found.module_id) == (device_id, module_id)
    assert found.properties == properties
    assert iothub.bag_problems(found.bag) == []


@pytest.mark.parametrize(
    ("topic", "properties"),
    [
        ("devices/d/messages/events/", {}),
        ("devices/d/messages/events", {}),
        ("devices/d/messages/events/LWT", {"LWT": ""}),
        (
            "devices/d/messages/events/%24.mid=1&$.ct=a%2Fb&k=v",
            {"$.mid": "1", "$.ct": "a/b", "k": "v"},
        ),
        ("devices/d/messages/events/k=a%20b&k2=", {"k": "a b", "k2": ""}),
        ("devices/d/messages/events/k=a+b", {"k": "a+b"}),
        ("devices/d/messages/events/k=1=2", {"k": "1=2"}),
        ("devices/d/messages/events/k=1&k=2", {"k": "1"}),
    ],
)
def test_reads_telemetry_topics(topic: str, properties: dict[str, str]) -> None:
    found = iothub.parse_telemetry_topic(topic)
    assert found.device_id == "d"
    assert found.properties == properties


@pytest.mark.parametrize(
    "topic",
    [
        "/devices/d/messages/events/",
        "devices//messages/events/",
        "devices/d/messages/eventsx/",
        "devices/d/messages/devicebound/",
        "devices/d/modules//messages/events/",
        "cmnd/d",
        "",
    ],
)
def test_refuses_what_is_no_telemetry_topic(topic: str) -> None:
    with pytest.raises(iothub.TopicError):
        iothub.parse_telemetry_topic(topic)


def test_builds_cloud_to_device_topics() -> None:
    properties = {
        "$.mid": "1",
        "$.to": "/devices/d/messages/deviceBound",
        "iothub-ack": "full",
        "none": None,
        "empty": "",
    }
    topic = iothub.c2d_topic("d", properties)
    assert topic == (
        "devices/d/messages/devicebound/%24.mid=1"
        "&%24.to=%2Fdevices%2Fd%2Fmessages%2FdeviceBound&iothub-ack=full&none&empty="
    )
    device_id, found = iothub.parse_c2d_topic(topic)
    assert device_id == "d"
    assert found == {name: value or "" for name, value in properties.items()}
    assert iothub.c2d_filter("d") == "devices/d/messages/devicebound/#"
    with pytest.raises(iothub.TopicError):
        iothub.parse_c2d_topic("devices/d/messages/events/")


@given(name=plain_ids, rid=rids, status=st.integers(-1, 999))
def test_method_topics_round_trip(name: str, rid: str, status: int) -> None:
    request = iothub.parse_method_topic(iothub.method_topic(name, rid))
    assert request == iothub.MethodRequest(name, rid)
    reply = iothub.parse_method_reply(iothub.method_reply_topic(status, rid))
    assert (reply.status, reply.rid, reply.code) == (str(status), rid, status)


@pytest.mark.parametrize(
    ("status", "code"), [("200", 200), ("-1", -1), ("OK", None), ("2e2", None), ("", None)]
)
def test_keeps_a_method_status_as_sent(status: str, code: int | None) -> None:
    reply = iothub.parse_method_reply(f"$iothub/methods/res/{status}/?$rid=20")
    assert (reply.status, reply.code, reply.rid) == (status, code, "20")


@pytest.mark.parametrize(
    "topic",
    [
        "$iothub/methods/res/200",
        "$iothub/methods/res/200/",
        "$iothub/methods/res/200/?",
        "$iothub/methods/res/200/?rid=1",
        "$iothub/methods/res/200?$rid=1",
        "$iothub/methods/res/200/?$rid=1&$rid=1",
    ],
)
def test_refuses_what_is_no_method_reply(topic: str) -> None:
    with pytest.raises(iothub.TopicError):
        iothub.parse_method_reply(topic)


@given(rid=rids, operation=st.sampled_from(["get", "reported"]))
def test_twin_topics_round_trip(rid: str, operation: str) -> None:
    found = iothub.parse_twin_request(iothub.twin_request_topic(operation, rid))
    assert found == iothub.TwinRequest(operation, rid)


def test_builds_the_documented_twin_topics() -> None:
    assert iothub.twin_request_topic("get", "1") == "$iothub/twin/GET/?$rid=1"
    reported = "$iothub/twin/PATCH/properties/reported/?$rid=1"
    assert iothub.twin_request_topic("reported", "1") == reported
    assert iothub.twin_reply_topic(204, "1", 6) == "$iothub/twin/res/204/?$rid=1&$version=6"
    assert iothub.twin_reply_topic(200, "1") == "$iothub/twin/res/200/?$rid=1"
    desired = "$iothub/twin/PATCH/properties/desired/?$version=5"
    assert iothub.twin_desired_topic(5) == desired
    with pytest.raises(iothub.TopicError):
        iothub.parse_twin_request(desired)


# --- ids, limits, errors --------------------------------------------------------------------------


@given(ids)
def test_takes_device_ids(text: str) -> None:
    assert iothub.device_id_problem(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "empty"), ("x" * 129, "129"), ("a b", "' '"), ("a/b", "'/'"), ("ä", "'ä'"), ("a\n", "n")],
)
def test_says_why_a_device_id_is_none(text: str, reason: str) -> None:
    problem = iothub.device_id_problem(text)
    assert problem is not None
    assert reason in problem


def test_states_the_documented_limits() -> None:
    assert (iothub.KEEPALIVE_MAX, iothub.SUBSCRIPTIONS_MAX) == (1177, 5)
    assert iothub.TELEMETRY_LONGEST == 262_144
    assert (iothub.C2D_LONGEST, iothub.METHOD_LONGEST) == (65_536, 131_072)
    assert iothub.METHODS_FILTER == "$iothub/methods/POST/#"
    assert iothub.DEFAULT_API_VERSION in iothub.API_VERSIONS


def test_the_longest_keepalive_fits_the_longest_silence() -> None:
    assert iothub.KEEPALIVE_MAX * 1.5 <= iothub.SILENCE_MAX


def test_an_error_code_starts_with_its_status() -> None:
    for code, error in iothub.ERRORS.items():
        assert str(code).startswith(str(error.status))
        assert error.code == code
        assert error.name
        assert error.message
