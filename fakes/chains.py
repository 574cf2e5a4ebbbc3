"""Certificate chains as devices send them: whose they are, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256

LONGEST = 8


def leads_to(chain: Sequence[bytes], authorities: Iterable[x509.Certificate]) -> bool:
    """Whether the leaf was issued, through nothing but what the device sent, by an authority.

    `chain` is DER, leaf first. The server's own trust store is not asked: a device that leaves an
    intermediate out is refused even where TLS could find it (iot-dps: X.509 certificate
    attestation, "the device must send the whole chain"). ValueError for what is no certificate.
    """
    leaf, *between = [x509.load_der_x509_certificate(one) for one in chain]
    known = list(authorities)
    for _ in range(LONGEST):
        if any(_issued(leaf, by=one) for one in known):
            return True
        issuer = next((one for one in between if one != leaf and _issued(leaf, by=one)), None)
        if issuer is None:
            return False
        leaf = issuer
    return False


def validity_problem(certificate: bytes, now: float) -> str:
    """Why a DER certificate is not valid at `now` (seconds since 1970), or ""."""
    read = x509.load_der_x509_certificate(certificate)
    moment = datetime.fromtimestamp(now, UTC)
    if moment < read.not_valid_before_utc:
        return f"the certificate is valid only from {read.not_valid_before_utc}"
    if moment > read.not_valid_after_utc:
        return f"the certificate was valid until {read.not_valid_after_utc}"
    return ""


def thumbprint(certificate: bytes) -> str:
    """The SHA-256 of a DER certificate, in hexadecimal."""
    return x509.load_der_x509_certificate(certificate).fingerprint(SHA256()).hex()


def _issued(certificate: x509.Certificate, *, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
