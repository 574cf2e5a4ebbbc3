"""The token that a device shows to DPS."""

from harness import conforms, verifies
from protocol import dps
from suites import sas
from suites.azure_dps import requirements as req


@verifies(req.SAS_GRAMMAR)
def test_writes_a_well_formed_token(azure_day):
    azure_day.reach("dps.register")
    conforms(sas.malformed_tokens(azure_day.some(sas.dps_tokens, "a token at DPS")))


@verifies(req.SAS_RESOURCE)
def test_signs_for_its_own_registration(azure_day):
    azure_day.reach("dps.register")
    own = dps.resource(azure_day.given["id_scope"], azure_day.given["registration_id"])
    conforms(sas.foreign_resources(sas.readable(sas.dps_tokens(azure_day)), lambda _: own))


@verifies(req.SAS_EXPIRY)
def test_gives_its_token_an_end_in_the_future(azure_day):
    azure_day.reach("dps.register")
    conforms(sas.untimely_tokens(sas.readable(sas.dps_tokens(azure_day)), azure_day))


@verifies(req.SAS_SIGNED)
def test_signs_with_its_own_key(azure_day):
    azure_day.reach("dps.register")
    keys, group_key = azure_day.facts["keys"], azure_day.given["group_key"]
    tokens = sas.readable(sas.dps_tokens(azure_day))
    own = azure_day.given["registration_id"]
    conforms(sas.forged_tokens(tokens, keys, group_key=group_key, registration_id=own))


@verifies(req.SAS_POLICY)
def test_names_no_foreign_policy(azure_day):
    azure_day.reach("dps.register")
    tokens = sas.readable(sas.dps_tokens(azure_day))
    conforms(sas.foreign_policies(tokens, allowed=[dps.POLICY]))
