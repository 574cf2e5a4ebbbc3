"""Throw-away certificates: the fakes' own (good and bad ones), and those of devices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Presented = Literal["good", "untrusted", "wrong-name", "expired"]
PRESENTED: tuple[Presented, ...] = ("good", "untrusted", "wrong-name", "expired")

_ELSEWHERE = ("wrong-name.invalid", "192.0.2.1")  # RFC 2606 and RFC 5737: nobody's
_LONG_AGO = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 12, 31, tzinfo=UTC))


class Authority:
    """A certificate authority of this run, whose files lie in `directory`.

    `ca_file` is what a device must trust. Certificates are EC P-256 and carry the host, an IP
    address included, as subject alternative name: every client tried accepts that. One authority
    may serve many lanes. `ca` is one from an earlier run.
    """

    def __init__(self, directory: Path, *, ca: trustme.CA | None = None) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory, self._made = directory, set[Path]()
        self._ca, self._foreign = ca or trustme.CA(), trustme.CA()
        self.ca_pem = self._ca.cert_pem.bytes().decode()
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_text(self.ca_pem)

    def server_file(
        self, host: str, presented: Presented = "good", *, names: Sequence[str] = ()
    ) -> Path:
        """A PEM file with key and chain for a host; `names` are further ones it is valid for."""
        stem = re.sub(r"[^A-Za-z0-9.]", "_", "-".join((host, *names)))[:100]
        path = self._directory / f"server-{stem}-{presented}.pem"
        if path not in self._made:  # not path.exists(): an earlier authority may have left it there
            leaf = self._server(presented, tuple(dict.fromkeys((host, *names))))
            path.write_bytes(leaf.private_key_and_cert_chain_pem.bytes())
            self._made.add(path)
        return path

    def _server(self, presented: Presented, names: tuple[str, ...]) -> trustme.LeafCert:
        match presented:
            case "untrusted":
                return self._foreign.issue_cert(*names)
            case "wrong-name":
                return self._ca.issue_cert(*_ELSEWHERE)
            case "expired":
                begins, ends = _LONG_AGO
                return self._ca.issue_cert(*names, not_before=begins, not_after=ends)
        return self._ca.issue_cert(*names)


@dataclass(frozen=True, slots=True)
class DeviceCertificate:
    """A device's certificate and key, as PEM text and as files; `chain_*` begins with the leaf."""

    cert_pem: str
    key_pem: str
    chain_pem: str
    cert_file: Path
    key_file: Path
    chain_file: Path


class DeviceAuthority:
    """A vendor's certificate authority: root, intermediate, and leafs with CN = registration id.

    `root_pem` is what an enrollment group holds (`root_file` on disk). Leafs are issued by the
    intermediate, which the device has to send along. Both may be given, from an earlier run.
    """

    def __init__(
        self,
        directory: Path,
        *,
        root: trustme.CA | None = None,
        intermediate: trustme.CA | None = None,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._root = root or trustme.CA()
        self._intermediate = intermediate or self._root.create_child_ca()
        self.root_pem = self._root.cert_pem.bytes().decode()
        self.intermediate_pem = self._intermediate.cert_pem.bytes().decode()
        self.root_file = directory / "device-root.pem"
        self.root_file.write_text(self.root_pem)

    def issue(self, common_name: str, *, lifetime: float = 30 * 86400.0) -> DeviceCertificate:
        """A leaf for a registration id, issued by the intermediate, valid for `lifetime` seconds.

        A negative lifetime gives one that has expired that long ago.
        """
        issuer = x509.load_pem_x509_certificate(self.intermediate_pem.encode())
        signer = load_pem_private_key(self._intermediate.private_key_pem.bytes(), None)
        if not isinstance(signer, ec.EllipticCurvePrivateKey):
            raise TypeError("the intermediate's key is not an EC key")
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _leaf(common_name, issuer.subject, key.public_key(), signer, lifetime)
        return _written(self._directory, common_name, leaf, key, self.intermediate_pem)


def issued(directory: Path, common_name: str) -> DeviceCertificate | None:
    """The certificate that was issued into a directory earlier; None if there is none."""
    files = _files(directory, common_name)
    if not all(file.exists() for file in files):
        return None
    cert, secret, chain = (file.read_text() for file in files)
    return DeviceCertificate(cert, secret, chain, *files)


def self_signed(directory: Path, common_name: str) -> DeviceCertificate:
    """A self-signed device certificate, as an individual enrollment may have."""
    directory.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _leaf(common_name, _name(common_name), key.public_key(), key, 30 * 86400.0)
    return _written(directory, common_name, leaf, key, "")


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _leaf(
    common_name: str,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    lifetime: float,
) -> x509.Certificate:
    now = datetime.now(UTC)
    ends = now + timedelta(seconds=lifetime)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, ends) - timedelta(days=1))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(signer, hashes.SHA256())
    )


def _written(
    directory: Path,
    common_name: str,
    leaf: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    issuers: str,
) -> DeviceCertificate:
    cert = leaf.public_bytes(Encoding.PEM).decode()
    # PKCS#8, not the older "EC PRIVATE KEY": the form every TLS library reads
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    files = _files(directory, common_name)
    for file, text in zip(files, (cert, secret, cert + issuers), strict=True):
        file.write_text(text)
    files[1].chmod(0o600)
    return DeviceCertificate(cert, secret, cert + issuers, *files)


def _files(directory: Path, common_name: str) -> tuple[Path, Path, Path]:
    """Where certificate, key and chain of a device lie."""
    stem = re.sub(r"[^A-Za-z0-9.-]", "_", common_name)
    cert, key, chain = (
        directory / f"device-{stem}-{part}.pem" for part in ("cert", "key", "chain")
    )
    return cert, key, chain
