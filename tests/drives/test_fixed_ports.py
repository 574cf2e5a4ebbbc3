"""Devices that cannot be told a port: each watch has addresses of its own, or waits its turn."""

from __future__ import annotations

from itertools import combinations

import pytest

from devices.meaning import FIXED_PORTS
from tests.drives import runs
from tests.drives.running import Outcome, faultless
from transcript import Record

each_kind = pytest.mark.parametrize("kind", FIXED_PORTS)


def test_the_run_is_green(fixed_ports: Outcome) -> None:
    assert fixed_ports.status == pytest.ExitCode.OK, fixed_ports.said


@each_kind
def test_a_device_comes_out_as_with_free_ports(kind: str, fixed_ports: Outcome) -> None:
    expected = faultless(runs.on_usual_ports()[kind], without=runs.LEFT_OUT)
    assert fixed_ports.verdicts[f"fixed-{kind}"] == expected


@each_kind
def test_a_device_calls_the_usual_port(kind: str, fixed_ports: Outcome) -> None:
    for watch in fixed_ports.records[f"fixed-{kind}"].values():
        called = {call.local.rpartition(":")[2] for call in watch.all("tcp.open")}
        assert called == {str(FIXED_PORTS[kind])}


def test_watches_side_by_side_have_no_address_in_common(fixed_ports: Outcome) -> None:
    watches = [each for own in fixed_ports.records.values() for each in own.values()]
    at_once = [pair for pair in combinations(watches, 2) if side_by_side(*pair)]
    assert len(at_once) > 1
    for one, other in at_once:
        assert called_hosts(one).isdisjoint(called_hosts(other))


def test_devices_that_share_a_place_take_turns(sharing: Outcome) -> None:
    assert sharing.status == pytest.ExitCode.OK, sharing.said
    one, other = (sharing.records[name]["iotda_day"] for name in runs.TWINS)
    assert called_hosts(one) == called_hosts(other)
    assert not side_by_side(one, other)


def side_by_side(one: Record, other: Record) -> bool:
    """Whether two watches were going on at the same time."""
    first, second = sorted((one, other), key=lambda each: each.began_unix)
    return second.began_unix < first.began_unix + first.duration


def called_hosts(watch: Record) -> set[str]:
    """Our addresses that a device has called."""
    return {call.local.rpartition(":")[0] for call in watch.all("tcp.open")}
