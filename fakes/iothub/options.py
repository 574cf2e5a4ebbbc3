"""The fake hub's options: limits, and what no document settles, each with its provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fakes.provenance import Provenance, option, origin, provenance

Cause = Literal[
    "user name",  # cannot be read
    "client id",  # is not the device id of the user name
    "host",  # names another hub
    "unknown device",
    "disabled",
    "will",  # on a topic that is not the device's own (option foreign_will)
    "credential",  # missing, unreadable, for something else, wrongly signed, expired
]
CAUSES: tuple[Cause, ...] = (
    "user name",
    "client id",
    "host",
    "unknown device",
    "disabled",
    "will",
    "credential",
)
NOT_AUTHORIZED = 5  # MQTT 3.1.1, table 3.1


def _codes() -> Mapping[Cause, int]:
    return dict.fromkeys(CAUSES, NOT_AUTHORIZED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubOptions:
    """Options of one hub; times in seconds. `provenance()` lists them with their sources."""

    connack: Mapping[Cause, int] = field(
        default_factory=_codes,
        metadata=origin(
            "observed",
            "5 for bad, expired or foreign tokens, unknown devices and an unset clock:"
            " azure-iot-sdk-c issues 373 and 806, azure-iot-sdk-python issue 324; the other causes"
            " (disabled may be 3) are assumed",
        ),
    )
    clock_allowance: float = option(
        300.0, "documented", "Learn, iot-hub: troubleshoot-error-codes (a clock may be 5 min off)"
    )
    expiry_grace: float = option(
        0.0,
        "documented",
        "Learn, iot-hub: troubleshoot-connectivity (cut when the token expires);"
        " some SDK logs show 600 s more",
    )
    bare_host_resource: bool = option(
        False,
        "assumed",
        "a device key over sr={host} alone: a community client sends it, no document allows it",
    )
    port_in_resource: bool = option(
        True, "assumed", "a port behind the host in sr is passed over: a cloud hub has none to send"
    )
    certificate_dates: bool = option(
        True, "assumed", "a certificate outside its validity is refused even if TLS let it through"
    )
    unknown_publish: Literal["close", "ignore"] = option(
        "close",
        "observed",
        "Tasmota issue 15763, azure-docs issue 106756; a hub of 2016 took the message",
    )
    unknown_subscribe: Literal["refuse", "close"] = option(
        "refuse", "assumed", "MQTT 3.1.1, 3.9.3 allows SUBACK 0x80; no document says"
    )
    foreign_will: Literal["ignore", "refuse"] = option(
        "ignore",
        "assumed",
        "Learn, iot-mqtt-connect-to-iot-hub: a will belongs on the events topic;"
        " what becomes of others is not said",
    )
    longest_silence: float = option(
        1767.0,
        "documented",
        "Learn, iot-mqtt-connect-to-iot-hub (1.5 times the keep-alive, 29.45 min at most);"
        " that it holds for keep-alive 0 too is assumed",
    )
    retain_property: str = option(
        "mqtt-retain",
        "documented",
        "Learn, iot-mqtt-connect-to-iot-hub (2023 on); older text: x-opt-retain",
    )
    message_size: int = option(
        262_144, "documented", "Learn, iot-hub: quotas-throttling (device to cloud, 256 KB)"
    )
    c2d_size: int = option(
        65_536, "documented", "Learn, iot-hub: quotas-throttling (cloud to device, 64 KB)"
    )
    c2d_queue: int = option(
        50, "documented", "Learn, iot-hub: messages-c2d (50 pending messages per device)"
    )
    c2d_ttl: float = option(3600.0, "documented", "Learn, iot-hub: messages-c2d (default 1 h)")
    c2d_lock: float = option(60.0, "documented", "Learn, iot-hub: messages-c2d (lock time-out)")
    c2d_attempts: int = option(
        10, "documented", "Learn, iot-hub: messages-c2d (maximum delivery count)"
    )
    c2d_retry_after_lock: bool = option(
        False,
        "assumed",
        "over MQTT an unacknowledged message waits for the next connection; True sends it again"
        " on the same one once the lock has run out",
    )
    c2d_odd_properties: Literal["encode", "refuse"] = option(
        "encode",
        "assumed",
        "Learn, iot-hub: devguide-messages-construct (names and values hold ASCII letters, digits"
        " and !#$%&'*+-.^_`|~); what becomes of others is not said. Encode: they travel"
        " percent-encoded, over HTTPS only what a header cannot hold; refuse: 400004 at sending",
    )
    method_size: int = option(
        131_072, "documented", "Learn, iot-hub: direct-methods (payload 128 KB)"
    )
    http_version_required: bool = option(
        True, "assumed", "Learn, iot-hub REST: api-version is a required parameter"
    )
    http_unknown_device: int = option(
        401003, "documented", "Learn, iot-hub: 401003 (the hub does not contain the device)"
    )
    http_disabled: int = option(
        403012, "assumed", "Learn, iot-hub: troubleshoot-error-codes; 404001 is said of it too"
    )
    http_credential: int = option(
        401002, "observed", "azure-iot-sdk-csharp issue 573 (IotHubUnauthorizedAccess)"
    )

    def connack_for(self, cause: Cause) -> int:
        """The CONNACK code for a cause; causes that a caller's mapping leaves out get 5."""
        return self.connack.get(cause, NOT_AUTHORIZED)

    @classmethod
    def provenance(cls) -> list[tuple[str, Provenance, str]]:
        """(option, provenance, source) of each option."""
        return provenance(cls)
