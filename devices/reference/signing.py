"""Keys, shared access signatures and the IoTDA password, after the clouds' documents.

Microsoft Learn, iot-dps: concepts-symmetric-key-attestation, how-to-control-access; iot-hub:
authenticate-authorize-sas. Huawei Cloud IoTDA: device connection authentication (MQTT CONNECT).
`service` is "dps" or "hub" throughout: the same code signs for both, and can be wrong for one.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from urllib.parse import quote

from . import clock
from .faults import broken


def derive(group_key: str, registration_id: str) -> str:
    """The device's own key from its group's: both base64; HMAC-SHA256 over the registration id."""
    digest = hmac.digest(b64decode(group_key), registration_id.encode(), "sha256")
    return b64encode(digest).decode()


def group_member_key(service: str, group_key: str, registration_id: str) -> str:
    """The key a member of an enrollment group signs with at the service."""
    if broken(f"{service}-group-key-used-directly"):
        return group_key
    if broken(f"{service}-key-derived-from-upper-case-id"):
        registration_id = registration_id.upper()
    if broken(f"{service}-key-derived-with-newline"):
        registration_id += "\n"
    return derive(group_key, registration_id)


def signature(service: str, text: str, key: str) -> str:
    """HMAC-SHA256 over the text under the base64 key, as base64."""
    secret = key.encode() if broken(f"{service}-sas-key-used-as-text") else b64decode(key)
    if broken(f"{service}-sas-signed-with-sha1"):
        return b64encode(hmac.digest(secret, text.encode(), "sha1")).decode()
    digest = hmac.digest(secret, text.encode(), "sha256")
    if broken(f"{service}-sas-signature-in-hex"):
        return digest.hex()
    return b64encode(digest).decode()


def token(service: str, resource: str, key: str, *, expires: str, policy: str | None = None) -> str:
    """A shared access signature for the resource, given unencoded, until `expires` (Unix time)."""
    if broken(f"{service}-sas-for-neighbour-id"):
        resource = resource[:-1] + ("0" if resource[-1] != "0" else "1")
    named = quote(resource, safe="")
    covered = resource if broken(f"{service}-sas-signed-over-decoded-resource") else named
    made = signature(service, f"{covered}\n{expires}", key)
    if broken(f"{service}-sas-resource-respelt-after-signing"):
        named = named.replace("%2F", "%2f")
    if not broken(f"{service}-sas-signature-not-encoded"):
        made = quote(made, safe="")
    return _assembled(service, {"sr": named, "sig": made, "se": expires, "skn": policy})


def _assembled(service: str, fields: dict[str, str | None]) -> str:
    """The scheme word and the fields that have a value."""
    if broken(f"{service}-sas-without-expiry"):
        del fields["se"]
    pairs = [f"{name}={value}" for name, value in fields.items() if value is not None]
    if broken(f"{service}-sas-field-twice"):
        pairs.append(pairs[0])
    if broken(f"{service}-sas-without-scheme-word"):
        return "&".join(pairs)
    word = "SharedAccessSignature"
    if broken(f"{service}-sas-scheme-word-lower-case"):
        word = word.lower()
    return f"{word} {'&'.join(pairs)}"


def dps_token(scope: str, registration_id: str, key: str, *, lifetime: int) -> str:
    """The device's token for the provisioning service."""
    resource = f"{scope}/registrations/{registration_id}"
    if broken("dps-sas-resource-without-registrations"):
        resource = f"{scope}/{registration_id}"
    policy = "device" if broken("dps-sas-policy-of-hub") else "registration"
    return token("dps", resource, key, expires=clock.expiry("dps", lifetime), policy=policy)


def hub_token(host: str, device_id: str, key: str, *, lifetime: int, dps: str) -> str:
    """The device's token for its hub. `dps` is the resource it had at the provisioning service."""
    resource = f"{host}/devices/{device_id}"
    if broken("hub-sas-for-dps-resource"):
        resource = dps
    if broken("hub-sas-for-whole-hub"):
        resource = host
    if broken("hub-sas-resource-with-scheme"):
        resource = f"https://{resource}"
    policy = "iothubowner" if broken("hub-sas-service-policy") else None
    return token("hub", resource, key, expires=clock.expiry("hub", lifetime), policy=policy)


def iotda_password(secret: str, stamp: str) -> str:
    """HMAC-SHA256 with the stamp as the key and the secret as the message, lower-case hex."""
    key, message = stamp.encode(), secret.encode()
    if broken("iotda-password-key-and-message-swapped"):
        key, message = message, key
    digest = hmac.new(key, message, hashlib.sha256).digest()
    if broken("iotda-password-in-base64"):
        return b64encode(digest).decode()
    return digest.hex().upper() if broken("iotda-password-upper-case") else digest.hex()
