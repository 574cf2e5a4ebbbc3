"""Whether a device may register: its id scope, its id, and what it proves itself with.

Individual enrollment before group (iot-dps: concepts-service). Everything that is wrong is noted;
the first of it decides the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.serialization import Encoding

from fakes.dps.options import DpsOptions
from fakes.dps.state import Enrollment, Enrollments
from protocol import certificates, dps, keys, sas

Transport = Literal["https", "mqtt"]
_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")

BAD_REQUEST, INVALID_ID, UNAUTHORIZED, NOT_REGISTERED = 400000, 400004, 401002, 404201


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and by what. `chain` is DER, leaf first; `authorization` the token as sent."""

    transport: Transport
    scope: str
    registration_id: str
    api_version: str | None
    authorization: str | None
    chain: tuple[bytes, ...] = ()
    number: int = 0
    rid: str | None = None

    @property
    def certificate(self) -> bytes | None:
        return self.chain[0] if self.chain else None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the error code it leads to, and the words for the record."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome: the enrollment meant, as far as it can be told, and all that is wrong."""

    enrollment: Enrollment | None
    problems: tuple[Problem, ...] = ()

    @property
    def refusal(self) -> str:
        """All problems as one text, "" without any."""
        return "; ".join(problem.text for problem in self.problems)


class Attestation:
    """Judges callers by the enrollments of one DPS. `clock` gives seconds since 1970."""

    def __init__(
        self,
        *,
        id_scope: str,
        enrollments: Enrollments,
        options: DpsOptions,
        clock: Callable[[], float],
    ) -> None:
        self._id_scope, self._enrollments = id_scope, enrollments
        self._options, self._clock = options, clock

    def judge(self, caller: Caller) -> Judgement:
        """Whether the caller may register, poll and look up under its registration id."""
        problems = list(self._form_problems(caller))
        enrollment, wrong = self._proven(caller)
        return Judgement(enrollment, (*problems, *wrong))

    def _form_problems(self, caller: Caller) -> Iterator[Problem]:
        if problem := self._version_problem(caller.api_version):
            yield Problem(BAD_REQUEST, problem)
        if bad_id := dps.registration_id_problem(caller.registration_id):
            yield Problem(INVALID_ID, bad_id)
        elif self._options.upper_case_ids == "refuse" and not caller.registration_id.islower():
            yield Problem(INVALID_ID, "the registration id has upper-case letters")
        if caller.scope != self._id_scope:
            text = f"the id scope is {caller.scope!r}; this is {self._id_scope!r}"
            yield Problem(UNAUTHORIZED, text)

    def _version_problem(self, version: str | None) -> str:
        if not version:
            return "the api-version is missing"
        if not _API_VERSION.fullmatch(version):
            return f"the api-version {version!r} is no date"
        if self._options.unknown_api_version == "refuse" and version not in dps.API_VERSIONS:
            return f"the api-version {version!r} is unknown"
        return ""

    def _proven(self, caller: Caller) -> tuple[Enrollment | None, list[Problem]]:
        if individual := self._enrollments.individual(caller.registration_id):
            return individual, self._individual_problems(caller, individual)
        if caller.authorization is None and caller.chain:
            return self._by_certificate(caller)
        return self._by_key(caller)

    # -- symmetric keys -----------------------------------------------------------------------

    def _by_key(self, caller: Caller) -> tuple[Enrollment | None, list[Problem]]:
        """The symmetric-key group whose derived key made the token."""
        groups = [group for group in self._enrollments.groups() if group.keys]
        if not groups:
            return self._enrollments.only(), [_unenrolled(caller)]
        wrong: list[list[Problem]] = []
        for group in groups:
            if not (problems := self._token_problems(caller, group)):
                return group, []
            wrong.append(problems)
        return (groups[0] if len(groups) == 1 else self._enrollments.only()), wrong[0]

    def keys_of(self, enrollment: Enrollment, registration_id: str) -> tuple[str, ...]:
        """The keys of a device under an enrollment: a group's are derived."""
        if not enrollment.group:
            return enrollment.keys
        lower = self._options.derive_from == "lower case"
        text = registration_id.lower() if lower else registration_id
        return tuple(keys.derive(key, text) for key in enrollment.keys)

    def _token_problems(self, caller: Caller, enrollment: Enrollment) -> list[Problem]:
        if problem := self._token_problem(caller, enrollment):
            return [Problem(UNAUTHORIZED, problem)]
        return []

    def _token_problem(self, caller: Caller, enrollment: Enrollment) -> str:
        if not caller.authorization:
            return "no token, and the enrollment has symmetric keys"
        try:
            token = sas.parse(caller.authorization)
        except sas.TokenError as error:
            return f"the token cannot be read: {error.reason}"
        if not dps.covers(token.sr, caller.scope, caller.registration_id):
            wanted = dps.resource(caller.scope, caller.registration_id)
            return f"the token is for {token.resource!r}, not {wanted!r}"
        if self._options.skn != "any" and token.skn not in (None, "", dps.POLICY):
            return f"the token names the policy {token.skn!r}; a device's has {dps.POLICY!r}"
        return self._signature_problem(token, caller, enrollment)

    def _signature_problem(self, token: sas.Token, caller: Caller, enrollment: Enrollment) -> str:
        own = self.keys_of(enrollment, caller.registration_id)
        allowance = self._options.clock_allowance
        outcome = sas.verify(token, own, now=self._clock(), allowance=allowance)
        if outcome.ok or outcome.key_index is not None:
            return outcome.reason
        mistake = sas.explain(
            token,
            key=own[0],
            group_key=enrollment.primary_key if enrollment.group else None,
            registration_id=caller.registration_id,
        )
        return f"{outcome.reason} ({mistake})" if mistake else outcome.reason

    # -- certificates -------------------------------------------------------------------------

    def _individual_problems(self, caller: Caller, enrollment: Enrollment) -> list[Problem]:
        if not enrollment.by_certificate:
            return self._token_problems(caller, enrollment)
        if not caller.chain:
            return [Problem(UNAUTHORIZED, "no client certificate, and the enrollment has one")]
        if caller.chain[0] not in _der(enrollment):
            text = "the client certificate is not the enrollment's"
            return [Problem(UNAUTHORIZED, text), *self._leaf_problems(caller)]
        return self._leaf_problems(caller)

    def _by_certificate(self, caller: Caller) -> tuple[Enrollment | None, list[Problem]]:
        """The X.509 group that the chain leads to, by nothing but what the device sent."""
        groups = [group for group in self._enrollments.groups() if group.by_certificate]
        if not groups:
            return self._enrollments.only(), [_unenrolled(caller)]
        for group in groups:
            if not certificates.chain_problem(caller.chain, group.certificates):
                return group, self._leaf_problems(caller)
        meant = groups[0] if len(groups) == 1 else self._enrollments.only()
        text = (
            f"the {len(caller.chain)} certificates that were sent lead to no enrolled authority:"
            " Invalid certificate."
        )
        return meant, [Problem(UNAUTHORIZED, text), *self._leaf_problems(caller)]

    def _leaf_problems(self, caller: Caller) -> list[Problem]:
        leaf = caller.chain[0]
        found = []
        if problem := certificates.validity_problem(leaf, self._clock()):
            found.append(problem)
        name = certificates.common_name(leaf)
        if not dps.same_registration_id(name, caller.registration_id):
            found.append(f"the certificate is for {name!r}, not {caller.registration_id!r}")
        return [Problem(UNAUTHORIZED, text) for text in found]


def _der(enrollment: Enrollment) -> list[bytes]:
    return [one.public_bytes(Encoding.DER) for one in enrollment.authorities()]


def _unenrolled(caller: Caller) -> Problem:
    return Problem(NOT_REGISTERED, f"no enrollment covers {caller.registration_id!r}")
