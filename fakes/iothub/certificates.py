"""Client certificates: thumbprints, and chains up to an authority that the hub was told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509.oid import NameOID

LONGEST_CHAIN = 8


def problem(
    chain: Sequence[bytes],
    *,
    device_id: str,
    thumbprints: Sequence[str],
    authorities: Sequence[str],
    now: float | None,
) -> str:
    """What is wrong with a device's certificate, "" when nothing is.

    `chain` is DER, leaf first; `thumbprints` hexadecimal, `authorities` PEM; `now` in seconds since
    1970, None to pass over the validity (Learn, iot-hub: authenticate-authorize-x509).
    """
    try:
        leaf, *rest = [x509.load_der_x509_certificate(one) for one in chain]
    except ValueError as error:
        return f"the client certificate cannot be read: {error}"
    if now is not None and (late := _validity(leaf, now)):
        return late
    if thumbprints:
        return _thumbprint(leaf, thumbprints)
    if not _leads_to(leaf, rest, [one for text in authorities for one in _read(text)]):
        return "the client certificate leads to no authority that the hub was told of"
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    common = [str(name.value) for name in names]
    if device_id not in common:
        return f"the certificate's common name is {common}, the device id {device_id!r}"
    return ""


def _read(pem: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem.encode())


def _validity(leaf: x509.Certificate, now: float) -> str:
    moment = datetime.fromtimestamp(now, UTC)
    if moment < leaf.not_valid_before_utc:
        return f"the client certificate is valid only from {leaf.not_valid_before_utc}"
    if moment > leaf.not_valid_after_utc:
        return f"the client certificate was valid until {leaf.not_valid_after_utc}"
    return ""


def _thumbprint(leaf: x509.Certificate, thumbprints: Sequence[str]) -> str:
    known = {text.replace(":", "").lower() for text in thumbprints}
    # SHA-1 names a certificate here, as the registry's own API does; it protects nothing
    shown = {leaf.fingerprint(SHA1()).hex(), leaf.fingerprint(SHA256()).hex()}
    if known & shown:
        return ""
    return f"the thumbprint {leaf.fingerprint(SHA256()).hex()} is not registered for the device"


def _leads_to(
    leaf: x509.Certificate,
    sent: Iterable[x509.Certificate],
    authorities: Sequence[x509.Certificate],
) -> bool:
    """Whether the leaf was issued, through what the device sent, by one of the authorities."""
    between = list(sent)
    current = leaf
    for _ in range(LONGEST_CHAIN):
        if any(_issued(current, by=one) for one in authorities):
            return True
        issuer = next((one for one in between if one != current and _issued(current, by=one)), None)
        if issuer is None:
            return False
        current = issuer
    return False


def _issued(certificate: x509.Certificate, *, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
