"""The connection to IoTDA."""

from harness import conforms, verifies
from protocol.iotda import KEEPALIVE_MAX, KEEPALIVE_MIN
from suites import mqtt
from suites.huawei_iotda import checks
from suites.huawei_iotda import requirements as req


@verifies(req.CLIENT_ID)
def test_connects_with_a_documented_client_id(iotda_day):
    iotda_day.reach("mqtt.connect")
    conforms(checks.malformed_client_ids(iotda_day))


@verifies(req.USER)
def test_connects_as_the_device_of_its_client_id(iotda_day):
    conforms(checks.foreign_user_names(iotda_day))


@verifies(req.PASSWORD_FORM)
def test_writes_its_password_in_lower_case_hex(iotda_day):
    conforms(checks.malformed_passwords(iotda_day))


@verifies(req.PASSWORD)
def test_proves_its_secret_under_its_time_stamp(iotda_day):
    conforms(checks.wrong_passwords(iotda_day))


@verifies(req.STAMP_FRESH)
def test_renews_its_time_stamp(iotda_day):
    conforms(checks.stale_stamps(iotda_day))


@verifies(req.STAMP_UTC)
def test_takes_its_time_stamp_from_utc(iotda_day):
    conforms(checks.hasty_stamps(iotda_day))


@verifies(req.KEEPALIVE)
def test_keeps_alive_within_the_platforms_range(iotda_day):
    iotda_day.reach("mqtt.connect", service="iotda")
    conforms(mqtt.keepalives_outside(iotda_day, "iotda", KEEPALIVE_MIN, KEEPALIVE_MAX))


@verifies(req.WELL_FORMED)
def test_sends_well_formed_packets(iotda_day):
    iotda_day.reach("mqtt.connect")
    conforms(mqtt.broken_packets(iotda_day))
