"""Run the documents' own listings as devices, with addresses, keys, ids and the CA file replaced.

The listings are not part of the project: they are cut out of the documents, in a folder that the
caller names, each time one is run. What is replaced is replaced by exact string replacement, once
per place, with the values a lane gives (the names of the manifest's placeholders); nothing else of
a listing changes. As a program, this module writes a listing down and then *is* that device:

    python tests/listings.py FLOW DOCUMENTS DIRECTORY NAME=VALUE ...

`command(flow, documents)` is that line for a manifest's `start.command`; everything else (features,
environment, ports) is the same as in the flow's manifest under examples/.

000 names a sample of the SDK's repository and has no listing. A copy of it lying among the
documents as `provision_symmetric_key.py` is run as it is; everything reaches it by environment.
001 enrolls; a device of the group is not in it, so examples/'s own follows. 002 is not a program
but lines for a reader to fill in and enter; `how_to_reader` does that.
"""

from __future__ import annotations

import ast
import io
import re
import runpy
import sys
import textwrap
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FLOWS = ("000", "001", "002-individual", "002-group", "003", "004")

SAMPLE = "provision_symmetric_key.py"
SHARED = ("dps_host", "dps_https_port", "hub_https_port", "id_scope", "registration_id")
NEEDS = {
    "000": (),
    "001": ("dps_service_connection_string", "signing_cert_file", "enrollment_group_id"),
    "002-individual": (*SHARED, "symmetric_key"),
    "002-group": (*SHARED, "group_key"),
    "003": ("hub_host", "device_id", "device_key", "ca_file"),
    "004": ("iotda_host", "iotda_product_id", "iotda_secret"),
}
"""The placeholders that each flow's listing takes the place of a constant from."""

CONSTANTS = {
    "001": {
        "CONNECTION_STRING": "dps_service_connection_string",
        "SIGNING_CERT": "signing_cert",
        "GROUP_ID": "enrollment_group_id",
    },
    "003": {
        "hubAddress": "hub_host",
        "deviceId": "device_id",
        "deviceKey": "device_key",
        "certPath": "ca_file",
    },
    "004": {
        "SERVER": "iotda_host",
        "DeviceID": "iotda_product_id",
        "DeviceSecret": "iotda_secret",
    },
}
"""Per listing: the constants that stand for addresses, keys, ids and the CA, and their values."""


class ListingError(Exception):
    """The document is not there, or does not look the way this module knows it."""


def command(flow: str, documents: Path) -> list[str]:
    """The manifest's start command that runs the listing of `flow`, placeholders included."""
    given = [f"{name}={{{name}}}" for name in NEEDS[flow]]
    return ["{python}", str(Path(__file__).resolve()), flow, str(documents), "{work_dir}", *given]


def available(flow: str, documents: Path) -> bool:
    """Whether there is anything to run."""
    return (documents / SAMPLE).exists() if flow == "000" else bool(_documents(flow, documents))


def write(flow: str, documents: Path, directory: Path, given: Mapping[str, str]) -> list[Path]:
    """Cut out the listing of `flow`, fill it in and write it down: its files, in order of use."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in _filled(flow, extract(flow, documents), given).items():
        written.append(directory / name)
        written[-1].write_text(text, encoding="utf-8")
    return written


def extract(flow: str, documents: Path) -> dict[str, str]:
    """File name and text of each part of a listing, nothing replaced yet."""
    if flow == "000":
        return {SAMPLE: _read(documents / SAMPLE)}
    found = _documents(flow, documents)
    if len(found) != 1:
        raise ListingError(f"expected one document {flow[:3]}_*.txt in {documents}, found {found}")
    text = _read(found[0])
    match flow[:3]:
        case "001":
            return {"EnrollmentGroup.py": "\n".join(_fenced(text))}
        case "002":
            return how_to_parts(text)
        case "003":
            return {"paho_listing.py": _unflattened(text)}
    return {"main.py": _only(block for block in _fenced(text) if "import " in block)}


def _documents(flow: str, documents: Path) -> list[Path]:
    return sorted(documents.glob(f"{flow[:3]}_*.txt"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ListingError(f"there is no {path}") from None


def _only(texts: Iterable[str]) -> str:
    found = list(texts)
    if len(found) != 1:
        raise ListingError(f"expected one such text, found {len(found)}")
    return found[0]


# Markdown: 001 and 004


def _fenced(text: str) -> list[str]:
    """The Python blocks of a Markdown document, without the list indentation before them."""
    blocks = re.findall(r"^[ ]*```python\n(.*?)^[ ]*```", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in blocks]


# 003 comes as one line


JOINS = frozenset(["and", "as", "else", "in", "is", "or"])
"""Names that continue a statement; after them and these others one cannot end."""
JOINING = JOINS | {"def", "for", "from", "if", "import", "lambda", "not", "return"}


def _unflattened(text: str) -> str:
    """The listing that 003 has on one line, as lines again."""
    line = _only(line for line in text.splitlines() if line.startswith("import "))
    return "".join(_indented(_statements(line)))


def _statements(line: str) -> Iterator[str]:
    """The statements of a line: one ends where two tokens meet that no expression joins."""
    start, depth, last = 0, 0, ""
    for token in tokenize.generate_tokens(io.StringIO(line).readline):
        depth += (token.string in "([{") - (token.string in ")]}") if token.string else 0
        if start < token.start[1] and not depth and _begins(token, last):
            yield line[start : token.start[1]].strip()
            start = token.start[1]
        last = token.string
        if token.type == tokenize.NEWLINE:
            break
    yield line[start:].strip()


def _begins(token: tokenize.TokenInfo, last: str) -> bool:
    """Whether a statement begins with this token, outside brackets, `last` being the one before."""
    if token.type != tokenize.NAME or token.string in JOINS or last in JOINING:
        return False
    return last[-1:] in (":", ")", "]", "}", "'", '"') or last.isidentifier() or last.isdigit()


def _indented(statements: Iterable[str]) -> Iterator[str]:
    """Lines with their indentation: a function ends with its return, or where the next begins."""
    inside = False
    for statement in statements:
        inside = inside and not statement.startswith("def ")
        yield ("    " if inside else "") + statement + "\n"
        inside = (inside or statement.endswith(":")) and not statement.startswith("return ")


# Replacing


def _filled(flow: str, parts: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The parts with the constants replaced; those of 002 are filled in as they are entered."""
    names = CONSTANTS.get(flow, {})
    values = dict(given)
    if "signing_cert_file" in given:
        values["signing_cert"] = _read(Path(given["signing_cert_file"]))
    return {
        file: _replaced(text, {constant: values[name] for constant, name in names.items()})
        for file, text in parts.items()
    }


def _replaced(text: str, values: Mapping[str, str]) -> str:
    """`text` with the string that each of these module constants is set to replaced by another."""
    if not values:
        return text
    for constant, value in values.items():
        old = _only(_literals(text, constant))
        if text.count(old) != 1:
            raise ListingError(f"the value of {constant} is not in one place only")
        text = text.replace(old, repr(value))
    return text


def _literals(text: str, constant: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str())):
                if name == constant:
                    yield ast.get_source_segment(text, node.value) or ""


# 002 comes in parts


def how_to_parts(text: str) -> dict[str, str]:
    """002's shell script, token generator and three curl commands, places to fill in and all."""
    register, poll, send = _commands(text)
    return {
        "derive.sh": _between(text, "KEY=", "echo -n"),
        "generate_token.py": _between(text, "from base64", "print(generate"),
        "register.sh": register,
        "poll.sh": poll,
        "send.sh": send,
    }


def _commands(text: str) -> list[str]:
    """The commands with places to fill in; the others are examples."""
    lines = [line + "\n" for line in text.splitlines() if line.startswith("curl ")]
    commands = [line for line in lines if "[sas_token]" in line]
    if len(commands) != 3:
        raise ListingError(f"expected three curl commands, found {len(commands)}")
    return commands


def _between(text: str, first: str, last: str) -> str:
    """The lines from the one that starts with `first` to the next that starts with `last`."""
    block = rf"^ *{re.escape(first)}.*?^ *{re.escape(last)}[^\n]*\n"
    return textwrap.dedent(_only(re.findall(block, text, re.MULTILINE | re.DOTALL)))


def main(flow: str, documents: str, directory: str, *given: str) -> None:
    """Write a listing down and be that device."""
    values = dict(item.split("=", 1) for item in given)
    files = write(flow, Path(documents), Path(directory), values)
    if flow.startswith("002"):
        from how_to_reader import Reader  # run as a program, so its folder is on the path

        Reader(Path(directory), values).provision()
        return
    sys.path.pop(0)  # tests/: no listing shall import from here
    runpy.run_path(str(files[0]), run_name="__main__")
    if flow == "001":
        device = EXAMPLES / "001-provisioning-service-client" / "provision.py"
        runpy.run_path(str(device), run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
