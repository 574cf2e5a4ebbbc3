"""The run over all mutants, made once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants import run
from tests.mutants.table import MUTANTS


@pytest.fixture(scope="session")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("mutants")
    return run.certify(MUTANTS, directory)


@pytest.fixture(scope="session")
def outcomes(stream: Path) -> dict[str, run.Outcome]:
    return run.outcomes(stream)
