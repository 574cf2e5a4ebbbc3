"""junit.xml: one suite per device, one testcase per case, for the tools that read nothing else.

What fails the run is a failure here, what is our own fault an error. JUnit knows no warning: a WARN
passes and says why in its output. A deviation that is accepted is skipped, as pytest does it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness.verdict import Verdict
from reports.stream import Case, Stream
from reports.summary import Standing, accepted, standings
from reports.words import headline, in_words
from transcript.text import visible

TAGS = {
    Verdict.FAIL: "failure",
    Verdict.INCONCLUSIVE: "failure",
    Verdict.ERROR: "error",
    Verdict.NOT_APPLICABLE: "skipped",
}


def render(stream: Stream) -> str:
    """The document as text."""
    suites = Element("testsuites", name=visible(stream.run.tool))
    for judged in standings(stream):
        suites.append(_suite(judged, stream))
    indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _suite(judged: Standing, stream: Stream) -> Element:
    cases = [_testcase(case) for case in judged.cases]
    suite = Element("testsuite", name=visible(judged.device.name), tests=str(len(cases)))
    for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(plural, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{sum(case.duration for case in judged.cases):.3f}")
    suite.set("timestamp", _local(stream.run.started))
    suite.append(_properties(judged, stream))
    suite.extend(cases)
    return suite


def _local(started: str) -> str:
    """The start without its zone, which the usual JUnit schema does not allow."""
    try:
        return datetime.fromisoformat(started).replace(tzinfo=None).isoformat(timespec="seconds")
    except ValueError:
        return visible(started)


def _properties(judged: Standing, stream: Stream) -> Element:
    device, run = judged.device, stream.run
    known = {
        "device.version": device.version,
        "device.firmware_sha256": device.firmware_sha256 or "",
        "verdict": judged.verdict,
        "seed": str(run.seed),
        **run.versions,
    }
    properties = Element("properties")
    for name, value in known.items():
        SubElement(properties, "property", name=visible(name), value=visible(value))
    return properties


def _testcase(case: Case) -> Element:
    path, _, name = case.case.rpartition("::")
    module = ".".join(PurePosixPath(path.removesuffix(".py")).parts)
    element = Element(
        "testcase",
        classname=visible(module),
        name=visible(f"{case.requirement} {name}"),
        time=f"{case.duration:.3f}",
    )
    if accepted(case):
        _say(element, "skipped", case)
    elif case.verdict in TAGS:
        _say(element, TAGS[case.verdict], case)
    elif case.verdict is Verdict.WARN:
        SubElement(element, "system-out").text = in_words(case)
    return element


def _say(element: Element, tag: str, case: Case) -> None:
    child = SubElement(element, tag, type=case.verdict, message=visible(headline(case)))
    child.text = in_words(case)
