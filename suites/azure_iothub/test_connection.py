"""The MQTT connection to the hub."""

from harness import conforms, verifies
from protocol.iothub import KEEPALIVE_MAX
from suites import mqtt
from suites.azure_dps.checks import needless_tokens
from suites.azure_iothub import checks
from suites.azure_iothub import requirements as req


@verifies(req.CLIENT_ID)
def test_connects_as_its_device_id(azure_day):
    conforms(checks.foreign_client_ids(azure_day))


@verifies(req.USER)
def test_names_its_hub_and_itself_in_the_user_name(azure_day):
    azure_day.reach("mqtt.connect", service="hub")
    conforms(checks.foreign_user_names(azure_day))


@verifies(req.API_VERSION)
def test_names_an_api_version(azure_day):
    conforms(checks.unversioned_user_names(azure_day))


@verifies(req.MQTT_VERSION)
def test_speaks_mqtt_3_1_1(azure_day):
    azure_day.some(checks.hub_connects, "a CONNECT at the hub")
    conforms(mqtt.other_protocol_levels(azure_day, "hub"))


@verifies(req.KEEPALIVE)
def test_keeps_alive_within_the_hubs_patience(azure_day):
    azure_day.reach("mqtt.connect", service="hub")
    conforms(mqtt.keepalives_outside(azure_day, "hub", 1, KEEPALIVE_MAX))


@verifies(req.NO_PASSWORD)
def test_sends_no_token_beside_its_certificate(azure_day):
    azure_day.reach("mqtt.connect", service="hub")
    conforms(needless_tokens(azure_day, "hub"))


@verifies(req.CERTIFICATE)
def test_shows_its_certificate(azure_day):
    azure_day.reach("hub.login", transport="mqtt")
    conforms(checks.bare_logins(azure_day))


@verifies(req.WILL)
def test_leaves_its_will_to_the_events_topic(azure_day):
    conforms(checks.foreign_wills(azure_day))


@verifies(req.TOPICS)
def test_uses_documented_topics_only(azure_day):
    azure_day.reach("mqtt.connack", service="hub", code=0)
    conforms(checks.unknown_topics(azure_day))


@verifies(req.FEW_SUBSCRIPTIONS)
def test_holds_few_subscriptions(azure_day):
    azure_day.reach("mqtt.connack", service="hub", code=0)
    conforms(checks.many_subscriptions(azure_day))


@verifies(req.WELL_FORMED)
def test_sends_well_formed_packets(azure_day):
    azure_day.reach("mqtt.connect")
    conforms(mqtt.broken_packets(azure_day))
