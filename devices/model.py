"""The manifest as it is written: sections, keys and types; its JSON Schema is made from this."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic.json_schema import WithJsonSchema

NAME = r"^[A-Za-z0-9._-]+$"
ENV = "env:"


def _day(value: Any) -> date:
    """A TOML date, or the same in quotes. A time of day has no meaning here."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("a day such as 2027-03-31") from None


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Texts = Annotated[tuple[Annotated[str, Strict()], ...], Strict(False), Field(min_length=1)]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]


class Section(BaseModel):
    """What all sections share: no unknown keys, no conversions, no changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Device(Section):
    """What is judged."""

    name: Annotated[str, Field(pattern=NAME)] = Field(
        description="name of the device in reports and case ids: letters, digits, `.`, `_`, `-`"
    )
    version: str = Field(
        default="", description="version of the device's software, as the report names it"
    )
    vendor: str = Field(default="", description="who makes it")
    firmware: str | None = Field(
        default=None,
        description="file whose SHA-256 goes into the report, relative to the manifest",
    )


class Start(Section):
    """How the device is started: exactly one of command, trigger, manual."""

    command: Texts | None = Field(
        default=None,
        description="program and arguments, with placeholders; started and stopped by the run",
    )
    trigger: Texts | None = Field(
        default=None,
        description="a command that makes a board start anew, run before each scenario",
    )
    manual: bool = Field(
        default=False, description="the values are printed, and somebody starts the device by hand"
    )
    cwd: str | None = Field(
        default=None,
        description="directory to start in, relative to the manifest; default: the manifest's",
    )
    env: dict[str, str] = Field(
        default_factory=dict, description="environment variables, with placeholders"
    )
    runs: Literal["once", "forever"] = Field(
        default="once", description="whether it may end by itself (`once`) or must not (`forever`)"
    )
    environment: str | None = Field(
        default=None,
        description="pip lock file with hashes: a Python environment of its own for {python}",
    )


class Address(Section):
    """Where the device calls, when it cannot be told."""

    host: str | None = Field(
        default=None,
        description="IP address to listen on; default: loopback addresses of the run's own",
    )
    fixed_ports: bool = Field(
        default=False, description="listen on 443, 8883 and 1883, where nothing else is given"
    )
    https: Port | None = Field(default=None, description="port for HTTPS")
    mqtts: Port | None = Field(default=None, description="port for MQTT over TLS")
    mqtt: Port | None = Field(default=None, description="port for MQTT in the clear")


class Profile(Section):
    """What the vendor claims; whatever is not claimed is NOT APPLICABLE."""

    features: Texts = Field(description="features claimed; `a.b` implies `a`")


def _named(meaning: str) -> Any:
    return Field(default=None, min_length=1, description=meaning)


class Bench(Section):
    """What testing needs besides: patience, and identities that the device has burnt in."""

    patience: Seconds = Field(
        default=10.0, gt=0, description="seconds to wait for the device's next step"
    )
    lanes: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="how many of it may run at once; default: 1 for a board, else as many",
    )
    timer_allowance: Seconds = Field(
        default=0.02, ge=0, description="seconds by which the device's timers may be early"
    )
    method: str | None = _named("direct method that the device answers, for the run to call")
    command: str | None = _named("IoTDA command that the device answers, for the run to send")
    id_scope: str | None = _named("ID scope that the device has burnt in")
    registration_id: str | None = _named("registration id")
    symmetric_key: str | None = _named("base64 key of its individual enrollment (secret)")
    group_key: str | None = _named("base64 key of its enrollment group (secret)")
    enrollment_group_id: str | None = _named("id of its enrollment group")
    x509_cert_file: str | None = _named("PEM file with its certificate, relative to the manifest")
    x509_key_file: str | None = _named("PEM file with its private key")
    x509_cert_chain_file: str | None = _named("PEM file: certificate, then its intermediates")
    signing_cert_file: str | None = _named("PEM file with the enrollment group's certificate")
    device_id: str | None = _named("device id at the IoT Hub")
    device_key: str | None = _named("base64 key at the IoT Hub (secret)")
    iotda_device_id: str | None = _named("device id at IoTDA")
    iotda_secret: str | None = _named("secret at IoTDA (secret)")
    iotda_product_id: str | None = _named("product id at IoTDA")
    iotda_node_id: str | None = _named("node id at IoTDA")


class Deviation(Section):
    """A known failure of this device: still run, and an error once it is gone or expired."""

    id: Annotated[str, Field(min_length=1)] = Field(description="requirement, such as DPS-POLL-2")
    reason: Annotated[str, Field(min_length=1)] = Field(description="why it is accepted, in words")
    expires: Day = Field(description="last day on which it is accepted")
    match: Annotated[str, Field(min_length=1)] = Field(
        description="text that must stand in the failure, so that no other one is accepted"
    )


class Sections(Section):
    """A whole manifest."""

    device: Device
    start: Start
    address: Address = Address()
    profile: Profile
    bench: Bench = Bench()
    deviations: Annotated[tuple[Deviation, ...], Strict(False)] = ()


SECTIONS: dict[str, type[Section]] = {
    "device": Device,
    "start": Start,
    "address": Address,
    "profile": Profile,
    "bench": Bench,
    "deviations": Deviation,
}
