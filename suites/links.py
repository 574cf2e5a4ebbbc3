"""Which host a connection was meant for, and who it was for: questions that several checks ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transcript import Event


def addressed_host(events: Iterable[Event], link: int) -> str:
    """The host that the device addressed on a link: the name it showed in TLS, else the address."""
    of_link = [event for event in events if event.link == link]
    names = [e.server_name for e in of_link if e.name == "tls.hello" and e.server_name]
    return names[-1] if names else local_host(of_link, link)


def local_host(events: Iterable[Event], link: int) -> str:
    """Our address that a link came in on, without its port; "" when it was not recorded."""
    opens = (e.local for e in events if e.link == link and e.name == "tcp.open")
    return next(opens, "").rpartition(":")[0]


def connects(events: Iterable[Event], service: str) -> Iterator[Event]:
    """Every CONNECT meant for a service, those refused before a service took them too."""
    for event in events:
        if event.name == "mqtt.connect":
            taken = event.service if event.service != "door" else meant_for(event.username or "")
            if taken == service:
                yield event


def meant_for(username: str) -> str:
    """The service whose user name form this is (DPS: id scope/registrations/...)."""
    if "/registrations/" in username:
        return "dps"
    return "hub" if "/" in username else "iotda"


def publishes(events: Iterable[Event], service: str) -> list[Event]:
    """What the device published to a service."""
    return [e for e in events if e.matches("mqtt.publish", way="in", service=service)]


def broken_off(events: Iterable[Event], sent: Event) -> bool:
    """Whether we, not the device, ended the link on which something was sent, and after that."""
    return any(
        event.name == "mqtt.lost"
        and event.link == sent.link
        and event.at >= sent.at
        and event.why in ("cut", "protocol", "displaced", "keepalive")
        for event in events
    )
