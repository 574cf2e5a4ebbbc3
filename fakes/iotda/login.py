"""Whether a device may come in (Huawei Cloud IoTDA API reference, "MQTT device authentication",
iot_06_v5_3009).

A login that is wrong in several ways is answered for the first of them; all are recorded. The
password is judged by the client id's own stamp, never by the clock: with sign type 0 a stamp may be
years old, and one SDK counts the hour beyond 23.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fakes.iotda.options import Cause, IotDaOptions
from fakes.iotda.state import Device, Registry
from fakes.service import Hello
from protocol import iotda

_UNCHECKED, _SM3 = "0", "2"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason not to let a device in."""

    cause: Cause
    text: str


@dataclass(frozen=True, slots=True)
class Login:
    """The outcome. `device` is whom it means, if that can be told; `client` None if unreadable."""

    client: iotda.ClientId | None
    device: Device | None
    refusals: tuple[Refusal, ...]

    @property
    def refusal(self) -> str:
        """All reasons as one text, "" when there are none."""
        return "; ".join(reason.text for reason in self.refusals)


class Gatekeeper:
    """Checks logins against the devices of one instance."""

    def __init__(self, registry: Registry, options: IotDaOptions) -> None:
        self._registry = registry
        self._options = options

    def judge(self, hello: Hello, *, now: float) -> Login:
        """The outcome of a CONNECT. `now` in seconds since 1970."""
        try:
            client = iotda.parse_client_id(hello.client_id)
        except iotda.ClientIdError as error:
            return self._unreadable(hello, error.reason)
        known = self._registry.find(client.device_id)
        refusals = [*self._connection(hello, client), *self._account(hello, client, known, now)]
        meant = known or self._registry.find(hello.username) or self._registry.only()
        return Login(client, meant, tuple(refusals))

    def _unreadable(self, hello: Hello, reason: str) -> Login:
        meant = self._registry.find(hello.username) or self._registry.only()
        return Login(None, meant, (Refusal("client id", reason), *self._fields(hello)))

    def _connection(self, hello: Hello, client: iotda.ClientId) -> Iterator[Refusal]:
        if client.id_type != "0":
            yield Refusal("client id", f"id type {client.id_type}: only 0 is documented")
        yield from self._fields(hello)
        if hello.username != client.device_id:
            names = f"user name {hello.username!r}, device id of the client id {client.device_id!r}"
            yield Refusal("user name", names)

    def _fields(self, hello: Hello) -> Iterator[Refusal]:
        least, most = self._options.keepalive_min, self._options.keepalive_max
        admitted = hello.keepalive == 0 and self._options.keepalive_zero == "admit"
        if not (least <= hello.keepalive <= most or admitted):
            text = f"the keep-alive is {hello.keepalive} s; it must lie from {least} to {most} s"
            yield Refusal("keepalive", text)
        if hello.will is not None and self._options.will == "refuse":
            yield Refusal("will", "a will is not supported")

    def _account(
        self, hello: Hello, client: iotda.ClientId, device: Device | None, now: float
    ) -> Iterator[Refusal]:
        if problem := self._sign_type(client):
            yield Refusal("sign type", problem)
        if client.sign_type != _UNCHECKED and (problem := self._stamp(client.stamp, now)):
            yield Refusal("stamp", problem)
        if device is None:
            yield Refusal("unknown device", f"there is no device {client.device_id!r}")
            return
        if not password_right(client, device, hello.password):
            yield Refusal("credential", _mistake(client, device, hello.password))
        if device.frozen:
            yield Refusal("frozen", f"{device.device_id} is frozen")

    def _sign_type(self, client: iotda.ClientId) -> str:
        if client.sign_type != _SM3:
            return ""
        if not self._options.sm3:
            return "sign type 2 (HMAC-SM3) is not offered"
        return "" if sm3_offered() else "sign type 2 (HMAC-SM3): this Python's hashlib has no sm3"

    def _stamp(self, stamp: str, now: float) -> str:
        """What is wrong with a stamp that is checked, "" if nothing."""
        try:
            ahead = self._hour(stamp).timestamp() - now
        except (ValueError, OverflowError) as error:
            return f"the stamp {stamp} is no hour: {error}"
        if ahead < -self._options.stamp_past:
            return f"the stamp {stamp} started {-ahead:.0f} s ago"
        if self._options.stamp_future is not None and ahead > self._options.stamp_future:
            return f"the stamp {stamp} starts in {ahead:.0f} s"
        return ""

    def _hour(self, stamp: str) -> datetime:
        if self._options.stamp_overflow == "refuse":
            return iotda.parse_stamp(stamp)
        day = datetime.strptime(stamp[:8], "%Y%m%d").replace(tzinfo=UTC)
        return day + timedelta(hours=int(stamp[8:]))


def sm3_offered() -> bool:
    """Whether this Python can do HMAC-SM3 (it depends on the OpenSSL below it)."""
    return "sm3" in hashlib.algorithms_available


def password_right(client: iotda.ClientId, device: Device, given: str | None) -> bool:
    """Whether the password is right under one of the device's secrets, in constant time."""
    if given is None or (client.sign_type == _SM3 and not sm3_offered()):
        return False
    matched = [
        hmac.compare_digest(_password(secret, client).encode(), given.encode())
        for secret in device.secrets
    ]
    return any(matched)


def _password(secret: str, client: iotda.ClientId) -> str:
    return iotda.password(secret, client.stamp, sign_type=client.sign_type)


def _mistake(client: iotda.ClientId, device: Device, given: str | None) -> str:
    if given is None:
        return "no password"
    known = iotda.explain_password(
        given,
        secret=device.secret,
        stamp=client.stamp,
        device_id=device.device_id,
        secondary_secret=device.secondary_secret,
    )
    return f"the password is wrong: {known}" if known else "the password is wrong"
