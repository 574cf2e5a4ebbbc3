"""Checks on MQTT itself, the same for every cloud."""

from __future__ import annotations

from collections.abc import Iterable

from suites.links import broken_off, connects, publishes
from transcript import Event, Finding, Inconclusive

ACKNOWLEDGES_WITHIN = 2.0  # seconds, the interval after which IoTDA sends again


def broken_packets(events: Iterable[Event]) -> list[Finding]:
    """Every packet that broke a clause of MQTT 3.1.1."""
    broken = [event for event in events if event.name == "mqtt.violation"]
    return [Finding(e.at, f"a packet that obeys {e.clause}", e.text) for e in broken]


def other_protocol_levels(events: Iterable[Event], service: str) -> list[Finding]:
    """Every CONNECT to a service that is not MQTT 3.1.1."""
    expected = "protocol MQTT, level 4 (3.1.1)"
    others = [e for e in connects(events, service) if (e.protocol, e.level) != ("MQTT", 4)]
    return [Finding(e.at, expected, f"protocol {e.protocol}, level {e.level}") for e in others]


def keepalives_outside(
    events: Iterable[Event], service: str, lowest: int, highest: int
) -> list[Finding]:
    """Every CONNECT to a service whose keep-alive, in seconds, is outside the range."""
    outside = [e for e in connects(events, service) if not lowest <= e.keepalive <= highest]
    expected = f"a keep-alive of {lowest} to {highest} s"
    return [Finding(e.at, expected, f"{e.keepalive} s") for e in outside]


def exactly_once_publishes(events: Iterable[Event], service: str) -> list[Finding]:
    """Every PUBLISH with QoS 2."""
    found = [event for event in publishes(events, service) if event.qos == 2]
    return [Finding(e.at, "QoS 0 or 1", f"QoS 2 on {e.topic}") for e in found]


def retained_publishes(events: Iterable[Event], service: str) -> list[Finding]:
    """Every PUBLISH with RETAIN set."""
    found = [event for event in publishes(events, service) if event.retain]
    return [Finding(e.at, "RETAIN 0", f"RETAIN 1 on {e.topic}") for e in found]


def unacknowledged(events: Iterable[Event], service: str) -> list[Finding]:
    """Every message that went to the device with QoS 1 and has no PUBACK on its connection.

    Inconclusive when none was answerable: we broke the connection off for another fault of the
    device's, or stopped the device before it had ACKNOWLEDGES_WITHIN seconds.
    """
    noted = list(events)
    sent = [e for e in noted if e.matches("mqtt.publish", way="out", service=service, qos=1)]
    acks = {(e.link, e.packet_id) for e in noted if e.matches("mqtt.puback", way="in")}
    end = next((e.at for e in noted if e.name == "watch.over"), noted[-1].at if noted else 0)
    fair = [
        e
        for e in sent
        if (e.link, e.packet_id) in acks
        or not (broken_off(noted, e) or end - e.at < ACKNOWLEDGES_WITHIN)
    ]
    if sent and not fair:
        raise Inconclusive("the watch was over before a message could be acknowledged")
    missing = {e.packet_id: e for e in fair if (e.link, e.packet_id) not in acks}
    return [
        Finding(e.at, f"PUBACK {e.packet_id} for {e.topic}", f"none in {end - e.at:.1f} s")
        for e in missing.values()
    ]


def unsubscribed(events: Iterable[Event], service: str, wanted: str) -> list[Finding]:
    """One finding if the device never asked a service for a filter."""
    asked = [e for e in events if e.matches("mqtt.subscribe", service=service)]
    filters = [name for event in asked for name, _ in event.filters]
    if wanted in filters:
        return []
    return [
        Finding(None, f"SUBSCRIBE {wanted}", f"subscribed to {', '.join(filters) or 'nothing'}")
    ]
