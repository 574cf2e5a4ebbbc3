"""Devices that are programs: real ones, well and badly behaved."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import psutil
import pytest

from devices.driver import DeviceNotStarted, driver_for
from devices.process import ProcessDriver
from tests.devices.making import (
    GIVEN,
    LIMIT,
    WAITS,
    gone,
    gone_file,
    manifest,
    pids,
    posix,
    ready,
    until,
)
from transcript import Redactor

pytestmark = pytest.mark.asyncio


async def test_exits_by_itself_and_is_told_what_it_needs(tmp_path: Path) -> None:
    program = """
        import os, sys
        print(sys.argv[1:], os.environ["KEY"], os.environ["TZ"], os.getcwd(), sys.stdin.read())
    """
    command = 'command = ["{python}", "dev.py", "--host={dps_host}", "{work_dir}", "{{}}"]'
    own = manifest(tmp_path, program, start=f'{command}\nenv = {{ KEY = "<{{symmetric_key}}>" }}')
    driver = ProcessDriver(own)
    await driver.start(GIVEN)
    work_dir = driver.given["work_dir"]
    assert await driver.wait(LIMIT)
    ending = await driver.stop()
    argv = ["--host=127.0.9.1", work_dir, "{}"]
    assert driver.output() == f"{argv} <c2VjcmV0LWtleQ==> Asia/Kolkata {tmp_path} \n"
    assert (ending.how, ending.code, ending.reason) == ("exited", 0, "")
    assert ending.after is not None
    assert 0 < ending.after < LIMIT
    assert driver.given["manifest_dir"] == str(tmp_path)
    assert gone_file(work_dir)


async def test_its_work_dir_is_fresh_and_empty_for_each_start(tmp_path: Path) -> None:
    program = "import os; print(os.listdir('.')); open('state', 'w').close()"
    start = f'command = ["{{python}}", "{tmp_path.as_posix()}/dev.py"]\ncwd = "{{work_dir}}"'
    driver = ProcessDriver(manifest(tmp_path, program, start=start))
    for _ in range(2):
        await driver.start(GIVEN)
        assert await driver.wait(LIMIT)
    await driver.stop()
    assert driver.output() == "[]\n\n[… started again …]\n[]\n"


async def test_surroundings_are_awkward_and_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    program = """
        import os
        names = ("PYTHONPATH", "HTTPS_PROXY", "LC_ALL", "TZ")
        print({name: os.environ.get(name) for name in names})
    """
    driver = ProcessDriver(
        manifest(
            tmp_path, program, start='command = ["{python}", "dev.py"]\nenv = { TZ = "Etc/UTC" }'
        )
    )
    await driver.start(GIVEN)
    assert await driver.wait(LIMIT)
    await driver.stop()
    assert "'PYTHONPATH': None, 'HTTPS_PROXY': None" in driver.output()
    assert "'TZ': 'Etc/UTC'" in driver.output()
    assert re.search(r"'LC_ALL': '(C\.UTF-8|(?!en)\w\w_\w\w\.(UTF-8|utf8))'", driver.output())


async def test_is_stopped_when_it_is_asked(tmp_path: Path) -> None:
    driver = ProcessDriver(manifest(tmp_path, WAITS))
    await driver.start(GIVEN)
    await ready(driver)
    assert driver.running
    assert not driver.on_end.is_set()
    assert not await driver.wait(0.01)
    ending = await driver.stop()
    assert (ending.how, ending.reason, driver.running) == ("stopped", "", False)
    assert await driver.stop() is ending
    assert driver.on_end.is_set()


@posix
async def test_is_killed_when_it_does_not_listen(tmp_path: Path) -> None:
    program = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITS}"
    driver = ProcessDriver(manifest(tmp_path, program), grace=0.2)
    await driver.start(GIVEN)
    await ready(driver)
    ending = await driver.stop()
    assert (ending.how, ending.code) == ("killed", -9)
    assert ending.reason == "it did not end within 0.2 s when asked"


@posix
async def test_is_killed_even_when_it_is_halted(tmp_path: Path) -> None:
    program = "import os, signal; print('pid', os.getpid(), flush=True)\n"
    driver = ProcessDriver(
        manifest(tmp_path, program + "os.kill(os.getpid(), signal.SIGSTOP)"), grace=0.1
    )
    await driver.start(GIVEN)
    await until(lambda: pids(driver.output()))
    pid = pids(driver.output())[0]
    await until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    assert (await driver.stop()).how == "killed"
    assert gone(pid)


async def test_prints_megabytes_and_both_ends_are_kept(tmp_path: Path) -> None:
    program = """
        import sys
        print("first")
        for _ in range(5 * 1024):
            print("x" * 1023)
        print("last", file=sys.stderr)
    """
    driver = ProcessDriver(manifest(tmp_path, program))
    await driver.start(GIVEN)
    assert await driver.wait(LIMIT)
    await driver.stop()
    output = driver.output()
    assert output.startswith("first\nxxx")
    assert output.endswith("xxx\nlast\n")
    dropped = 5 * 1024 * 1024 + len("first\nlast\n") - 2 * 64 * 1024
    assert f"\n[… {dropped} bytes left out …]\n" in output
    assert len(output) < 129 * 1024


async def test_floods_without_holding_up_the_loop(tmp_path: Path) -> None:
    program = "import os\nwhile True: os.write(1, b'x' * 65536)"
    driver = ProcessDriver(manifest(tmp_path, program))
    await driver.start(GIVEN)
    await until(lambda: "left out" in driver.output())
    late = 0.0
    for _ in range(20):
        before = time.monotonic()
        await asyncio.sleep(0.01)  # what is measured: how late a timer is under the flood
        late = max(late, time.monotonic() - before - 0.01)
    await driver.stop()
    assert late < 0.5
    assert len(driver.output()) < 129 * 1024


async def test_prints_secrets_which_the_redactor_finds(tmp_path: Path) -> None:
    key = GIVEN["symmetric_key"]
    rest = f'[bench]\nsymmetric_key = "{key}"'
    start = 'command = ["{python}", "dev.py", "{symmetric_key}"]'
    own = manifest(tmp_path, "import sys; print('key:', sys.argv[1])", start=start, rest=rest)
    driver = ProcessDriver(own)
    await driver.start(GIVEN)
    assert await driver.wait(LIMIT)
    await driver.stop()
    assert Redactor(own.secrets).text(driver.output()) == "key: <secret>\n"


async def test_crashes_at_once(tmp_path: Path) -> None:
    driver = ProcessDriver(manifest(tmp_path, "raise SystemExit('no such scope')"))
    await driver.start(GIVEN)
    assert await driver.wait(LIMIT)
    ending = await driver.stop()
    assert (ending.how, ending.code, driver.output()) == ("exited", 1, "no such scope\n")


@posix
async def test_dies_of_a_signal(tmp_path: Path) -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    driver = ProcessDriver(manifest(tmp_path, program))
    await driver.start(GIVEN)
    assert await driver.wait(LIMIT)
    ending = await driver.stop()
    assert (ending.how, ending.code, ending.reason) == ("exited", -11, "by signal SIGSEGV")


async def test_ends_by_itself_though_it_is_for_ever(tmp_path: Path) -> None:
    start = 'command = ["{python}", "dev.py"]\nruns = "forever"'
    driver = ProcessDriver(manifest(tmp_path, "", start=start))
    await driver.start(GIVEN)
    assert await driver.wait(LIMIT)
    assert (await driver.stop()).reason == 'it must not end by itself ([start] runs = "forever")'


@posix
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no first line", "./dev is not a program that this system can run; is its first line"
         " missing?"),
        ("#!/no/such/interpreter\n", "./dev is there, but the interpreter that its first line names"
         " is not"),
        (None, "no such program: {}/dev; a path is relative to [start] cwd"),
    ],
    ids=["no-format", "no-interpreter", "missing"],
)  # fmt: skip
async def test_never_started(tmp_path: Path, text: str | None, sentence: str) -> None:
    file = tmp_path / "dev"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    own = manifest(tmp_path, start='command = ["./dev"]')
    file.unlink() if text is None else file.write_text(text)
    driver = driver_for(own)
    with pytest.raises(DeviceNotStarted) as caught:
        await driver.start(GIVEN)
    assert str(caught.value) == sentence.format(tmp_path)
    assert driver.on_end.is_set()
    assert not driver.running
    assert gone_file(driver.given["work_dir"])
    ending = await driver.stop()
    assert (ending.how, ending.reason) == ("never started", str(caught.value))


async def test_never_started_for_want_of_a_value(tmp_path: Path) -> None:
    driver = ProcessDriver(manifest(tmp_path, start='command = ["{python}", "{hub_host}"]'))
    with pytest.raises(DeviceNotStarted) as caught:
        await driver.start(GIVEN)
    assert str(caught.value) == "{hub_host} has no value here: this scenario has no such thing"


async def test_a_driver_that_was_never_used_says_so(tmp_path: Path) -> None:
    driver = ProcessDriver(manifest(tmp_path))
    assert str(await driver.stop()) == "never started: the scenario did not start it"
    assert not driver.running
    assert driver.output() == ""


async def test_is_not_started_twice_at_a_time(tmp_path: Path) -> None:
    driver = ProcessDriver(manifest(tmp_path, WAITS))
    await driver.start(GIVEN)
    with pytest.raises(RuntimeError, match="stop it before"):
        await driver.start(GIVEN)
    await driver.stop()


async def test_many_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    own = manifest(tmp_path, "import sys; print(sys.argv[1])",
                   start='command = ["{python}", "dev.py", "{device_id}"]')  # fmt: skip

    async def one(name: str) -> str:
        driver = ProcessDriver(own)
        await driver.start({"device_id": name})
        assert await driver.wait(LIMIT)
        await driver.stop()
        return driver.output().strip()

    names = [f"dev-{number}" for number in range(6)]
    assert await asyncio.gather(*map(one, names)) == names
