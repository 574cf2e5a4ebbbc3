"""Whom a device trusts: the hub."""

from harness import conforms, verifies
from suites import tls
from suites.azure_iothub import requirements as req


@verifies(req.TLS_ISSUER)
def test_turns_away_from_an_unknown_authority(untrusted_hub):
    untrusted_hub.reach("tls.hello", certificate="untrusted")
    conforms(tls.trusting_connections(untrusted_hub))


@verifies(req.TLS_NAME)
def test_turns_away_from_another_name(misnamed_hub):
    misnamed_hub.reach("tls.hello", certificate="wrong-name")
    conforms(tls.trusting_connections(misnamed_hub))


@verifies(req.TLS_DATES)
def test_turns_away_from_an_expired_certificate(expired_hub):
    expired_hub.reach("tls.hello", certificate="expired")
    conforms(tls.trusting_connections(expired_hub))
