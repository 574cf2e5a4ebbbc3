"""IoT Hub over HTTPS: telemetry with application properties, one message from the cloud."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from . import credentials
from .enrolling import Assignment
from .faults import broken
from .measuring import telemetry
from .options import AzureOptions
from .retrying import Backoff, RefusedError
from .telling import say
from .web import Web

if TYPE_CHECKING:
    import httpx

API_VERSION = "2021-04-12"
MESSAGES = 2
TRIES = 6


def visit(options: AzureOptions, where: Assignment) -> None:
    """Send two messages, take and complete one if there is one."""
    hub = HubOverHttps(options, where)
    for number in range(1, MESSAGES + 1):
        hub.send(number)
    for _ in range(5 if broken("hub-asks-for-messages-every-second") else 1):
        hub.receive()
        if broken("hub-asks-for-messages-every-second"):
            time.sleep(1.0)


class HubOverHttps:
    """One hub as one device sees it."""

    def __init__(self, options: AzureOptions, where: Assignment) -> None:
        self._options, self._where = options, where
        host, port = where.hub, options.hub_https_port
        self._web = Web(host, port, credentials.trusting("hub", options, (host, port)))
        self._path = f"/devices/{quote(where.device_id, safe='')}"
        self._query = "" if broken("hub-no-api-version") else f"?api-version={API_VERSION}"

    def send(self, number: int) -> None:
        """POST one telemetry message."""
        path = f"{self._path}/messages/events"
        if broken("hub-telemetry-path-wrong"):
            path = f"{self._path}/message/events"
        if broken("hub-telemetry-under-another-device"):
            path = f"{self._path}-2/messages/events"
        method = "PUT" if broken("hub-telemetry-by-put") else "POST"
        self._ask(method, path, headers=self._properties(number), body=telemetry(number))
        say(f"message {number} sent")

    def receive(self) -> None:
        """GET one message from the cloud and complete it."""
        reply = self._ask("GET", f"{self._path}/messages/deviceBound")
        if reply.status_code == 204:
            return
        say(f"message from the cloud, {len(reply.content)} bytes")
        if broken("hub-message-not-completed"):
            return
        lock = quote(reply.headers.get("etag", "").strip('"'), safe="")
        ending = "?reject&" if broken("hub-message-rejected") else "?"
        target = f"{self._path}/messages/deviceBound/{lock}{self._query}"
        self._ask("DELETE", target.replace("?", ending), whole=True)

    def _properties(self, number: int) -> dict[str, str]:
        """Two application properties and the system properties of a message, as headers."""
        prefix = "" if broken("hub-property-prefix-missing") else "iothub-app-"
        return {
            "Content-Type": "application/json",
            f"{prefix}origin": "cellar & attic",
            f"{prefix}sample": f"{number}/{MESSAGES}",
            "iothub-messageid": f"sample-{number}",
            "iothub-contenttype": "application/json",
            "iothub-contentencoding": "utf-8",
        }

    def _ask(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        whole: bool = False,
    ) -> httpx.Response:
        """Ask, again while the hub is throttling or in trouble; `whole`: the path has its query."""
        backoff = Backoff()
        target = path if whole else path + self._query
        for _ in range(TRIES):
            sent = {**(headers or {}), **self._authorization()}
            reply = self._web.ask(method, target, headers=sent, body=body)
            if reply.status_code < 300:
                return reply
            if reply.status_code != 429 and reply.status_code < 500:
                break
            time.sleep(backoff.next())
        raise RefusedError(f"the hub answered {reply.status_code} to {method}")

    def _authorization(self) -> dict[str, str]:
        """The header with a token made for this request."""
        if broken("hub-no-authorization"):
            return {}
        return {"Authorization": credentials.for_hub(self._options, self._where)}
