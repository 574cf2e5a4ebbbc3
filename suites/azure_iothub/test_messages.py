"""Cloud-to-device messages over MQTT."""

from harness import conforms, verifies
from protocol.hub_topics import c2d_filter
from suites import mqtt
from suites.azure_iothub import requirements as req


@verifies(req.C2D_SUBSCRIBES)
def test_subscribes_to_its_messages(azure_day):
    login = azure_day.reach("hub.login", transport="mqtt")
    azure_day.reach("mqtt.connack", service="hub", code=0)
    conforms(mqtt.unsubscribed(azure_day, "hub", c2d_filter(login.device_id)))


@verifies(req.C2D_ACKNOWLEDGES)
def test_acknowledges_each_message(azure_day):
    azure_day.reach("mqtt.publish", way="out", service="hub", qos=1)
    conforms(mqtt.unacknowledged(azure_day, "hub"))
