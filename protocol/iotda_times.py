"""IoTDA's two kinds of time: the stamp of a login and the `event_time` of a report (Huawei Cloud
IoTDA API reference, iot_06_v5_3009 and iot_06_v5_3010). Both are UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from protocol.grammar import GrammarError

_HOUR = 3600.0
_EVENT_TIMES = (
    (re.compile("[0-9]{8}T[0-9]{6}Z"), "%Y%m%dT%H%M%SZ"),
    (
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"),
        "%Y-%m-%dT%H:%M:%S.%fZ",
    ),
)


class StampError(GrammarError):
    """A text that is no UTC hour, YYYYMMDDHH."""


def stamp(at: datetime) -> str:
    """The stamp of this time: its UTC hour, YYYYMMDDHH. A naive datetime is taken as UTC."""
    utc = _utc(at)
    return f"{utc.year:04d}{utc:%m%d%H}"


def parse_stamp(text: str) -> datetime:
    """The start of the stamp's hour. Raises StampError, also for an hour that does not exist."""
    if not re.fullmatch("[0-9]{10}", text):
        raise StampError(f"the stamp is {text!r}, not ten digits (YYYYMMDDHH)")
    try:
        return datetime(int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[8:]), tzinfo=UTC)
    except ValueError as error:
        raise StampError(f"the stamp {text!r} is no hour: {error}") from None


def hours_ahead(text: str, *, now: float) -> float:
    """How many hours the start of the stamp's hour lies ahead of `now` (seconds since 1970).

    From -1 to 0 for the present hour; about 8 for local time in China. Raises StampError.
    """
    return (parse_stamp(text).timestamp() - now) / _HOUR


def stamp_problem(
    text: str, *, now: float, past_hours: float = 1.0, future_hours: float | None = 1.0
) -> str | None:
    """Why a stamp is refused under sign type 1, or None. `now` in seconds since 1970.

    The published rule refuses when the stamp's hour, taken at its start, plus one hour lies before
    the platform's time; it says nothing of the future (future_hours=None: not checked). Source:
    the custom authentication template that rebuilds the built-in scheme, iot_01_0215.
    """
    try:
        ahead = hours_ahead(text, now=now)
    except StampError as error:
        return error.reason
    if ahead < -past_hours:
        return f"the stamp {text} started {-ahead:.2f} h ago; at most {past_hours:g} h are allowed"
    if future_hours is not None and ahead > future_hours:
        return f"the stamp {text} starts in {ahead:.2f} h; at most {future_hours:g} h are allowed"
    return None


def event_time(at: datetime, *, timespec: str = "seconds") -> str:
    """An `event_time`: the short form, or the long one with timespec="milliseconds".

    A naive datetime is taken as UTC.
    """
    utc = _utc(at)
    if timespec == "milliseconds":
        return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
    return f"{utc.year:04d}{utc:%m%dT%H%M%S}Z"


def parse_event_time(value: object) -> datetime:
    """The UTC time of an `event_time` as it stands in the JSON. Raises GrammarError.

    Two forms: yyyyMMdd'T'HHmmss'Z' and yyyy-MM-dd'T'HH:mm:ss.SSS'Z'. For any other the platform
    takes its own time and says nothing.
    """
    if not isinstance(value, str):
        raise GrammarError(f"event_time is {value!r}; it must be a string, or absent")
    for shape, pattern in _EVENT_TIMES:
        if shape.fullmatch(value):
            return _time(value, pattern)
    forms = "yyyyMMddTHHmmssZ nor yyyy-MM-ddTHH:mm:ss.SSSZ"
    raise GrammarError(f"event_time {value!r} reads neither {forms}")


def event_time_problem(value: object) -> str | None:
    """Why the platform would pass over this `event_time`, or None."""
    try:
        parse_event_time(value)
    except GrammarError as error:
        return error.reason
    return None


def _time(value: str, pattern: str) -> datetime:
    try:
        return datetime.strptime(value, pattern).replace(tzinfo=UTC)
    except ValueError as error:
        raise GrammarError(f"event_time {value!r} is no time: {error}") from None


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
