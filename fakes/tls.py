"""The TLS side of the door: one context per connection, and what a finished handshake showed."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

HANDSHAKE_WITHIN = 10.0
SHUTDOWN_WITHIN = 1.0  # a peer that never answers close_notify holds a closed link no longer


class Trust:
    """Certificates that client certificates may lead to; may grow at any time.

    CPython can ask for a client certificate only together with chain verification, while the cloud
    takes any and decides later. So everything that a scenario's devices show, right and wrong,
    belongs in here, intermediates too, and the service judges by the chain that was really sent.
    Only an expired or wholly foreign certificate dies in the handshake.
    """

    def __init__(self) -> None:
        self._certificates: dict[bytes, None] = {}

    def add(self, certificates: str | bytes) -> None:
        """Trust certificates given as PEM text (one or several) or as DER. ValueError otherwise."""
        for one in load_certificates(certificates):
            self._certificates[one.public_bytes(Encoding.DER)] = None

    def __iter__(self) -> Iterable[bytes]:
        return iter(self._certificates)

    def load_into(self, context: ssl.SSLContext) -> None:
        """Make a context trust them, intermediates as ends of a chain included."""
        if self._certificates:
            context.load_verify_locations(cadata=b"".join(self._certificates))
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


def load_certificates(certificates: str | bytes) -> list[x509.Certificate]:
    """Certificates from PEM text or DER bytes. ValueError if it is neither."""
    raw = certificates.encode() if isinstance(certificates, str) else certificates
    if b"-----BEGIN" in raw:
        return x509.load_pem_x509_certificates(raw)
    return [x509.load_der_x509_certificate(raw)]


def server_context(
    server_file: Path, trust: Trust, on_hello: Callable[[str | None], None]
) -> ssl.SSLContext:
    """A context for one connection: TLS 1.2 and 1.3, client certificate optional.

    One per connection, so that `on_hello` knows which connection spoke (the server name is not kept
    by CPython's server side), trust may grow, and no session is resumed: a resumed TLS 1.2 session
    would show no client chain.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(server_file)
    context.verify_mode = ssl.CERT_OPTIONAL
    trust.load_into(context)

    def hello(_: ssl.SSLObject | ssl.SSLSocket, name: str | None, __: ssl.SSLContext) -> None:
        on_hello(name)

    context.sni_callback = hello
    return context


@dataclass(frozen=True, slots=True)
class Shown:
    """What a finished handshake showed. `chain` is DER, leaf first, as the device sent it."""

    version: str = ""
    cipher: str = ""
    chain: tuple[bytes, ...] = ()

    @property
    def certificate(self) -> bytes | None:
        """The device's own certificate (DER), if it sent one."""
        return self.chain[0] if self.chain else None


def shown(tls: ssl.SSLObject) -> Shown:
    """Read a finished handshake."""
    cipher = tls.cipher()
    return Shown(tls.version() or "", cipher[0] if cipher else "", _chain(tls))


def _chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """All certificates that the device sent.

    Public since CPython 3.13; on 3.11 and 3.12 the same method exists on the inner object only
    (bpo-18233), which gives certificate objects in place of bytes.
    """
    leaf = tls.getpeercert(binary_form=True)
    if leaf is None:
        return ()
    if hasattr(tls, "get_unverified_chain"):
        return tuple(bytes(one) for one in tls.get_unverified_chain())
    sent = tls._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined]  # see above
    return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in sent)


def reason(error: BaseException) -> str:
    """Why a handshake failed, in words for the record."""
    match error:
        case ssl.SSLError():
            return error.reason or str(error)
        case TimeoutError() | ConnectionAbortedError():
            return str(error) or "the handshake took too long"
        case ConnectionError():
            return "the device closed the connection during the handshake"
    return str(error) or type(error).__name__


def who_failed(error: OSError) -> str:
    """Whether the device ended a handshake (an alert, a reset), our time-out, or neither."""
    if isinstance(error, ssl.SSLError):
        return "device" if "ALERT" in (error.reason or "") else "error"
    return "device" if isinstance(error, ConnectionResetError) else "fake"
