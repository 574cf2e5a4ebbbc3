"""X.509 certificates of devices, as DER: names, validity, thumbprints, and where a chain leads
(Microsoft Learn, iot-dps: X.509 certificate attestation).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID


def common_names(certificate: bytes) -> list[str]:
    """All common names of the subject. ValueError if the certificate is unreadable."""
    subject = x509.load_der_x509_certificate(certificate).subject
    return [str(name.value) for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]


def common_name(certificate: bytes) -> str:
    """The subject's common name, the first of several, "" without one. ValueError if unreadable.

    DPS takes it for the registration id (X.509 certificate attestation: leaf certificate).
    """
    return next(iter(common_names(certificate)), "")


def validity_problem(certificate: bytes, now: float) -> str | None:
    """Why a certificate is not valid at `now` (seconds since 1970). ValueError if unreadable."""
    read = x509.load_der_x509_certificate(certificate)
    moment = datetime.fromtimestamp(now, UTC)
    if moment < read.not_valid_before_utc:
        return f"the certificate is valid only from {read.not_valid_before_utc}"
    if moment > read.not_valid_after_utc:
        return f"the certificate was valid until {read.not_valid_after_utc}"
    return None


def sha1_thumbprint(certificate: bytes) -> str:
    """The SHA-1 in lower-case hexadecimal: it names a certificate in registries, no more."""
    return hashlib.sha1(certificate, usedforsecurity=False).hexdigest()


def sha256_thumbprint(certificate: bytes) -> str:
    """The SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(certificate).hexdigest()


def chain_problem(sent: Sequence[bytes], authorities_pem: str | Sequence[str]) -> str | None:
    """Why the certificates sent (leaf first) lead to none of the authorities, or None.

    A device has to send its own certificate and each intermediate below the CA that was proven to
    DPS (X.509 certificate attestation: DPS device chain requirements); no other store is asked. A
    PEM text may hold several authorities. ValueError for what is no certificate.
    """
    if not sent:
        return "no certificate was sent"
    texts = [authorities_pem] if isinstance(authorities_pem, str) else authorities_pem
    authorities = [one for text in texts for one in x509.load_pem_x509_certificates(text.encode())]
    below, *between = [x509.load_der_x509_certificate(one) for one in sent]
    while not any(_issued(below, by=one) for one in authorities):
        above = next((one for one in between if _issued(below, by=one)), None)
        if above is None:
            return f"nobody sent issued {below.subject.rfc4514_string()}"
        between.remove(above)  # each is gone through once, so a self-signed one ends the way
        below = above
    return None


def _issued(certificate: x509.Certificate, *, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
