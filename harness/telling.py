"""How a judged case is told: to pytest, and in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.results import Case
from harness.verdict import Verdict
from transcript import told
from transcript.text import readable

Status = tuple[str, str, str | tuple[str, dict[str, bool]]]


def tell_pytest(
    report: pytest.TestReport,
    case: Case,
    *,
    fail_on_warn: bool,
    unseen: bool,
    hide: Callable[[str], str],
) -> None:
    """Give pytest's report of a case the outcome that its verdict means for the run.

    `unseen`: the surroundings did not allow the watch, which needs no traceback. `hide` takes the
    device's secrets out of what pytest has put together by itself.
    """
    verdict = case.judgement.verdict
    report.user_properties.append(("verdict", str(verdict)))
    if case.excuse and case.excuse.holds:
        report.outcome, report.wasxfail = "skipped", case.excuse.deviation.reason
    elif verdict is Verdict.WARN and not fail_on_warn:
        report.outcome, report.longrepr = "passed", None
    elif verdict in (Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE) or unseen:
        report.outcome, report.longrepr = "failed", describe(case)
    elif verdict is Verdict.ERROR:
        report.longrepr = readable(hide(str(report.longrepr)))
    report.sections = [(name, readable(hide(text))) for name, text in report.sections]


def describe(case: Case) -> str:
    """A judged case in words: verdict, clause, source, and each finding or the reason.

    The words may be a device's: they are escaped, for the terminal would obey them.
    """
    clause, judgement = case.requirement, case.judgement
    head = (
        f"{judgement.verdict.replace('_', ' '):<6} {clause.level:<6} {clause.id:<14} {clause.title}"
    )
    lines = [head, *told(judgement.findings), *filter(None, [judgement.reason])]
    if case.excuse:
        lines.append(f"deviation: {case.excuse.state} ({case.excuse.deviation.reason})")
    lines += [f"source: {clause.source}", f"repeat: {case.repeat}"]
    return readable("\n".join(lines))


def status(report: pytest.CollectReport | pytest.TestReport) -> Status | None:
    """Category, letter and word of a report in pytest's progress line; None for pytest's own."""
    verdict = dict(getattr(report, "user_properties", [])).get("verdict")
    if verdict is None or hasattr(report, "wasxfail") or report.when == "teardown":
        return None
    match verdict:
        case Verdict.WARN if report.outcome == "passed":
            return "warned", "W", ("WARN", {"yellow": True})
        case Verdict.INCONCLUSIVE:
            return "failed", "I", ("INCONCLUSIVE", {"yellow": True})
        case Verdict.NOT_APPLICABLE:
            return "not applicable", "-", "NOT APPLICABLE"
    return None
