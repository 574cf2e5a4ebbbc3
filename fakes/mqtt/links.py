"""Who holds which client identity at which service: the newcomer takes over (MQTT-3.1.4-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.mqtt.link import Link
    from fakes.service import MqttFace

Key = tuple[int, str]


class Links:
    """The links of one door by service instance and client identity.

    The entry is replaced in the same step in which the older link is told to go, so that of several
    newcomers each waits for the one before it and never two for each other.
    """

    def __init__(self) -> None:
        self._holders: dict[Key, Link] = {}

    async def claim(self, face: MqttFace, identity: str, link: Link) -> None:
        """Give the identity to `link`; returns when the older link has ended altogether."""
        key = (id(face), identity)
        older = self._holders.get(key)
        self._holders[key] = link
        if older is not None and older is not link:
            older.end("displaced")
            await older.gone.wait()

    def release(self, link: Link) -> None:
        """Drop what the link holds, else its TLS buffers stay alive."""
        self._holders = {key: held for key, held in self._holders.items() if held is not link}
