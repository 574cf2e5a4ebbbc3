"""Whom an Azure device trusts."""

from harness import conforms, verifies
from suites import tls
from suites.azure_dps import requirements as req


@verifies(req.TLS_ISSUER)
def test_turns_away_from_an_unknown_authority(untrusted_server):
    untrusted_server.reach("tls.hello", certificate="untrusted")
    conforms(tls.trusting_connections(untrusted_server))


@verifies(req.TLS_NAME)
def test_turns_away_from_another_name(misnamed_server):
    misnamed_server.reach("tls.hello", certificate="wrong-name")
    conforms(tls.trusting_connections(misnamed_server))


@verifies(req.TLS_DATES)
def test_turns_away_from_an_expired_certificate(expired_server):
    expired_server.reach("tls.hello", certificate="expired")
    conforms(tls.trusting_connections(expired_server))
