"""Error bodies have the clouds' own shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from protocol import errors

AT = datetime(2022, 8, 31, 22, 2, 50, 516335, tzinfo=UTC)


def test_writes_azure_times_with_seven_digits() -> None:
    assert errors.azure_time(AT) == "2022-08-31T22:02:50.5163350Z"
    assert errors.azure_time(AT.replace(tzinfo=None)) == "2022-08-31T22:02:50.5163350Z"
    east = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert errors.azure_time(east) == "2022-08-31T22:02:50.5163350Z"


def test_dps_bodies() -> None:
    body = errors.dps(401002, tracking_id="t", at=AT)
    assert body == {
        "errorCode": 401002,
        "trackingId": "t",
        "message": "Unauthorized",
        "timestampUtc": "2022-08-31T22:02:50.5163350Z",
    }
    assert list(body) == ["errorCode", "trackingId", "message", "timestampUtc"]
    full = errors.dps(400999, tracking_id="", at=AT, message="other", info={"a": "b"})
    assert (full["message"], full["info"]) == ("other", {"a": "b"})
    assert json.loads(json.dumps(full)) == full


def test_hub_bodies_in_the_old_style() -> None:
    body = errors.hub_old(401002, tracking_id="abc-G:1", at=AT)
    assert body == {
        "Message": "ErrorCode:IotHubUnauthorizedAccess;Unauthorized",
        "ExceptionMessage": "Tracking ID:abc-G:1-TimeStamp:08/31/2022 22:02:50",
    }


def test_hub_bodies_in_the_newer_style() -> None:
    body = errors.hub_new(504101, tracking_id="abc", at=AT)
    assert body["ExceptionMessage"] == ""
    assert json.loads(body["Message"]) == {
        "errorCode": 504101,
        "trackingId": "abc",
        "message": "Timed out waiting for the response from device.",
        "info": {},
        "timestampUtc": "2022-08-31T22:02:50.5163350Z",
    }


def test_iotda_bodies() -> None:
    assert errors.iotda("IOTDA.014111", message="late") == {
        "error_code": "IOTDA.014111",
        "error_msg": "late",
    }
    assert errors.iotda("IOTDA.000006")["error_msg"]
    assert errors.iotda_bootstrap("100414", message="m") == {"errorCode": "100414", "errorMsg": "m"}


def test_an_unknown_code_needs_its_own_message() -> None:
    with pytest.raises(KeyError):
        errors.dps(400999, tracking_id="", at=AT)
