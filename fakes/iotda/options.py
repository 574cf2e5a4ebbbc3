"""What the fake IoTDA does, most of all where documents are silent or disagree: named options.

Sources named `iot_…` are pages of Huawei Cloud's IoTDA documentation (support.huaweicloud.com).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fakes.provenance import Provenance, option, provenance
from protocol import iotda

Cause = Literal[
    "client id",  # not in the documented form
    "keepalive",  # out of range
    "will",  # where a will is not taken
    "user name",  # not the device id of the client id
    "unknown device",
    "sign type",  # HMAC-SM3 where it is not offered
    "stamp",  # too old or too new under sign type 1
    "credential",  # wrong password, or none
    "frozen",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class IotDaOptions:
    """Options of one IoTDA instance. Times in seconds, sizes in bytes.

    `IotDaOptions.provenance()` lists them with their sources. Not optional, since the link itself
    sees to it: MQTT other than 3.1.1 gets CONNACK 1, a PUBLISH at QoS 2 ends the connection.
    """

    connack_client_id: int = option(2, "documented", "iot_06_v5_3009: client id format")
    connack_keepalive: int = option(2, "documented", "iot_06_v5_3009: keepalive out of range")
    connack_will: int = option(5, "assumed", "where `will` is refuse; no document gives a code")
    connack_user_name: int = option(4, "assumed", "4 is `bad user name or password`")
    connack_unknown_device: int = option(
        4, "observed", "FAQ of huaweicloud-iot-device-sdk-c: code 4 is a wrong device id or secret"
    )
    connack_sign_type: int = option(4, "assumed", "HMAC-SM3 is in no public device document")
    connack_stamp: int = option(4, "assumed", "iot_06_v5_3009 says that it is checked, not how")
    connack_credential: int = option(4, "documented", "iot_06_v5_3009: bad user name or password")
    connack_frozen: int = option(5, "assumed", "FreezeDevice (iot_06_v5_0094) says no more")
    freeze_cuts: bool = option(
        True,
        "assumed",
        "FreezeDevice (iot_06_v5_0094): no login any more; the connection there is, is not named",
    )
    keepalive_min: int = option(iotda.KEEPALIVE_MIN, "documented", "iot_04_0010")
    keepalive_max: int = option(iotda.KEEPALIVE_MAX, "documented", "iot_04_0010")
    keepalive_zero: Literal["refuse", "admit"] = option(
        "refuse", "assumed", "0 lies outside the documented range but is not named"
    )
    stamp_past: float = option(
        3600.0,
        "documented",
        "iot_01_0215: the custom template that rebuilds the built-in scheme refuses when"
        " stamp + 1 h lies before the platform's time",
    )
    stamp_future: float | None = option(
        3600.0, "assumed", "the published rule has no bound ahead; None is none"
    )
    stamp_overflow: Literal["roll", "refuse"] = option(
        "roll",
        "assumed",
        "an hour beyond 23, which huaweicloud-iot-device-sdk-c makes (hmac_sha256.c), runs over"
        " into the next day, as a lenient Java date pattern reads it",
    )
    sm3: bool = option(
        True,
        "observed",
        "sign type 2 in huaweicloud-iot-device-sdk-java (Constants.java) and -c; refused where"
        " this Python's hashlib has no sm3",
    )
    will: Literal["accept", "refuse"] = option(
        "accept", "assumed", "disputed: iot_06_v5_3001 lists will as unsupported, iot_04_0010 not"
    )
    retain: Literal["ignore", "close"] = option(
        "ignore", "assumed", "iot_04_0010: unsupported; what becomes of such a message is not said"
    )
    qos2_subscribe: Literal["lower", "refuse"] = option(
        "lower", "assumed", "iot_04_0010: QoS 2 is unsupported; MQTT 3.1.1, 3.8.4 allows granting 1"
    )
    foreign_subscribe: Literal["refuse", "ignore", "close"] = option(
        "refuse",
        "assumed",
        "a `$oc` topic not the device's own, or unknown; iot_01_1111 documents SUBACK 0x80 for"
        " what a policy denies",
    )
    foreign_publish: Literal["ignore", "close"] = option(
        "ignore", "assumed", "a device may publish to its own topics only; the answer is not said"
    )
    custom_topics: bool = option(
        True,
        "documented",
        "iot_01_1111: system_default_policy allows topics that do not start with `$oc`;"
        " declared `/user/` topics are not modelled, each is as if declared",
    )
    custom_topic_longest: int = option(
        128, "documented", "iot_01_1111; that a longer one is refused is assumed"
    )
    subscriptions_most: int = option(
        100, "documented", "disputed: iot_04_0010 in Chinese; 50 elsewhere. SUBACK 0x80 is assumed"
    )
    message_longest: int = option(iotda.MESSAGE_LONGEST, "documented", "iot_04_0010")
    oversize: Literal["ignore", "close"] = option(
        "ignore", "assumed", "iot_04_0010: rejected; whether the connection ends is not said"
    )
    report_longest: int = option(
        iotda.REPORT_LONGEST, "documented", "iot_01_0326; that a larger one is dropped is assumed"
    )
    resend_after: float = option(2.0, "documented", "iot_01_0331: QoS 1 without PUBACK")
    sends: int = option(3, "documented", "iot_01_0331: in all")
    resend_again_after: float = option(
        10.0, "documented", "iot_01_0331: messages, after reconnect or subscribe"
    )
    sends_again: int = option(5, "documented", "iot_01_0331")
    cache_most: int = option(20, "documented", "iot_04_0010: messages kept for an offline device")
    cache_for: float = option(86_400.0, "documented", "iot_04_0010: 24 h")
    cache_full: Literal["drop oldest", "drop newest"] = option(
        "drop oldest", "assumed", "which of 21 messages is lost is not said"
    )
    command_timeout: float = option(
        iotda.COMMAND_PATIENCE, "documented", "CreateCommand: IOTDA.014111 after 20 s"
    )

    def connack(self, cause: Cause) -> int:
        """The CONNACK code for a cause."""
        code: int = getattr(self, f"connack_{cause.replace(' ', '_')}")
        return code

    @classmethod
    def provenance(cls) -> list[tuple[str, Provenance, str]]:
        """(option, provenance, source) of each option."""
        return provenance(cls)
