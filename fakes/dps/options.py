"""What the fake DPS does where documents are silent or disagree, each with its provenance."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

Provenance = Literal["documented", "observed", "assumed"]


def _option(default: Any, provenance: Provenance, source: str) -> Any:
    """A field that carries where its default comes from."""
    return field(default=default, metadata={"provenance": provenance, "source": source})


@dataclass(frozen=True, slots=True, kw_only=True)
class DpsOptions:
    """Options of one DPS; times in seconds. `provenance()` lists them with their sources."""

    retry_after: int = _option(
        3, "observed", "iot-dps how-to-control-access and REST quickstart: Retry-After: 3"
    )
    clock_allowance: float = _option(
        300.0, "documented", "Learn, iot-hub: troubleshoot-error-codes (5 min); same verifier"
    )
    skn: Literal["registration or none", "any"] = _option(
        "registration or none",
        "assumed",
        "Learn, iot-dps: how-to-control-access names registration; the Python SDK sends none;"
        " what becomes of another policy name is not said",
    )
    first_answer_if_disabled: Literal["disabled", "assigning", "unauthorized"] = _option(
        "disabled",
        "assumed",
        "a Microsoft test of the FreeRTOS middleware answers 200 with status disabled; whether the"
        " service says so to the first request, after a 202, or as 401, is not documented",
    )
    mqtt_bad_credential: Literal["topic", "connack"] = _option(
        "topic",
        "observed",
        "azure-docs issue 43157: CONNACK 0, then 401 on the response topic; issue 69882: CONNACK 5",
    )
    mqtt_refusal: int = _option(
        5, "observed", "azure-docs issue 69882: CONNACK 5 when client id and registration id differ"
    )
    unknown_publish: Literal["close", "ignore"] = _option(
        "close",
        "assumed",
        "Learn, iot-mqtt-connect-to-iot-dps: only documented topics; the consequence is not said",
    )
    unknown_subscribe: Literal["refuse", "close", "grant"] = _option(
        "refuse", "assumed", "as for unknown_publish; MQTT 3.1.1, 3.9.3 allows SUBACK 0x80"
    )
    body_id_mismatch: Literal["refuse", "ignore"] = _option(
        "refuse",
        "assumed",
        "Microsoft's iot-identity-service test server answers 400; the service is not documented",
    )
    upper_case_ids: Literal["accept", "refuse"] = _option(
        "accept",
        "documented",
        "Learn, iot-dps: concepts-service (case-insensitive); in 2018 the service refused upper"
        " case with 400004: azure-iot-sdk-csharp issue 547",
    )
    derive_from: Literal["as sent", "lower case"] = _option(
        "as sent",
        "assumed",
        "every SDK derives from the text as given; what the service does with upper case is not"
        " said",
    )
    unknown_api_version: Literal["accept", "refuse"] = _option(
        "accept", "assumed", "new versions appear; a fake should not outlaw them"
    )
    polls_limited: bool = _option(
        False,
        "documented",
        "Learn, iot-dps: about-iot-dps (5 polls per 10 s and device); off, so that early polls can"
        " be watched instead of refused",
    )
    group_devices_at_hub: Literal["thumbprint", "authority"] = _option(
        "thumbprint",
        "assumed",
        "Learn, iot-dps: how-to-roll-certificates (a device with a new certificate must provision"
        " again, which updates the hub)",
    )

    @classmethod
    def provenance(cls) -> list[tuple[str, str, str]]:
        """(option, provenance, source) of each option."""
        return [
            (item.name, item.metadata["provenance"], item.metadata["source"])
            for item in fields(cls)
        ]
