"""Device certificates: where a chain leads, whom it names, and when it is valid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from protocol import certificates

BEGINS = datetime(2030, 1, 1, tzinfo=UTC)
ENDS = BEGINS + timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, to issue others with."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def named(*names: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names])


def issue(*names: str, by: Issued | None = None) -> Issued:
    """A certificate with these common names, self-signed without an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = named(*names)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
        .sign(by.key if by else key, hashes.SHA256())
    )
    return Issued(made, key)


ROOT = issue("root")
UPPER = issue("upper", by=ROOT)
LOWER = issue("lower", by=UPPER)
LEAF = issue("dev-1", by=LOWER)
FOREIGN = issue("root")  # of the same name, with a key of its own
ALONE = issue("dev-1")


@pytest.mark.parametrize(
    ("sent", "authorities"),
    [
        pytest.param([LEAF, LOWER, UPPER], ROOT.pem, id="all intermediates"),
        pytest.param([LEAF, UPPER, LOWER], ROOT.pem, id="in another order"),
        pytest.param([LEAF, FOREIGN, LOWER, UPPER], ROOT.pem, id="one that does not belong"),
        pytest.param([LEAF, LOWER, UPPER, ROOT], ROOT.pem, id="the root as well"),
        pytest.param([LEAF], LOWER.pem, id="issued by the authority itself"),
        pytest.param([LEAF, LOWER], [ROOT.pem, UPPER.pem], id="to one of several texts"),
        pytest.param([LEAF, LOWER], ROOT.pem + UPPER.pem, id="to one of several in a text"),
        pytest.param([ALONE], ALONE.pem, id="self-signed and enrolled"),
    ],
)
def test_a_chain_leads_to_an_authority(sent: list[Issued], authorities: str | list[str]) -> None:
    assert certificates.chain_problem([one.der for one in sent], authorities) is None


@pytest.mark.parametrize(
    ("sent", "authorities", "problem"),
    [
        pytest.param([], ROOT.pem, "no certificate was sent", id="nothing"),
        pytest.param([LEAF], ROOT.pem, "nobody sent issued CN=dev-1", id="leaf only"),
        pytest.param([LEAF, UPPER], ROOT.pem, "nobody sent issued CN=dev-1", id="a gap"),
        pytest.param([LEAF, LOWER], ROOT.pem, "nobody sent issued CN=lower", id="the upper left"),
        pytest.param(
            [LEAF, LOWER, UPPER], FOREIGN.pem, "nobody sent issued CN=upper", id="a foreign root"
        ),
        pytest.param([LEAF, LOWER, UPPER], [], "nobody sent issued CN=upper", id="no authority"),
        pytest.param(
            [LEAF, LOWER, UPPER, ROOT, ROOT], FOREIGN.pem, "nobody sent issued CN=root", id="round"
        ),
        pytest.param([ALONE, ALONE], ROOT.pem, "nobody sent issued CN=dev-1", id="self-signed"),
    ],
)
def test_a_chain_leads_nowhere(
    sent: list[Issued], authorities: str | list[str], problem: str
) -> None:
    assert certificates.chain_problem([one.der for one in sent], authorities) == problem


def test_what_is_no_certificate_is_a_value_error() -> None:
    for sent, authority in (([b"x"], ROOT.pem), ([LEAF.der, b""], ROOT.pem), ([LEAF.der], "x")):
        with pytest.raises(ValueError, match=r"."):
            certificates.chain_problem(sent, authority)
    for read in (certificates.common_name, certificates.common_names):
        with pytest.raises(ValueError, match=r"."):
            read(b"x")
    with pytest.raises(ValueError, match=r"."):
        certificates.validity_problem(b"x", 0.0)


@pytest.mark.parametrize(
    ("names", "first"), [((), ""), (("dev-1",), "dev-1"), (("Ü b", "dev-2"), "Ü b")]
)
def test_common_names_are_read(names: tuple[str, ...], first: str) -> None:
    certificate = issue(*names).der
    assert certificates.common_names(certificate) == list(names)
    assert certificates.common_name(certificate) == first


@pytest.mark.parametrize(
    ("now", "problem"),
    [
        (BEGINS - timedelta(seconds=1), f"the certificate is valid only from {BEGINS}"),
        (BEGINS, None),
        (ENDS, None),
        (ENDS + timedelta(seconds=1), f"the certificate was valid until {ENDS}"),
    ],
)
def test_validity_holds_from_the_first_to_the_last_second(
    now: datetime, problem: str | None
) -> None:
    assert certificates.validity_problem(LEAF.der, now.timestamp()) == problem


def test_thumbprints_are_those_of_the_certificate_library() -> None:
    leaf = LEAF.certificate
    assert certificates.sha1_thumbprint(LEAF.der) == leaf.fingerprint(hashes.SHA1()).hex()
    assert certificates.sha256_thumbprint(LEAF.der) == leaf.fingerprint(hashes.SHA256()).hex()
