"""What the device shows of itself at each service: a token, or a certificate."""

from __future__ import annotations

import ssl
from base64 import b64encode

from . import signing, trust
from .enrolling import Assignment
from .faults import broken
from .options import AzureOptions


def key_for(service: str, options: AzureOptions) -> str:
    """The base64 key the device signs with; a made-up one where it has a certificate instead."""
    if options.group_key:
        return signing.group_member_key(service, options.group_key, options.registration_id)
    if options.symmetric_key:
        return options.symmetric_key
    return b64encode(b"left in the firmware by the demo").decode()


def for_dps(options: AzureOptions) -> str:
    """The token for the provisioning service."""
    scope, identity = options.id_scope, options.registration_id
    key = key_for("dps", options)
    return signing.dps_token(scope, identity, key, lifetime=options.token_lifetime)


def for_hub(options: AzureOptions, where: Assignment) -> str:
    """The token for the hub."""
    return signing.hub_token(
        where.hub,
        where.device_id,
        key_for("hub", options),
        lifetime=options.token_lifetime,
        dps=f"{options.id_scope}/registrations/{options.registration_id}",
    )


def dps_password(options: AzureOptions) -> str | None:
    """The CONNECT password at the provisioning service; None with a certificate."""
    return _password("dps", options, for_dps(options))


def hub_password(options: AzureOptions, where: Assignment) -> str | None:
    """The CONNECT password at the hub; None with a certificate."""
    return _password("hub", options, for_hub(options, where))


def _password(service: str, options: AzureOptions, token: str) -> str | None:
    if options.x509_key_file and not broken(f"{service}-password-beside-certificate"):
        return None
    return key_for(service, options) if broken(f"{service}-password-is-the-key") else token


def trusting(service: str, options: AzureOptions, server: tuple[str, int]) -> ssl.SSLContext:
    """The TLS context for a service, with the device's certificate in it where it has one."""
    made = trust.context(service, options.ca_file, server=server)
    chain, key = options.x509_cert_chain_file, options.x509_key_file
    if chain and key and not broken(f"{service}-certificate-not-shown"):
        leaf = options.x509_cert_file or chain
        trust.show_certificate(service, made, chain_file=chain, leaf_file=leaf, key_file=key)
    return made
