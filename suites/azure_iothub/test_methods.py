"""Direct methods over MQTT."""

from harness import conforms, verifies
from protocol.hub_topics import METHODS_FILTER
from suites import mqtt
from suites.azure_iothub import method_checks as checks
from suites.azure_iothub import requirements as req
from suites.azure_iothub.scenarios import UNKNOWN_METHOD


@verifies(req.METHOD_SUBSCRIBES)
def test_subscribes_to_methods(azure_day):
    azure_day.reach("mqtt.connack", service="hub", code=0)
    conforms(mqtt.unsubscribed(azure_day, "hub", METHODS_FILTER))


@verifies(req.METHOD_ANSWERS)
def test_answers_a_method_under_its_request_id(azure_day):
    name = azure_day.given["method"]
    azure_day.reach("hub.method", method=name)
    conforms(checks.unanswered_methods(azure_day, name))


@verifies(req.METHOD_STATUS)
def test_answers_with_an_integer_status(azure_day):
    azure_day.reach("hub.method.reply")
    conforms(checks.odd_method_statuses(azure_day))


@verifies(req.METHOD_JSON)
def test_answers_with_json(azure_day):
    azure_day.reach("hub.method.reply")
    conforms(checks.odd_method_bodies(azure_day))


@verifies(req.METHOD_UNKNOWN)
def test_answers_a_method_it_does_not_know(azure_day):
    azure_day.reach("hub.method", method=UNKNOWN_METHOD)
    azure_day.reach("hub.method.reply", known=True)
    conforms(checks.unanswered_methods(azure_day, UNKNOWN_METHOD))
