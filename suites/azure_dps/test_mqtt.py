"""Provisioning over MQTT: the connection and its topics."""

from harness import conforms, verifies
from suites import mqtt
from suites.azure_dps import checks
from suites.azure_dps import requirements as req


@verifies(req.MQTT_CLIENT_ID)
def test_connects_as_its_registration_id(azure_day):
    azure_day.reach("mqtt.connect", service="dps")
    conforms(checks.foreign_client_ids(azure_day))


@verifies(req.MQTT_USER)
def test_writes_its_user_name_in_the_documented_form(azure_day):
    azure_day.reach("mqtt.connect")
    conforms(checks.malformed_user_names(azure_day))


@verifies(req.MQTT_SUBSCRIBES_FIRST)
def test_subscribes_before_it_registers(azure_day):
    azure_day.reach("dps.register", transport="mqtt")
    conforms(checks.unheard_registrations(azure_day))


@verifies(req.MQTT_TOPICS)
def test_uses_documented_topics_only(azure_day):
    azure_day.reach("mqtt.subscribe", service="dps")
    conforms(checks.unknown_topics(azure_day))


@verifies(req.MQTT_VERSION)
def test_speaks_mqtt_3_1_1(azure_day):
    azure_day.reach("mqtt.connect")
    conforms(mqtt.other_protocol_levels(azure_day, "dps"))


@verifies(req.MQTT_NO_QOS_2)
def test_publishes_nothing_with_qos_2(azure_day):
    azure_day.reach("mqtt.publish", way="in", service="dps")
    conforms(mqtt.exactly_once_publishes(azure_day, "dps"))
