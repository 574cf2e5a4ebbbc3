"""Doors for the tests of the fakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from doors import OPENED

from fakes.door import Door
from fakes.pki import Authority
from transcript import EventLog


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def log() -> EventLog:
    return EventLog()


@pytest_asyncio.fixture
async def door(authority: Authority, log: EventLog) -> AsyncIterator[Door]:
    """A door that must close without leaving a task or an error of our own."""
    before = asyncio.all_tasks()
    door = Door(pki=authority, log=log)
    yield door
    await door.close()
    while OPENED:
        OPENED.pop().close()
    await asyncio.sleep(0)  # asyncio closes a socket one step after it is told
    assert door.errors == []
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, left
