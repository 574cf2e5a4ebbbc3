"""Faults of keys, shared access signatures and certificates, at either Azure service."""

from __future__ import annotations

from .fault import Fault

ALL = ("azure-https", "azure-mqtt", "azure-x509", "iotda")
AZURE = ("azure-https", "azure-mqtt", "azure-x509")
WITH_KEY = ("azure-https", "azure-mqtt")
OVER_MQTT = ("azure-mqtt",)
WITH_CERTIFICATE = ("azure-x509",)

SERVICES = {"dps": "provisioning service", "hub": "hub"}


def at_both(name: str, devices: tuple[str, ...], description: str) -> tuple[Fault, ...]:
    """The same defect once at each service; `{at}` in the description becomes the service."""
    return tuple(
        Fault(f"{service}-{name}", devices, description.format(at=f"the {words}"))
        for service, words in SERVICES.items()
    )


FAULTS: tuple[Fault, ...] = (
    *at_both(
        "sas-scheme-word-lower-case",
        WITH_KEY,
        "A string library lower-cases the whole scheme: the token for {at} begins with "
        "sharedaccesssignature.",
    ),
    *at_both(
        "sas-without-scheme-word",
        WITH_KEY,
        "The token for {at} is sent from its sr field on, without the word SharedAccessSignature.",
    ),
    *at_both(
        "sas-signature-not-encoded",
        WITH_KEY,
        "The base64 signature for {at} is printed raw into the token, with its + and / and =.",
    ),
    *at_both(
        "sas-signature-in-hex",
        WITH_KEY,
        "The signature for {at} is printed as hex digits instead of base64.",
    ),
    *at_both(
        "sas-signed-with-sha1",
        WITH_KEY,
        "The HMAC for {at} is made with SHA-1, the default of an older crypto library.",
    ),
    *at_both(
        "sas-resource-respelt-after-signing",
        WITH_KEY,
        "The resource for {at} is encoded a second time when the token is put together, with other "
        "hex digits (%2f) than those that were signed.",
    ),
    *at_both(
        "sas-signed-over-decoded-resource",
        WITH_KEY,
        "The HMAC for {at} covers the resource before percent-encoding; the token has it encoded.",
    ),
    *at_both(
        "sas-key-used-as-text",
        WITH_KEY,
        "The base64 text of the key, not the bytes it stands for, is the HMAC key at {at}.",
    ),
    *at_both(
        "sas-clock-never-set",
        WITH_KEY,
        "No time from the network: the expiry for {at} counts from the device's boot, in 1970.",
    ),
    *at_both(
        "sas-already-expired",
        WITH_KEY,
        "The clock is hours behind: the token for {at} has expired before it is sent.",
    ),
    *at_both(
        "sas-expiry-in-milliseconds",
        WITH_KEY,
        "The expiry for {at} comes from a clock that counts milliseconds.",
    ),
    *at_both(
        "sas-expiry-with-fraction",
        WITH_KEY,
        "The expiry for {at} is printed from a floating-point number, decimal places included.",
    ),
    *at_both(
        "sas-without-expiry",
        WITH_KEY,
        "The token for {at} is signed with an expiry but does not carry it: no se field.",
    ),
    *at_both(
        "sas-field-twice",
        WITH_KEY,
        "Two layers of code both add the sr field to the token for {at}.",
    ),
    *at_both(
        "sas-for-neighbour-id",
        WITH_KEY,
        "The resource of the token for {at} ends in a neighbour's id, one character off.",
    ),
    *at_both(
        "group-key-used-directly",
        ("azure-https",),
        "The enrollment group's key signs at {at}; the device's own was never derived from it.",
    ),
    *at_both(
        "key-derived-with-newline",
        ("azure-https",),
        "The key for {at} is derived from the registration id and a line feed, as echo gives them.",
    ),
    *at_both(
        "key-derived-from-upper-case-id",
        ("azure-https",),
        "The key for {at} is derived from the registration id in capitals, as on the label.",
    ),
    *at_both(
        "password-is-the-key",
        OVER_MQTT,
        "The device key itself is sent to {at} as the password.",
    ),
    *at_both(
        "password-beside-certificate",
        WITH_CERTIFICATE,
        "A left-over demo token is sent to {at} as password, beside the client certificate.",
    ),
    *at_both(
        "intermediate-not-sent",
        WITH_CERTIFICATE,
        "Only the leaf is shown to {at}, without the intermediate that issued it.",
    ),
    *at_both(
        "certificate-not-shown",
        WITH_CERTIFICATE,
        "The TLS stack of the connection to {at} was never given the client certificate.",
    ),
    *at_both(
        "tls-certificate-not-checked",
        AZURE,
        "Verification is off for {at} (authmode 0, setInsecure): any certificate will do.",
    ),
    *at_both(
        "tls-name-not-checked",
        AZURE,
        "The chain shown by {at} is verified, but not that it was issued for this host.",
    ),
    *at_both(
        "tls-trusted-on-first-use",
        AZURE,
        "Whatever certificate {at} shows first is trusted; only name and dates are checked.",
    ),
    *at_both(
        "tls-dates-not-checked",
        AZURE,
        "The clock may be unset, so the dates of the certificate of {at} are ignored.",
    ),
    Fault(
        "dps-sas-policy-of-hub",
        WITH_KEY,
        "The token for the provisioning service names the policy device, not registration.",
    ),
    Fault(
        "dps-sas-resource-without-registrations",
        WITH_KEY,
        "The resource at the provisioning service is scope/id, without registrations between.",
    ),
    Fault(
        "hub-sas-service-policy",
        WITH_KEY,
        "The token for the hub names the service policy iothubowner.",
    ),
    Fault(
        "hub-sas-for-dps-resource",
        WITH_KEY,
        "The token for the hub is signed for the resource of the provisioning service.",
    ),
    Fault(
        "hub-sas-for-whole-hub",
        WITH_KEY,
        "The resource of the hub's token is the bare host name, with no device in it.",
    ),
    Fault(
        "hub-sas-resource-with-scheme",
        WITH_KEY,
        "The resource of the hub's token is a URL, https:// included.",
    ),
    Fault(
        "reconnects-without-pause",
        ALL,
        "A lost or refused connection is tried again at once, twenty times a second.",
    ),
    Fault(
        "reconnects-at-a-fixed-interval",
        ALL,
        "A lost or refused connection is tried again every second, for ever, without growth.",
    ),
)
