"""The device that speaks HTTPS: provision, send two messages, take one from the cloud, end."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from . import credentials, hub_https
from .enrolling import (
    API_VERSION,
    Answer,
    parsed,
    provision,
    registration_body,
    whole_seconds,
)
from .faults import broken
from .options import AzureOptions
from .retrying import Backoff, LinkLostError, RefusedError
from .telling import say
from .web import Web

TRIES = 6
Outcome = TypeVar("Outcome")


def run(options: AzureOptions) -> int:
    """Live one life; exit status 0 if everything was said, 1 if the cloud refused."""
    for request_to_stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(request_to_stop, lambda *_: sys.exit(0))
    try:
        where = persistently(lambda: provision(DpsOverHttps(options), options))
        persistently(lambda: hub_https.visit(options, where))
    except (RefusedError, LinkLostError) as ended:
        say(f"stopped: {ended}")
        return 1
    return 0


def persistently(attempt: Callable[[], Outcome]) -> Outcome:
    """What the attempt returns; after a lost connection it is made again, a few times."""
    backoff = Backoff()
    for _ in range(TRIES - 1):
        try:
            return attempt()
        except LinkLostError as lost:
            pause = backoff.before_reconnecting()
            say(f"{lost}; next try in {pause:.1f} s")
            time.sleep(pause)
    return attempt()


class DpsOverHttps:
    """The provisioning dialogue over HTTPS (Microsoft Learn, DPS device REST API)."""

    def __init__(self, options: AzureOptions) -> None:
        self._options = options
        host, port = options.dps_host, options.dps_https_port
        self._web = Web(host, port, credentials.trusting("dps", options, (host, port)))
        identity = options.registration_id
        if broken("dps-address-id-in-capitals"):
            identity = identity.upper()
        self._path = f"/{options.id_scope}/registrations/{identity}"
        self._query = "" if broken("dps-no-api-version") else f"?api-version={API_VERSION}"

    def register(self) -> Answer:
        """PUT …/register."""
        say(f"registering {self._options.registration_id}")
        method = "POST" if broken("dps-registers-by-post") else "PUT"
        headers = self._authorization()
        if not broken("dps-no-content-type"):
            headers["Content-Type"] = "application/json"
        body = registration_body(self._options.registration_id)
        return self._ask(method, f"{self._path}/register", headers, body)

    def poll(self, operation_id: str) -> Answer:
        """GET …/operations/{operationId}."""
        say("polling")
        headers = {} if broken("dps-polls-without-authorization") else self._authorization()
        return self._ask("GET", f"{self._path}/operations/{operation_id}", headers)

    def pause(self, seconds: float) -> None:
        """Wait before the next request."""
        time.sleep(seconds)

    def _authorization(self) -> dict[str, str]:
        """The header with a token made for this request."""
        if broken("dps-no-authorization"):
            return {}
        return {"Authorization": credentials.for_dps(self._options)}

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        reply = self._web.ask(method, path + self._query, headers=headers, body=body)
        wait = whole_seconds(reply.headers.get("retry-after"))
        return Answer(reply.status_code, wait, parsed(reply.content))
