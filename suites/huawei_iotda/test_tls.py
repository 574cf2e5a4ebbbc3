"""Whom a device at IoTDA trusts."""

from harness import conforms, verifies
from suites import tls
from suites.huawei_iotda import requirements as req


@verifies(req.TLS_ISSUER)
def test_turns_away_from_an_unknown_authority(untrusted_platform):
    untrusted_platform.reach("tls.hello", certificate="untrusted")
    conforms(tls.trusting_connections(untrusted_platform))


@verifies(req.TLS_NAME)
def test_turns_away_from_another_name(misnamed_platform):
    misnamed_platform.reach("tls.hello", certificate="wrong-name")
    conforms(tls.trusting_connections(misnamed_platform))


@verifies(req.TLS_DATES)
def test_turns_away_from_an_expired_certificate(expired_platform):
    expired_platform.reach("tls.hello", certificate="expired")
    conforms(tls.trusting_connections(expired_platform))
