"""The TLS side of a connection: one CA file is trusted; chain, name and dates are checked."""

from __future__ import annotations

import ssl

from .faults import broken

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the ssl module does not name."""


PARTIAL_CHAIN = ssl.VERIFY_X509_PARTIAL_CHAIN


def context(service: str, ca_file: str, *, server: tuple[str, int]) -> ssl.SSLContext:
    """A client context that trusts the CA file alone, TLS 1.2 and up.

    `server` is the host and port that it is for.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_verify_locations(ca_file)
    if broken(f"{service}-tls-name-not-checked"):
        made.check_hostname = False
    if broken(f"{service}-tls-certificate-not-checked"):
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if broken(f"{service}-tls-trusted-on-first-use"):
        made.load_verify_locations(cadata=ssl.get_server_certificate(server))
        made.verify_flags |= PARTIAL_CHAIN
    if broken(f"{service}-tls-dates-not-checked"):
        made.verify_flags = ssl.VerifyFlags(made.verify_flags | NO_CHECK_TIME)
    return made


def show_certificate(
    service: str, made: ssl.SSLContext, *, chain_file: str, leaf_file: str, key_file: str
) -> None:
    """Give the context the device's own certificate, with every intermediate up to the known CA."""
    alone = broken(f"{service}-intermediate-not-sent")
    made.load_cert_chain(leaf_file if alone else chain_file, key_file)
