"""Topic names and topic filters (OASIS MQTT 3.1.1, section 4.7)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.mqtt_wire import Violation


def topic_problem(topic: str, *, wildcard_clause: str = "MQTT-4.7.1-1") -> Iterator[Violation]:
    """What is wrong with a topic name. U+0000 is reported where the string is read."""
    if not topic:
        yield Violation("MQTT-4.7.3-1", "the topic has no character")
    wild = sorted({letter for letter in topic if letter in "#+"})
    if wild:
        yield Violation(
            wildcard_clause, f"the topic {topic!r} holds the wildcard {' and '.join(wild)}"
        )


def filter_problem(text: str) -> Iterator[Violation]:
    """What is wrong with a topic filter."""
    if not text:
        yield Violation("MQTT-4.7.3-1", "the filter has no character")
    levels = text.split("/")
    if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
        yield Violation("MQTT-4.7.1-2", f"'#' is not the whole last level of {text!r}")
    if any("+" in level and level != "+" for level in levels):
        yield Violation("MQTT-4.7.1-3", f"'+' is not a whole level of {text!r}")


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a well-formed filter matches a topic name.

    A filter that starts with a wildcard matches no topic that starts with `$` [MQTT-4.7.2-1]; `a/#`
    matches `a` itself.
    """
    if topic.startswith("$") and topic_filter[:1] in ("#", "+"):
        return False
    wanted, given = topic_filter.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(given) or level not in ("+", given[place]):
            return False
    return len(given) == len(wanted)
