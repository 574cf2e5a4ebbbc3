"""What a customer of DPS can do: enroll devices and look at what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypedDict, Unpack

from fakes.dps.state import Enrollment, Enrollments, LinkedHub, Registration, Registrations
from protocol import keys

Trust = Callable[[str], object]


class Terms(TypedDict, total=False):
    """What any enrollment may say besides how its devices prove themselves (see Enrollment)."""

    hub: LinkedHub | None
    payload: Any
    enabled: bool


class DeviceTerms(Terms, total=False):
    """What an individual enrollment may say besides: the id that its device has at the hub."""

    device_id: str | None


class _Keys(TypedDict):
    primary_key: str
    secondary_key: str


class Operator:
    """Enrollments, policies and registrations. `trust` is told of each certificate enrolled."""

    def __init__(
        self, *, enrollments: Enrollments, registrations: Registrations, trust: Trust
    ) -> None:
        self._enrollments, self._registrations, self._trust = enrollments, registrations, trust
        self.policies: dict[str, str] = {}

    def individual(
        self,
        registration_id: str,
        *,
        primary_key: str,
        secondary_key: str = "",
        **terms: Unpack[DeviceTerms],
    ) -> Enrollment:
        """Enroll one device by symmetric keys. ValueError for keys that are none."""
        own = _keys(primary_key, secondary_key)
        return self._put(Enrollment(name=registration_id, group=False, **own, **terms))

    def x509_individual(
        self,
        registration_id: str,
        *,
        cert_pem: str,
        secondary_cert_pem: str = "",
        **terms: Unpack[DeviceTerms],
    ) -> Enrollment:
        """Enroll one device by its own certificate. ValueError if that is unreadable."""
        own = tuple(text for text in (cert_pem, secondary_cert_pem) if text)
        return self._put(Enrollment(name=registration_id, group=False, certificates=own, **terms))

    def group(
        self, group_id: str, *, primary_key: str, secondary_key: str = "", **terms: Unpack[Terms]
    ) -> Enrollment:
        """Enroll all devices whose keys derive from these. ValueError for keys that are none."""
        own = _keys(primary_key, secondary_key)
        return self._put(Enrollment(name=group_id, group=True, **own, **terms))

    def x509_group(
        self, group_id: str, *, signing_certs_pem: str | Sequence[str], **terms: Unpack[Terms]
    ) -> Enrollment:
        """Enroll all devices whose chain leads to one of these. ValueError if unreadable."""
        texts = [signing_certs_pem] if isinstance(signing_certs_pem, str) else signing_certs_pem
        return self._put(Enrollment(name=group_id, group=True, certificates=tuple(texts), **terms))

    def policy(self, name: str, key: str) -> None:
        """A shared access policy of the service API. ValueError for a key that is none."""
        self.policies[name] = _key(key)

    def disable(self, name: str, *, group: bool = False) -> None:
        """Disable an enrollment. KeyError when there is none."""
        self._enrollments.put(replace(self._find(name, group=group), enabled=False))

    def remove(self, name: str, *, group: bool = False) -> None:
        """Delete an enrollment; its devices stay on their hubs (how-to-unprovision-devices)."""
        self._enrollments.remove(name, group=group)

    def registration(self, registration_id: str) -> Registration | None:
        """What became of a registration id."""
        return self._registrations.find(registration_id)

    def _find(self, name: str, *, group: bool) -> Enrollment:
        found = self._enrollments.group(name) if group else self._enrollments.individual(name)
        if found is None:
            raise KeyError(f"there is no enrollment {name!r}")
        return found

    def _put(self, enrollment: Enrollment) -> Enrollment:
        enrollment.authorities()  # raises here, not in the middle of a device's request
        self._enrollments.put(enrollment)
        for text in enrollment.certificates:
            self._trust(text)
        return enrollment


def _keys(primary: str, secondary: str) -> _Keys:
    return {"primary_key": _key(primary), "secondary_key": secondary and _key(secondary)}


def _key(text: str) -> str:
    if problem := keys.key_problem(text):
        raise ValueError(problem)
    return text
