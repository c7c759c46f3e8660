"""What a workbook of each profile weighs: how much there is to fill in, and how large the file is.

    python -m tests.burden SPEC

A calculated answer, a fixed text and a check are none to fill in. The file is a blank one of the first language;
where a profile leaves sheets to choose from, it has the first of them.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from datetime import date

from hrge_xl import Order, generate, load
from tests.face import Spec, choose, layout_for

TODAY = date(2026, 7, 1)  # any day
FORMULA = re.compile(rb"<f[ >/]")


@dataclass(frozen=True)
class Burden:
    """One line of the table."""

    profile: str
    tabs: int
    inputs: int  # cells
    formulas: int
    kilobytes: float


def burdens(spec: Spec) -> Iterator[Burden]:
    """Give what each profile weighs, and the whole workbook where the spec has no profiles."""
    for name in spec.profiles or ("",):
        choice = choose(spec, name, first=True)
        order = Order("TEAM", TODAY, "", spec.languages[0], choice.tools, choice.rows)
        layout = layout_for(spec, order)
        asked = [slot for slot in layout.slots.values() if slot.field.asked]
        data = generate(spec, order)
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            sheets = [each for each in package.namelist() if each.startswith("xl/worksheets/sheet")]
            formulas = sum(len(FORMULA.findall(package.read(each))) for each in sheets)
        tabs = len(layout.sheets) + 2  # the cover and the lists
        yield Burden(name or "(all)", tabs, sum(len(s.cells) for s in asked), formulas, len(data) / 1024)


def table(found: Iterable[Burden]) -> str:
    """Give them as lines with columns."""
    lines = [[field.name for field in fields(Burden)]]
    lines += [[each if isinstance(each, str) else f"{each:,.0f}" for each in astuple(one)] for one in found]
    return "\n".join("".join(f"{cell:>12}" for cell in cells) for cells in lines)


if __name__ == "__main__":
    print(table(burdens(load(sys.argv[1]))))  # noqa: T201 (what was asked for)
