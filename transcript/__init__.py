"""What went over the wire and when, what came of it, and how a case asks it questions."""

from transcript.events import Event, EventLog, Way
from transcript.findings import TOLD, Finding, Inconclusive, Nonconformity, told
from transcript.record import Ending, Record, agrees, conforms
from transcript.redaction import Redactor

__all__ = [
    "TOLD",
    "Ending",
    "Event",
    "EventLog",
    "Finding",
    "Inconclusive",
    "Nonconformity",
    "Record",
    "Redactor",
    "Way",
    "agrees",
    "conforms",
    "told",
]
