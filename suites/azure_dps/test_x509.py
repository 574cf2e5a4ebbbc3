"""Provisioning with a certificate."""

from harness import conforms, verifies
from suites.azure_dps import checks
from suites.azure_dps import requirements as req


@verifies(req.X509_CHAIN)
def test_sends_the_whole_chain(azure_day):
    azure_day.reach("dps.register")
    conforms(checks.broken_chains(azure_day))


@verifies(req.X509_NAME)
def test_registers_under_the_name_in_its_certificate(azure_day):
    azure_day.reach("dps.register")
    conforms(checks.misnamed_registrations(azure_day))


@verifies(req.X509_NO_TOKEN)
def test_sends_no_token_beside_its_certificate(azure_day):
    azure_day.reach("dps.register")
    conforms(checks.needless_tokens(azure_day, "dps"))
