"""Prints how much of each module the tests ran, the least first; `make coverage` runs it.

A module below the bound makes it fail.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from coverage import Coverage

BOUND = 85.0  # percent of the lines of a module
BRIEF = 15  # modules that are printed, besides those below the bound


class Module(NamedTuple):
    """How much of a module was run."""

    percent: float
    name: str
    missing: int


def measured(coverage: Coverage) -> list[Module]:
    """Give every module of the package that has lines to run, the least covered first."""
    found = []
    for path in coverage.get_data().measured_files():
        _, lines, _, missing, _ = coverage.analysis2(path)
        if lines:
            percent = 100 * (1 - len(missing) / len(lines))
            found.append(Module(percent, path.rpartition("/hrge_xl/")[2], len(missing)))
    return sorted(found)


def main() -> int:
    """Put the measurements of all processes together, and print them."""
    coverage = Coverage()
    coverage.combine()
    modules = measured(coverage)
    below = [module for module in modules if module.percent < BOUND]
    for percent, name, missing in modules[: max(BRIEF, len(below))]:
        sys.stdout.write(f"{percent:5.1f} %  {name} ({missing} lines not run)\n")
    sys.stdout.write(f"{len(modules)} modules, {len(below)} below {BOUND:g} %\n")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
