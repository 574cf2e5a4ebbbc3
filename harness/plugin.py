"""The pytest plugin: one case per device, observe first, judge each item, write it down."""

from __future__ import annotations

import importlib
import random
import shlex
import signal
import threading
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from harness import hooks
from harness.deviations import excuse
from harness.device import Device
from harness.observatory import CannotObserve, Watch
from harness.requirement import Requirement
from harness.results import Case
from harness.run import Run
from harness.scenario import Scenario
from harness.selection import unclaimed
from harness.telling import Status, status, tell_pytest
from harness.verdict import Judgement, Verdict, judge

RUN = pytest.StashKey[Run]()
PROJECT = Path(__file__).parent.parent
SETTINGS = PROJECT / "pyproject.toml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a certification run."""
    group = parser.getgroup("certify", "certification of devices")
    group.addoption("--device", metavar="FILE.toml", action="append", default=[], type=Path,
                    help="manifest of a device to certify; may be repeated")  # fmt: skip
    group.addoption("--report-dir", metavar="DIR", default=Path("reports/out"), type=Path,
                    help="where results and reports go (default: reports/out)")  # fmt: skip
    group.addoption("--fail-on-warn", action="store_true",
                    help="a SHOULD that is not met fails the run too")  # fmt: skip
    group.addoption("--seed", type=int, default=None,
                    help="give devices the ids and keys of an earlier run again")  # fmt: skip


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Ours: who reads manifests, who opens lanes."""
    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Refuse to judge devices without the project's settings, which say what a run collects.

    pytest looks for them above any path among its arguments before it has heard of our options:
    the value of a `--device` that stands apart from its option is one of them.
    """
    given = config.invocation_params
    missed = SETTINGS.exists() and config.inipath != SETTINGS and not config.option.inifilename
    if not (missed and config.option.device):
        return
    if "--device" in given.args:
        file = given.args[list(given.args).index("--device") + 1]
        taken = f"pytest took {file} for a test path and missed {SETTINGS}"
        raise pytest.UsageError(f"{taken}; write --device={file}, or use {PROJECT / 'certify'}")
    found = f"pytest found no {SETTINGS.name} of this suite above {given.dir}"
    raise pytest.UsageError(f"{found}; run it in {PROJECT}, or use {PROJECT / 'certify'}")


@pytest.hookimpl(trylast=True)  # after the terminal's, which shows what making a device takes
def pytest_configure(config: pytest.Config) -> None:
    """Read the manifests that were named, so that a broken one stops the run before it starts."""
    config.addinivalue_line("markers", "verifies(requirement): the requirement a case judges")
    # The project may lie where nothing can be written; a run does not fail for its --lf.
    config.addinivalue_line("filterwarnings", "default::pytest.PytestCacheWarning")
    if config.option.seed is None:
        config.option.seed = random.SystemRandom().randrange(2**32)
    config.stash[RUN] = Run(config)
    if config.option.device:
        config.stash[RUN].devices  # noqa: B018 - read now, for the sake of its errors


# --- one case per device -------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A case that asks for a scenario by its name is made once for each device."""
    wanted = _scenarios(metafunc)
    if wanted:
        devices = metafunc.config.stash[RUN].devices
        rows = [[Watch(device, each) for each in wanted.values()] for device in devices]
        metafunc.parametrize(list(wanted), rows, ids=[device.name for device in devices])


def _scenarios(metafunc: pytest.Metafunc) -> dict[str, Scenario]:
    if not any(metafunc.definition.iter_markers("verifies")):
        return {}
    declared = _declared(metafunc.module)
    named = {name: getattr(declared, name, None) for name in metafunc.fixturenames}
    return {name: each for name, each in named.items() if isinstance(each, Scenario)}


def _declared(module: ModuleType) -> ModuleType:
    return importlib.import_module(f"{module.__package__}.scenarios")


def watches_of(item: pytest.Item) -> list[Watch]:
    """The watches that a case rests on."""
    parameters = getattr(item, "callspec", None)
    values = parameters.params.values() if parameters else ()
    return [value for value in values if isinstance(value, Watch)]


def requirement_of(item: pytest.Item) -> Requirement | None:
    """The requirement that a case judges; None for an item that is not a case of ours."""
    mark = item.get_closest_marker("verifies")
    return mark.args[0] if mark else None


# --- observe first -------------------------------------------------------------------------------


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the watches that the selected cases need, those first that are needed first."""
    run = session.config.stash[RUN]
    cases = [item for item in session.items if requirement_of(item)]
    if cases and not session.config.option.collectonly:
        needed = (watch for item in cases if not _missing(item) for watch in watches_of(item))
        run.begin(list(dict.fromkeys(needed)))


def _missing(item: pytest.Item) -> list[str]:
    watches, clause = watches_of(item), requirement_of(item)
    if not watches or clause is None:
        return []
    return unclaimed(watches[0].device, clause, [watch.scenario for watch in watches])


# --- judge ---------------------------------------------------------------------------------------


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what does not apply; nothing else is done before the record is there."""
    if missing := _missing(item):
        pytest.skip(f"{watches_of(item)[0].device.name} does not claim {', '.join(missing)}")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Put each watch's record in the place of the watch, then let the case judge it.

    What is found in a record that is not whole stands; that nothing was found proves nothing.
    """
    run = pyfuncitem.config.stash[RUN]
    records = {
        name: run.record(value)
        for name, value in pyfuncitem.funcargs.items()
        if isinstance(value, Watch)
    }
    pyfuncitem.funcargs.update(records)
    outcome = yield
    for record in records.values():
        record.whole()
    return outcome


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the outcome of a case into a verdict, write it down, and tell pytest."""
    report = yield
    clause = requirement_of(item)
    if clause is None or not watches_of(item) or isinstance(_raised(call), KeyboardInterrupt):
        return report
    if call.when == "call" or (call.when == "setup" and report.outcome != "passed"):
        _conclude(item, clause, call, report)
    return report


def _raised(call: pytest.CallInfo[None]) -> BaseException | None:
    return call.excinfo.value if call.excinfo else None


def _conclude(
    item: pytest.Item, clause: Requirement, call: pytest.CallInfo[None], report: pytest.TestReport
) -> None:
    run, watch = item.config.stash[RUN], watches_of(item)[0]
    judgement = run.hidden(watch.device, _judgement(_raised(call), clause))
    given = excuse(judgement, clause.id, watch.device.deviations, today=datetime.now(UTC).date())
    case = Case(watch.device, clause, item.nodeid, watch.scenario.name, judgement, given,
                call.duration, _repeat(item, watch.device))  # fmt: skip
    run.ledger.note(watch.device, clause.id, judgement.verdict, given)
    if run.stream:
        run.stream.case(case)
    if run.trouble:
        item.session.shouldstop = run.trouble
    tell_pytest(
        report,
        case,
        fail_on_warn=item.config.option.fail_on_warn,
        unseen=isinstance(_raised(call), CannotObserve),
        hide=lambda text: run.text(watch.device, text),
    )


def _judgement(raised: BaseException | None, clause: Requirement) -> Judgement:
    if isinstance(raised, pytest.skip.Exception):
        return Judgement(Verdict.NOT_APPLICABLE, reason=str(raised))
    if isinstance(raised, CannotObserve):
        return Judgement(Verdict.ERROR, reason=str(raised))
    return judge(raised, clause.level)


def _repeat(item: pytest.Item, device: Device) -> str:
    seed = f"--seed={item.config.option.seed}"
    return shlex.join(["./certify", "--device", device.manifest, seed, item.nodeid])


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(
    report: pytest.CollectReport | pytest.TestReport,
) -> Status | None:
    """Verdicts in pytest's progress line, in their own words."""
    return status(report)


# --- the end -------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)  # before the terminal's, which takes its time
def pytest_keyboard_interrupt() -> None:
    """A second Ctrl-C finds nothing more to stop: devices are being ended, reports written."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close every lane and the stream; a deviation that no longer holds fails the run."""
    run = session.config.stash[RUN]
    run.interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
    run.end()
    if run.spoiled and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure() -> None:
    """Let Ctrl-C end whatever called pytest."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
