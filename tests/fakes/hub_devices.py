"""Devices of the fake hub for its tests: a Paho client in its own thread, awaited from the loop."""

from __future__ import annotations

import asyncio
import secrets
import time
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from protocol import sas

WITHIN = 5.0


def fresh_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def token(host: str, device_id: str, key: str, *, lasts: float = 3600, **said: Any) -> str:
    return sas.build(f"{host}/devices/{device_id}", key, int(time.time() + lasts), **said)


@dataclass
class Paho:
    """A Paho client whose callbacks land in queues of the test's loop."""

    client: mqtt.Client
    username: str | None
    loop: asyncio.AbstractEventLoop
    connacks: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    subacks: asyncio.Queue[list[int]] = field(default_factory=asyncio.Queue)
    pubacks: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    messages: asyncio.Queue[mqtt.MQTTMessage] = field(default_factory=asyncio.Queue)
    ends: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    present: bool = False

    @classmethod
    def make(
        cls,
        client_id: str,
        *,
        username: str | None,
        password: str | None = None,
        clean: bool = True,
        ca_file: Any = None,
        certfile: Any = None,
        keyfile: Any = None,
        manual_ack: bool = False,
    ) -> Paho:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=clean,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=manual_ack,
        )
        client.username_pw_set(username, password)
        if ca_file:
            client.tls_set(str(ca_file), certfile=certfile, keyfile=keyfile)
        self = cls(client, username, asyncio.get_running_loop())
        self._wire()
        return self

    def _wire(self) -> None:
        def put(queue: asyncio.Queue[Any], item: Any) -> None:
            self.loop.call_soon_threadsafe(queue.put_nowait, item)

        def connected(_c: Any, _u: Any, flags: Any, reason: Any, _p: Any) -> None:
            self.present = flags.session_present
            codes = {"Success": 0, "Unsupported protocol version": 1, "Server unavailable": 3}
            put(self.connacks, codes.get(str(reason), 5))

        self.client.on_connect = connected
        self.client.on_disconnect = lambda *_: put(self.ends, None)
        self.client.on_message = lambda _c, _u, message: put(self.messages, message)
        self.client.on_publish = lambda _c, _u, mid, *_: put(self.pubacks, mid)
        self.client.on_subscribe = lambda _c, _u, _m, codes, _p: put(
            self.subacks, [code.value for code in codes]
        )

    async def connect(self, host: str, port: int) -> int:
        """The CONNACK's code."""
        await asyncio.to_thread(self.client.connect, host, port, 60)
        self.client.loop_start()
        return await self.got(self.connacks)

    async def subscribe(self, *filters: tuple[str, int]) -> list[int]:
        self.client.subscribe(list(filters))
        return await self.got(self.subacks)

    async def message(self) -> mqtt.MQTTMessage:
        return await self.got(self.messages)

    async def ended(self) -> None:
        await self.got(self.ends)

    async def got(self, queue: asyncio.Queue[Any]) -> Any:
        return await asyncio.wait_for(queue.get(), WITHIN)

    async def leave(self, *, orderly: bool = True) -> None:
        if orderly:
            self.client.disconnect()
        elif sock := self.client.socket():
            sock.close() if not hasattr(sock, "unwrap") else sock.shutdown(2)
        await asyncio.to_thread(self.client.loop_stop)
