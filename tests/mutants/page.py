"""The mutant table as a page: `python -m tests.mutants.page > docs/mutants.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from devices.reference.faults import registry
from tests.mutants.table import MUTANTS, UNCAUGHT, Mutant

HEAD = """# Mutants

Made by `python -m tests.mutants.page > docs/mutants.md`; a test compares, and another runs every
mutant: the reference device with `--fault NAME`. It must be caught by the requirements named, and
by no other. What may become INCONCLUSIVE because the device gets no further is listed too. Delete
any one check, and one of these mutants turns green: the tests try it for every check.

| fault | device | what is broken | caught by | INCONCLUSIVE then |
|---|---|---|---|---|
"""

REST = """
# Faults that nothing catches yet

| fault | why |
|---|---|
"""


def markdown(mutants: Iterable[Mutant]) -> str:
    """The page."""
    said = {fault.name: fault.description for fault in registry()}
    rows = [
        f"| {each.fault or each.without} | {each.device} | "
        f"{said.get(each.fault, 'The manifest does not claim this.')} | {', '.join(each.trips)} | "
        f"{', '.join(each.follows)} |"
        for each in mutants
    ]
    rest = [f"| {name} | {why} |" for name, why in UNCAUGHT.items()]
    return HEAD + "\n".join(rows) + "\n" + REST + "\n".join(rest) + "\n"


if __name__ == "__main__":
    sys.stdout.write(markdown(MUTANTS))
