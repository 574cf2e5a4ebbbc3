"""The registration request, over HTTPS and MQTT."""

from harness import conforms, verifies
from suites.azure_dps import checks
from suites.azure_dps import requirements as req


@verifies(req.REG_ID)
def test_registers_under_its_own_id(azure_day):
    azure_day.reach("dps.register")
    conforms(checks.foreign_registrations(azure_day))


@verifies(req.REG_BODY_ID)
def test_repeats_its_own_id_in_the_body(azure_day):
    conforms(checks.foreign_body_ids(checks.json_bodies(azure_day)))


@verifies(req.REG_MEMBERS)
def test_sends_only_members_that_the_schema_knows(azure_day):
    conforms(checks.unknown_members(checks.json_bodies(azure_day)))


@verifies(req.REG_JSON)
def test_sends_a_json_object(azure_day):
    azure_day.reach("dps.register")
    conforms(checks.unreadable_bodies(azure_day))


@verifies(req.REG_VERSION)
def test_names_an_api_version(azure_day):
    azure_day.reach("dps.register", transport="https")
    conforms(checks.unversioned_requests(azure_day))


@verifies(req.REG_CONTENT_TYPE)
def test_declares_its_body_as_json(azure_day):
    azure_day.reach("dps.register", transport="https")
    conforms(checks.undeclared_bodies(azure_day))


@verifies(req.REG_ONCE)
def test_registers_once(slow_assignment):
    slow_assignment.reach("dps.reply", status=202)
    conforms(checks.repeated_registrations(slow_assignment))


@verifies(req.REG_ROUTE)
def test_calls_documented_operations(azure_day):
    azure_day.reach("http.request", service="dps")
    conforms(checks.misdirected_requests(azure_day))


@verifies(req.REG_TOKEN)
def test_signs_every_request(azure_day):
    azure_day.reach("dps.register", transport="https")
    conforms(checks.unsigned_requests(azure_day))
