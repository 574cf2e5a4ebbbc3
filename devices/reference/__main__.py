"""Start: `python devices/reference azure-mqtt …`, or `python -m devices.reference …`."""

from __future__ import annotations

import os
import sys
from importlib import import_module


def package() -> str:
    """The name under which the sibling modules can be imported.

    Started as a directory, Python puts that directory on the path and knows no package. The parent
    is put there instead, for this one import: were it to stay, the parent's other modules could
    stand in for modules of the standard library that have the same name.
    """
    if __package__:
        return __package__
    here = os.path.dirname(os.path.abspath(__file__))
    name = os.path.basename(here)
    sys.path[0] = os.path.dirname(here)
    import_module(name)
    del sys.path[0]
    return name


if __name__ == "__main__":
    sys.exit(import_module(f"{package()}.program").main(sys.argv[1:]))
