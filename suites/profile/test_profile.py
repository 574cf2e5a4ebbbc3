"""Claims against deeds."""

from harness import conforms, verifies
from suites.profile import checks
from suites.profile import requirements as req


@verifies(req.AZURE_CLAIMS)
def test_does_at_azure_what_it_claims(azure_day):
    azure_day.reach("tcp.open")
    checks.reach_claims(azure_day, checks.AZURE)


@verifies(req.AZURE_DOINGS)
def test_claims_what_it_does_at_azure(azure_day):
    azure_day.reach("tcp.open")
    conforms(checks.unclaimed_doings(azure_day, checks.AZURE))


@verifies(req.IOTDA_CLAIMS)
def test_does_at_iotda_what_it_claims(iotda_day):
    iotda_day.reach("tcp.open")
    checks.reach_claims(iotda_day, checks.IOTDA)


@verifies(req.IOTDA_DOINGS)
def test_claims_what_it_does_at_iotda(iotda_day):
    iotda_day.reach("tcp.open")
    conforms(checks.unclaimed_doings(iotda_day, checks.IOTDA))
