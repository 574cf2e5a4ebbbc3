"""A judged case in words: the same in the terminal and in junit.xml."""

from __future__ import annotations

from reports.stream import Case
from reports.summary import word
from transcript import told
from transcript.text import readable, shortened


def headline(case: Case) -> str:
    """The first finding, or the reason, on one line."""
    if case.findings:
        first = case.findings[0]
        expected, observed = shortened(first.expected), shortened(first.observed)
        return f"{case.requirement}: expected {expected}; observed {observed}"
    return f"{case.requirement}: {case.reason or case.title}"


def in_words(case: Case) -> str:
    """Verdict, clause, each finding or the reason, what excuses it, source, how to repeat it."""
    head = f"{word(case.verdict):<6} {case.level:<6} {case.requirement:<14} {case.title}"
    body = [*told(case.findings), *filter(None, [case.reason])]
    if case.deviation:
        body.append(f"deviation {case.deviation.state}: {case.deviation.reason}")
    body.append(f"source: {case.source}")
    if case.repeat:
        body.append(f"repeat: {case.repeat}")
    return readable("\n".join([head, *body]))
