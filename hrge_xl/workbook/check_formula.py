"""The formula of a check cell: the tests of one answer in the reader's order, the first one that fails wins.

And what Excel takes of any formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from ..core.words import NO_ANSWER, cell_length
from ..fields import ColumnKind
from ..findings.value import ANSWER_MISSING, ERROR_IN_CELL
from ..language import Problem
from ..language.sheet_text import answers_in, text_literal
from ..language.tree import Arithmetic, Call, Compare, Expr, Logic, Not, Ref
from ..layout import Grid, Layout, Slot, column_letters
from ..spec.compiled import CompiledSpec, FieldChecks, compiled
from ..spec.model import FormBlock
from ..spec.scope import Scope, parsed, ref_to
from .cell_ranges import cells_of, count_answers
from .excel_formula import ExcelFormula
from .formulas import ROW, Formula
from .pen import FORMULA_LIMIT

FieldKey = tuple[str, str]
Test = tuple[str, str, str]  # when a check fails, its code, and its field where it is one of a field


@dataclass(frozen=True)
class RowFormulas:
    """Writes the formulas of the rows of one grid. Those of a table hold `ROW` for the row number."""

    layout: Layout
    grid: Grid

    def _compiler(self, slot: Slot) -> ExcelFormula:
        return ExcelFormula(self.layout, self.grid, slot.row, None if self.grid.across else ROW)

    @cached_property
    def compiled(self) -> CompiledSpec:
        """The expressions of the spec."""
        return compiled(self.layout.spec)

    def figure(self, slot: Slot) -> str:
        """Give the formula of a calculated answer; an open row without answers calculates nothing."""
        formula = self._compiler(slot).value(self.compiled.formulas[slot.tool, slot.field.code])
        in_use = self.in_use(slot)
        return f'=IF({in_use},{formula},"")' if in_use else f"={formula}"

    def check(self, slot: Slot) -> str:
        """Give the formula of the slot's check cell."""
        compiler, own = self._compiler(slot), self.compiled.fields[slot.tool, slot.field.code]
        cell, several = cells_of(slot.cells, row=compiler.row), len(slot.cells) > 1
        once = isinstance(self.grid.block, FormBlock) and self.grid.block.records == 1
        value = ref_to(self.layout.spec, slot.tool, slot.field, single=once)
        of_value = replace(compiler, about=value, about_cell=cell)
        fails = [
            (f"NOT({holds})", check.kind.code, slot.field.code)
            for check in own.in_sheet
            if (holds := of_value.condition(check.holds)) != "TRUE"
        ]
        checks = self._first(slot, [*fails, *self._rules(slot, compiler)])
        broken = f"SUMPRODUCT(--ISERROR({cell}))>0" if several else f"ISERROR({cell})"
        if several:
            blank = f"{answers_in(cell)}=0"
        elif slot.field.type.kind is ColumnKind.TEXT:  # a mark for no answer says nothing either
            blank = f'ISNUMBER(FIND(" "&TRIM({cell}),{text_literal(NO_ANSWER)}))'
        else:
            blank = f'TRIM({cell})=""'
        answer = f"IF({broken},{self._say(slot, ERROR_IN_CELL.code)},IF({blank},0,{checks}))"
        sure = blank if blank.startswith("ISNUMBER(") else f"IFERROR({blank},FALSE)"
        return "=" + answer + self._requirement(slot, own, compiler, sure)

    def _requirement(self, slot: Slot, own: FieldChecks, compiler: ExcelFormula, blank: str) -> str:
        """Write what is added where nothing is answered: rules that this breaks; where it is required, that it is."""
        rules = self._first(slot, self._rules(slot, compiler, blank_at=(slot.tool, slot.field.code)))
        formula = "" if rules == "0" else f"IF({_and(self.in_use(slot), blank)},{rules},0)"
        for need in reversed(own.requirements):
            if need.rule is not None and need.rule.reader_only:
                continue
            when = _and(self.in_use(slot), compiler.condition(need.when))
            if need.relevant is not None:
                when = _and(compiler.condition(need.relevant), when)
            code = ANSWER_MISSING.code if need.rule is None else need.rule.rule.code
            fault = f"{'1000+' if need.counts else ''}IF({blank},{self._say(slot, code)},0)"
            if when != "FALSE":
                formula = fault if when == "TRUE" else f"IF({when},{fault},{formula or 0})"
        return f"+{formula}" if formula else ""

    def _first(self, slot: Slot, tests: Iterable[Test]) -> str:
        """Give the number of the first test that fails, else 0."""
        formula = "0"
        for test, code, field in reversed(list(tests)):
            if test != "FALSE":  # as it is where what a rule names was not issued
                number = self._say(slot, code, field)
                formula = number if test == "TRUE" else f"IF({test},{number},{formula})"
        return formula

    def _say(self, slot: Slot, code: str, field: str = "") -> str:
        return str(self.layout.messages.encode(code, slot.order, required=False, field=field))

    def in_use(self, slot: Slot) -> str:
        """Say whether anything is answered in the slot's open row or record; "" where rows always count."""
        place = self.layout.active_place(self.grid, slot.row)
        if place is None:
            return ""
        return f"${column_letters(place.column)}{'$' + str(place.row) if self.grid.across else ROW}>0"

    def _rules(
        self, slot: Slot, compiler: ExcelFormula, *, blank_at: FieldKey | None = None
    ) -> Iterator[Test]:
        """Give the condition under which each rule is broken; with `blank_at` only of those broken by a blank."""
        for rule in self.compiled.rules_at.get((slot.tool, slot.field.code), ()):
            assert rule.check is not None
            if blank_at is not None:
                applies = True if rule.when is None else on_blank(rule.when, blank_at)
                if applies is False or on_blank(rule.check, blank_at) is True:
                    continue
            fails = f"NOT({compiler.condition(rule.check)})"
            yield (
                fails if rule.when is None else _and(compiler.condition(rule.when), fails),
                rule.rule.code,
                "",
            )


def answers_in_row(layout: Layout, grid: Grid, row: str) -> Formula:
    """Count the answers of an open row, or of a record over all form blocks that hold it."""
    table = grid.kind == "register"
    grids = [grid] if table else [g for g in layout.sheet[grid.tool.code].grids if g.same_records(grid)]
    slots = (slot for each in grids for slot in each.by_row[row].values() if not slot.field.calculated)
    count = count_answers(slots, row=ROW if table else None)
    return Formula(count, lambda content, _: content.active(grid, row))


def _and(one: str, other: str) -> str:
    parts = [part for part in (one, other) if part and part != "TRUE"]
    if "FALSE" in parts:
        return "FALSE"
    return "TRUE" if not parts else parts[0] if len(parts) == 1 else f"AND({','.join(parts)})"


# what a condition comes to where one answer is blank, as far as its text alone tells


def on_blank(expr: Expr, key: FieldKey) -> bool | None:
    """Say whether a condition holds while the answer to a field is blank; None where other answers decide."""
    match expr:
        case Compare():
            return False if _is_blank(expr.left, key) or _is_blank(expr.right, key) else None
        case Not():
            inner = on_blank(expr.part, key)
            return None if inner is None else not inner
        case Logic():
            known, deciding = [on_blank(part, key) for part in expr.parts], expr.op == "or"
            return deciding if deciding in known else None if None in known else not deciding
        case Call() if expr.function.name in ("filled", "blank") and _is_blank(expr.args[0], key):
            return expr.function.name == "blank"
    return None


def _is_blank(expr: Expr, key: FieldKey) -> bool:
    match expr:
        case Ref():
            return expr.key == key and not expr.outer
        case Arithmetic():
            return _is_blank(expr.left, key) or _is_blank(expr.right, key)
        case Call():
            return expr.function.strict and any(_is_blank(arg, key) for arg in expr.args)
    return False


# what Excel takes of a formula, and which cells of a layout would get more

NESTING_LIMIT, ARGUMENT_LIMIT = 64, 255
QUOTED = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'')
FUNCTION = re.compile(r"(?<![A-Z0-9.])[0-9.]*[A-Z][A-Z0-9.]*$")


class Measure(NamedTuple):
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
            formulas = RowFormulas(layout, grid)
            # one place of each question: the rows of a table and the records of a form are alike
            for slot in {slot.field.code: slot for slot in reversed(grid.slots)}.values():
                formula = ""
                if slot.field.calculated:
                    formula = formulas.figure(slot)
                elif slot.check is not None:
                    formula = formulas.check(slot)
                size = measure(formula.replace(ROW, last))
                if size.excess:
                    yield slot, "formula" if slot.field.calculated else "check", size


def size_of(layout: Layout, slot: Slot, text: str, scope: Scope, *, condition: bool) -> int:
    """Count the characters of an expression as a formula of the row or record of a slot."""
    grid = layout.grid_of(slot)
    compiler = ExcelFormula(layout, grid, slot.row, None if grid.across else ROW)
    found = parsed(text, scope, condition=condition)
    assert not isinstance(found, Problem)  # it has been checked
    return cell_length(compiler.condition(found) if condition else compiler.value(found))
