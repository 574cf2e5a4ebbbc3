"""X.509 certificates of devices (Microsoft Learn, iot-dps: X.509 certificate attestation)."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID


def common_name(certificate: bytes) -> str:
    """The subject's common name of a DER certificate, "" without one. ValueError if unreadable.

    DPS takes it for the registration id (X.509 certificate attestation: leaf certificate).
    """
    subject = x509.load_der_x509_certificate(certificate).subject
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
