"""Enrollment groups as documents: what the service API takes, keeps and shows."""

from __future__ import annotations

import json
import re
import secrets
import uuid
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from fakes.dps.replies import azure_time
from fakes.dps.state import Enrollment
from fakes.tls import load_certificates
from protocol import errors, keys
from protocol.certificates import sha1_thumbprint, sha256_thumbprint

READ_ONLY = ("etag", "createdDateTimeUtc", "lastUpdatedDateTimeUtc")
PLACES = ("primary", "secondary")


class Refused(Exception):  # noqa: N818 - the document is, nobody erred
    """The service does not take it: `code` and the words for it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def parse(body: bytes, group_id: str, before: Enrollment | None, *, now: float) -> Enrollment:
    """The group that a PUT asks for; `before` is the one there is. Refused when it cannot be."""
    document = _document(body)
    named = document.get("enrollmentGroupId", group_id)
    if not isinstance(named, str) or named.lower() != group_id.lower():
        raise Refused(400000, f"enrollmentGroupId is {named!r}, the path says {group_id!r}")
    attestation = document.get("attestation")
    if not isinstance(attestation, dict):
        raise Refused(400000, "attestation is missing")
    primary = secondary = ""
    certificates: tuple[str, ...] = ()
    match attestation.get("type"):
        case "x509":
            certificates = _certificates(attestation, before)
        case "symmetricKey":
            primary, secondary = _keys(attestation, before)
        case other:
            raise Refused(400000, f"an enrollment group cannot have attestation {other!r}")
    created = before.document.get("createdDateTimeUtc") if before else None
    kept = {name: value for name, value in document.items() if name not in READ_ONLY}
    kept |= {"enrollmentGroupId": named, "createdDateTimeUtc": created or azure_time(now)}
    kept |= {"lastUpdatedDateTimeUtc": azure_time(now)}
    kept["provisioningStatus"] = document.get("provisioningStatus") or "enabled"
    return Enrollment(
        name=named,
        group=True,
        primary_key=primary,
        secondary_key=secondary,
        certificates=certificates,
        enabled=kept["provisioningStatus"] != "disabled",
        document=kept,
        etag=str(uuid.uuid4()),
    )


def shown(group: Enrollment) -> dict[str, Any]:
    """A group as GET and query show it: without keys, with what its certificates say."""
    document = {"enrollmentGroupId": group.name, "provisioningStatus": _status(group)}
    attestation = (
        {"type": "x509", "x509": _x509(group)} if group.by_certificate else {"type": "symmetricKey"}
    )
    return document | group.document | {"attestation": attestation, "etag": f'"{group.etag}"'}


def mechanism(group: Enrollment) -> dict[str, Any]:
    """The attestation with its keys, as only the attestationmechanism call shows it."""
    if group.by_certificate:
        return {"type": "x509", "x509": _x509(group)}
    own = {"primaryKey": group.primary_key, "secondaryKey": group.secondary_key}
    return {"type": "symmetricKey", "symmetricKey": own}


def _status(group: Enrollment) -> str:
    return "enabled" if group.enabled else "disabled"


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400012, f"the body is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Refused(400012, "the body is not a JSON object")
    return document


def _keys(attestation: dict[str, Any], before: Enrollment | None) -> tuple[str, str]:
    """Primary and secondary key; the service makes 64 random bytes where none is given."""
    given = attestation.get("symmetricKey") or {}
    found = []
    for name, old in (("primaryKey", "primary_key"), ("secondaryKey", "secondary_key")):
        text = given.get(name) or (getattr(before, old) if before else "")
        text = text or b64encode(secrets.token_bytes(64)).decode()
        if not isinstance(text, str) or keys.key_problem(text):
            raise Refused(400000, f"{name} is no base64 of 16 to 64 bytes")
        found.append(text)
    return found[0], found[1]


def _certificates(attestation: dict[str, Any], before: Enrollment | None) -> tuple[str, ...]:
    """The signing certificates as PEM text; one whose text is left out stays as it was."""
    given = attestation.get("x509") or {}
    signing = given.get("signingCertificates") or {}
    if given.get("clientCertificates"):
        raise Refused(400000, "clientCertificates are for individual enrollments")
    if given.get("caReferences"):
        raise Refused(400000, "no certificate is uploaded under that name")
    old = dict(zip(PLACES, before.certificates if before else (), strict=False))
    texts = []
    for place in PLACES:
        entry = signing.get(place)
        if entry and (text := entry.get("certificate")):
            texts.append(_pem(text, place))
        elif entry and place in old:
            texts.append(old[place])
    if not texts:
        raise Refused(400000, "signingCertificates.primary.certificate is missing")
    return tuple(texts)


def _pem(text: str, place: str) -> str:
    """A certificate given as PEM text with armour, or as the documented bare base64 of DER."""
    try:
        raw = text.encode() if "-----BEGIN" in text else b64decode(re.sub(r"\s", "", text))
        one = load_certificates(raw)[0]
    except (ValueError, Base64Error, AttributeError, TypeError, IndexError) as error:
        raise Refused(400000, f"the {place} certificate cannot be read: {error}") from None
    return one.public_bytes(Encoding.PEM).decode()


def _x509(group: Enrollment) -> dict[str, Any]:
    signing = {
        place: {"certificate": _bare(one), "info": _info(one)}
        for place, one in zip(PLACES, group.authorities(), strict=False)
    }
    return {"signingCertificates": signing}


def _bare(certificate: x509.Certificate) -> str:
    return b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _info(certificate: x509.Certificate) -> dict[str, Any]:
    der = certificate.public_bytes(Encoding.DER)
    return {
        "subjectName": certificate.subject.rfc4514_string(),
        "sha1Thumbprint": sha1_thumbprint(der).upper(),
        "sha256Thumbprint": sha256_thumbprint(der).upper(),
        "issuerName": certificate.issuer.rfc4514_string(),
        "notBeforeUtc": errors.azure_time(certificate.not_valid_before_utc),
        "notAfterUtc": errors.azure_time(certificate.not_valid_after_utc),
        "serialNumber": f"{certificate.serial_number:X}",
        "version": certificate.version.value + 1,
    }
