"""The fake DPS: where its parts are put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from fakes.dps.attestation import Attestation
from fakes.dps.http import DpsHttp
from fakes.dps.mqtt import DpsMqtt
from fakes.dps.operator import Operator, Trust
from fakes.dps.options import DpsOptions
from fakes.dps.registrar import Admit, Registrar
from fakes.dps.script import Script
from fakes.dps.service_api import ServiceApi
from fakes.dps.state import Enrollments, LinkedHub, Registrations
from fakes.service import Address
from transcript import EventLog


class Dps:
    """One provisioning service, `host` being what its service API's tokens are for.

    `admit`: "verify" refuses what is wrong, "record" lets in every device that can be told and
    notes what was wrong. `trust` is called with each certificate (PEM) that devices may lead to:
    give it `door.trust.add`. `clock` gives seconds since 1970.
    """

    name = "dps"

    def __init__(
        self,
        *,
        log: EventLog,
        host: str,
        id_scope: str,
        hubs: Sequence[LinkedHub] = (),
        options: DpsOptions | None = None,
        trust: Trust = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.log, self.host, self.id_scope = log, host, id_scope
        self.hubs, self.trust, self.clock = list(hubs), trust, clock
        self.options = options or DpsOptions()
        self.admit: Admit = "verify"
        self.enrollments, self.registrations = Enrollments(), Registrations(clock)
        self.script = Script()
        self.operator = Operator(
            enrollments=self.enrollments,
            registrations=self.registrations,
            trust=lambda text: self.trust(text),
        )
        self.attestation = Attestation(
            id_scope=id_scope, enrollments=self.enrollments, options=self.options, clock=clock
        )
        self.registrar = Registrar(
            log=log,
            attestation=self.attestation,
            registrations=self.registrations,
            script=self.script,
            hubs=self.hubs,
            options=self.options,
            clock=clock,
            admit=lambda: self.admit,
        )
        self.service_api = ServiceApi(self)
        self.mqtt, self.http = DpsMqtt(self), DpsHttp(self)

    def shares(self, local: Address) -> bool:
        """Whether one of its hubs stands at the same address, so that DPS must leave it its own."""
        return any(hub.host == local.host for hub in self.hubs)
