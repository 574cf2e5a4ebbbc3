"""Devices that are not programs of ours: triggered ones, and those that somebody starts by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from devices.driver import DeviceNotStarted, driver_for
from devices.manifest import Manifest
from devices.trigger import TriggerDriver
from tests.devices.making import gone, gone_file, manifest, pids, until

pytestmark = pytest.mark.asyncio
GIVEN = {
    "dps_host": "192.0.2.1",
    "dps_https_port": "443",
    "dps_mqtts_port": "8883",
    "registration_id": "unit-1",
    "symmetric_key": "c2VjcmV0LWtleQ==",
    "iotda_host": "192.0.2.1",
    "ca_file": "/tmp/ca.pem",
}


def board(directory: Path, program: str = "", *, start: str = "", rest: str = "") -> Manifest:
    trigger = start or 'trigger = ["{python}", "dev.py", "{dps_host}"]'
    return manifest(
        directory, program, start=trigger, rest=f'[address]\nhost = "192.0.2.1"\n{rest}'
    )


async def test_a_trigger_is_run_at_each_start(tmp_path: Path) -> None:
    driver = driver_for(board(tmp_path, "import sys; print('reset for', sys.argv[1])"))
    assert not driver.running
    for _ in range(2):
        await driver.start(GIVEN)
    assert driver.running
    assert not await driver.wait(0.01)
    assert str(await driver.stop()) == "was left running"
    await until(lambda: driver.output().count("reset for 192.0.2.1\n") == 2)
    assert gone_file(driver.given["work_dir"])


async def test_a_trigger_that_fails_is_told_with_its_last_line(tmp_path: Path) -> None:
    driver = driver_for(board(tmp_path, "print('hm')\nraise SystemExit('no serial port')"))
    with pytest.raises(DeviceNotStarted) as caught:
        await driver.start(GIVEN)
    assert str(caught.value) == "the trigger {python} ended with status 1: no serial port"
    assert str(await driver.stop()) == f"never started: {caught.value}"
    assert driver.on_end.is_set()


async def test_a_trigger_that_hangs_is_killed(tmp_path: Path) -> None:
    program = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)"
    driver = TriggerDriver(board(tmp_path, program), within=1.0)
    with pytest.raises(DeviceNotStarted) as caught:
        await driver.start(GIVEN)
    assert str(caught.value) == "the trigger {python} did not end within 1 s"
    assert [pid for pid in pids(driver.output()) if not gone(pid)] == []


@pytest.mark.skipif(sys.platform == "win32", reason="starts its device with fork")
async def test_what_a_trigger_starts_is_not_ours_to_stop(tmp_path: Path) -> None:
    program = """
        import os, time
        if os.fork() == 0:
            print("pid", os.getpid(), flush=True)
            time.sleep(600)
    """
    driver = driver_for(board(tmp_path, program))
    await driver.start(GIVEN)
    await until(lambda: pids(driver.output()))
    assert str(await driver.stop()) == "was left running"
    device = psutil.Process(pids(driver.output())[0])
    assert device.is_running()
    device.kill()


async def test_by_hand_the_values_that_the_profile_needs_are_shown(tmp_path: Path) -> None:
    shown: list[str] = []
    bench = '[bench]\nsymmetric_key = "c2VjcmV0LWtleQ=="'
    driver = driver_for(board(tmp_path, start="manual = true", rest=bench), show=shown.append)
    await driver.start(GIVEN)
    assert shown == [
        "Start dev now, with these values:\n"
        "  ca_file          /tmp/ca.pem   "
        "(PEM file with the only certificate authority that the device may trust)\n"
        "  dps_host         192.0.2.1   (host of the Device Provisioning Service)\n"
        "  dps_https_port   443   (its HTTPS port)\n"
        "  registration_id  unit-1   (registration id of the device)\n"
        "  as burnt in: symmetric_key"
    ]
    assert driver.running
    assert not await driver.wait(0.01)
    assert str(await driver.stop()) == "was left running"
    assert driver.output() == ""
