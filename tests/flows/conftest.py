"""Both runs, of the programs under examples/ and of the documents' listings, each made once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.flows import documents
from tests.flows.certifying import Outcome, certify, without_tools
from tests.flows.flows import FLOWS


@pytest.fixture(scope="session")
def under_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Outcome]]]:
    """The runs, begun together: their devices mostly wait."""
    programs = {flow.device: flow.manifest for flow in FLOWS}
    missing = without_tools(FLOWS)
    folder, directory = documents.folder(), tmp_path_factory.mktemp("listings")
    unlisted = missing | documents.absences(FLOWS, folder)
    at_hand = [flow for flow in FLOWS if folder and flow.device not in unlisted]
    listed = {flow.device: documents.write(flow, folder, directory) for flow in at_hand}
    with ThreadPoolExecutor() as threads:
        yield {
            "programs": threads.submit(
                certify, programs, tmp_path_factory.mktemp("programs"), absent=missing
            ),
            "listings": threads.submit(certify, listed, directory / "out", absent=unlisted),
        }


@pytest.fixture(scope="session")
def programs(under_way: dict[str, Future[Outcome]]) -> Outcome:
    """The programs under examples/, all certified in one run."""
    return under_way["programs"].result()


@pytest.fixture(scope="session")
def listings(under_way: dict[str, Future[Outcome]]) -> Outcome:
    """The documents' listings, those that are at hand, all certified in one run."""
    return under_way["listings"].result()
