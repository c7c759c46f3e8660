"""What Excel takes of a formula, and which cells of a layout would get more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..language import Problem
from ..layout import Grid, Layout, Slot
from ..spec.scope import Scope, parsed
from ..words import cell_length
from .check_formula import RowFormulas
from .excel_formula import ExcelFormula
from .formulas import ROW
from .pen import FORMULA_LIMIT

NESTING_LIMIT, ARGUMENT_LIMIT = 64, 255
QUOTED = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'')
FUNCTION = re.compile(r"(?<![A-Z0-9.])[0-9.]*[A-Z][A-Z0-9.]*$")


@dataclass(frozen=True, slots=True)
class Measure:
    """How large a formula is: characters, functions within each other, arguments of one function."""

    characters: int
    nesting: int
    arguments: int

    @property
    def excess(self) -> str:
        """By how much it is too large for Excel, in words; "" where it is not."""
        for count, limit, what in (
            (self.characters, FORMULA_LIMIT, "characters"),
            (self.nesting, NESTING_LIMIT, "functions within each other"),
            (self.arguments, ARGUMENT_LIMIT, "arguments of one function"),
        ):
            if count > limit:
                return f"{count:,} {what}, {count - limit:,} more than the {limit:,} that Excel takes"
        return ""


def measure(formula: str) -> Measure:
    """Measure how large a formula is."""
    bare = QUOTED.sub("''", formula)
    depth = deepest = most = 0
    open_: list[tuple[bool, int]] = []  # whether a bracket is that of a function, and the commas in it so far
    for at, sign in enumerate(bare):
        if sign == "(":
            function = FUNCTION.search(bare, max(at - 40, 0), at) is not None
            open_.append((function, 1))
            depth += function
            deepest = max(deepest, depth)
        elif sign == ")" and open_:
            function, arguments = open_.pop()
            depth -= function
            most = max(most, arguments if function else 0)
        elif sign == "," and open_:
            function, arguments = open_[-1]
            open_[-1] = (function, arguments + 1)
    return Measure(cell_length(formula), deepest, most)


def too_large(layout: Layout) -> Iterator[tuple[Slot, str, Measure]]:
    """Give every question whose formula Excel would not take: its place, `formula` or `check`, and how large it is."""
    for sheet in layout.sheets:
        for grid in sheet.grids:
            last = str(grid.rows[-1].index)
            for slot in _different(grid):
                what, formulas = "formula" if slot.field.calculated else "check", RowFormulas(layout, grid)
                if slot.field.calculated:
                    formula = formulas.figure(slot)
                else:
                    formula = formulas.check(slot) if slot.check is not None else ""
                size = measure(formula.replace(ROW, last))
                if size.excess:
                    yield slot, what, size


def size_of(layout: Layout, slot: Slot, text: str, scope: Scope, *, condition: bool) -> int:
    """Count the characters of an expression as a formula of the row or record of a slot."""
    grid = next(grid for grid in layout.sheet[slot.tool].grids if grid.number == slot.grid)
    compiler = ExcelFormula(layout, grid, slot.row, None if grid.across else ROW)
    found = parsed(text, scope, condition=condition)
    assert not isinstance(found, Problem)  # it has been checked
    return cell_length(compiler.condition(found) if condition else compiler.value(found))


def _different(grid: Grid) -> Iterator[Slot]:
    """Give one place of each question: the rows of a table and the records of a form are alike."""
    seen: set[str] = set()
    for slot in grid.slots:
        if slot.field.code not in seen:
            seen.add(slot.field.code)
            yield slot
