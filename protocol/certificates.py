"""X.509 certificates of devices (Microsoft Learn, iot-dps: X.509 certificate attestation)."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID


def common_name(certificate: bytes) -> str:
    """The subject's common name of a DER certificate, "" without one. ValueError if unreadable.

    DPS takes it for the registration id (X.509 certificate attestation: leaf certificate).
    """
    subject = x509.load_der_x509_certificate(certificate).subject
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def chain_problem(sent: Sequence[bytes], enrolled_pem: str) -> str | None:
    """Why the certificates sent (DER, leaf first) do not lead to the enrolled CA, or None.

    A device has to send its own certificate and each intermediate below the CA that was proven to
    DPS (X.509 certificate attestation: DPS device chain requirements). ValueError if unreadable.
    """
    if not sent:
        return "no certificate was sent"
    enrolled = x509.load_pem_x509_certificate(enrolled_pem.encode())
    chain = [x509.load_der_x509_certificate(each) for each in sent]
    issuers, below = [*chain[1:], enrolled], chain[0]
    while not _issued(below, enrolled):
        above = next((each for each in issuers if _issued(below, each)), None)
        if above is None or above is enrolled:
            return f"nobody sent issued {below.subject.rfc4514_string()}"
        issuers.remove(above)
        below = above
    return None


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
