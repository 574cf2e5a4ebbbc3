"""What the fake DPS knows: enrollments, service policies, and what became of each registration."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from cryptography import x509

from fakes.iothub.state import Identity
from fakes.tls import load_certificates

Status = Literal["unassigned", "assigning", "assigned", "failed", "disabled"]


class LinkedHub(Protocol):
    """A hub that devices can be assigned to."""

    @property
    def host(self) -> str:
        """What `assignedHub` says: the bare host name or address, never a port."""

    def put_device(self, identity: Identity) -> object:
        """Create or update a device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """An individual enrollment (`name` is a registration id) or a group (`name` is a group id).

    Keys are base64; `certificates` are PEM texts: client certificates of an individual, signing
    certificates of a group. `hub` None means the first linked one. `payload` is what the answer's
    registrationState carries; None leaves it out. `document` and `etag` are the service API's.
    """

    name: str
    group: bool
    primary_key: str = ""
    secondary_key: str = ""
    certificates: tuple[str, ...] = ()
    device_id: str | None = None
    hub: LinkedHub | None = None
    enabled: bool = True
    payload: Any = None
    document: dict[str, Any] = field(default_factory=dict)
    etag: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys it has, primary first."""
        return tuple(key for key in (self.primary_key, self.secondary_key) if key)

    @property
    def by_certificate(self) -> bool:
        """Whether devices prove themselves by certificate."""
        return bool(self.certificates)

    def authorities(self) -> list[x509.Certificate]:
        """The certificates, read."""
        return [one for text in self.certificates for one in load_certificates(text)]


class Enrollments:
    """All enrollments. Ids are the same in any letter case (iot-dps: concepts-service)."""

    def __init__(self) -> None:
        self._individuals: dict[str, Enrollment] = {}
        self._groups: dict[str, Enrollment] = {}

    def put(self, enrollment: Enrollment) -> None:
        """Create or replace."""
        self._table(group=enrollment.group)[enrollment.name.lower()] = enrollment

    def remove(self, name: str, *, group: bool) -> None:
        """Delete, if it is there."""
        self._table(group=group).pop(name.lower(), None)

    def individual(self, registration_id: str) -> Enrollment | None:
        """The individual enrollment of a registration id."""
        return self._individuals.get(registration_id.lower())

    def group(self, group_id: str) -> Enrollment | None:
        """An enrollment group."""
        return self._groups.get(group_id.lower())

    def groups(self) -> list[Enrollment]:
        """All enrollment groups, oldest first."""
        return list(self._groups.values())

    def only(self) -> Enrollment | None:
        """The one there is, if there is just one."""
        every = [*self._individuals.values(), *self._groups.values()]
        return every[0] if len(every) == 1 else None

    def _table(self, *, group: bool) -> dict[str, Enrollment]:
        return self._groups if group else self._individuals


@dataclass(slots=True, kw_only=True)
class Registration:
    """What became of a registration id. Times in seconds since 1970."""

    registration_id: str
    enrollment: Enrollment
    operation_id: str
    created: float
    updated: float
    status: Status = "assigning"
    hub: LinkedHub | None = None
    device_id: str = ""
    assignments: int = 0
    error: tuple[int, str] | None = None
    etag: str = field(default_factory=lambda: str(uuid.uuid4()))


class Registrations:
    """Registrations by id, and the operations that they went through."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._registrations: dict[str, Registration] = {}
        self._operations: dict[str, str] = {}

    def begin(self, registration_id: str, enrollment: Enrollment) -> Registration:
        """A new operation for a registration id, which keeps what it was assigned before."""
        now, key = self._clock(), registration_id.lower()
        operation_id = _operation_id()
        self._operations[operation_id] = key
        known = self._registrations.get(key)
        if known is None:
            known = Registration(
                registration_id=registration_id,
                enrollment=enrollment,
                operation_id=operation_id,
                created=now,
                updated=now,
            )
            self._registrations[key] = known
        known.enrollment, known.operation_id = enrollment, operation_id
        known.status, known.error = "assigning", None
        return known

    def operation(self, registration_id: str, operation_id: str) -> Registration | None:
        """The registration that an operation belongs to, if it is this one's."""
        if self._operations.get(operation_id) != registration_id.lower():
            return None
        return self.find(registration_id)

    def find(self, registration_id: str) -> Registration | None:
        """What became of a registration id."""
        return self._registrations.get(registration_id.lower())

    def under(self, group: Enrollment) -> list[Registration]:
        """The registrations made under a group."""
        every = self._registrations.values()
        return [one for one in every if one.enrollment.group and one.enrollment.name == group.name]

    def remove(self, registration_id: str) -> None:
        """Forget a registration: the device has to register again."""
        self._registrations.pop(registration_id.lower(), None)


def _operation_id() -> str:
    """An operation id in the service's form; devices must take it as it is."""
    return f"5.{secrets.token_hex(8)}.{uuid.uuid4()}"
