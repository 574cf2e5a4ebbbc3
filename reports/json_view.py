"""report.json: the whole run as one document (docs/report.schema.json)."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from reports.stream import Case, Stream, Watched
from reports.summary import Standing, clean, standings
from reports.wire import lines
from transcript import Finding
from transcript.text import readable, shortened

FORMAT = 1
OUTPUT_KEPT = 64 * 1024  # characters of a device's output in the document


def render(stream: Stream) -> str:
    """The document as text."""
    return json.dumps(document(stream), ensure_ascii=False, indent=1) + "\n"


def document(stream: Stream) -> dict[str, Any]:
    """The document as JSON values."""
    run = stream.run
    return {
        "format": FORMAT,
        "tool": run.tool,
        "started": run.started,
        "duration": stream.duration,
        "interrupted": stream.interrupted,
        "notes": list(stream.notes),
        "seed": run.seed,
        "versions": dict(run.versions),
        "devices": [_device(each, stream) for each in standings(stream)],
    }


def _device(judged: Standing, stream: Stream) -> dict[str, Any]:
    device = judged.device
    own = [each for each in stream.watched.values() if each.device == device.name]
    return {
        **asdict(device),
        "profile": list(device.profile),
        "verdict": judged.verdict,
        "counts": dict(judged.counts),
        "cases": [_case(case, stream) for case in judged.cases],
        "records": {each.record: _record(each) for each in own},
    }


def _case(case: Case, stream: Stream) -> dict[str, Any]:
    watched = stream.watched.get(case.record)
    told = {key: value for key, value in asdict(case).items() if key != "device"}
    return told | {
        "reason": readable(case.reason),
        "findings": [_finding(each) for each in case.findings],
        "transcript": [] if watched is None or clean(case) else _wire(watched),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    expected, observed = readable(finding.expected), readable(finding.observed)
    return {"at": finding.at, "expected": expected, "observed": observed}


def _record(watched: Watched) -> dict[str, Any]:
    return {
        "scenario": watched.scenario,
        "duration": watched.duration,
        "ended": readable(watched.ended),
        "output": readable(shortened(watched.output, most=OUTPUT_KEPT)),
        "wire": _wire(watched),
    }


def _wire(watched: Watched) -> list[str]:
    return [str(line) for line in lines(watched.events)]
