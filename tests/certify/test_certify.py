"""certify: ready on first use, at once on later ones, and one clear sentence when it cannot be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest
from little_project import make_project, outcome

SCRIPT = Path("certify").resolve()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Makes projects whose .venv is still to be made; a space in their path."""
    return lambda: make_project(tmp_path_factory.mktemp("certify") / "a project", SCRIPT)


@pytest.fixture(scope="module")
def used(fresh):
    """A project whose .venv is made."""
    project = fresh()
    first = project.run()
    assert first.status == 0, first.err
    return project


@pytest.fixture(scope="module")
def certify():
    """The script as a module."""
    loader = SourceFileLoader("certify_script", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def own(arguments, project):
    """The arguments without those by which pytest finds its configuration in any case."""
    always = ["-c", str(project.root / "pyproject.toml"), "--rootdir", str(project.root)]
    return arguments[4:] if arguments[:4] == always else arguments


# --- first and later uses ------------------------------------------------------------------------


def test_two_first_uses_at_once_make_one_environment(fresh):
    project = fresh()
    calls = [project.start("-k", "this"), project.start("-k", "that")]
    ended = [outcome(call) for call in calls]
    assert [each.status for each in ended] == [0, 0]
    assert sorted(own(each.told["arguments"], project) for each in ended) == [
        ["-k", "that"],
        ["-k", "this"],
    ]
    errors = "".join(each.err for each in ended)
    assert errors.count("preparing .venv with Python") == 1
    assert re.search(r"\.venv is ready after \d+ s", errors)


def test_later_uses_start_at_once(used):
    stamp = used.root / ".venv/certify-stamp"
    before = stamp.stat().st_mtime_ns
    assert used.run().err == ""
    assert stamp.stat().st_mtime_ns == before


def test_runs_in_its_own_environment(used):
    told = used.run().told
    assert Path(told["python"]).is_relative_to(used.root / ".venv")


def test_a_changed_lock_is_noticed(used):
    assert used.run().told["little"] == "1.0"
    used.lock("1.1")
    ended = used.run()
    assert ended.told["little"] == "1.1"
    assert "something has changed" in ended.err
    used.lock("1.0")
    assert used.run().told["little"] == "1.0"


def test_a_half_made_environment_is_redone(used):
    (used.root / ".venv/certify-begun").touch()
    (used.root / ".venv/leftover").touch()
    ended = used.run()
    assert ended.status == 0
    assert not (used.root / ".venv/leftover").exists()
    assert used.run().err == ""


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_an_environment_whose_python_does_not_run_is_not_used(certify, monkeypatch, python):
    monkeypatch.setattr(certify, "PYTHON", Path(python))
    assert not certify.is_usable()


def test_an_environment_of_another_python_is_not_used(certify, monkeypatch):
    monkeypatch.setattr(certify, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(certify, "BEGUN", Path("/nowhere/begun"))
    assert certify.is_usable()
    monkeypatch.setattr(certify, "VERSION", "3.99")
    assert not certify.is_usable()


# --- what goes wrong -----------------------------------------------------------------------------


def test_without_a_network_says_so_in_one_sentence(used):
    lock = used.root / "requirements.lock"
    whole = lock.read_text()
    lock.write_text(f"little==7.0 --hash=sha256:{'0' * 64}\n")
    # The discard port: nobody listens there.
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_INDEX": "0"}
    ended = used.run(**nowhere)
    lock.write_text(whole)
    assert ended.status == 1
    assert ended.out == ""
    last = ended.err.splitlines()[-1]
    assert "1 packages cannot be installed: no answer from the package index: " in last
    assert "refused" in last
    assert "Traceback" not in ended.err


def test_a_tampered_package_is_refused(used):
    lock = used.root / "requirements.lock"
    whole = lock.read_text()
    lock.write_text(re.sub("sha256:.*", f"sha256:{'0' * 64}", whole))
    ended = used.run()
    lock.write_text(whole)
    assert ended.status == 1
    assert "DO NOT MATCH THE HASHES" in ended.err


def test_a_missing_lock_is_one_sentence(used):
    lock = used.root / "requirements.lock"
    lock.rename(lock.with_suffix(".away"))
    ended = used.run()
    lock.with_suffix(".away").rename(lock)
    assert ended.status == 1
    assert ended.err.count("\n") == 1
    assert "requirements.lock" in ended.err


def test_an_old_python_can_read_as_far_as_the_sentence():
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 6))
    pretend = f"import sys; sys.version_info = (3, 10, 13); exec(open({str(SCRIPT)!r}).read())"
    ended = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert ended.returncode == 1
    assert re.fullmatch(r"certify needs Python 3.11 or newer; .* is Python 3.10\n", ended.stderr)


# --- the words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "module", "passed"),
    [
        ([], "pytest", []),
        (["-k", "sas", "-x"], "pytest", ["-k", "sas", "-x"]),
        (["tests"], "pytest", ["tests"]),
        (["tests", "-k", "tests"], "pytest", ["tests", "-k", "tests"]),
        (["tests", "tests/test_a.py::test_b"], "pytest", ["tests/test_a.py::test_b"]),
        (["help", "pytest"], "pytest", ["--help"]),
        (["report", "--help"], "reports", ["--help"]),
    ],
)
def test_runs_what_the_words_say(used, arguments, module, passed):
    told = used.run(*arguments).told
    assert (told["module"], own(told["arguments"], used)) == (module, passed)
    assert told["cwd"] == str(used.root)


@pytest.mark.parametrize("word", ["help", "--help", "-h"])
def test_help_needs_no_environment(fresh, word):
    project = fresh()
    ended = project.run(word)
    assert ended.status == 0
    assert "./certify --device FILE.toml" in ended.out
    assert "help pytest" in ended.out
    assert not (project.root / ".venv").exists()


@pytest.mark.parametrize("status", ["0", "1", "2", "5"])
def test_passes_the_exit_status_on(used, status):
    assert used.run(LITTLE_STATUS=status).status == int(status)


# --- from another directory ----------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path):
    """A vendor's directory with a manifest."""
    (tmp_path / "pump.toml").touch()
    (tmp_path / "more").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        (["--device", "pump.toml"], ["--device", "{here}/pump.toml"]),
        (["--device=pump.toml"], ["--device={here}/pump.toml"]),
        (["--device", "not-there.toml"], ["--device", "{here}/not-there.toml"]),
        (["--report-dir", "out"], ["--report-dir", "{here}/out"]),
        (["suites/a/test_b.py::test_c[x]"], ["suites/a/test_b.py::test_c[x]"]),
        (["./more"], ["{here}/more"]),
        (["-k", "more", "-x"], ["-k", "more", "-x"]),
        (["report", "more"], ["{here}/more"]),
    ],
)
def test_paths_are_meant_from_where_the_caller_stands(used, elsewhere, given, passed):
    told = used.run(*given, cwd=elsewhere).told
    assert own(told["arguments"], used) == [each.format(here=elsewhere) for each in passed]
    assert told["cwd"] == str(used.root)


# --- pip's reasons -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (["WARNING: Retrying (Retry(total=0)) after connection broken by "
          "'NameResolutionError(\"no such host\")': /simple/x/", "ERROR: No matching distribution"],
         "no answer from the package index: NameResolutionError(\"no such host\")"),
        (["Collecting x", "ERROR: No space left", "  more"], "ERROR: No space left"),
        (["something odd"], "something odd"),
        ([], "pip said nothing"),
    ],
)  # fmt: skip
def test_gives_pips_own_reason(certify, output, reason):
    assert certify.reason(output) == reason
