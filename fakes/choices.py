"""Options of the services, chosen by text: `dps.retry_after=1`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from fakes.dps import DpsOptions
from fakes.iotda import IotDaOptions
from fakes.iothub import HubOptions

SERVICES: Mapping[str, type[Any]] = {"dps": DpsOptions, "hub": HubOptions, "iotda": IotDaOptions}
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "none": None}


class BadChoice(Exception):  # noqa: N818 - reads as the sentence it is
    """A choice that cannot be made: what was given, and what could be."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of each service."""

    dps: DpsOptions
    hub: HubOptions
    iotda: IotDaOptions

    @classmethod
    def read(cls, given: Iterable[str]) -> Choices:
        """From texts `service.option=value`; of two for one option the later. BadChoice."""
        chosen: dict[str, dict[str, Any]] = {service: {} for service in SERVICES}
        for text in given:
            name, equals, value = text.partition("=")
            service, option = _known(name)
            if not equals:
                raise BadChoice(f"{text}: expected {name}=VALUE, VALUE being {wanted(name)}")
            chosen[service][option] = _read(name, value)
        return cls(**{name: make(**chosen[name]) for name, make in SERVICES.items()})


def settable() -> Mapping[str, Any]:
    """The type of each option that can be given as a text, by `service.option`."""
    return {
        f"{service}.{name}": hint
        for service, made in SERVICES.items()
        for name, hint in get_type_hints(made).items()
        if get_origin(hint) in (None, Literal, UnionType)
    }


def wanted(name: str) -> str:
    """What an option takes, in words."""
    return " or ".join(_in_words(hint) for hint in _alternatives(settable()[name]))


def _in_words(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return ", ".join(repr(each) for each in get_args(hint))
    words = {bool: "true, false", int: "a whole number", float: "a number", NoneType: "none"}
    return words.get(hint, "a text")


def _known(name: str) -> tuple[str, str]:
    names = settable()
    if name not in names:
        near = get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]}?" if near else "docs/options.md lists what there is"
        raise BadChoice(f"{name}: no such option; {hint}")
    service, _, option = name.partition(".")
    return service, option


def _read(name: str, text: str) -> Any:
    for hint in _alternatives(settable()[name]):
        try:
            return _converted(hint, text)
        except ValueError:
            continue
    raise BadChoice(f"{name}={text}: expected {wanted(name)}")


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) is UnionType else (hint,)


def _converted(hint: Any, text: str) -> Any:
    """The text as a value of a type. ValueError when it is none."""
    if get_origin(hint) is Literal:
        return get_args(hint)[get_args(hint).index(text)]
    if hint in (bool, NoneType):
        if type(value := _WORDS.get(text.lower(), text)) is not hint:
            raise ValueError(text)
        return value
    if hint is not str and not float(text) >= 0:  # neither a time nor a size is below zero
        raise ValueError(text)
    return hint(text)
