"""Who a device is and whether it may come in: MQTT CONNECT and HTTPS request alike.

A login that is wrong in several ways is answered for the first of them, as the cloud does, but all
are recorded. Sources: Microsoft Learn, iot-mqtt-connect-to-iot-hub and authenticate-authorize-sas;
the verifier is that of azure-iot-sdk-csharp and iotedge (SharedAccessSignature).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fakes.iothub import certificates
from fakes.iothub.options import Cause, HubOptions
from fakes.iothub.state import Device, Identity, Registry
from fakes.service import Hello, Will
from protocol import iothub, sas

_PORT = re.compile(r"^([^/%:]*)(?::|%3a)\d+", re.IGNORECASE)  # of "host:port", in either spelling


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason not to let a device in."""

    cause: Cause
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a device shows: its token (None without one) and its certificates (DER, leaf first)."""

    token: str | None
    chain: tuple[bytes, ...] = ()

    @property
    def certificate(self) -> bytes | None:
        return self.chain[0] if self.chain else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The outcome. `claimed` is the device id shown, `device` whom it means, if that can be told.

    `expires` is the end of a token that holds, in seconds since 1970.
    """

    claimed: str
    device: Device | None
    refusals: tuple[Refusal, ...] = ()
    expires: float | None = None

    @property
    def refusal(self) -> str:
        """All reasons as one text, "" when there are none."""
        return "; ".join(reason.text for reason in self.refusals)


class Gatekeeper:
    """Checks logins against the registry of one hub."""

    def __init__(self, *, host: str, registry: Registry, options: HubOptions) -> None:
        self._host = host
        self._registry = registry
        self._options = options

    def mqtt(self, hello: Hello, proof: Proof, *, now: float) -> Login:
        """The outcome of a CONNECT. `now` in seconds since 1970."""
        claimed = hello.client_id
        wrong: list[Refusal] = []
        try:
            user = iothub.parse_username(hello.username or "")
        except iothub.UserNameError as error:
            wrong.append(Refusal("user name", error.reason))
        else:
            claimed = user.device_id
            wrong += self._name_problems(user, hello.client_id)
        if hello.will and self._options.foreign_will == "refuse":
            wrong += _will_problems(claimed, hello.will)
        return self._outcome((claimed, hello.client_id), proof, now, wrong)

    def http(self, device_id: str, proof: Proof, *, now: float) -> Login:
        """The outcome of an HTTPS request for the device in its path."""
        return self._outcome((device_id,), proof, now, [])

    def _name_problems(self, user: iothub.HubUser, client_id: str) -> Iterator[Refusal]:
        if user.module_id is not None:
            yield Refusal("user name", f"this hub has no module {user.module_id!r}")
        elif client_id != user.device_id:
            named = f"the client id is {client_id!r}, the user name's device id {user.device_id!r}"
            yield Refusal("client id", named)
        if user.host.casefold() != self._host.casefold():
            yield Refusal("host", f"the user name is for {user.host!r}; this is {self._host!r}")

    def _outcome(
        self, names: Sequence[str], proof: Proof, now: float, wrong: list[Refusal]
    ) -> Login:
        """Judge the credential of the device meant: the first name known, else the only device."""
        claimed = names[0]
        known = (self._registry.find(name) for name in names)
        device = next((one for one in known if one), None) or self._registry.only()
        if self._registry.find(claimed) is None:
            wrong.append(Refusal("unknown device", f"the hub has no device {claimed!r}"))
        if device is None:
            return Login(claimed=claimed, device=None, refusals=tuple(wrong))
        if device.identity.status == "disabled":
            wrong.append(Refusal("disabled", f"device {device.device_id!r} is disabled"))
        problem, expires = self._credential(device.identity, proof, now)
        if problem:
            wrong.append(Refusal("credential", problem))
        return Login(claimed=claimed, device=device, refusals=tuple(wrong), expires=expires)

    def _credential(self, identity: Identity, proof: Proof, now: float) -> tuple[str, float | None]:
        """(what is wrong with the proof or "", end of the token or None). The registry decides."""
        if identity.kind == "sas":
            return self._token(identity, proof.token, now)
        if not proof.chain:
            return "no client certificate, and the device is registered with one", None
        return self._certificate(identity, proof.chain, now), None

    def _certificate(self, identity: Identity, chain: Sequence[bytes], now: float) -> str:
        return certificates.problem(
            chain,
            device_id=identity.device_id,
            thumbprints=identity.thumbprints,
            authorities=identity.authorities,
            now=now if self._options.certificate_dates else None,
        )

    def _token(self, identity: Identity, text: str | None, now: float) -> tuple[str, float | None]:
        if not text:
            return "no token, and the device is registered with keys", None
        try:
            token = sas.parse(text)
        except sas.TokenError as error:
            return f"the token cannot be read: {error.reason}", None
        if not self._covers(token.sr, identity.device_id):
            wanted = iothub.resource(self._host, identity.device_id)
            return f"the token is for {token.resource!r}, not {wanted!r}", None
        if token.skn and token.skn.casefold() != identity.device_id.casefold():
            return f"skn={token.skn!r} names a policy; a device's key has none", None
        outcome = sas.verify(token, identity.keys, now=now, allowance=self._options.clock_allowance)
        return outcome.reason, float(token.se) if outcome.ok else None

    def _covers(self, sr: str, device_id: str) -> bool:
        """Whether a token's resource is the device's, by path segment."""
        plain = _PORT.sub(r"\1", sr) if self._options.port_in_resource else sr
        if self._options.bare_host_resource and sas.same_resource(plain, self._host):
            return True
        return iothub.covers(plain, self._host, device_id)


def _will_problems(device_id: str, will: Will) -> Iterator[Refusal]:
    if not is_events_topic(will.topic, device_id):
        yield Refusal("will", f"the will's topic {will.topic!r} is not the device's events topic")


def is_events_topic(topic: str, device_id: str) -> bool:
    """Whether a topic is the telemetry topic of the device itself, with or without properties."""
    try:
        found = iothub.parse_telemetry_topic(topic)
    except iothub.TopicError:
        return False
    return found.device_id == device_id and found.module_id is None
