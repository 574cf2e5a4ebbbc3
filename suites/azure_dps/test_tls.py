"""Whom a device trusts: DPS."""

from harness import conforms, verifies
from suites import tls
from suites.azure_dps import requirements as req


@verifies(req.TLS_ISSUER)
def test_turns_away_from_an_unknown_authority(untrusted_dps):
    untrusted_dps.reach("tls.hello", certificate="untrusted")
    conforms(tls.trusting_connections(untrusted_dps))


@verifies(req.TLS_NAME)
def test_turns_away_from_another_name(misnamed_dps):
    misnamed_dps.reach("tls.hello", certificate="wrong-name")
    conforms(tls.trusting_connections(misnamed_dps))


@verifies(req.TLS_DATES)
def test_turns_away_from_an_expired_certificate(expired_dps):
    expired_dps.reach("tls.hello", certificate="expired")
    conforms(tls.trusting_connections(expired_dps))
