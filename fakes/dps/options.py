"""What the fake DPS does where documents are silent or disagree, each with its provenance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fakes.provenance import Provenance, option, provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class DpsOptions:
    """Options of one DPS; times in seconds. `provenance()` lists them with their sources."""

    retry_after: int = option(
        3, "observed", "iot-dps how-to-control-access and REST quickstart: Retry-After: 3"
    )
    clock_allowance: float = option(
        300.0, "documented", "Learn, iot-hub: troubleshoot-error-codes (5 min); same verifier"
    )
    skn: Literal["registration or none", "any"] = option(
        "registration or none",
        "assumed",
        "Learn, iot-dps: how-to-control-access names registration; the Python SDK sends none;"
        " what becomes of another policy name is not said",
    )
    first_answer_if_disabled: Literal["disabled", "assigning", "unauthorized"] = option(
        "disabled",
        "assumed",
        "a Microsoft test of the FreeRTOS middleware answers 200 with status disabled; whether the"
        " service says so to the first request, after a 202, or as 401, is not documented",
    )
    mqtt_bad_credential: Literal["topic", "connack"] = option(
        "topic",
        "observed",
        "azure-docs issue 43157: CONNACK 0, then 401 on the response topic; issue 69882: CONNACK 5",
    )
    mqtt_refusal: int = option(
        5, "observed", "azure-docs issue 69882: CONNACK 5 when client id and registration id differ"
    )
    unknown_publish: Literal["close", "ignore"] = option(
        "close",
        "assumed",
        "Learn, iot-mqtt-connect-to-iot-dps: only documented topics; the consequence is not said",
    )
    unknown_subscribe: Literal["refuse", "close", "grant"] = option(
        "refuse", "assumed", "as for unknown_publish; MQTT 3.1.1, 3.9.3 allows SUBACK 0x80"
    )
    body_id_mismatch: Literal["refuse", "ignore"] = option(
        "refuse",
        "assumed",
        "Microsoft's iot-identity-service test server answers 400; the service is not documented",
    )
    upper_case_ids: Literal["accept", "refuse"] = option(
        "accept",
        "documented",
        "Learn, iot-dps: concepts-service (case-insensitive); in 2018 the service refused upper"
        " case with 400004: azure-iot-sdk-csharp issue 547",
    )
    derive_from: Literal["as sent", "lower case"] = option(
        "as sent",
        "assumed",
        "every SDK derives from the text as given; what the service does with upper case is not"
        " said",
    )
    unknown_api_version: Literal["accept", "refuse"] = option(
        "accept", "assumed", "new versions appear; a fake should not outlaw them"
    )
    polls_limited: bool = option(
        False,
        "documented",
        "Learn, iot-dps: about-iot-dps (5 polls per 10 s and device); off, so that early polls can"
        " be watched instead of refused",
    )
    group_devices_at_hub: Literal["thumbprint", "authority"] = option(
        "thumbprint",
        "assumed",
        "Learn, iot-dps: how-to-roll-certificates (a device with a new certificate must provision"
        " again, which updates the hub)",
    )

    @classmethod
    def provenance(cls) -> list[tuple[str, Provenance, str]]:
        """(option, provenance, source) of each option."""
        return provenance(cls)
