"""Telemetry over MQTT."""

from harness import conforms, verifies
from suites import mqtt
from suites.azure_iothub import checks
from suites.azure_iothub import requirements as req


@verifies(req.TELEMETRY_TOPIC)
def test_sends_to_its_own_events_topic(azure_day):
    azure_day.reach("mqtt.publish", way="in", service="hub")
    conforms(checks.misdirected_telemetry(azure_day))


@verifies(req.PROPERTY_BAG)
def test_encodes_the_property_bag(azure_day):
    conforms(checks.unescaped_bags(azure_day))


@verifies(req.NO_QOS_2)
def test_publishes_nothing_with_qos_2(azure_day):
    azure_day.reach("mqtt.publish", way="in", service="hub")
    conforms(mqtt.exactly_once_publishes(azure_day, "hub"))


@verifies(req.NO_RETAIN)
def test_publishes_nothing_retained(azure_day):
    azure_day.reach("mqtt.publish", way="in", service="hub")
    conforms(mqtt.retained_publishes(azure_day, "hub"))
