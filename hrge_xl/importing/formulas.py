"""What the formulas of a workbook work out, once all of its sheets are taken apart: they read each other's cells.

A formula in a column of a table, or beside a question, becomes a calculated field; one that adds up the column that it
stands in, a total of it. A name or an address means an answer in the same row, one that is asked once, or a column.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from ..core.numerals import plain_number
from ..language import Type
from .expressions import COUNTERPARTS, EXCEL, NEVER, NoCounterpart, Printed, Printer, parsed
from .neutral import DraftBlock, DraftField, DraftSpec, DraftTool, SourcePart
from .read import Place, SourceArea, SourceWorkbook

TOTAL = re.compile(r"=\+?(SUM|AVERAGE|COUNTA?|SUBTOTAL)\((?:(\d+),)?(.+)\)", re.IGNORECASE)
ELSEWHERE = re.compile(r"(?:'[^']+'|\b\w+)!\$?[A-Z]{1,3}\d+(?![\d:])")
THIS_ROW = re.compile(r"\[\[#This Row\],\s*(\[[^\]]+\])\]", re.IGNORECASE)
ALWAYS_THERE = re.compile(r"\$[A-Z]+\$\d+$|^[^!:\d]+$")  # whatever row reads it
CRITERION = re.compile(r"(<=|>=|<>|[<>=]|)([^*?]*)")
TOTALS, YES_NO, FIGURES = (COUNTERPARTS[name] for name in ("totals", "yes_no", "figures"))
NOTHING = Printed("''", Type.TEXT, literal="")
# every function but these gives something, and so does a choice between two
NEVER_BLANK = re.compile(r"\b(?!label\b|year\b|lookup\b)\w+\(|\bif\b")

# The parts of a sheet, by their kind and their row, column or place.
Account = dict[tuple[str, object], SourcePart]


@dataclass
class SourceTable:
    """A table: where it stands, and what it became, with its fields by their columns."""

    sheet: str
    top: int
    bottom: int
    tool: DraftTool
    block: DraftBlock
    fields: dict[int, DraftField]

    def is_within(self, area: SourceArea) -> bool:
        """Say whether a column of cells has all of its rows."""
        return area.top <= self.top and area.bottom >= self.bottom


@dataclass
class SourceFormula:
    """A formula that a field is worked out by: where it stands, in which table if in one, and what it came to."""

    sheet: str
    row: int
    text: str
    part: SourcePart
    draft_field: DraftField
    table: SourceTable | None
    calculation: Printed | NoCounterpart | None = None


@dataclass
class SourceFormulas:
    """The formulas of a workbook, and all that they may read."""

    book: SourceWorkbook
    draft: DraftSpec
    tables: list[SourceTable] = field(default_factory=list)
    # by the sheet and the place of the answer; each is asked once
    form_fields: dict[tuple[str, Place], DraftField] = field(default_factory=dict)
    field_formulas: list[SourceFormula] = field(default_factory=list)
    # the fields with a dropdown, and where its entries stand
    lists: list[tuple[DraftField, SourceArea]] = field(default_factory=list)

    def settle(self, accounts: Sequence[Account]) -> None:
        """Make calculated fields and totals of formulas, and tell of each what became of it."""
        for draft_field, area in self.lists:
            if table := self.table(area):
                self.refer(draft_field, table, area.left)
        self._move()
        for formula in self.field_formulas:
            try:
                self.worked_out(formula)
            except NoCounterpart as why:
                self.draft.leave_out(formula.draft_field, str(why))
        field_parts = [formula.part for formula in self.field_formulas]
        for account in accounts:
            for (kind, _), part in account.items():
                if kind == "formula" and part not in field_parts:
                    self._add_up(part, account)
        used = {draft_field.options.get("vocabulary") for draft_field in self.fields()}
        lists = self.draft.vocabularies
        self.draft.vocabularies = {name: entries for name, entries in lists.items() if name in used}

    def fields(self) -> Iterator[DraftField]:
        """Yield all fields that there are so far."""
        yield from (
            draft_field
            for tool in self.draft.tools
            for block in tool.blocks
            for draft_field in block.fields
        )

    def _move(self) -> None:
        """Move columns of nothing but formulas that read another sheet, row by row, to the table that they read."""
        for table in self.tables:
            table_formulas = [formula for formula in self.field_formulas if formula.table is table]
            read = (
                self.book.area(place)
                for formula in table_formulas
                for place in ELSEWHERE.findall(formula.text)
            )
            homes = ((area, home) for area in read if area and (home := self.table(area)))
            area, home = next(homes, (None, table))
            if area and home.sheet != table.sheet and len(table_formulas) == len(table.fields):
                home.block.fields += table.block.fields
                table.block.fields = []
                table.tool = home.tool
                table.top = table_formulas[0].row - area.top + home.top

    # totals

    def _add_up(self, part: SourcePart, account: Account) -> None:
        """Make the total of a column of a formula that stands in it, above or below."""
        cell = self.book.area(part.place)
        assert cell
        area, total = self.added_up(cell.sheet, cell.left, part.text) or (cell, "")
        table = self.table(area)
        if around := self.table(cell):
            part.leave_out(
                f"{around.fields[cell.left].code} is typed, or worked out otherwise, in most rows"
            )
        elif not table or not table.is_within(area):
            part.leave_out("it stands beside no question, and adds up no column that it stands in")
        else:
            draft_field = table.fields[cell.left]
            totals = draft_field.options.setdefault("total", [])
            if total not in totals:
                totals.append(total)
            draft_field.of("total", part)
            part.keep(f"{draft_field.code}: total: {total}")
            account["row", cell.top].keep("totals")

    def added_up(self, sheet: str, column: int, formula: str) -> tuple[SourceArea, str] | None:
        """Return the cells of its own column that a formula adds up, and the total that it is of them."""
        if not (match := TOTAL.fullmatch(formula)):
            return None
        area = self.book.area(match[3], sheet)
        total = TOTALS.get((match[2] or match[1]).upper())
        is_own_column = area and (area.sheet, area.left, area.right) == (sheet, column, column)
        return (area, total) if area and is_own_column and total else None

    # what is read

    def worked_out(self, formula: SourceFormula) -> Printed:
        """Return what a field is worked out from; what it needs of others is worked out first. Raises
        `NoCounterpart`.
        """
        if formula.calculation is None:
            formula.calculation = NoCounterpart("it leads back to itself")
            try:
                formula.calculation = FormulaPrinter(self, formula).printed()
            except NoCounterpart as why:
                formula.calculation = why
        if isinstance(formula.calculation, NoCounterpart):
            raise formula.calculation
        return formula.calculation

    def table(self, area: SourceArea) -> SourceTable | None:
        """Return the table that a column of cells is in, or has in it."""
        for table in self.tables:
            shares_column = area.sheet == table.sheet and area.left in table.fields
            if shares_column and area.top <= table.bottom and area.bottom >= table.top:
                return table
        return None

    def answer(self, draft_field: DraftField) -> Printed:
        """Return the answer of a field, with the codes of its list by their labels."""
        for formula in self.field_formulas:
            if formula.draft_field is draft_field:
                return Printed(draft_field.code, self.worked_out(formula).type)
        if draft_field.type == "reference":  # stands for what its row is called
            codes = draft_field.options["to"]
            table = next(table for table in self.tables if [table.tool.code] == codes)
            shows = table.block.options["shows"]
            return Printed(f"lookup({draft_field.code}, {shows})", Type.TEXT)
        if draft_field.yields is not Type.CODE:
            return Printed(draft_field.code, draft_field.yields)
        if draft_field.type == "yesno":
            return Printed(draft_field.code, Type.CODE, YES_NO)
        entries = self.draft.vocabularies.get(draft_field.options.get("vocabulary", ""), [])
        codes_by_label = {str(entry["label"]).casefold(): str(entry["code"]) for entry in entries}
        return Printed(draft_field.code, Type.CODE, codes_by_label)

    def count_with(self, codes: Collection[str]) -> bool:
        """Have answers be numbers that a formula works with, and say whether one was not."""
        text_fields = [
            field for field in self.fields() if field.code in codes and field.type == "text"
        ]
        for draft_field in text_fields:
            draft_field.type = "decimal"
            draft_field.notes = ["decimal, as a formula works with it"]
        return bool(text_fields)

    def refer(self, draft_field: DraftField, table: SourceTable, column: int) -> bool:
        """Have an answer be a row of another table, which is called by what stands in a column of it, if it can."""
        if (
            table.block.kind != "register"
            or draft_field in table.block.fields
            or column not in table.fields
        ):
            return False
        if draft_field.type in ("text", "choice"):
            meaning = f"a row of {table.tool.code}"
            draft_field.type = "reference"
            draft_field.notes = [meaning]
            draft_field.options.pop("vocabulary", None)
            draft_field.options["to"] = [table.tool.code]
            draft_field.parts["to"] = draft_field.parts.pop("vocabulary", [])
            for part in draft_field.parts["to"]:
                part.keep(f"{draft_field.code}: {meaning}")
            table.block.options["shows"] = table.fields[column].code
        return draft_field.options.get("to") == [table.tool.code]


class FormulaPrinter(Printer):
    """Prints one formula: besides what any language says, it looks up, counts and adds up cells."""

    def __init__(self, formulas: SourceFormulas, formula: SourceFormula) -> None:
        super().__init__(self._find_answer, EXCEL)
        self.formulas = formulas
        self.formula = formula

    def printed(self) -> Printed:
        """Return what the field of the formula is worked out from, and tell of it."""
        calculation = self.value(
            parsed(self.formula.text.removeprefix("=").replace("_xlfn.", ""), EXCEL)
        )
        if plain_number(calculation.literal or calculation.text) is not None:
            raise NoCounterpart("it reads nothing: it is typed")
        self.formula.draft_field.options |= calculation.options
        self.formula.part.keep(calculation.tidy, *self.changes)
        return calculation

    def value(self, node: ast.expr) -> Printed:
        """Return what a cell can show: of a choice, its words."""
        answer = super().value(node)
        return Printed(f"label({answer.text})", Type.TEXT) if answer.type is Type.CODE else answer

    # what names and addresses mean

    def _area(self, name: str) -> SourceArea:
        """Return the cells that a name, an address or a column of a table means."""
        area = self.formulas.book.area(THIS_ROW.sub(r"\1", name), self.formula.sheet)
        if area is None:
            raise NoCounterpart(f"“{name}” names no cells of this workbook")
        row = self.formula.row
        return area._replace(top=row, bottom=row) if THIS_ROW.search(name) else area

    def _find_answer(self, name: str) -> Printed:
        """Return what a name or an address means: an answer, several side by side, or those of a column."""
        if name.upper() in ("TRUE", "FALSE"):
            return self._call(name.lower(), [])
        area = self._area(name)
        table = self.formulas.table(area)
        if table and area.left == area.right and area.bottom > area.top:
            if not table.is_within(area):
                raise NoCounterpart(f"{name} is a part of a column")
            return self.formulas.answer(table.fields[area.left])._replace(rows=table.tool.code)
        answers = [self.formulas.answer(draft_field) for draft_field in self._find_fields(area)]
        if not answers:
            return self._fixed(name, area)
        return answers[0]._replace(text=", ".join(answer.text for answer in answers))

    def _find_fields(self, area: SourceArea) -> Iterator[DraftField]:
        """Yield the fields of these cells: those that are asked once, or in the row of the formula."""
        for (sheet, place), draft_field in self.formulas.form_fields.items():
            if sheet == area.sheet and area.holds(*place):
                yield draft_field
        if area.top != area.bottom:
            return
        own_table = self.formula.table
        for column in range(area.left, area.right + 1):
            if table := self.formulas.table(area._replace(left=column)):
                beside = own_table and area.top - table.top == self.formula.row - own_table.top
                if not own_table or not beside or own_table.tool is not table.tool:
                    raise NoCounterpart(f"it reads a single row of {table.tool.code}")
                yield table.fields[column]

    def _fixed(self, name: str, area: SourceArea) -> Printed:
        """Return what a cell says that nobody is asked for, where it is the same one for all rows."""
        value = None
        if ALWAYS_THERE.search(name):
            value = next(iter(self.formulas.book.values(area)), None)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise NoCounterpart(f"{name} is asked nowhere, or in other rows")
        self.changes.append(f"{name} stands as what it says")
        return self._printed(ast.Constant(value))

    # functions

    def _call(self, name: str, args: Sequence[ast.expr]) -> Printed:
        match name, args:
            case (("if" | "ifs"), [test, then]):
                return self._choose(self.condition(test), self.value(then), NOTHING)
            case "ifs", [test, then, *others]:
                otherwise = self._call("ifs", others)
                return self._choose(self.condition(test), self.value(then), otherwise)
            case "choose", [number, *ways]:
                tests = (
                    ast.Compare(number, [ast.Eq()], [ast.Constant(place)]) for place in count(1)
                )
                return self._call("ifs", [*chain.from_iterable(zip(tests, ways, strict=False))])
            case (("iferror" | "ifna"), [value, other]):
                answer = self._answer(value)
                instead = self._answer(other)
                if instead.literal == "":
                    return answer
                return self._choose(Printed(f"filled({answer.text})", Type.BOOL), answer, instead)
        return self._read(name, args) or super()._call(name, args)

    def _read(self, name: str, args: Sequence[ast.expr]) -> Printed | None:
        """Print what counts, adds up or looks up cells."""
        match name, args:
            case (("countif" | "countifs"), [_, _, *_]):
                rows, condition = self._conditions(args)
                return Printed(f"count_if({rows!r}, {condition})", Type.NUMBER)
            case "sumif", [cells, criterion, of]:
                return self._call("sumifs", [of, cells, criterion])
            case "sumifs", [of, _, _, *_]:
                figure = self._argument("r", of)
                (rows, condition) = self._conditions(args[1:])
                return Printed(f"sum({rows!r}, {figure.text} if {condition} else 0)", Type.NUMBER)
            case "vlookup", [subject, cells, ast.Constant(value=int(number)), how]:
                if self._answer(how).text not in ("0", NEVER):
                    raise NoCounterpart("it looks up the nearest row, not the same one")
                area = self._cells(cells)
                return self._looked_up(subject, area, area._replace(left=area.left + number - 1))
            case "index", [cells, ast.Call(func=ast.Subscript(), args=[subject, keys, *_])]:
                return self._looked_up(subject, self._cells(keys), self._cells(cells))
            case "xlookup", [subject, keys, cells, *_]:
                return self._looked_up(subject, self._cells(keys), self._cells(cells))
            case _, [cells] if name in FIGURES and (answers := self._printed(cells)).rows:
                return Printed(FIGURES[name].format(answers.rows, answers.text), Type.NUMBER)
        return None

    def _argument(self, kind: str, node: ast.expr) -> Printed:
        if kind == "n":
            codes = self._printed(node).text.split(", ")
            if self.formulas.count_with(codes):
                self.printed_nodes.clear()  # an answer is a number by now
        return super()._argument(kind, node)

    def _choose(self, test: Printed, if_true: Printed, if_false: Printed) -> Printed:
        """Choose; that what is worked out from a blank answer is blank needs no saying."""
        blank_codes = re.findall(r"blank\((\w+)\)", test.text)
        only = test.tidy == " or ".join(f"blank({code})" for code in blank_codes)
        reads = {*blank_codes} <= {*re.findall(r"\w+", if_false.text)}
        goes_blank = reads and not NEVER_BLANK.search(if_false.text)
        if if_true.literal == "" and only and goes_blank:
            return if_false
        return super()._choose(test, if_true, if_false)

    def _equal(self, left: Printed, right: Printed, *, only: bool = True) -> Printed:
        """Write that two sides are the same, as entries of lists are however they are capitalised."""
        if right.literal is not None and left.codes:
            right = right._replace(literal=right.literal.casefold())
        return super()._equal(left, right, only=only)

    # rows of a table

    def _cells(self, node: ast.expr) -> SourceArea:
        match node:
            case ast.Subscript(value=ast.Name(id="ask"), slice=ast.Constant(value=name)):
                return self._area(str(name))
        raise NoCounterpart("what is worked out names no cells")

    def _looked_up(self, subject: ast.expr, keys: SourceArea, values: SourceArea) -> Printed:
        """Return what a table, or a list, says in the row that an answer names."""
        draft_field = next(self._find_fields(self._cells(subject)), None)
        if draft_field is None or draft_field.type == "calculated":
            raise NoCounterpart("a row is looked up by what is no answer")
        table = self.formulas.table(values)
        same_table = table is self.formulas.table(keys)
        if table and same_table and self.formulas.refer(draft_field, table, keys.left):
            self.printed_nodes.clear()  # it refers to a row by now
            answer = self.formulas.answer(table.fields[values.left])
            return answer._replace(text=f"lookup({draft_field.code}, {answer.text})")
        raise NoCounterpart(f"{draft_field.code} is no row of a table")

    def _conditions(self, criteria: Sequence[ast.expr]) -> tuple[str, str]:
        """Return the sheet in whose rows conditions hold, and the conditions joined."""
        answers = [self._argument("r", cells) for cells in criteria[::2]]
        rows = {answer.rows for answer in answers}
        if len(rows) > 1 or len(criteria) % 2:
            raise NoCounterpart("each column has a criterion, all of one table")
        pairs = zip(answers, criteria[1::2], strict=True)
        return rows.pop(), " and ".join(self._criterion(answer, node) for answer, node in pairs)

    def _criterion(self, answer: Printed, node: ast.expr) -> str:
        """Write a criterion, such as ">5" or a cell, as a condition about an answer."""
        sign = ""
        value = node
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if not (match := CRITERION.fullmatch(node.value)):
                raise NoCounterpart(f"“{node.value}” stands for many texts")
            sign = match[1]
            value = ast.Constant(match[2])
        meant = self._answer(value)
        if self.formula.table:
            codes = "|".join(draft_field.code for draft_field in self.formula.table.fields.values())
            meant = meant._replace(text=re.sub(rf"\b({codes})\b", r"this.\1", meant.text))
            looked_up = rf"lookup\((\w+), {meant.text.removeprefix('this.')}\)"
            if match := re.fullmatch(looked_up, answer.text):
                return f"{match[1]} == this.row_code()"
        comparison = EXCEL.python.get(sign or "=", sign)
        return self._compared(comparison, answer._replace(rows=""), meant).text
