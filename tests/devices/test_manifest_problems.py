"""Every way in which a manifest can be wrong, and the exact sentence for it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from devices.manifest import load
from devices.problems import ManifestError
from tests.devices.making import FEATURES

REQUIREMENTS = ("DPS-POLL-1", "DPS-POLL-2", "HUB-SAS-1")
DEVICE = '[device]\nname = "dev"'
START = '[start]\ncommand = ["{python}"]'
PROFILE = '[profile]\nfeatures = ["dps.https", "dps.symmetric-key"]'


def told(directory: Path, text: str) -> list[str]:
    """The problems of a manifest, without its directory's name."""
    file = directory / "m.toml"
    file.write_text(text)
    (directory / "script").write_text("no program")
    with pytest.raises(ManifestError) as caught:
        load(file, features=FEATURES, requirements=REQUIREMENTS, environ={"EMPTY": ""})
    return str(caught.value).replace(f"{directory}/", "").splitlines()


def rest(text: str) -> str:
    """A manifest that is good in lines 1 to 6, then the text from line 7 on."""
    return f"{DEVICE}\n{START}\n{PROFILE}\n{dedent(text).strip()}\n"


def start(text: str) -> str:
    """A manifest with the [start] section given, which begins in line 5."""
    return f"{DEVICE}\n{PROFILE}\n[start]\n{dedent(text).strip()}\n"


def claims(*features: str) -> str:
    """A manifest that claims features, in line 6."""
    quoted = ", ".join(f'"{feature}"' for feature in features)
    return f"{DEVICE}\n{START}\n[profile]\nfeatures = [{quoted}]\n"


def deviation(**changes: str) -> str:
    """A manifest with one deviation: lines 8 to 11 are id, reason, expires, match."""
    good = {"id": '"DPS-POLL-2"', "reason": '"r"', "expires": "2027-01-31", "match": '"m"'}
    keys = "\n".join(f"{key} = {value}" for key, value in {**good, **changes}.items())
    return rest(f"[[deviations]]\n{keys}")


CATALOGUE = {
    "no-name": (
        f"[device]\n{START}\n{PROFILE}",
        """m.toml:1: [device] name: missing; say what the device is called: name = "…\"""",
    ),
    "empty-name": (
        f'[device]\nname = ""\n{START}\n{PROFILE}',
        "m.toml:2: [device] name: expected letters, digits, '.', '_' or '-' only"
        " (it names cases), found ''",
    ),
    "unsafe-name": (
        f'[device]\nname = "a/b c"\n{START}\n{PROFILE}',
        "m.toml:2: [device] name: expected letters, digits, '.', '_' or '-' only"
        " (it names cases), found 'a/b c'",
    ),
    "no-firmware": (
        f'{DEVICE}\nfirmware = "fw.bin"\n{START}\n{PROFILE}',
        "m.toml:3: [device] firmware: no such file: fw.bin; a path is relative to the manifest",
    ),
    "section-misspelt": (
        f"{DEVICE}\n{START.replace('start', 'strat')}\n{PROFILE}",
        "m.toml:3: [strat]: unknown section; did you mean [start]?",
    ),
    "section-unknown": (
        rest("[zigbee]\nchannel = 11"),
        "m.toml:7: [zigbee]: unknown section;"
        " valid are address, bench, deviations, device, profile, start",
    ),
    "section-missing": (
        f"{DEVICE}\n{START}",
        'm.toml:1: [profile]: missing; say what the device claims: features = ["dps.https", …]',
    ),
    "key-outside": (
        f"patience = 3\n{DEVICE}\n{START}\n{PROFILE}",
        "m.toml:1: patience: outside of any section; it belongs in [bench]",
    ),
    "key-misspelt": (
        start('comand = ["{python}"]'),
        "m.toml:6: [start] comand: unknown key; did you mean 'command'?",
    ),
    "key-elsewhere": (
        rest("[bench]\nfixed_ports = true"),
        "m.toml:8: [bench] fixed_ports: unknown key; it belongs in [address]",
    ),
    "key-unknown": (
        rest("[address]\nzzz = 1"),
        "m.toml:8: [address] zzz: unknown key; valid are fixed_ports, host, https, mqtt, mqtts",
    ),
    "section-no-table": (
        f"profile = 3\n{DEVICE}\n{START}",
        "m.toml:1: [profile]: expected a section with keys, found 3",
    ),
    "text-wanted": (
        f"{DEVICE}\nversion = 1.4\n{START}\n{PROFILE}",
        "m.toml:3: [device] version: expected text in quotes, found 1.4",
    ),
    "list-wanted": (
        start('command = "dev --fast"'),
        """m.toml:6: [start] command: expected a list of texts such as ["one", "two"],"""
        " found 'dev --fast'",
    ),
    "list-item": (
        start('command = ["{python}",\n 5]'),
        "m.toml:7: [start] command[1]: expected text in quotes, found 5",
    ),
    "list-empty": (
        start("command = []"),
        "m.toml:6: [start] command: expected at least one text, found an empty list",
    ),
    "table-wanted": (
        start('command = ["{python}"]\nenv = "A=1"'),
        """m.toml:7: [start] env: expected a table such as { NAME = "value" }, found 'A=1'""",
    ),
    "env-number": (
        start('command = ["{python}"]\nenv = { A = 1 }'),
        "m.toml:7: [start] env.A: expected text in quotes, found 1",
    ),
    "truth-wanted": (
        rest('[address]\nfixed_ports = "yes"'),
        "m.toml:8: [address] fixed_ports: expected true or false, found 'yes'",
    ),
    "choice-wanted": (
        start('command = ["{python}"]\nruns = "always"'),
        "m.toml:7: [start] runs: expected 'once' or 'forever', found 'always'",
    ),
    "seconds-wanted": (
        rest('[bench]\npatience = "10 s"'),
        "m.toml:8: [bench] patience: expected a number of seconds, found '10 s'",
    ),
    "seconds-endless": (
        rest("[bench]\npatience = inf"),
        "m.toml:8: [bench] patience: expected a number of seconds, found inf",
    ),
    "seconds-none": (
        rest("[bench]\npatience = 0"),
        "m.toml:8: [bench] patience: expected more than 0, found 0",
    ),
    "no-lanes": (
        rest("[bench]\nlanes = 0"),
        "m.toml:8: [bench] lanes: expected at least 1, found 0",
    ),
    "no-way-to-start": (
        start('cwd = "."'),
        "m.toml:5: [start]: expected exactly one of command, trigger, manual; found none",
    ),
    "two-ways-to-start": (
        start('command = ["{python}"]\nmanual = true') + '[address]\nhost = "192.0.2.1"\n',
        "m.toml:5: [start]: expected exactly one of command, trigger, manual;"
        " found command and manual",
    ),
    "manual-with-env": (
        start("manual = true\nenv = {}") + '[address]\nhost = "192.0.2.1"\n',
        "m.toml:7: [start] env: does nothing with manual = true; take it out",
    ),
    "placeholder-misspelt": (
        start('command = ["{python}", "{dps_hots}"]'),
        "m.toml:6: [start] command[1]: unknown placeholder {dps_hots}; did you mean {dps_host}?",
    ),
    "placeholder-unknown": (
        start('command = ["{python}"]\n[start.env]\nA = "{zzz}"'),
        "m.toml:8: [start] env.A: unknown placeholder {zzz}; docs/manifest.md lists them",
    ),
    "placeholder-in-cwd": (
        start('command = ["{python}"]\ncwd = "{workdir}"'),
        "m.toml:7: [start] cwd: unknown placeholder {workdir}; did you mean {work_dir}?",
    ),
    "lone-brace": (
        start("""command = ["{python}", '{"a": 1']"""),
        "m.toml:6: [start] command[1]: a { on its own; double it if it stands for itself,"
        """ found in '{"a": 1'""",
    ),
    "no-program": (
        start('command = ["no-such-program-here"]'),
        "m.toml:6: [start] command[0]: no program 'no-such-program-here' on PATH;"
        " install it or give its path",
    ),
    "no-program-file": (
        start('command = ["./dev"]'),
        "m.toml:6: [start] command[0]: no such program: dev; a path is relative to [start] cwd",
    ),
    "not-executable": (
        start('command = ["./script"]'),
        "m.toml:6: [start] command[0]: not executable: script;"
        " chmod +x, or name its interpreter first",
    ),
    "no-script": (
        start('command = ["{python}", "dev.py"]'),
        "m.toml:6: [start] command[1]: no such file: dev.py; a path is relative to [start] cwd",
    ),
    "no-directory": (
        start('command = ["{python}"]\ncwd = "src"'),
        "m.toml:7: [start] cwd: no such directory: src; it is relative to the manifest",
    ),
    "no-lock": (
        start('command = ["{python}"]\nenvironment = "requirements.lock"'),
        "m.toml:7: [start] environment: no such file: requirements.lock;"
        " a path is relative to the manifest",
    ),
    "environment-unused": (
        start('command = ["sh"]\nenvironment = "script"'),
        "m.toml:7: [start] environment: nothing uses it;"
        " name its interpreter as {python} in command",
    ),
    "no-address": (
        rest('[address]\nhost = "bench.local"'),
        "m.toml:8: [address] host: expected an IP address that the device can call,"
        " found 'bench.local'",
    ),
    "any-address": (
        rest('[address]\nhost = "0.0.0.0"'),
        "m.toml:8: [address] host: expected an IP address that the device can call,"
        " found '0.0.0.0'",
    ),
    "port-too-high": (
        rest("[address]\nmqtts = 88830"),
        "m.toml:8: [address] mqtts: expected a port from 1 to 65535, found 88830",
    ),
    "port-none": (
        rest("[address]\nmqtts = 0"),
        "m.toml:8: [address] mqtts: expected a port from 1 to 65535, found 0",
    ),
    "port-twice": (
        rest("[address]\nfixed_ports = true\nmqtt = 8883"),
        "m.toml:9: [address] mqtt: port 8883 is taken by mqtts; give another",
    ),
    "trigger-without-address": (
        start('trigger = ["sh"]'),
        "m.toml:1: [address] host: missing; [start] trigger needs the IP address that the device"
        " calls (127.0.0.1 if it is on this machine)",
    ),
    "manual-without-address": (
        start("manual = true"),
        "m.toml:1: [address] host: missing; [start] manual needs the IP address that the device"
        " calls (127.0.0.1 if it is on this machine)",
    ),
    "board-in-lanes": (
        start("manual = true") + '[address]\nhost = "192.0.2.1"\n[bench]\nlanes = 2\n',
        "m.toml:10: [bench] lanes: expected 1, found 2; [start] manual is one board",
    ),
    "fixed-ports-in-lanes": (
        rest('[address]\nhost = "127.0.0.1"\nmqtts = 8883\n[bench]\nlanes = 2'),
        "m.toml:11: [bench] lanes: expected 1, found 2; [address] has one host with fixed ports",
    ),
    "no-claims": (
        claims(),
        "m.toml:6: [profile] features: expected at least one text, found an empty list",
    ),
    "feature-misspelt": (
        claims("dps.http", "dps.symmetric-key"),
        "m.toml:6: [profile] features[0]: unknown feature dps.http; did you mean dps.https?",
    ),
    "feature-unknown": (
        claims("dps.https", "dps.symmetric-key", "zigbee"),
        f"m.toml:6: [profile] features[2]: unknown feature zigbee;"
        f" valid are {', '.join(sorted(FEATURES))}",
    ),
    "no-attestation": (
        claims("dps.https"),
        "m.toml:6: [profile] features: dps needs exactly one of dps.symmetric-key, dps.group-key,"
        " dps.x509; found none; an enrollment has one attestation; write one manifest for each",
    ),
    "two-transports": (
        claims("dps.https", "dps.mqtt", "dps.x509"),
        "m.toml:6: [profile] features: dps needs exactly one of dps.https, dps.mqtt;"
        " found dps.https and dps.mqtt; one start provisions over one transport;"
        " write one manifest for each",
    ),
    "no-hub-transport": (
        claims("hub.sas"),
        "m.toml:6: [profile] features: hub needs one of hub.https, hub.mqtt; found none;"
        " say how it connects",
    ),
    "methods-over-https": (
        claims("hub.https", "hub.sas", "hub.methods"),
        "m.toml:6: [profile] features: hub.methods needs hub.mqtt; found none;"
        " direct methods do not exist over HTTPS",
    ),
    "no-iotda-transport": (
        claims("iotda.commands"),
        "m.toml:6: [profile] features: iotda needs one of iotda.tls, iotda.plain; found none;"
        " say how it connects",
    ),
    "variable-missing": (
        rest('[bench]\ndevice_key = "env:MISSING"'),
        "m.toml:8: [bench] device_key: the environment variable 'MISSING' is not set;"
        " set it before the run",
    ),
    "variable-empty": (
        rest('[bench]\ndevice_key = "env:EMPTY"'),
        "m.toml:8: [bench] device_key: the environment variable 'EMPTY' is empty;"
        " set it before the run",
    ),
    "key-no-base64": (
        rest('[bench]\ngroup_key = "key"'),
        "m.toml:8: [bench] group_key: expected a key in base64, found 3 characters that are not",
    ),
    "key-no-text": (
        rest("[bench]\ngroup_key = 123456"),
        "m.toml:8: [bench] group_key: expected text in quotes, found a number",
    ),
    "id-empty": (
        rest('[bench]\ndevice_id = ""'),
        "m.toml:8: [bench] device_id: expected at least one character, found a text",
    ),
    "no-certificate": (
        rest('[bench]\nx509_cert_file = "c.pem"'),
        "m.toml:8: [bench] x509_cert_file: no such file: c.pem; a path is relative to the manifest",
    ),
    "deviation-unknown": (
        deviation(id='"DPS-POL-1"'),
        "m.toml:8: [[deviations]] id: unknown requirement DPS-POL-1; did you mean DPS-POLL-1?",
    ),
    "deviation-no-day": (
        deviation(expires='"next year"'),
        "m.toml:10: [[deviations]] expires: expected a day such as 2027-03-31, found 'next year'",
    ),
    "deviation-number": (
        deviation(expires="2027"),
        "m.toml:10: [[deviations]] expires: expected a day such as 2027-03-31, found 2027",
    ),
    "deviation-time": (
        deviation(expires="2027-03-31T10:00:00"),
        "m.toml:10: [[deviations]] expires: expected a day such as 2027-03-31,"
        " found 2027-03-31T10:00:00",
    ),
    "deviation-no-reason": (
        deviation(reason='""'),
        "m.toml:9: [[deviations]] reason: expected at least one character, found ''",
    ),
    "deviation-single-brackets": (
        deviation().replace("[[", "[").replace("]]", "]"),
        "m.toml:7: [deviations]: expected [[deviations]] in two brackets, found [deviations]",
    ),
    "syntax": (
        f"{DEVICE}\n[start]\ncommand = dev\n",
        "m.toml:4: column 11: not TOML: Invalid value; texts stand in quotes, lists in [ ]",
    ),
    "syntax-end": (
        f"{DEVICE}\n[start]\ncommand = [\n",
        "m.toml:4: end of the file: not TOML: Invalid value; texts stand in quotes, lists in [ ]",
    ),
    "syntax-twice": (
        f'{DEVICE}\nname = "other"\n',
        "m.toml:3: column 15: not TOML: Cannot overwrite a value;"
        " texts stand in quotes, lists in [ ]",
    ),
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_problem_is_told_in_one_sentence(name: str, tmp_path: Path) -> None:
    text, sentence = CATALOGUE[name]
    assert told(tmp_path, text) == [sentence]


def test_a_missing_part_of_a_deviation_is_told_once_for_each(tmp_path: Path) -> None:
    said = told(tmp_path, rest('[[deviations]]\nid = "HUB-SAS-1"\nexpires = 2027-01-01'))
    sentence = "missing; a deviation needs id, reason, expires and match"
    assert said == [
        f"m.toml:7: [[deviations]] reason: {sentence}",
        f"m.toml:7: [[deviations]] match: {sentence}",
    ]


def test_a_deviation_that_stands_twice_is_told(tmp_path: Path) -> None:
    twice = deviation() + deviation().split(PROFILE)[1]
    sentence = "DPS-POLL-2 with this match stands above already; take one out"
    assert told(tmp_path, twice)[0] == f"m.toml:13: [[deviations]]: {sentence}"


def test_everything_wrong_is_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = """
    [device]
    nme = "dev"
    [strat]
    comand = ["./nope", "{dps_hots}"]
    runs = "always"
    [address]
    https = 99999
    [profile]
    features = ["dps.htps", "dps.x509"]
    [bench]
    patience = -1
    symmetric_key = "env:NOT_SET"
    [[deviations]]
    id = "NONE"
    expires = 2027-01-01
    """
    said = told(tmp_path, dedent(text).lstrip())
    assert [line.split(" ", 1)[1].split(": ")[0] for line in said] == [
        "[device] nme",
        "[strat]",
        "[start] comand",
        "[start] command[1]",
        "[start] command[0]",
        "[start] runs",
        "[address] https",
        "[profile] features[0]",
        "[bench] patience",
        "[bench] symmetric_key",
        "[[deviations]] reason",
        "[[deviations]] match",
        "[[deviations]] id",
    ]


def test_an_unknown_requirement_is_let_be_where_none_are_known(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_text(deviation(id='"ANY-1"'))
    assert load(file, features=FEATURES).deviations[0].id == "ANY-1"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda file: None, "m.toml:1: cannot be read: No such file or directory"),
        (lambda file: file.mkdir(), "m.toml:1: cannot be read: Is a directory"),
        (
            lambda file: file.write_bytes(b"[device]\nname = '\xe4'\n"),
            "m.toml:2: expected UTF-8 text, found byte 0xe4",
        ),
    ],
    ids=["missing", "directory", "latin-1"],
)
def test_a_file_that_is_no_text_is_told(tmp_path: Path, make: object, sentence: str) -> None:
    assert callable(make)
    make(tmp_path / "m.toml")
    with pytest.raises(ManifestError) as caught:
        load(tmp_path / "m.toml", features=FEATURES)
    assert str(caught.value) == f"{tmp_path}/{sentence}"
