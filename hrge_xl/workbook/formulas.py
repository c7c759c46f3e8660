"""What cells calculate, said once: each formula knows how Excel writes it, and what it comes to with a content.

And how formulas call cells: by address, by the entry of a list, or by a defined name.

Formulas that are the same in every row of a column hold `ROW` for the number of their row; what they come to depends
on that row as it does in Excel. Operators write their two sides as they are: a side that binds less than its operator
brings its own brackets.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import fsum
from statistics import fmean
from typing import Any, TypeAlias

from ..fields import TICK
from ..fields import ticked as is_ticked
from ..language.function import answers_in, number_literal, text_literal
from ..layout import Grid, Layout, Place, Slot, column_letters, quoted
from ..layout.model import CODE_COLUMN
from ..spec.drawings import CUT_ROWS_ARE_STILL_FOUND
from .content import Content

ROW = "\ue000"  # stands for the row number in a formula that is compiled once for a whole column
Value = Callable[[Content, int], Any]  # with the row of the cell that asks
Term: TypeAlias = "Formula | str | float"


def _operator(sign: str, compute: Callable[[Any, Any], Any]) -> Callable[[Formula, Term], Formula]:
    def operation(left: Formula, term: Term) -> Formula:
        right = constant(term)
        left_value = left.value
        right_value = right.value
        return Formula(
            f"{left.text}{sign}{right.text}", lambda *at: compute(left_value(*at), right_value(*at))
        )

    return operation


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A formula or a part of one: its text without "=", and its value. Holds on to nothing that is drawn with."""

    text: str
    value: Value

    __add__ = _operator("+", operator.add)
    __sub__ = _operator("-", operator.sub)
    __mul__ = _operator("*", operator.mul)
    __truediv__ = _operator("/", operator.truediv)
    __gt__ = _operator(">", operator.gt)
    __ge__ = _operator(">=", operator.ge)
    __lt__ = _operator("<", operator.lt)
    __and__ = _operator("&", lambda left, right: as_text(left) + as_text(right))
    equals = _operator("=", operator.eq)


def as_text(value: Any) -> str:
    """Return a value as `&` does."""
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def constant(value: Term) -> Formula:
    """Return a text or a number as a formula; a formula stays what it is."""
    if isinstance(value, Formula):
        return value
    text = text_literal(value) if isinstance(value, str) else number_literal(value)
    return Formula(text, lambda content, row: value)


def listed(text: str, values: Sequence[Any]) -> Formula:
    """Return cells that hold the same in every workbook, by the text that names them."""
    return Formula(text, lambda content, row: values)


def if_(condition: Formula, if_true: Term, if_false: Term = "") -> Formula:
    """`IF`."""
    test = condition.value
    (yes, no) = (constant(if_true), constant(if_false))
    return Formula(
        f"IF({condition.text},{yes.text},{no.text})",
        lambda *at: (yes if test(*at) else no).value(*at),
    )


def iferror(formula: Formula, fallback: Term) -> Formula:
    """`IFERROR`; what is an error in Excel is a `LookupError` here."""
    instead = constant(fallback)

    def value(*at: Any) -> Any:
        try:
            return formula.value(*at)
        except LookupError:
            return instead.value(*at)

    return Formula(f"IFERROR({formula.text},{instead.text})", value)


def function(name: str, compute: Callable[..., Any], *arguments: Term) -> Formula:
    """Return a function of Excel, and what it comes to with the values of its arguments."""
    parts = [constant(argument) for argument in arguments]
    return Formula(
        f"{name}({','.join(part.text for part in parts)})",
        lambda *at: compute(*(part.value(*at) for part in parts)),
    )


def index(cells: Formula, number: Formula) -> Formula:
    """`INDEX` of cells in one line."""
    return function("INDEX", lambda values, at: values[at - 1], cells, number)


def match(lookup: Formula, cells: Formula) -> Formula:
    """`MATCH`: the place of the first cell that holds something."""

    def value(*at: Any) -> int:
        values = cells.value(*at)
        looked_for = lookup.value(*at)
        if looked_for not in values:
            raise LookupError(looked_for)
        return int(values.index(looked_for)) + 1

    return Formula(f"MATCH({lookup.text},{cells.text},0)", value)


def large(cells: Formula, number: Formula) -> Formula:
    """`LARGE`: so many largest numbers in."""
    ordered = once(Formula(cells.text, lambda *at: sorted(cells.value(*at), reverse=True)))
    return function("LARGE", lambda values, at: values[at - 1], ordered, number)


def row_number(column: str, first: int) -> Formula:
    """Count the rows from the first one of a list to that of the cell that asks."""
    return Formula(f"ROWS({column}${first}:{column}{ROW})", lambda content, row: row - first + 1)


def once(formula: Formula) -> Formula:
    """Return a formula whose value is the same in every row: it is worked out once for a content."""
    return Formula(
        formula.text,
        lambda content, row: content.memory.once(formula, lambda: formula.value(content, row)),
    )


def chosen(number: Formula, cases: Sequence[Formula | str]) -> Formula:
    """`CHOOSE`: one of several parts by their number, from 1; the only one as it is."""
    parts = [constant(case) for case in cases]
    if len(parts) == 1:
        return parts[0]
    return Formula(
        f"CHOOSE({number.text},{','.join(part.text for part in parts)})",
        lambda *at: parts[number.value(*at) - 1].value(*at),
    )


def count_if(cells: Formula, sign: str, limit: float) -> Formula:
    """`COUNTIF`: how many cells hold a number that is `>` or `>=` a limit."""
    reached = operator.gt if sign == ">" else operator.ge

    def counted(values: Sequence[object], _: object) -> int:
        return sum(isinstance(value, int | float) and reached(value, limit) for value in values)

    return function("COUNTIF", counted, cells, f"{sign}{limit}")


def total(text: str, formulas: Sequence[Formula]) -> Formula:
    """Return a sum, as `text` writes it, of what some cells calculate."""
    return Formula(text, lambda *at: sum(formula.value(*at) for formula in formulas))


def column_total(kind: str, cells: str, slots: Sequence[Slot]) -> Formula:
    """Return what the numbers of a column come to, as a sum or mean, or how many answers it has.

    What is no number is passed over, also by `SUMIF`: of an error `SUM` would make another one.
    """

    def numbers(content: Content) -> list[float]:
        return [
            value
            for slot in slots
            for value in content.shown(slot)
            if isinstance(value, int | float)
        ]

    if kind == "count":
        worked_out = [slot for slot in slots if slot.field.calculated]
        return Formula(
            answers_in(cells),
            lambda content, row: (
                content.answered(slots) + sum(map(content.is_answered, worked_out))
            ),
        )
    parted = f"/COUNT({cells})" if kind == "mean" else ""
    comes_to = fmean if kind == "mean" else fsum
    return Formula(
        f'IF(COUNT({cells})=0,"",SUMIF({cells},"<1E307"){parted})',
        lambda content, row: comes_to(figures) if (figures := numbers(content)) else "",
    )


def sentence_of(template: str, **parts: Formula) -> Formula:
    """Return a sentence with formulas in place of its placeholders."""
    text = text_literal(template)
    for name, part in parts.items():
        text = text.replace("{" + name + "}", f'"&{part.text}&"')
    return Formula(
        text,
        lambda *at: template.format_map(
            {name: as_text(part.value(*at)) for name, part in parts.items()}
        ),
    )


def with_count(template: str, count: Formula) -> Formula:
    """Return a sentence with a formula in place of `{count}`, if that is in it."""
    sentence = sentence_of(template, count=count)
    return Formula(sentence.text.removeprefix('""&').removesuffix('&""'), sentence.value)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnRun:
    """Cells below each other in one column, each with its formula; `shared`: it is the same but for the row."""

    column: int
    first: int
    formulas: Sequence[Formula]
    shared: bool = False

    @classmethod
    def alike(cls, column: int, first: int, size: int, formula: Formula) -> ColumnRun:
        """Return a run of so many cells with one formula."""
        return cls(column, first, [formula] * size, shared=True)

    @property
    def places(self) -> tuple[Place, ...]:
        """Its cells."""
        return tuple(Place(row, self.column) for row, _ in enumerate(self.formulas, self.first))

    def values(self, content: Content) -> Sequence[Any]:
        """Return what the cells show, worked out once for a content."""
        return content.memory.once(
            self, lambda: [f.value(content, row) for row, f in enumerate(self.formulas, self.first)]
        )

    @property
    def cells(self) -> Formula:
        """All of them."""
        return Formula(
            run_of(self.column, self.first, len(self.formulas)),
            lambda content, row: self.values(content),
        )

    @property
    def own(self) -> Formula:
        """The one in the row of the cell that asks."""
        return Formula(
            f"${column_letters(self.column)}{ROW}",
            lambda content, row: self.values(content)[row - self.first],
        )


def run_of(column: int, first: int, size: int) -> str:
    """`$C$6:$C$85`."""
    letters = column_letters(column)
    return f"${letters}${first}:${letters}${first + size - 1}"


# how formulas call cells


def cells_of(cells: Sequence[Place], *, row: str | None = None, mark: str = "") -> str:
    """Write a cell, or a run of cells, of this sheet; with `row` in place of the row number, which `mark` may fix."""
    ends = ((place.column, row or place.row) for place in (cells[0], cells[-1]))
    return ":".join(dict.fromkeys(f"${column_letters(column)}{mark}{at}" for column, at in ends))


def on_sheet(name: str, cells: Sequence[Place], *, row: str | None = None) -> str:
    """Write a cell, or a run of cells, of a sheet from any other one."""
    return f"{quoted(name)}!{cells_of(cells, row=row, mark='$')}"


def absolute(layout: Layout, tool: str, cells: Sequence[Place], *, row: str | None = None) -> str:
    """Write a cell, or a run of cells, of the sheet of a tool."""
    return on_sheet(layout.sheet[tool].name, cells, row=row)


def answer_cells(
    layout: Layout,
    slot: Slot,
    cells: Sequence[Place],
    *,
    row: str | None = None,
    away: bool = False,
    by_row: bool = True,
) -> str:
    """Write the cells of an answer, from its own sheet or with `away` from any other one.

    Those of a table are found by their row, between its head and the row below it: a reference would go along with a
    cell that somebody cuts, and be lost where another one is pasted over it. Without `by_row` it is a reference.
    """
    grid = layout.grid_of(slot)
    sheet = layout.sheet[slot.tool].name
    can_be_cut = not (grid.across or slot.field.calculated)
    if not can_be_cut or not by_row or layout.spec.drawing < CUT_ROWS_ARE_STILL_FOUND:
        return on_sheet(sheet, cells, row=row) if away else cells_of(cells, row=row)
    head = grid.data_rows[0].index - 1
    below = grid.data_rows[-1].index + 1
    columns = area(sheet, Place(head, cells[0].column), Place(below, cells[-1].column))
    rows = area(sheet, Place(head, CODE_COLUMN), Place(cells[0].row, CODE_COLUMN))
    if not away:
        columns, rows = (text.removeprefix(f"{quoted(sheet)}!") for text in (columns, rows))
    if row is not None:
        rows = f"{rows.rpartition('$')[0]}{row}"
    all_columns = ",0" if len(cells) > 1 else ""
    return f"INDEX({columns},ROWS({rows}){all_columns})"


def area(name: str, first: Place, last: Place) -> str:
    """Write an area of a sheet from any other one, also one of a single cell."""
    return f"{on_sheet(name, [first])}:{cells_of([last], mark='$')}"


def column_range(layout: Layout, grid: Grid, column: int) -> str:
    """Return a whole column of a grid's data rows, from any sheet."""
    first, last = (Place(grid.data_rows[at].index, column) for at in (0, -1))
    return area(layout.sheet[grid.tool.code].name, first, last)


def count_answers(layout: Layout, slots: Sequence[Slot], *, row: str | None = None) -> str:
    """Write how many cells of some slots of a grid are answered; cells side by side are counted together."""
    runs: list[tuple[Place, Place]] = []
    for cell in (cell for slot in slots for cell in slot.cells):
        first, last = runs[-1] if runs else (cell, cell)
        beside = first.row == last.row and cell == Place(last.row, last.column + 1)
        if beside or (first.column == last.column and cell == Place(last.row + 1, last.column)):
            runs[-1] = first, cell
        else:
            runs.append((cell, cell))
    return "+".join(answers_in(answer_cells(layout, slots[0], run, row=row)) for run in runs)


def entry(layout: Layout, name: str | None, code: str) -> str | None:
    """Return the entry of a list that shows the label of a code."""
    place = layout.lists.get(name or "")
    return (
        f"INDEX(list_{name},{place.codes.index(code) + 1})"
        if place and code in place.codes
        else None
    )


def ticked(layout: Layout, tool: str) -> str:
    """Write whether a tool counts: ticked in the form, or such that it always does."""
    if tool not in layout.sheet:
        return "FALSE"
    ticked_tool = layout.spec.tick_of(tool)
    if ticked_tool is None or layout.spec.tick_field is None:
        return "TRUE"
    form, field = layout.spec.tick_field
    if (form, ticked_tool, field) not in layout.slots:
        return "FALSE"
    of = layout.slots[form, ticked_tool, field].field
    if of.list_name == TICK:
        return is_ticked(tick_name(ticked_tool), "Y")
    return f"IFERROR({tick_name(ticked_tool)}={entry(layout, str(of.list_name), 'Y')},FALSE)"


def _name(kind: str, tool: str, code: str = "", part: int = 0) -> str:
    """Return the defined name of something of a tool, of one of its fields, of one of several cells of that."""
    parts = [kind, tool, *([code] if code else []), *(["part", str(part)] if part else [])]
    return "_".join(parts).replace(".", "_")


answer_name = partial(_name, "answer")  # of the cell of a question that is asked once
tick_name = partial(_name, "tick")  # of the cell that ticks a tool
# of the cells that count the answers of each row of a register
active_name = partial(_name, "answers_in_rows_of")
row_codes = partial(_name, "rows_of")  # of the row codes of a tool's table
column_name = partial(_name, "column")  # of a column that references look something up in
# of the row codes beside what answers were in the round before
last_rows = partial(_name, "last_rows_of")


def last_name(tool: str, code: str) -> str:
    """Return the defined name of a column that says what answers were in the round before."""
    return _name("last", tool, code or "closed")


def last_of_row(tool: str, code: str, row: str) -> str:
    """Write what an answer of this row was, found by the code of the row, so that the formula can be shared."""
    return f"INDEX({last_name(tool, code)},MATCH(${column_letters(CODE_COLUMN)}{row},{last_rows(tool)},0))"
