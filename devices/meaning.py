"""What a manifest's sections mean together: files, programs, placeholders, contradictions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from devices.lines import Path as Place
from devices.model import Address, Deviation, Sections, Start
from devices.placeholders import PLACEHOLDERS, PlaceholderError, names
from devices.problems import Problems, suggestion
from devices.programs import NoProgram, find_program

DRIVES = ("command", "trigger", "manual")
FIXED_PORTS = {"https": 443, "mqtts": 8883, "mqtt": 1883}


def check_device(sections: Sections, directory: Path, problems: Problems) -> None:
    """The firmware is there to be hashed."""
    firmware = getattr(sections.device, "firmware", None)
    _check_file(firmware, ("device", "firmware"), directory, problems)


def check_start(start: Start, raw: Mapping[str, Any], directory: Path, problems: Problems) -> None:
    """One way to start; its programs, files and placeholders exist."""
    for place, text in _texts(raw, ("start",)):
        _check_placeholders(place, text, problems)
    _check_drive(raw, problems)
    cwd = _check_cwd(start, directory, problems)
    _check_environment(start, raw, directory, problems)
    for key in ("command", "trigger"):
        argv = getattr(start, key)
        if argv and cwd:
            _check_program(argv, ("start", key), cwd, start.env.get("PATH"), problems)


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text in a value that may hold placeholders, with its place."""
    match value:
        case str():
            yield place, value
        case dict():
            kept = value if len(place) > 1 else {k: value.get(k) for k in (*DRIVES, "cwd", "env")}
            for key, item in kept.items():
                yield from _texts(item, (*place, key))
        case list():
            for number, item in enumerate(value):
                yield from _texts(item, (*place, number))


def _check_placeholders(place: Place, text: str, problems: Problems) -> None:
    try:
        used = names(text)
    except PlaceholderError as error:
        problems.add(place, f"{error}, found in {text!r}")
        return
    for name in used:
        if name not in PLACEHOLDERS:
            near = suggestion(name, list(PLACEHOLDERS), form="{{{}}}")
            said = near or "; docs/manifest.md lists them"
            problems.add(place, f"unknown placeholder {{{name}}}{said}")


def _check_drive(raw: Mapping[str, Any], problems: Problems) -> None:
    ways = [key for key in DRIVES if raw.get(key) not in (None, False)]
    if len(ways) != 1:
        found = " and ".join(ways) or "none"
        problems.add(("start",), f"expected exactly one of command, trigger, manual; found {found}")
    if ways == ["manual"]:
        for key in ("cwd", "env", "environment"):
            if key in raw:
                problems.add(("start", key), "does nothing with manual = true; take it out")


def _check_cwd(start: Start, directory: Path, problems: Problems) -> Path | None:
    """The directory to start in; None where it is not known or not there."""
    if start.cwd is None:
        return directory
    if "{" in start.cwd:
        return None
    cwd = directory / start.cwd
    if cwd.is_dir():
        return cwd
    problems.add(("start", "cwd"), f"no such directory: {cwd}; it is relative to the manifest")
    return None


def _check_environment(
    start: Start, raw: Mapping[str, Any], directory: Path, problems: Problems
) -> None:
    place = ("start", "environment")
    _check_file(start.environment, place, directory, problems)
    if start.environment and not any("{python}" in text for _, text in _texts(raw, ("start",))):
        problems.add(place, "nothing uses it; name its interpreter as {python} in command")


def _check_program(
    argv: Sequence[str], place: Place, cwd: Path, search: str | None, problems: Problems
) -> None:
    if argv[0] == "{python}" and len(argv) > 1:
        script = argv[1]
        if script.endswith(".py") and "{" not in script and not (cwd / script).is_file():
            said = f"no such file: {cwd / script}; a path is relative to [start] cwd"
            problems.add((*place, 1), said)
    if "{" in argv[0]:
        return
    plain = search if search and "{" not in search else None
    try:
        find_program(argv[0], cwd=cwd, search=plain)
    except NoProgram as error:
        problems.add((*place, 0), str(error))


def _check_file(name: str | None, place: Place, directory: Path, problems: Problems) -> None:
    if name is not None and not (directory / name).is_file():
        said = f"no such file: {directory / name}; a path is relative to the manifest"
        problems.add(place, said)


def ports(address: Address) -> dict[str, int]:
    """The port for "https", "mqtts" and "mqtt"; 0 means any free one."""
    usual = FIXED_PORTS if address.fixed_ports else {}
    given = {"https": address.https, "mqtts": address.mqtts, "mqtt": address.mqtt}
    return {kind: port or usual.get(kind, 0) for kind, port in given.items()}


def one_lane(sections: Sections) -> bool:
    """Whether only one such device can run at a time: a board, or one address with fixed ports."""
    start, address = sections.start, sections.address
    board = bool(start.trigger or start.manual)
    return board or bool(address.host and any(ports(address).values()))


def check_address(sections: Sections, problems: Problems) -> None:
    """Addresses and ports that can be listened on, by as many lanes as were asked for."""
    start, address = sections.start, sections.address
    _check_host(address.host, problems)
    used: dict[int, str] = {}
    for kind, port in ports(address).items():
        if port and port in used:
            problems.add(("address", kind), f"port {port} is taken by {used[port]}; give another")
        used.setdefault(port, kind)
    way = "trigger" if start.trigger else "manual" if start.manual else ""
    if way and address.host is None:
        reason = "the IP address that the device calls (127.0.0.1 if it is on this machine)"
        problems.add(("address", "host"), f"missing; [start] {way} needs {reason}")
    if (sections.bench.lanes or 1) > 1 and one_lane(sections):
        reason = f"[start] {way} is one board" if way else "[address] has one host with fixed ports"
        problems.add(("bench", "lanes"), f"expected 1, found {sections.bench.lanes}; {reason}")


def _check_host(host: str | None, problems: Problems) -> None:
    if host is None:
        return
    try:
        usable = not (ip_address(host).is_unspecified or ip_address(host).is_multicast)
    except ValueError:
        usable = False
    if not usable:
        said = f"expected an IP address that the device can call, found {host!r}"
        problems.add(("address", "host"), said)


def check_deviations(
    deviations: Sequence[Deviation], requirements: Collection[str] | None, problems: Problems
) -> None:
    """Deviations name requirements that exist, each failure once."""
    seen: set[tuple[str, str]] = set()
    for number, each in enumerate(deviations):
        if each.id and requirements is not None and each.id not in requirements:
            said = suggestion(each.id, sorted(requirements), form="{}")
            said = said or "; ./certify --collect-only shows them"
            problems.add(("deviations", number, "id"), f"unknown requirement {each.id}{said}")
        if (each.id, each.match) in seen:
            said = f"{each.id} with this match stands above already; take one out"
            problems.add(("deviations", number), said)
        if each.id and each.match:
            seen.add((each.id, each.match))
