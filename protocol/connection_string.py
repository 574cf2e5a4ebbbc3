"""Connection strings (Microsoft Learn, iot-hub: iot-hub-dev-guide-sas; iot-dps:
how-to-control-access).

Of a device   `HostName=h;DeviceId=d[;ModuleId=m];SharedAccessKey=k[;GatewayHostName=g]`,
              or with `x509=true` in the place of the key
Of a service  `HostName=h;SharedAccessKeyName=p;SharedAccessKey=k`
"""

from __future__ import annotations

from dataclasses import dataclass

from protocol.grammar import GrammarError

_NAMES = {
    "hostname": "host_name",
    "deviceid": "device_id",
    "moduleid": "module_id",
    "sharedaccesskeyname": "key_name",
    "sharedaccesskey": "key",
    "gatewayhostname": "gateway_host_name",
    "x509": "x509",
}


@dataclass(frozen=True, slots=True)
class ConnectionString:
    """One connection string; an absent member is None. `extra` keeps unknown members as sent."""

    host_name: str
    device_id: str | None = None
    module_id: str | None = None
    key_name: str | None = None
    key: str | None = None
    gateway_host_name: str | None = None
    x509: bool = False
    extra: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> ConnectionString:
        """Read a connection string. Raises GrammarError with the reason.

        Names are taken in any case and any order; a value keeps its `=` (base64 padding).
        """
        known: dict[str, str] = {}
        extra: list[tuple[str, str]] = []
        for piece in filter(None, text.split(";")):
            name, equals, value = piece.partition("=")
            if not equals or not value:
                raise GrammarError(f"{name!r} has no value")
            member = _NAMES.get(name.strip().lower())
            if member in known:
                raise GrammarError(f"{name!r} stands there twice")
            if member is None:
                extra.append((name, value))
            else:
                known[member] = value
        return _checked(known, tuple(extra))

    def format(self) -> str:
        """The text, members in the order of Microsoft's own samples."""
        members = [
            ("HostName", self.host_name),
            ("DeviceId", self.device_id),
            ("ModuleId", self.module_id),
            ("SharedAccessKeyName", self.key_name),
            ("SharedAccessKey", self.key),
            ("x509", "true" if self.x509 else None),
            ("GatewayHostName", self.gateway_host_name),
            *self.extra,
        ]
        return ";".join(f"{name}={value}" for name, value in members if value is not None)


def _checked(known: dict[str, str], extra: tuple[tuple[str, str], ...]) -> ConnectionString:
    """Build the value, refusing what no client could use."""
    if "host_name" not in known:
        raise GrammarError("HostName is missing")
    x509 = known.pop("x509", "false").lower()
    if x509 not in ("true", "false"):
        raise GrammarError(f"x509 is {x509!r}; it must be true or false")
    if x509 == "true" and "key" in known:
        raise GrammarError("both x509=true and SharedAccessKey are given")
    if x509 == "false" and "key" not in known:
        raise GrammarError("neither SharedAccessKey nor x509=true is given")
    if "device_id" not in known and "key_name" not in known:
        raise GrammarError("neither DeviceId nor SharedAccessKeyName is given")
    if "module_id" in known and "device_id" not in known:
        raise GrammarError("ModuleId is given without DeviceId")
    return ConnectionString(x509=x509 == "true", extra=extra, **known)
