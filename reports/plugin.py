"""The pytest plugin for reports: the live count, and every view at the end of a run."""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

from harness.plugin import RUN
from reports.stream import Stream, StreamError
from reports.terminal import LiveLine, closing, progress
from reports.views import make
from transcript.text import visible


def pytest_configure(config: pytest.Config) -> None:
    """Take part in the session."""
    config.pluginmanager.register(Reporting(config), "certification reports")


class Reporting:
    """The reports of one session."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._cases = 0
        self._verdicts: Counter[str] = Counter()
        self._began = time.monotonic()
        self._live: LiveLine | None = None
        self._stream: Stream | None = None
        self._trouble = ""

    # --- while it runs ---------------------------------------------------------------------------

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """How many cases there are to judge."""
        self._cases = len(session.items)
        if _is_watched(self._reporter):
            self._live = LiveLine(self._draw)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        """A case begins: its own waiting counts from now."""
        self._erase()
        self._began = time.monotonic()

    @pytest.hookimpl(optionalhook=True)
    def pytest_certify_waiting(self, watch: str) -> None:
        """The harness waits for a watch: say so, and for how long."""
        if self._live and self._reporter:
            waited = time.monotonic() - self._began
            text = progress(self._verdicts, cases=self._cases, watch=watch, waited=waited)
            self._live.show(text, room=_room(self._reporter))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Give the line back to pytest before it writes; count the verdict."""
        self._erase()
        verdict = dict(report.user_properties).get("verdict")
        if verdict is not None and report.when != "teardown":
            self._verdicts[str(verdict)] += 1

    def pytest_keyboard_interrupt(self) -> None:
        """Nothing may stand where pytest tells of the interruption."""
        self._erase()

    # --- at the end ------------------------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Make the views, once the harness has closed the stream."""
        self._erase()
        if self._config.stash[RUN].stream is None:
            return
        try:
            self._stream = make(self._directory)
        except (StreamError, OSError) as error:
            self._trouble = f"the report cannot be written: {error}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The run in words, and where the report lies."""
        if self._trouble:
            terminalreporter.write_line(visible(self._trouble), red=True)
        if self._stream:
            terminalreporter.section("certification")
            width = terminalreporter._tw.fullwidth
            for text in self._closing(self._stream, width=width):
                terminalreporter.write_line(text)

    def _closing(self, stream: Stream, *, width: int) -> list[str]:
        # With --fail-on-warn pytest has told the warnings already, among its failures.
        told = bool(self._config.getoption("fail_on_warn"))
        return closing(stream, self._directory, width=width, warnings=not told)

    @property
    def _directory(self) -> Path:
        return Path(self._config.getoption("report_dir"))

    @property
    def _reporter(self) -> pytest.TerminalReporter | None:
        plugin: pytest.TerminalReporter | None = self._config.pluginmanager.get_plugin(
            "terminalreporter"
        )
        return plugin

    def _draw(self, text: str) -> None:
        if self._reporter is None:
            return
        # While a case waits, what goes to standard output is taken for the case's own.
        capture = self._config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            self._reporter.write_raw(text, flush=True)

    def _erase(self) -> None:
        if self._live:
            self._live.erase()


def _is_watched(reporter: pytest.TerminalReporter | None) -> bool:
    """Whether somebody looks on, at a screen that can take a text away again."""
    log = os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return reporter is not None and reporter.isatty() and not log


def _room(reporter: pytest.TerminalReporter) -> int:
    """Columns left on pytest's line, less one: a full line would wrap."""
    return reporter._tw.fullwidth - reporter._tw.width_of_current_line - 1
