"""No orphans, whatever a device starts and however the run ends."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from devices.process import ProcessDriver
from tests.devices.making import GIVEN, LIMIT, WAITS, gone, manifest, pids, posix, ready, until

pytestmark = pytest.mark.asyncio

CHILDREN = """
    import os, subprocess, sys, time
    SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
    def child(**options):
        pid = subprocess.Popen(SLEEP, **options).pid
        os.write(1, f"pid {pid}{chr(10)}".encode())
    child()
    child(start_new_session=True)
    child(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={})
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            child()
        os._exit(0)
    os.wait()
    print("ready", flush=True)
"""


@posix
@pytest.mark.parametrize("end", ["", "time.sleep(600)"], ids=["exits", "stays"])
async def test_leaves_no_children_behind(tmp_path: Path, end: str) -> None:
    driver = ProcessDriver(manifest(tmp_path, dedent(CHILDREN) + end))
    await driver.start(GIVEN)
    await ready(driver)
    await until(lambda: len(pids(driver.output())) == 4)
    if not end:
        assert await driver.wait(LIMIT)
    ending = await driver.stop()
    children = pids(driver.output())
    assert len(children) == 4
    assert [pid for pid in children if not gone(pid)] == []
    assert ending.how == ("stopped" if end else "exited")
    assert re.fullmatch(r"it left \d process(es)? behind, which we killed", ending.reason)


@posix
async def test_no_orphan_when_the_stop_is_cancelled(tmp_path: Path) -> None:
    program = f"""
        import os, signal
        signal.signal(signal.SIGTERM, lambda *_: print("asked", flush=True))
        print("pid", os.getpid(), flush=True)
        {WAITS}
    """
    driver = ProcessDriver(manifest(tmp_path, program), grace=600)
    await driver.start(GIVEN)
    await ready(driver)
    stopping = asyncio.create_task(driver.stop())
    await until(lambda: "asked" in driver.output())
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    await until(lambda: gone(pids(driver.output())[0]))
    assert str(await driver.stop()).endswith("the watch was broken off")


async def test_no_orphan_when_the_driver_is_forgotten(tmp_path: Path) -> None:
    driver = ProcessDriver(manifest(tmp_path, f"import os; print('pid', os.getpid()); {WAITS}"))
    await driver.start(GIVEN)
    await ready(driver)
    pid = pids(driver.output())[0]
    del driver
    await until(lambda: gone(pid))


LEAVER = """
    import asyncio, sys
    from devices.process import ProcessDriver
    from tests.devices.making import manifest, pids, until
    from pathlib import Path

    async def main():
        global driver
        driver = ProcessDriver(manifest(Path(sys.argv[1]), '''
    import os, time
    if hasattr(os, "fork") and os.fork() == 0:
        os.setsid()
    os.write(1, f"pid {os.getpid()}{chr(10)}".encode())
    time.sleep(600)
    '''))
        await driver.start({})
        await until(lambda: len(pids(driver.output())) == 2)
        print(driver.output())
        raise SystemExit(3)

    asyncio.run(main())
"""


@posix
async def test_no_orphan_when_the_interpreter_ends(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent.parent
    argv = [sys.executable, "-c", dedent(LEAVER), str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    done = await asyncio.to_thread(
        subprocess.run, argv, capture_output=True, env=environ, text=True, timeout=LIMIT
    )
    found = pids(done.stdout)
    assert (done.returncode, len(found), done.stderr) == (3, 2, "")
    assert [pid for pid in found if not gone(pid)] == []
