"""The runs, each made once; all that are asked for begin together, for devices mostly wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from tests.drives import boards, manifests, runs
from tests.drives.boards import Board
from tests.drives.running import Outcome

Runs = Mapping[str, Future[Outcome]]
AT_ONCE = 3  # runs at a time, so that a small machine's devices still answer in time


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Board]]:
    """The boards, by reference device. What they run is ended with the tests."""
    directory = tmp_path_factory.mktemp("boards")
    every = {device: boards.make(directory, device) for device in manifests.DEVICES}
    yield every
    for board in every.values():
        board.end()


@pytest.fixture(scope="session")
def under_way(
    request: pytest.FixtureRequest,
    made: Mapping[str, Board],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Runs]:
    """The runs that the chosen tests ask for, longest first."""
    every = {
        "on_the_bench": partial(runs.on_the_bench, made=made),
        "one_address": runs.one_address,
        "fixed_ports": runs.fixed_ports,
        "by_hand": runs.by_hand,
        "sharing": runs.sharing,
        "ends": runs.ends,
    }
    asked = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    if runs.no_usual_ports():
        every.pop("fixed_ports")
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield {
            name: threads.submit(run, tmp_path_factory.mktemp(name))
            for name, run in every.items()
            if name in asked
        }


@pytest.fixture(scope="session")
def on_the_bench(under_way: Runs) -> Outcome:
    """Every reference device as a board."""
    return under_way["on_the_bench"].result()


@pytest.fixture(scope="session")
def one_address(under_way: Runs) -> Outcome:
    """Every reference device with all its services at one address."""
    return under_way["one_address"].result()


@pytest.fixture(scope="session")
def fixed_ports(under_way: Runs) -> Outcome:
    """Devices that cannot be told a port; NOT RUN where those ports are not to be had."""
    if reason := runs.no_usual_ports():
        reason.show()
    return under_way["fixed_ports"].result()


@pytest.fixture(scope="session")
def by_hand(under_way: Runs) -> Outcome:
    """A device that is started by hand."""
    return under_way["by_hand"].result()


@pytest.fixture(scope="session")
def sharing(under_way: Runs) -> Outcome:
    """Two devices that call one and the same place."""
    return under_way["sharing"].result()


@pytest.fixture(scope="session")
def ends(under_way: Runs) -> Outcome:
    """Devices that end by themselves."""
    return under_way["ends"].result()
