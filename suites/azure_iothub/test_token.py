"""The token that a device shows to its hub."""

from harness import conforms, verifies
from suites import sas
from suites.azure_iothub import checks
from suites.azure_iothub import requirements as req


@verifies(req.SAS_GRAMMAR)
def test_writes_a_well_formed_token(azure_day):
    azure_day.reach("hub.login")
    conforms(sas.malformed_tokens(azure_day.some(sas.hub_tokens, "a token at the hub")))


@verifies(req.SAS_RESOURCE)
def test_signs_for_its_own_device(azure_day):
    tokens = sas.readable(sas.hub_tokens(azure_day))
    conforms(sas.foreign_resources(tokens, lambda login: checks.own_resource(azure_day, login)))


@verifies(req.SAS_EXPIRY)
def test_gives_its_token_an_end_in_the_future(azure_day):
    conforms(sas.untimely_tokens(sas.readable(sas.hub_tokens(azure_day)), azure_day))


@verifies(req.SAS_SIGNED)
def test_signs_with_its_own_key(azure_day):
    keys, group_key = azure_day.facts["keys"], azure_day.given["group_key"]
    tokens = sas.readable(sas.hub_tokens(azure_day))
    own = azure_day.given["registration_id"]
    conforms(sas.forged_tokens(tokens, keys, group_key=group_key, registration_id=own))


@verifies(req.SAS_POLICY)
def test_holds_no_key_of_a_service_policy(azure_day):
    tokens = sas.readable(sas.hub_tokens(azure_day))
    allowed = ["device", azure_day.given["device_id"]]
    conforms(sas.foreign_policies(tokens, allowed=allowed))


@verifies(req.SAS_NARROW)
def test_signs_for_nothing_but_its_own_device(azure_day):
    tokens = sas.readable(sas.hub_tokens(azure_day))
    conforms(sas.wide_resources(tokens, lambda login: checks.own_resource(azure_day, login)))
