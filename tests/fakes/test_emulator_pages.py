"""What docs/ says of the emulator: the options as they are, the example as it stands."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest
from hub_devices import Paho, token

from fakes.choices import SERVICES, BadChoice, Choices, settable
from fakes.iotda import IotDaOptions
from fakes.options_page import PAGE, page
from protocol.hub_topics import METHODS_FILTER

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "emulator.md").read_text("utf-8")


def test_the_page_of_options_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m fakes.options_page > docs/options.md"


def test_every_option_is_on_the_page() -> None:
    rows = re.findall(r"(?m)^\| `(\w+)` \|", page())
    assert rows == [name for made in SERVICES.values() for name, *_ in made().provenance()]


def test_the_manual_tells_every_option_of_the_command() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "fakes", "--help"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    options = set(re.findall(r"(?m)^  (--\w+)", told))
    rows = [row for row in MANUAL.splitlines() if row.startswith("| `--")]
    assert len(options) == 8
    assert options == {each for row in rows for each in re.findall(r"`(--\w+)", row)}


@pytest.mark.parametrize("name", settable())
def test_the_default_of_each_option_can_be_chosen_by_text(name: str) -> None:
    service, _, option = name.partition(".")
    default = getattr(SERVICES[service](), option)
    text = str(default).lower() if default is None or isinstance(default, bool) else str(default)
    chosen = getattr(Choices.read([f"{name}={text}"]), service)
    assert getattr(chosen, option) == default
    assert type(getattr(chosen, option)) is type(default)


def test_the_later_of_two_choices_counts() -> None:
    chosen = Choices.read(["iotda.stamp_future=1", "iotda.will=refuse", "iotda.stamp_future=none"])
    assert chosen.iotda == IotDaOptions(stamp_future=None, will="refuse")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("dps.retry_after", "expected dps.retry_after=VALUE, VALUE being a whole number"),
        ("dps.retry_after=-1", "expected a whole number"),
        ("dps.retry_after=1.5", "expected a whole number"),
        ("dps.polls_limited=1", "expected true, false"),
        ("hub.connack=3", "no such option"),
        ("retry_after=3", "did you mean dps.retry_after?"),
        ("iotda.stamp_future=never", "expected a number or none"),
        ("", "no such option"),
    ],
)
def test_a_choice_that_cannot_be_made_says_what_can(text: str, problem: str) -> None:
    with pytest.raises(BadChoice, match=re.escape(problem)):
        Choices.read([text])


@pytest.mark.asyncio
async def test_the_example_works_as_it_stands(tmp_path: Path) -> None:
    [example] = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", example, cwd=tmp_path, stdout=PIPE, stderr=PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        given = await _values(process)
        device = await _device(given)
        came = sorted([await device.message(), await device.message()], key=lambda one: one.topic)
        asked, greeting = came  # $iothub/…, devices/…
        assert greeting.payload == b"good morning"
        rid = asked.topic.partition("$rid=")[2]
        device.client.publish(f"$iothub/methods/res/202/?$rid={rid}", b'{"soon": true}')
        output, errors = await asyncio.wait_for(process.communicate(), 20)
        await device.leave()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (output.decode().strip(), errors) == ("answered 202: {'soon': True}", b"")


async def _values(process: Process) -> dict[str, str]:
    assert process.stdout
    given: dict[str, str] = {}
    while "IOTDA_SECRET" not in given:
        text = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        if text.startswith("export "):
            name, _, value = shlex.split(text)[1].partition("=")
            given[name] = value
    while not text.startswith('  -m \'{"services"') or "22.5" not in text:  # the last that it tells
        text = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
    return given


async def _device(given: dict[str, str]) -> Paho:
    device = Paho.make(
        given["DEVICE_ID"],
        username=given["HUB_MQTT_USER"],
        password=token(given["HUB_HOST"], given["DEVICE_ID"], given["DEVICE_KEY"]),
        ca_file=given["CA_FILE"],
    )
    assert await device.connect(given["HUB_HOST"], int(given["HUB_MQTTS_PORT"])) == 0
    down = f"devices/{given['DEVICE_ID']}/messages/devicebound/#"
    assert await device.subscribe((down, 0), (METHODS_FILTER, 0)) == [0, 0]
    return device
