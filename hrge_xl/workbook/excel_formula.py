"""The rule language in Excel's: functions that Excel 2016 and LibreOffice both have, nothing volatile.

Blanks are as defined in `hrge_xl.spec.expression`: every comparison is wrapped so that a blank side or an
error cell makes it false, and every figure so that it makes it blank (empty text).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..fields import list_name
from ..layout import Grid, Layout, Place, Slot, column_letters, quoted
from ..layout.lists import LEVELS, YES_NO
from ..layout.model import CODE_COLUMN, TODAY_NAME
from ..numerals import LAST_SERIAL
from ..spec.expression import Arithmetic, Call, Choose, Compare, Expr, Literal, Logic, Not, Over, Ref, Type
from ..spec.model import FieldType

SPACES = ("CHAR(9)", "CHAR(10)", '"\u00a0"', '"\u202f"', '"\u200b"')
LONE_MARKS = ("/", "-", "\u2013", "\u2014", "&")
NUMERIC = (Type.NUMBER, Type.DATE)


def text_literal(text: str) -> str:
    """A text as a formula writes it."""
    return '"' + text.replace('"', '""') + '"'


def number_literal(number: float) -> str:
    """A number as a formula writes it, whatever the language of the program."""
    return f"{number:.15g}"


def word_count(cell: str) -> str:
    """Words of a cell that is not blank: spaces of all kinds made one, lone marks out, gaps counted."""
    text = cell
    for space in SPACES:
        text = f'SUBSTITUTE({text},{space}," ")'
    text = f'" "&{text}&" "'
    for mark in LONE_MARKS:
        text = f'SUBSTITUTE({text}," {mark} "," ")'
    text = f"TRIM({text})"
    return f'(LEN(SUBSTITUTE({text}," ","  "))-LEN({text})+1)'


def cells_of(slot: Slot, *, row: str | None = None) -> str:
    """The cell, or the run of cells, of a slot; with `row` in place of its row number."""
    first, last = slot.cells[0], slot.cells[-1]
    number = row or str(first.row)
    start = f"${column_letters(first.column)}{number}"
    if len(slot.cells) == 1:
        return start
    return f"{start}:${column_letters(last.column)}{row or last.row}"


def absolute(layout: Layout, tool: str, slot: Slot, *, row: str | None = None) -> str:
    """The same, from any other sheet."""
    first, last = slot.cells[0], slot.cells[-1]
    start = f"{quoted(layout.sheet[tool].name)}!${column_letters(first.column)}${row or first.row}"
    return start if len(slot.cells) == 1 else f"{start}:${column_letters(last.column)}${row or last.row}"


def column_range(layout: Layout, grid: Grid, column: int) -> str:
    """A whole column of a grid's data rows, from any sheet."""
    letters, rows = column_letters(column), grid.data_rows
    return (
        f"{quoted(layout.sheet[grid.tool.code].name)}!${letters}${rows[0].index}:${letters}${rows[-1].index}"
    )


def entry(layout: Layout, name: str, code: str) -> str | None:
    """The entry of a list that shows the label of a code."""
    place = layout.lists.get(name)
    return f"INDEX(list_{name},{place.codes.index(code) + 1})" if place and code in place.codes else None


@dataclass(frozen=True)
class ExcelFormula:
    """Compiles expressions for one row (or record) of one grid; `row` may be the placeholder `ROW`."""

    layout: Layout
    grid: Grid | None
    record: str  # key of the row or record whose cells names mean
    row: str | None = None  # what to write for its row number
    away: bool = False  # whether the formula stands on another sheet than the grid

    # conditions: always TRUE or FALSE

    def condition(self, expr: Expr) -> str:
        """A formula that is TRUE or FALSE, never an error."""
        if isinstance(expr, Logic):
            return f"{expr.op.upper()}({','.join(self.condition(part) for part in expr.parts)})"
        if isinstance(expr, Not):
            return f"NOT({self.condition(expr.part)})"
        if isinstance(expr, Compare):
            return self._compare(expr)
        if isinstance(expr, Choose):
            parts = (expr.condition, expr.then, expr.other)
            return f"IF({','.join(self.condition(part) for part in parts)})"
        if isinstance(expr, Over):
            return f"IFERROR({self._over(expr)}>0,FALSE)"
        if isinstance(expr, Call):
            return CONDITIONS[expr.name](self, *expr.args)
        raise TypeError(f"{type(expr).__name__} is no condition")

    def _compare(self, expr: Compare) -> str:
        op = {"==": "=", "!=": "<>"}.get(expr.op, expr.op)
        if Type.LEVEL in (expr.left.type, expr.right.type):
            return f"IFERROR({self._rank(expr.left)}{op}{self._rank(expr.right)},FALSE)"
        if expr.left.type in NUMERIC:
            left, right = self.number(expr.left), self.number(expr.right)
            guards = [*self._guards(expr.left), *self._guards(expr.right)]
            test = f"{left}{op}{right}"
            return _guarded(guards, test, "FALSE")
        return self._compare_texts(expr, op)

    def _compare_texts(self, expr: Compare, op: str) -> str:
        for one, other in ((expr.left, expr.right), (expr.right, expr.left)):
            shown = self._labelled(one)
            if isinstance(other, Literal) and shown is not None:
                return self._compare_code(*shown, str(other.value), op)
        left, right = self.text(expr.left), self.text(expr.right)
        sides = ((left, expr.left), (right, expr.right))
        filled = [f'{side}<>""' for side, part in sides if not isinstance(part, Literal)]
        if op == "=" and len(filled) == 1:  # equal to a text that is not blank
            return f"IFERROR({left}={right},FALSE)"
        return f"IFERROR(AND({','.join([*filled, f'{left}{op}{right}'])}),FALSE)"

    def _labelled(self, expr: Expr) -> tuple[str | None, str] | None:
        """Cell and list of an answer that shows a label: of this row, or looked up in another."""
        if isinstance(expr, Ref):
            name = self._list(expr)
            return None if name is None else (self.cell(expr), name)
        if isinstance(expr, Call) and expr.name == "lookup" and isinstance(expr.args[1], Ref):
            name = self._list(expr.args[1])
            return None if name is None else (_looked_up(self, *expr.args), name)
        return None

    def _compare_code(self, cell: str | None, name: str, code: str, op: str) -> str:
        label = entry(self.layout, name, code)
        if label is None or cell is None:
            return "FALSE"
        if op == "=":
            return f"IFERROR({cell}={label},FALSE)"
        return f"IFERROR(AND(ISNUMBER(MATCH({cell},list_{name},0)),{cell}<>{label}),FALSE)"

    def _rank(self, expr: Expr) -> str:
        if isinstance(expr, Literal):
            return str(self.layout.lists[LEVELS].codes.index(str(expr.value)) + 1)
        return f"MATCH({self.value(expr)},list_{LEVELS},0)"

    # figures: a number, or empty text where blank

    def value(self, expr: Expr) -> str:
        """A formula for the content of a calculated cell: empty text where blank, never an error."""
        if expr.type is Type.BOOL:
            return self.condition(expr)
        if expr.type in NUMERIC:
            return _guarded(self._guards(expr), self.number(expr), '""')
        return self.text(expr)

    def number(self, expr: Expr) -> str:
        """The bare number; its guards say when it is blank."""
        if isinstance(expr, Literal):
            return number_literal(float(expr.value))
        if isinstance(expr, Ref):
            return self.cell(expr) or '""'
        if isinstance(expr, Arithmetic):
            return f"({self.number(expr.left)}{expr.op}{self.number(expr.right)})"
        if isinstance(expr, Choose):
            then, other = self.value(expr.then), self.value(expr.other)
            return f"IF({self.condition(expr.condition)},{then},{other})"
        if isinstance(expr, Over):
            return self._over(expr)
        if isinstance(expr, Call):
            return FIGURES[expr.name](self, *expr.args)
        raise TypeError(f"{type(expr).__name__} is no number")

    def _guards(self, expr: Expr) -> list[str]:
        """What must be numbers for the figure not to be blank."""
        if isinstance(expr, Literal):
            return []
        if isinstance(expr, Arithmetic):
            return [*self._guards(expr.left), *self._guards(expr.right)]
        if isinstance(expr, Call) and expr.name in NEVER_BLANK:
            return []
        if isinstance(expr, Call) and expr.name == "absolute":
            return self._guards(expr.args[0])
        number = self.number(expr)
        if isinstance(expr, Ref) and expr.type is Type.DATE:  # a number beyond the calendar is no day
            return [f'IF(AND({number}>=1,{number}<={LAST_SERIAL}),{number},"")']
        return [number]

    def text(self, expr: Expr) -> str:
        """A text; codes as codes, not as labels."""
        if isinstance(expr, Literal):
            return text_literal(str(expr.value))
        if isinstance(expr, Ref):
            return self._ref_text(expr)
        if isinstance(expr, Choose):
            return f"IF({self.condition(expr.condition)},{self.text(expr.then)},{self.text(expr.other)})"
        if isinstance(expr, Call):
            return TEXTS[expr.name](self, *expr.args)
        raise TypeError(f"{type(expr).__name__} is no text")

    def _ref_text(self, ref: Ref) -> str:
        cell = self.cell(ref)
        if cell is None:
            return '""'
        name = self._list(ref)
        if ref.type is Type.LEVEL:
            return cell
        if name is not None and ref.type is Type.CODE:
            return f'IFERROR(INDEX(code_{name},MATCH({cell},list_{name},0)),"")'
        if ref.field.type is FieldType.REFERENCE:
            return f'IFERROR({first_word(cell)},"")'
        return f'IFERROR(TRIM({cell}),"")'

    def _list(self, ref: Ref) -> str | None:
        if ref.field.type is FieldType.YESNO:
            return YES_NO
        return LEVELS if ref.type is Type.LEVEL else list_name(ref.field)

    # cells

    def cell(self, ref: Ref) -> str | None:
        """The cell (or run of cells) of an answer; None where its sheet was not issued."""
        if ref.single:
            slot = self.layout.slots.get((ref.tool, "1", ref.field.code))
            if slot is None or len(slot.cells) > 1:
                return None if slot is None else absolute(self.layout, ref.tool, slot)
            return answer_name(ref.field.code)
        slot = self._row_slots().get(ref.field.code)
        if slot is None:
            return None
        own = self.grid is not None and self.grid.tool.code == ref.tool
        row = self.row if own and self.grid is not None and not self.grid.across else None
        if self.away or not own:
            return absolute(self.layout, ref.tool, slot, row=row)
        return cells_of(slot, row=row)

    def _row_slots(self) -> dict[str, Slot]:
        """Slots of the row; a record of a form may go on in the next block of its sheet."""
        if self.grid is None:
            return {}
        if not self.grid.across:
            return self.grid.by_row.get(self.record, {})
        found: dict[str, Slot] = {}
        for grid in self.layout.sheet[self.grid.tool.code].grids:
            if grid.across:
                found |= grid.by_row.get(self.record, {})
        return found

    # figures over the rows of a table

    def _over(self, expr: Over) -> str:
        grid = self.layout.rows_of.get(expr.tool)
        if grid is None:
            return "0" if expr.name in ("count", "count_if", "any_row") else '""'
        if grid.across:
            return self._over_records(expr, grid)
        inside = _Columns(self.layout, grid)
        active = inside.active()
        if expr.inner is None:
            return f"SUMPRODUCT(--({active}))"
        if expr.name in ("count_if", "any_row"):
            return f"IFERROR(SUMPRODUCT(({active})*({inside.condition(expr.inner)})),0)"
        numbers = inside.number(expr.inner)
        if expr.name == "sum":
            return f'IF(COUNT({numbers})=0,"",SUM({numbers}))'
        return f'IF(COUNT({numbers})=0,"",{expr.name.upper()}({numbers}))'

    def _over_records(self, expr: Over, grid: Grid) -> str:
        """The same over the records of a form, which stand side by side."""
        if expr.name in ("sum", "min", "max"):
            assert isinstance(expr.inner, Ref)
            slots = [slots[expr.inner.field.code] for slots in grid.by_row.values()]
            cells = ",".join(absolute(self.layout, expr.tool, slot) for slot in slots)
            return f'IF(COUNT({cells})=0,"",{expr.name.upper()}({cells}))'
        terms = []
        for record in grid.by_row:
            place = self.layout.active_place(grid, record)
            active = "TRUE" if place is None else f"{self._at(grid, place)}>0"
            there = ExcelFormula(self.layout, grid, record, away=True)
            condition = "TRUE" if expr.inner is None else there.condition(expr.inner)
            terms.append(f"IF(AND({active},{condition}),1,0)")
        return f"({'+'.join(terms)})"

    def _at(self, grid: Grid, place: Place) -> str:
        sheet = quoted(self.layout.sheet[grid.tool.code].name)
        return f"{sheet}!${column_letters(place.column)}${place.row}"


@dataclass(frozen=True)
class _Columns:
    """The same language over whole columns, for SUMPRODUCT; a condition is an array of 0 and 1."""

    layout: Layout
    grid: Grid

    def active(self) -> str:
        """1 for rows with any answer."""
        if self.grid.kind != "register":
            return f'{column_range(self.layout, self.grid, CODE_COLUMN)}<>""'
        return f"{active_name(self.grid.tool.code)}>0"

    def condition(self, expr: Expr) -> str:
        if isinstance(expr, Logic):
            joined = ("*" if expr.op == "and" else "+").join(
                f"({self.condition(part)})" for part in expr.parts
            )
            return joined if expr.op == "and" else f"({joined})>0"
        if isinstance(expr, Not):
            return f"1-(({self.condition(expr.part)})>0)"
        if isinstance(expr, Compare):
            return self._compare(expr)
        if isinstance(expr, Call) and expr.name in ("filled", "blank"):
            filled = "+".join(f'({column}<>"")' for column in self.columns(expr.args[0]))
            return f"({filled})>0" if expr.name == "filled" else f"({filled})=0"
        if isinstance(expr, Call) and expr.name == "has":
            ref, code = expr.args
            assert isinstance(ref, Ref)
            assert isinstance(code, Literal)
            label = entry(self.layout, list_name(ref.field) or "", str(code.value)) or '""'
            return "(" + "+".join(f"({column}={label})" for column in self.columns(ref)) + ")>0"
        return ExcelFormula(self.layout, None, "").condition(expr)

    def _compare(self, expr: Compare) -> str:
        op = {"==": "=", "!=": "<>"}.get(expr.op, expr.op)
        left, right = expr.left, expr.right
        if left.type in NUMERIC:
            guards = "".join(
                f"ISNUMBER({self.number(side)})*" for side in (left, right) if not isinstance(side, Literal)
            )
            return f"{guards}({self.number(left)}{op}{self.number(right)})"
        if isinstance(left, Ref) and isinstance(right, Literal):
            return self._compare_code(left, str(right.value), op)
        a, b = self.text(left), self.text(right)
        return f'({a}<>"")*({b}<>"")*({a}{op}{b})'

    def _compare_code(self, ref: Ref, code: str, op: str) -> str:
        column = self.columns(ref)[0]
        name = LEVELS if ref.type is Type.LEVEL else list_name(ref.field)
        if name is None:
            literal = text_literal(code)
            return f'({column}<>"")*({column}{op}{literal})'
        label = entry(self.layout, name, code) or '""'
        if op in ("=", "<>"):
            return f'({column}<>"")*({column}{op}{label})'
        rank = self.layout.lists[name].codes.index(code) + 1
        return f"IFERROR(MATCH({column},list_{name},0){op}{rank},FALSE)"

    def columns(self, expr: Expr) -> list[str]:
        """The column ranges of an answer."""
        if not isinstance(expr, Ref) or expr.single:
            return [ExcelFormula(self.layout, None, "").value(expr)]
        found = [
            c.index
            for c in self.grid.columns
            if c.field is not None and c.field.code == expr.field.code and c.role != "check"
        ]
        return [column_range(self.layout, self.grid, index) for index in found]

    def number(self, expr: Expr) -> str:
        if isinstance(expr, Arithmetic):
            return f"({self.number(expr.left)}{expr.op}{self.number(expr.right)})"
        if isinstance(expr, Ref) and not expr.single:
            return self.columns(expr)[0]
        return ExcelFormula(self.layout, None, "").number(expr)

    def text(self, expr: Expr) -> str:
        if isinstance(expr, Ref) and not expr.single:
            return self.columns(expr)[0]
        return ExcelFormula(self.layout, None, "").text(expr)


def _guarded(guards: list[str], formula: str, blank: str) -> str:
    if not guards:
        return f"IFERROR({formula},{blank})"
    unique = list(dict.fromkeys(guards))
    return f"IFERROR(IF(COUNT({','.join(unique)})={len(unique)},{formula},{blank}),{blank})"


def first_word(cell: str) -> str:
    """What stands before the first space: the code of a row in a list of references."""
    return f'LEFT(TRIM({cell}),FIND(" ",TRIM({cell})&" ")-1)'


def row_codes(layout: Layout, tool: str) -> str:
    """The defined name of the row codes of a tool's table."""
    return "rows_of_" + tool.replace(".", "_")


def _filled(self: ExcelFormula, arg: Expr) -> str:
    if isinstance(arg, Ref):
        cell = self.cell(arg)
        if cell is None:
            return "FALSE"
        if ":" in cell:
            return f"(COUNTA({cell})-SUMPRODUCT(--ISERROR({cell})))>0"
        return f'IFERROR(TRIM({cell})<>"",FALSE)'
    return f'IFERROR({self.value(arg)}<>"",FALSE)'


def _has(self: ExcelFormula, many: Expr, code: Expr) -> str:
    assert isinstance(many, Ref)
    assert isinstance(code, Literal)
    cells, label = self.cell(many), entry(self.layout, list_name(many.field) or "", str(code.value))
    if cells is None or label is None:
        return "FALSE"
    return f"ISNUMBER(MATCH({label},{cells},0))"


def _unique(self: ExcelFormula, arg: Expr) -> str:
    if not isinstance(arg, Ref) or self.grid is None or arg.single:
        return "TRUE"
    column = self._row_slots()[arg.field.code].cells[0].column
    cell, run = self.cell(arg), column_range(self.layout, self.grid, column)
    return f'IFERROR(OR({cell}="",SUMPRODUCT(--({run}={cell}))<=1),TRUE)'


def _ticked(self: ExcelFormula, code: Expr) -> str:
    assert isinstance(code, Literal)
    return ticked(self.layout, str(code.value))


def ticked(layout: Layout, tool: str) -> str:
    """Whether a tool counts: ticked in the form, or such that it always does."""
    if tool not in layout.sheet:
        return "FALSE"
    if layout.spec.tool[tool].always or layout.spec.tick_field is None:
        return "TRUE"
    where, field = layout.spec.tick_field
    if (where, tool, field) not in layout.slots:
        return "FALSE"
    return f"IFERROR({tick_name(tool)}={entry(layout, YES_NO, 'Y')},FALSE)"


def tick_name(tool: str) -> str:
    """The defined name of the cell that ticks a tool."""
    return "tick_" + tool.replace(".", "_")


def answer_name(code: str) -> str:
    """The defined name of the cell of a question that is asked once."""
    return f"answer_{code}"


def column_name(tool: str, code: str) -> str:
    """The defined name of a column that references look something up in."""
    return f"column_{tool}_{code}".replace(".", "_")


def active_name(tool: str) -> str:
    """The defined name of the helper cells that count the answers of each row of a register."""
    return "answers_in_rows_of_" + tool.replace(".", "_")


def _completeness(self: ExcelFormula, code: Expr) -> str:
    assert isinstance(code, Literal)
    name = f"progress_{str(code.value).replace('.', '_')}"
    return f'IFERROR(INDEX({name},1,2)/INDEX({name},1,1),"")' if code.value in self.layout.sheet else '""'


def _level(self: ExcelFormula, down: Expr, across: Expr) -> str:
    matrix = self.layout.spec.matrix
    assert matrix is not None
    row, column = (
        f"MATCH({self.number(side)},{name},0)"
        for side, name in ((down, "matrix_down"), (across, "matrix_across"))
    )
    return f'IFERROR(INDEX(matrix_levels,{row},{column}),"")'


def _count_of(self: ExcelFormula, *args: Expr) -> str:
    return "(" + "+".join(_count_cells(self, arg) for arg in args) + ")"


def _count_cells(self: ExcelFormula, arg: Expr) -> str:
    cell = self.cell(arg) if isinstance(arg, Ref) else None
    return f"COUNTA({cell})" if cell and ":" in cell else f"({_filled(self, arg)}*1)"


def _aggregate(name: str) -> Callable[..., str]:
    def write(self: ExcelFormula, *args: Expr) -> str:
        values = ",".join(self.number(arg) if isinstance(arg, Ref) else self.value(arg) for arg in args)
        return f'IF(COUNT({values})=0,"",{name}({values}))'

    return write


def _join(self: ExcelFormula, *args: Expr) -> str:
    pieces = [_piece(self, arg) for arg in args]
    fields = [_filled(self, arg) for arg in args if not isinstance(arg, Literal)]
    joined = "&".join(pieces)
    return f'IFERROR(IF(AND({",".join(fields)}),{joined},""),"")' if fields else joined


def _piece(self: ExcelFormula, arg: Expr) -> str:
    if arg.type is Type.DATE:
        day = self.number(arg)
        return f'YEAR({day})&"-"&RIGHT("0"&MONTH({day}),2)&"-"&RIGHT("0"&DAY({day}),2)'
    return self.number(arg) if arg.type is Type.NUMBER else self.text(arg)


def _looked_up(self: ExcelFormula, reference: Expr, target: Expr) -> str | None:
    """The cell that a reference leads to, as shown: an error where it leads nowhere, "" where blank."""
    assert isinstance(reference, Ref)
    assert isinstance(target, Ref)
    tool, cell = reference.field.to[0], self.cell(reference)
    grid = self.layout.rows_of.get(tool)
    found = [] if grid is None else [c for c in grid.columns if c.field is target.field and c.role != "check"]
    if grid is None or cell is None or not found:
        return None
    place = f"INDEX({column_name(tool, target.field.code)},MATCH({first_word(cell)},{row_codes(self.layout, tool)},0))"
    return f'IF({place}="","",{place})' if target.type in NUMERIC else f'{place}&""'


def _lookup(self: ExcelFormula, reference: Expr, target: Expr) -> str:
    place = _looked_up(self, reference, target)
    if place is None:
        return '""'
    name = list_name(target.field) if isinstance(target, Ref) and target.type is Type.CODE else None
    if name is None:
        return f'IFERROR({place},"")'
    return f'IFERROR(INDEX(code_{name},MATCH({place},list_{name},0)),"")'


CONDITIONS: dict[str, Callable[..., str]] = {
    "filled": _filled,
    "blank": lambda self, arg: f"NOT({_filled(self, arg)})",
    "has": _has,
    "unique": _unique,
    "ticked": _ticked,
}
FIGURES: dict[str, Callable[..., str]] = {
    "words": lambda self, arg: f'IFERROR(IF({self.text(arg)}="",0,{word_count(self.text(arg))}),0)',
    "length": lambda self, arg: f"IFERROR(LEN({self.text(arg)}),0)",
    "count_of": _count_of,
    "total": _aggregate("SUM"),
    "least": _aggregate("MIN"),
    "most": _aggregate("MAX"),
    "absolute": lambda self, arg: f"ABS({self.number(arg)})",
    "today": lambda self: TODAY_NAME,
    "days_between": lambda self, first, last: (
        f'IFERROR(IF(COUNT({self.value(first)},{self.value(last)})=2,{self.value(last)}-{self.value(first)},""),"")'
    ),
    "year": lambda self, day: f'IF(ISNUMBER({self.value(day)}),YEAR({self.value(day)}),"")',
    "completeness": _completeness,
    "lookup": _lookup,
}
TEXTS: dict[str, Callable[..., str]] = {"level": _level, "join": _join, "lookup": _lookup}
NEVER_BLANK = frozenset({"words", "length", "count_of", "today"})


def functions() -> Iterator[str]:
    """Names of the functions that a sheet can calculate."""
    yield from (*CONDITIONS, *FIGURES, *TEXTS)
