"""All services at one address, as on a system that has but 127.0.0.1."""

from __future__ import annotations

import pytest

from tests.drives import manifests, runs
from tests.drives.running import Outcome, faultless

each_device = pytest.mark.parametrize("device", manifests.DEVICES)


def test_the_run_is_green(one_address: Outcome) -> None:
    assert one_address.status == pytest.ExitCode.OK, one_address.said
    assert set(one_address.verdicts) == set(manifests.DEVICES)


@each_device
def test_a_device_comes_out_as_with_addresses_of_its_own(device: str, one_address: Outcome) -> None:
    expected = faultless(manifests.reference(device, name=device))
    assert one_address.verdicts[device] == expected


@each_device
def test_every_call_comes_to_that_address(device: str, one_address: Outcome) -> None:
    watches = one_address.records[device].values()
    calls = [call for watch in watches for call in watch.all("tcp.open")]
    assert {call.local.rpartition(":")[0] for call in calls} == {runs.HERE}
