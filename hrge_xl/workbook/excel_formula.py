"""The rule language in Excel's: functions that Excel 2016 and LibreOffice both have, nothing volatile.

Blanks are as defined in `hrge_xl.language.parser`: every comparison is wrapped so that a blank side or an
error cell makes it false, and every figure so that it makes it blank (empty text).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ..core.errors import LimitError
from ..core.numerals import LAST_SERIAL
from ..core.words import spaceless
from ..fields import TICK
from ..fields import ticked as is_ticked
from ..language import (
    FIGURES,
    TEXTS,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Expr,
    Literal,
    Logic,
    Not,
    Over,
    Ref,
    Type,
    refs,
)
from ..language.function import (
    SEVERAL,
    Record,
    answers_in,
    first_word,
    joined,
    number_literal,
    of_step,
    of_steps,
    ref_of,
    text_literal,
)
from ..language.functions.choices import LookUp
from ..layout import Grid, Layout, ListPlace, Place, column_letters, quoted, reference_name
from ..layout.lists import LEVELS
from ..layout.model import CODE_COLUMN, TODAY_NAME
from ..spec.supplements import LAST_SHEET
from .cell_writer import FORMULA_LIMIT, SHORTEN
from .formulas import (
    absolute,
    active_name,
    answer_cells,
    answer_name,
    area,
    cells_of,
    column_name,
    column_range,
    entry,
    last_of_row,
    on_sheet,
    row_codes,
    ticked,
)

# characters, far beyond what Excel takes
LONGEST_WRITTEN = 16 * FORMULA_LIMIT
MOST_CASES = 30  # of one CHOOSE in LibreOffice


def decoded(name: str, shown: str) -> str:
    """Write the code of the entry of a list that a cell shows; empty text where it shows none."""
    if name == TICK:
        return _of_tick(shown, "Y", "N")
    return f'IFERROR(INDEX(code_{name},MATCH({shown},list_{name},0)),"")'


def _of_tick(shown: str, yes: str, no: str) -> str:
    """Write a text for a tick, and one for a word that says that there is none."""
    of_no = f'IF({is_ticked(shown, "N")},{text_literal(no)},"")'
    return f"IF({is_ticked(shown, 'Y')},{text_literal(yes)},{of_no})"


def _within_bounds(formula: str) -> str:
    """Return a formula as it is. Raises `LimitError` far beyond what Excel takes.

    Whatever may be blank is written several times: of parts within each other, all memory would be taken.
    """
    if len(formula) > LONGEST_WRITTEN:
        raise LimitError(
            f"A formula has more than {LONGEST_WRITTEN:,} characters; Excel takes {FORMULA_LIMIT:,}.",
            SHORTEN,
        )
    return formula


@dataclass(frozen=True)
class ExcelFormula:
    """Compiles expressions for one row (or record) of one grid; `row` may be the placeholder `ROW`."""

    layout: Layout
    grid: Grid | None
    record: str  # key of the row or record whose cells names mean
    row: str | None = None  # what to write for its row number
    away: bool = False  # whether the formula stands on another sheet than the grid
    outer: ExcelFormula | None = None  # what writes the row that `this` means
    # The answer in whose check cell the formula stands: it is there, and can be read.
    about: Ref | None = None
    about_cell: str = ""
    by_row: bool = True  # whether the answers of a table are found by their row, as long as that is not too long

    # conditions: always TRUE or FALSE

    def condition(self, expr: Expr) -> str:
        """Return a formula that is TRUE or FALSE, never an error."""
        match expr:
            case Logic():
                settled, open_ = ("TRUE", "FALSE") if expr.op == "or" else ("FALSE", "TRUE")
                written = [part for part in map(self.condition, expr.parts) if part != open_]
                if settled in written:
                    return settled
                return f"{expr.op.upper()}({','.join(written)})" if written else open_
            case Not():
                return f"NOT({self.condition(expr.part)})"
            case Compare():
                return self._compare(expr, {"==": "=", "!=": "<>"}.get(expr.op, expr.op))
            case Over():
                return f"IFERROR({self._over(expr)}>0,FALSE)"
        return self._one_of_two(expr, self.condition)

    def _one_of_two(self, expr: Expr, write: Callable[[Expr], str]) -> str:
        """Write what is one of two expressions, or what a function makes of its arguments."""
        match expr:
            case Choose():
                condition = self.condition(expr.condition)
                formula = f"IF({condition},{write(expr.if_true)},{write(expr.if_false)})"
            case Call():
                formula = expr.function.excel(self, *expr.args)
            case _:
                raise TypeError(f"{type(expr).__name__} is nothing of this type")
        return _within_bounds(formula)

    def _compare(self, expr: Compare, op: str) -> str:
        left = expr.left
        right = expr.right
        if _by_rank(expr):
            return f"IFERROR({self.rank(left)}{op}{self.rank(right)},FALSE)"
        if left.type in FIGURES:
            test = f"{self.number(left)}{op}{self.number(right)}"
            if all(isinstance(side, Literal) or self._is_value(side) for side in (left, right)):
                return test
            return self.guarded(test, "FALSE", left, right)
        for answer, compared in ((left, right), (right, left)):
            shown = self._labelled(answer)
            if isinstance(compared, Literal) and shown is not None:
                return self._compare_code(*shown, str(compared.value), op)
        written = [self.text(side) for side in (left, right)]
        filled = [
            f'{text}<>""'
            for text, side in zip(written, (left, right), strict=True)
            if not isinstance(side, Literal)
        ]
        if op == "=" and len(filled) == 1:  # equal to a text that is not blank
            return f"IFERROR({op.join(written)},FALSE)"
        return f"IFERROR(AND({','.join([*filled, op.join(written)])}),FALSE)"

    def _labelled(self, expr: Expr) -> tuple[str | None, str] | None:
        """Cell and list of an answer that shows a label: of this row, or looked up in another."""
        match expr:
            case Ref() if name := _list_of(expr):
                return self.cell(expr), name
            case Call(function=LookUp(), args=(row, Ref() as target)) if name := _list_of(target):
                return self._shown_in_row(row, target), name
        return None

    def _compare_code(self, cell: str | None, name: str, code: str, op: str) -> str:
        label = entry(self.layout, name, code)
        if label is None or cell is None:
            return "FALSE"
        if name == TICK:
            opposite = "N" if code == "Y" else "Y"
            return is_ticked(cell, code if op == "=" else opposite)
        if op == "=":
            return f"IFERROR({cell}={label},FALSE)"
        return f"IFERROR(AND(ISNUMBER(MATCH({cell},list_{name},0)),{cell}<>{label}),FALSE)"

    def rank(self, expr: Expr) -> str:
        """Write the rank of a level, an error for what is none."""
        if isinstance(expr, Literal):
            return str(self.layout.lists[LEVELS].codes.index(str(expr.value)) + 1)
        return (
            f"MATCH({self.value(expr)},{'list' if expr.type is Type.LEVEL else 'code'}_{LEVELS},0)"
        )

    # figures: a number, or empty text where blank

    def value(self, expr: Expr) -> str:
        """Return a formula for the content of a calculated cell: empty text where blank, never an error."""
        if expr.type is Type.BOOL:
            return self.condition(expr)
        if expr.type in FIGURES:
            if isinstance(expr, Literal | Choose):  # neither is ever an error
                return self.number(expr)
            return self.guarded(self.number(expr), '""', expr)
        return self._level(expr) if expr.type is Type.LEVEL else self.text(expr)

    def number(self, expr: Expr) -> str:
        """Return the bare number; its guards say when it is blank."""
        match expr:
            case Literal():
                return number_literal(float(expr.value))
            case Ref():
                cell = self.cell(expr)
                if expr.steps:
                    return (
                        "NA()"
                        if cell is None
                        else f"--{of_step(cell, scale_of(self.layout, expr).name)}"
                    )
                return cell or '""'
            case Arithmetic():
                left = self.number(expr.left)
                right = self.number(expr.right)
                return (
                    _power(left, right, expr.right)
                    if expr.op == "**"
                    else f"({left}{expr.op}{right})"
                )
            case Over():
                return self._over(expr)
        return self._one_of_two(expr, self.value)

    def guarded(self, formula: str, blank: str, *figures: Expr) -> str:
        """Write a formula that is something else where it fails, or one of some figures is blank."""
        guards = dict.fromkeys(guard for figure in figures for guard in self._guards(figure))
        if guards:
            formula = f"IF(COUNT({','.join(guards)})={len(guards)},{formula},{blank})"
        return _within_bounds(f"IFERROR({formula},{blank})")

    def _guards(self, expr: Expr) -> Iterator[str]:
        """Yield what must be numbers for the figure not to be blank."""
        match expr:
            case Ref() if self._is_value(expr) or expr.steps:
                return  # a step that nobody chose is an error, which says as much
            case Arithmetic():
                yield from self._guards(expr.left)
                yield from self._guards(expr.right)
            case Call() if expr.function.strict and not expr.function.never_blank:
                for arg in expr.args:
                    yield from self._guards(arg)
            case _ if not _is_never_blank(expr):
                number = self.number(expr)
                dated = isinstance(expr, Ref | Call) and expr.type is Type.DATE
                # A number beyond the calendar is not a date.
                yield (
                    f'IF(AND({number}>=1,{number}<={LAST_SERIAL}),{number},"")' if dated else number
                )

    # texts

    def text(self, expr: Expr) -> str:
        """Return a text; codes as codes, not as labels."""
        if expr.type is Type.LEVEL:
            return decoded(LEVELS, self._level(expr))
        match expr:
            case Literal():
                return text_literal(str(expr.value))
            case Ref():
                cell = self.cell(expr)
                return '""' if cell is None else self._decoded(expr, cell)
        return self._one_of_two(expr, self.text)

    def _level(self, expr: Expr) -> str:
        """Return a level by its label, as cells show it."""
        return (
            (self.cell(expr) or '""')
            if isinstance(expr, Ref)
            else self._one_of_two(expr, self._level)
        )

    def _decoded(self, ref: Ref, shown: str) -> str:
        """Write the code, or the text, that a cell of an answer shows."""
        if ref.list is not None and ref.type is Type.CODE:
            return decoded(ref.list, shown)
        return f'IFERROR({first_word(shown) if ref.targets else f"TRIM({shown})"},"")'

    # cells

    def cell(self, ref: Ref) -> str | None:
        """Return the cell (or run of cells) of an answer; None where its sheet was not issued.

        Raises `LookupError` for one that has no cell in a sheet that was: no text may stand in its place.
        """
        if ref.outer and self.outer is not None:
            return self.outer.cell(replace(ref, outer=False))
        if ref.last:
            return self._last_cell(ref)
        if self._is_value(ref):
            return self.about_cell
        if ref.single:
            slot = self.layout.slots.get((ref.tool, "1", ref.code))
            cells = None if slot is None else slot.cells
        else:
            cells = self._row_cells().get(ref.code)
        if cells is None:
            if ref.tool in self.layout.sheet:
                raise LookupError(ref.code)
            return None
        if ref.single and len(cells) == 1:
            return answer_name(ref.code)
        grid = self.grid if self.grid is not None and self.grid.tool.code == ref.tool else None
        row = None if ref.single or grid is None or grid.across else self.row
        away = ref.single or self.away or grid is None
        slot = self.layout.slots.get((ref.tool, "1" if ref.single else self.record, ref.code))
        if slot is not None:
            return answer_cells(self.layout, slot, cells, row=row, away=away, by_row=self.by_row)
        return absolute(self.layout, ref.tool, cells, row=row) if away else cells_of(cells, row=row)

    def run(self, ref: Ref) -> str | None:
        """Return the cells of an answer where it has several; None for a single one, and where there are none."""
        cells = self.cell(ref)
        field = self.layout.spec.tool[ref.tool].fields[ref.code]
        return cells if field.several and field.cells > 1 else None

    def _last_cell(self, ref: Ref) -> str | None:
        """Return the cell that says what an answer was in the round before."""
        cells = self.layout.last.get((ref.tool, "1" if ref.single else self.record, ref.code))
        if cells is None:
            return None
        row = None if ref.single or self.grid is None or self.grid.across else self.row
        if row is None or self.away or len(cells) > 1:
            return on_sheet(LAST_SHEET, cells, row=row)
        return last_of_row(ref.tool, ref.code, row)

    def _is_value(self, expr: Expr) -> bool:
        """Say whether an expression is the answer in whose check cell the formula stands."""
        about = self.about
        return (
            about is not None and isinstance(expr, Ref) and not expr.last and expr.key == about.key
        )

    def _row_cells(self) -> dict[str, tuple[Place, ...]]:
        """Return the cells of the row by field; a record of a form may go on in the next block of its sheet."""
        if self.grid is None:
            return {}
        if not self.grid.across:
            return self.grid.cells_by_row.get(self.record, {})
        cells: dict[str, tuple[Place, ...]] = {}
        for grid in self.layout.sheet[self.grid.tool.code].grids:
            if grid.across:
                cells |= grid.cells_by_row.get(self.record, {})
        return cells

    # figures over the rows of a table

    def _over(self, expr: Over) -> str:
        grid = self.layout.rows_of.get(expr.tool)
        if grid is None:
            return "0" if expr.function.never_blank else '""'
        if not grid.across:
            return expr.function.excel(_Columns(self.layout, grid, "", outer=self), expr.inner)
        records = []
        for record in grid.by_row:
            place = self.layout.active_place(grid, record)
            active = (
                "TRUE" if place is None else f"{absolute(self.layout, grid.tool.code, [place])}>0"
            )
            writer = ExcelFormula(self.layout, grid, record, away=True, outer=self)
            records.append(Record(writer, active))
        return expr.function.excel_records(records, expr.inner)

    # what functions ask for

    def filled(self, expr: Expr) -> str:
        """Write whether something stands in the cells of an answer, or comes out of an expression."""
        if not isinstance(expr, Ref):
            return f'IFERROR({self.value(expr)}<>"",FALSE)'
        cell = self.cell(expr)
        if cell is None:
            return "FALSE"
        if self.run(expr) is not None:
            return f"({answers_in(cell)}-SUMPRODUCT(--ISERROR({cell})))>0"
        return f'IFERROR(TRIM({cell})<>"",FALSE)'

    def blank(self, expr: Expr) -> str:
        """Write the opposite of that."""
        return f"NOT({self.filled(expr)})"

    def has(self, several: Ref, code: str) -> str:
        """Write whether one of several answers is a code."""
        cells = self.cell(several)
        label = entry(self.layout, several.list, code)
        return "FALSE" if cells is None or label is None else f"ISNUMBER(MATCH({label},{cells},0))"

    def column(self, ref: Ref) -> str | None:
        """Write all cells of the answer in this grid, a column or those of all records; None for one given once."""
        if self.grid is None or ref.single:
            return None
        if self.grid.across:
            slots = [slot for key, slot in self.layout.slots.items() if (key[0], key[2]) == ref.key]
            return area(self.layout.sheet[ref.tool].name, slots[0].cells[0], slots[-1].cells[-1])
        return column_range(self.layout, self.grid, self._row_cells()[ref.code][0].column)

    def looked_up(self, row: Expr, target: Ref) -> str:
        """Write the answer in the row of a reference or a number, codes as codes; blank where there is none."""
        shown = self._shown_in_row(row, target)
        if shown is None:
            return '""'
        if target.steps:
            shown = f"--{of_step(shown, scale_of(self.layout, target).name)}"
        elif target.type in (Type.TEXT, Type.CODE):
            return self._decoded(target, shown)
        return f'IFERROR({shown},"")'

    def _shown_in_row(self, row: Expr, target: Ref) -> str | None:
        """Write what a row has, as shown: an error where there is no such row, "" where blank."""
        cells = self._cells_looked_up(row, target)
        if cells and target.type in FIGURES:
            return f'IF({cells[0]}="","",{cells[0]})'
        return f'{joined(cells, SEVERAL)}&""' if cells else None

    def _cells_looked_up(self, row: Expr, target: Ref) -> list[str]:
        """Return the cells of an answer in the row of a reference or a number; nothing where its sheet is not there."""
        if isinstance(row, Ref) and row.targets:
            tool = row.targets[0]
            cell = self.cell(row)
            place = None if cell is None else f"MATCH({first_word(cell)},{row_codes(tool)},0)"
        else:
            tool = target.tool
            number = self.number(row)
            place = f"IF({number}>=1,{number},NA())"
        grid = self.layout.rows_of.get(tool)
        if place is None or grid is None:
            return []
        names = (
            column_name(tool, target.code, column.part) for column in grid.columns_of(target.code)
        )
        return [f"INDEX({name},{place})" for name in names]

    def labels(self, expr: Expr) -> str:
        """Write the labels that the cells of an answer show, its own or one looked up, as one text."""
        answer = ref_of(expr.args[1] if isinstance(expr, Call) else expr)
        field = self.layout.spec.tool[answer.tool].fields[answer.code]
        if isinstance(expr, Call):
            cells = self._cells_looked_up(expr.args[0], answer)
        else:
            run = self.cell(answer)
            cells = [] if run is None else [run]
            if run is not None and field.several and not field.fixed:  # each by itself
                cells = [f"INDEX({run},{part})" for part in range(1, field.cells + 1)]
        if not cells:
            return '""'
        if answer.list == TICK:
            words = self.layout.labels[TICK]
            return _of_tick(cells[0], words["Y"], words["N"])
        if not field.fixed:
            name = f"list_{answer.list}"
            cells = [f'IFERROR(INDEX({name},MATCH({cell},{name},0)),"")' for cell in cells]
        return f'IFERROR({joined(cells, SEVERAL)}&"","")'

    def worth(self, expr: Expr) -> str:
        """Write the number that the entry of an answer has, its own or one looked up; blank where it has none."""
        answer = ref_of(expr.args[1] if isinstance(expr, Call) else expr)
        place = self.layout.lists.get(str(answer.list))
        worth_by_code = self.layout.spec.worth(str(answer.list))
        if place is None:  # no sheet that was issued asks for it
            return '""'
        numbers = [
            number_literal(worth_by_code[code]) if code in worth_by_code else '""'
            for code in place.codes
        ]
        entry_number = f"MATCH({self.labels(expr)},list_{place.name},0)"
        if len(numbers) <= MOST_CASES:
            return f'IFERROR(CHOOSE({entry_number},{",".join(numbers)}),"")'
        return f'IFERROR(INDEX({{{";".join(numbers)}}},{entry_number}),"")'

    def step_entry(self, ref: Ref) -> str:
        """Write the entry of a scale that the cell of an answer is; an error where it is none."""
        return of_step(str(self.cell(ref)), scale_of(self.layout, ref).name, "list")

    def issued(self, tool: str) -> bool:
        """Say whether a tool is in the workbook."""
        return tool in self.layout.sheet

    def ticked(self, tool: str) -> str:
        """Write whether a tool counts."""
        return ticked(self.layout, tool)

    def progress(self, tool: str) -> str | None:
        """Write the range of required and given answers of a sheet."""
        return self.layout.sheet[tool].progress_name if tool in self.layout.sheet else None

    @property
    def day(self) -> str:
        """The day of the check."""
        return TODAY_NAME

    def row_code(self, ref: Ref) -> str:
        """Write the code of the row that an answer stands in."""
        if ref.outer and self.outer is not None:
            return self.outer.row_code(replace(ref, outer=False))
        if self.grid is None or self.grid.across:
            return text_literal(self.record)
        letters = column_letters(CODE_COLUMN)
        row = self.row or str(self.grid.row[self.record].index)
        sheet = f"{quoted(self.layout.sheet[self.grid.tool.code].name)}!" if self.away else ""
        return f"{sheet}${letters}{row}"

    def row_number(self, ref: Ref) -> str:
        """Write which row of its sheet an answer stands in."""
        if ref.outer and self.outer is not None:
            return self.outer.row_number(replace(ref, outer=False))
        if self.grid is None or self.grid.across:
            return str([*self.grid.by_row].index(self.record) + 1 if self.grid else 1)
        return f"MATCH({self.row_code(ref)},{row_codes(ref.tool)},0)"

    @property
    def language(self) -> str:
        """The language of the sheet."""
        return self.layout.language

    @property
    def without_spaces(self) -> bool:
        """Whether the language of the sheet writes without spaces between words."""
        return spaceless(self.layout.spec.title.say(self.layout.language))

    def readable(self, ref: Ref) -> str:
        """Write whether a cell that is not blank holds what the type of its field can read."""
        field = self.layout.spec.tool[ref.tool].fields[ref.code]
        return field.type.readable(field, str(self.cell(ref)))

    def comparable(self, ref: Ref, shown: str) -> str:
        """Write what is the same for two cells, or for all of a column, where their answers are."""
        if ref.list == TICK:
            return f"({is_ticked(shown, 'Y')}+2*{is_ticked(shown, 'N')})"
        if ref.targets:
            return first_word(shown)
        return f"TRIM({shown})" if ref.type in TEXTS else shown

    def in_use(self, ref: Ref) -> str:
        """Write whether the row that a reference names is in use; TRUE where none of its sheets was issued."""
        code = first_word(str(self.cell(ref)))
        numbers_of_rows = []
        field = self.layout.spec.tool[ref.tool].fields[ref.code]
        if field.only:  # one of the entries of its list begins with the code
            entries = reference_name(self.layout, field)
            return f'IFERROR(SUMPRODUCT(--(LEFT({entries},LEN({code})+1)={code}&" "))>0,FALSE)'
        for target in ref.targets:
            grid = self.layout.rows_of.get(target)
            if grid is None:
                continue
            alike = f"({row_codes(target)}={code})"
            used = f"{alike}*({active_name(target)}>0)" if grid.kind == "register" else f"--{alike}"
            numbers_of_rows.append(f"SUMPRODUCT({used})")
        return f"IFERROR(({'+'.join(numbers_of_rows)})>0,FALSE)" if numbers_of_rows else "TRUE"

    def parent(self, ref: Ref) -> str:
        """Write what the list says the entry in a cell belongs to, as shown."""
        return f"INDEX(parent_{ref.list},MATCH({self.cell(ref)},list_{ref.list},0))"


class _Columns(ExcelFormula):
    """Writes the same over whole columns, for SUMPRODUCT; a condition is an array of 0 and 1.

    `here` writes the row that the whole expression stands in.
    """

    grid: Grid

    @property
    def _once(self) -> ExcelFormula:
        """What writes the answers that are the same for all rows."""
        return ExcelFormula(self.layout, None, "", outer=self.outer, away=True)

    def active(self) -> str:
        """Write 1 for rows with any answer."""
        grid = self.grid
        if grid.kind != "register":
            return f'{column_range(self.layout, grid, CODE_COLUMN)}<>""'
        return f"{active_name(grid.tool.code)}>0"

    def condition(self, expr: Expr) -> str:
        match expr:
            case Logic():
                written = ("*" if expr.op == "and" else "+").join(
                    f"({self.condition(part)})" for part in expr.parts
                )
                return written if expr.op == "and" else f"({written})>0"
            case Not():
                return f"1-(({self.condition(expr.part)})>0)"
        return super().condition(expr)

    def filled(self, expr: Expr) -> str:
        return f"({self._answers_in(expr)})>0"

    def blank(self, expr: Expr) -> str:
        return f"({self._answers_in(expr)})=0"

    def _answers_in(self, expr: Expr) -> str:
        return "+".join(f'(TRIM({column})<>"")' for column in self._columns(expr))

    def has(self, several: Ref, code: str) -> str:
        label = entry(self.layout, several.list, code)
        return f"({'+'.join(_alike_in(column, label) for column in self._columns(several))})>0"

    def _compare(self, expr: Compare, op: str) -> str:
        left, right = sides = expr.left, expr.right
        answers = [side for side in sides if not isinstance(side, Literal)]
        if left.type in FIGURES:
            guards = dict.fromkeys(f"{self.known(ref)}*" for side in sides for ref in refs(side))
            test = f"{''.join(guards)}({self.number(left)}{op}{self.number(right)})"
            # on a text: an error is no number
            fails = any(isinstance(side, Arithmetic) for side in sides)
            return f"ISNUMBER(1/({test}))" if fails else test
        if _by_rank(expr):
            guards = dict.fromkeys(f"({self.rank(side)}>0)*" for side in answers)
            return f"{''.join(guards)}({self.rank(left)}{op}{self.rank(right)})"
        alike = self._alike(left, right)
        return (
            alike
            if op == "="
            else f"{''.join(f'{self._is_answered(side)}*' for side in answers)}(1-{alike})"
        )

    def _alike(self, left: Expr, right: Expr) -> str:
        """Write where two texts or codes are the same: labels only with labels of the same list, else codes."""
        names = [_list_of(side) for side in (left, right)]
        if names[0] == names[1] not in (None, TICK):
            return f"{self._is_answered(left)}*({self.text(left)}={self.text(right)})"
        for answer, compared, name in ((left, right, names[0]), (right, left, names[1])):
            if isinstance(compared, Literal):
                return self._is(answer, str(compared.value))
            if name is None or not _by_row(answer):
                continue
            if not _by_row(compared) and name != TICK:
                column = self.text(answer)
                code = self._once.text(compared)
                label = f'IFERROR(INDEX(list_{name},MATCH({code},code_{name},0)),"")'
                return f'(({column}<>"")*({column}={label}))'
            compared_codes = self._codes(_list_of(compared) or name)
            pairs = (
                f"{self._is(answer, code)}*{self._is(compared, code)}"
                for code in self._codes(name)
                if code in compared_codes
            )
            return f"({'+'.join(pairs) or 0})"
        shown = self._shown(left)
        return f'(({shown}<>"")*({shown}={self._shown(right)}))'

    def _shown(self, expr: Expr) -> str:
        """Write the texts of all rows, or the one that is the same for all."""
        return self.text(expr) if _by_row(expr) else self._once.text(expr)

    def _codes(self, name: str) -> Collection[str]:
        return dict.fromkeys(self.layout.lists[name].codes)

    def _is(self, expr: Expr, code: str) -> str:
        """Write where an answer is a code."""
        of = _list_of(expr)
        shown = self._shown(expr)
        name = of if _by_row(expr) else None
        if name == TICK:
            return is_ticked(shown, code)
        may_hold_code = of not in self.layout.lists or code in self._codes(of)
        return _alike_in(
            shown,
            text_literal(code)
            if may_hold_code and name is None
            else entry(self.layout, name, code),
        )

    def _is_answered(self, expr: Expr) -> str:
        """Write where there is an answer: of a list, one of its entries, for anything else counts as blank."""
        name = _list_of(expr) if _by_row(expr) else None
        shown = self._shown(expr)
        if name is None:
            return f'({shown}<>"")'
        if name == TICK:
            return f"({is_ticked(shown, 'Y')}+{is_ticked(shown, 'N')})"
        return f"ISNUMBER(MATCH({shown},list_{name},0))"

    def rank(self, expr: Expr) -> str:
        """Write the ranks of levels, 0 for what is none."""
        if isinstance(expr, Literal):
            return super().rank(expr)
        if not _by_row(expr):
            return f"IFERROR({self._once.rank(expr)},0)"
        ranks = (
            f"{self._is(expr, code)}*{n}" for n, code in enumerate(self._codes(LEVELS), start=1)
        )
        return f"({'+'.join(ranks)})"

    def _columns(self, expr: Expr) -> list[str]:
        """Write the column ranges of an answer, or the cell of one that is the same for all rows."""
        if not isinstance(expr, Ref) or not _by_row(expr):
            return [self._once.value(expr)]
        if not expr.last:
            return [
                column_range(self.layout, self.grid, c.index)
                for c in self.grid.columns_of(expr.code)
            ]
        rows = self.grid.data_rows
        first, last = (
            self.layout.last.get((expr.tool, row.code, expr.code)) for row in (rows[0], rows[-1])
        )
        if first is None or last is None:  # nothing is known of the last round
            return ['""']
        return [on_sheet(LAST_SHEET, ends) for ends in zip(first, last, strict=True)]

    def number(self, expr: Expr) -> str:
        """Write numbers as an array."""
        if isinstance(expr, Arithmetic):
            return super().number(expr)
        if not isinstance(expr, Ref) or not _by_row(expr):
            return (
                self._once.value(expr)
                if isinstance(expr, Ref) and expr.steps
                else self._once.number(expr)
            )
        if expr.steps:
            return self._of_steps(expr, [str(int(step)) for step in expr.steps])
        return self._columns(expr)[0]

    def known(self, ref: Ref) -> str:
        """Write 1 where there is a number, as an array."""
        if ref.steps and _by_row(ref):
            return self._of_steps(ref, ["1"] * len(ref.steps))
        number = self.number(ref)
        within = f"*({number}>=1)*({number}<={LAST_SERIAL})" if ref.type is Type.DATE else ""
        return f"ISNUMBER({number}){within}"

    def _of_steps(self, ref: Ref, worth: Sequence[str]) -> str:
        return of_steps(self._columns(ref)[0], scale_of(self.layout, ref).labels, worth)

    def text(self, expr: Expr) -> str:
        """Write texts as an array: labels as shown, of references the code of their row."""
        if not isinstance(expr, Ref):
            return super().text(expr)
        shown = self._columns(expr)[0] if _by_row(expr) else self._once.cell(expr) or '""'
        if expr.targets:
            return first_word(shown)
        return f"TRIM({shown})" if expr.type is Type.TEXT else shown

    def row_code(self, ref: Ref) -> str:
        """Write the codes of all rows, or that of the row which the whole expression stands in."""
        return (
            super().row_code(ref)
            if ref.outer
            else column_range(self.layout, self.grid, CODE_COLUMN)
        )


def _alike_in(shown: str, text: str | None) -> str:
    """Write where cells show a text; nowhere where the workbook has it not."""
    return f"({shown}<>{shown})" if text is None else f"({shown}={text})"


def _by_row(expr: Expr) -> bool:
    """Say whether an answer, or the code of a row, is another one in each row of the table."""
    if isinstance(expr, Call) and expr.args:
        return _by_row(expr.args[0])
    return isinstance(expr, Ref) and not (expr.single or expr.outer)


def _list_of(expr: Expr) -> str | None:
    """Return the list whose labels the cells of an answer show."""
    if not isinstance(expr, Ref):
        return None
    return LEVELS if expr.type is Type.LEVEL else expr.list


def _by_rank(expr: Compare) -> bool:
    """Say whether levels are compared by rank; a text that is none differs from each of them, and has no rank."""
    sides = (expr.left, expr.right)
    return any(side.type is Type.LEVEL for side in sides) and (
        expr.op not in ("==", "!=")
        or all(side.type is Type.LEVEL or isinstance(side, Literal) for side in sides)
    )


def scale_of(layout: Layout, ref: Ref) -> ListPlace:
    """Return the list whose entries the steps of an answer are."""
    return layout.lists[str(layout.spec.tool[ref.tool].fields[ref.code].list_name)]


def _is_never_blank(expr: Expr) -> bool:
    """Say whether a figure is a number whatever is blank."""
    if isinstance(expr, Choose):
        return _is_never_blank(expr.if_true) and _is_never_blank(expr.if_false)
    return isinstance(expr, Literal) or (isinstance(expr, Call) and expr.function.never_blank)


def _power(base: str, exponent: str, written: Expr) -> str:
    """Write a power; what programs do not agree about (0 by nothing, roots of what is below 0) has no result."""
    power = f"POWER({base},{exponent})"
    if (
        isinstance(written, Literal)
        and float(written.value) > 0
        and float(written.value).is_integer()
    ):
        return power
    unclear = f"OR(AND({base}=0,{exponent}<=0),AND({base}<0,{exponent}<>INT({exponent})))"
    return f"IF({unclear},NA(),{power})"
