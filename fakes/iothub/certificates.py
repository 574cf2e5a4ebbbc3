"""What the hub asks of a device's certificate (Learn, iot-hub: authenticate-authorize-x509)."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.certificates import (
    chain_problem,
    common_names,
    sha1_thumbprint,
    sha256_thumbprint,
    validity_problem,
)


def problem(
    chain: Sequence[bytes],
    *,
    device_id: str,
    thumbprints: Sequence[str],
    authorities: Sequence[str],
    now: float | None,
) -> str:
    """What is wrong with a device's certificate, "" when nothing is.

    `chain` is DER, leaf first, and not empty; `thumbprints` hexadecimal, `authorities` PEM; `now`
    in seconds since 1970, None to pass over the validity.
    """
    leaf = chain[0]
    try:
        names, *_ = [common_names(one) for one in chain]
    except ValueError as error:
        return f"the client certificate cannot be read: {error}"
    if now is not None and (late := validity_problem(leaf, now)):
        return late
    if thumbprints:
        return _thumbprint(leaf, thumbprints)
    if chain_problem(chain, authorities):
        return "the client certificate leads to no authority that the hub was told of"
    if device_id not in names:
        return f"the certificate's common name is {names}, the device id {device_id!r}"
    return ""


def _thumbprint(leaf: bytes, thumbprints: Sequence[str]) -> str:
    """A registry names a certificate by either thumbprint, with colons or without."""
    known = {text.replace(":", "").lower() for text in thumbprints}
    if known & {sha1_thumbprint(leaf), sha256_thumbprint(leaf)}:
        return ""
    return f"the thumbprint {sha256_thumbprint(leaf)} is not registered for the device"
