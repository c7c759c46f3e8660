"""What the formulas of a workbook work out, once all of its sheets are taken apart: they read each other's cells.

A formula in a column of a table, or beside a question, becomes a calculated field; one that adds up the column that it
stands in, a total of it. A name or an address means an answer in the same row, one that is asked once, or a column.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..core.numerals import plain_number
from ..language import Type
from .expressions import COUNTERPARTS, EXCEL, NoCounterpart, Printed, Printer, parsed
from .neutral import DraftBlock, DraftField, DraftSpec, DraftTool, SourcePart
from .read import MOST_ENTRIES, Place, SourceArea, SourceWorkbook, area_of

TOTAL = re.compile(r"=\+?(SUM|AVERAGE|COUNTA?|SUBTOTAL)\((?:(\d+),)?(.+)\)", re.IGNORECASE)
ELSEWHERE = re.compile(r"(?:'[^']+'|\w+)!\$?[A-Z]{1,3}\d+(?![\d:])")
THIS_ROW = re.compile(r"\[\[#This Row\],\s*(\[[^\]]+\])\]", re.IGNORECASE)
ALWAYS_THERE = re.compile(r"\$[A-Z]+\$\d+$|^[^!:\d]+$")  # whatever row reads it
CRITERION = re.compile(r"(<=|>=|<>|[<>=]|)([^*?]*)")
EXACTLY = "0", "ask['FALSE']", "call['FALSE']()"
NOWHERE = SourceArea("", 0, 0, 0, 0)
TOTALS, YES_NO, FIGURES = (COUNTERPARTS[name] for name in ("totals", "yes_no", "figures"))
NOTHING = Printed("''", Type.TEXT, literal="")
BLANKS = {Type.NUMBER: "1 / 0", Type.DATE: "year_end(1 / 0)"}
# conditions that say no more than that what is worked out from blank answers is blank
NEEDLESS = {
    sign: re.compile(rf"{test}\(\w+\)(?: {sign} {test}\(\w+\))*")
    for sign, test in (("or", "blank"), ("and", "filled"))
}
NEVER_BLANK = re.compile(r"\b(?!label\b|year\b|lookup\b)\w+\(|\bif\b")  # besides these, a function may be so


Account = dict[
    tuple[str, object], SourcePart
]  # of a sheet: what a part is, and its row, its column or its place


@dataclass
class SourceTable:
    """A table: where it stands, and what it became, with its fields by their columns."""

    sheet: str
    top: int
    bottom: int
    tool: DraftTool
    block: DraftBlock
    fields: dict[int, DraftField]


@dataclass
class SourceFormula:
    """A formula that a field is worked out by: where it stands, in which table if in one, and what it came to."""

    sheet: str
    row: int
    text: str
    part: SourcePart
    block: DraftBlock
    made: DraftField
    table: SourceTable | None = None
    result: Printed | NoCounterpart | None = None
    changes: list[str] = field(default_factory=list)


@dataclass
class SourceFormulas:
    """The formulas of a workbook, and all that they may read."""

    book: SourceWorkbook
    draft: DraftSpec
    tables: list[SourceTable] = field(default_factory=list)
    asked: dict[tuple[str, Place], DraftField] = field(default_factory=dict)  # once, and where
    found: list[SourceFormula] = field(default_factory=list)
    unknown: list[DraftField] = field(default_factory=list)  # of which nothing shows what is answered
    lists: list[tuple[DraftField, SourceArea]] = field(
        default_factory=list
    )  # where the entries of an answer stand

    def settle(self, accounts: Sequence[Account]) -> None:
        """Make calculated fields and totals of formulas, and tell of each what became of it."""
        for made, area in self.lists:
            if table := self.table(area):
                self.refer(made, table, area.left)
        self._move()
        for formula in self.found:
            try:
                self.worked_out(formula)
            except NoCounterpart as why:
                self.draft.leave_out(formula.made, str(why))
                label = f"'{formula.made.label}' was a formula ({formula.text[:60]})"
                formula.block.notes.append(f"{label}: describe it as `calculated`")
        taken = [id(formula.part) for formula in self.found]
        for account in accounts:
            for (kind, _), part in account.items():
                if kind == "formula" and id(part) not in taken:
                    self._add_up(part, account)
        fields = [made for tool in self.draft.tools for block in tool.blocks for made in block.fields]
        used = {made.options.get("vocabulary") for made in fields}
        self.draft.vocabularies = {
            name: entries for name, entries in self.draft.vocabularies.items() if name in used
        }

    def _move(self) -> None:
        """Move columns of nothing but formulas that read another sheet, row by row, to the table that they read."""
        for table in self.tables:
            own = [formula for formula in self.found if formula.table is table]
            places = (area_of(read, "", {}) for formula in own for read in ELSEWHERE.findall(formula.text))
            homes = ((place, home) for place in places if place and (home := self.table(place)))
            place, home = next(homes, (None, table))
            if place and home.sheet != table.sheet and len(own) == len(table.fields):
                home.block.fields += table.block.fields
                table.block.fields, table.tool = [], home.tool
                table.top = own[0].row - place.top + home.top

    def _add_up(self, part: SourcePart, account: Account) -> None:
        """Make the total of a column of a formula that stands in it, above or below."""
        here = area_of(part.place, "", {}) or NOWHERE
        area, total = self.added_up(here.sheet, here.left, part.text) or (NOWHERE, "")
        table = self.table(area)
        if around := self.table(here):
            part.leave_out(f"{around.fields[here.left].code} is typed, or worked out otherwise, in most rows")
        elif not table:
            part.leave_out("it stands beside no question, and adds up no column that it stands in")
        elif not _whole(area, table):
            part.leave_out("it adds up some of the rows of its column")
        else:
            made = table.fields[here.left]
            made.options["total"] = [*dict.fromkeys((*made.options.get("total", ()), total))]
            made.of("total", part)
            part.keep(f"{made.code}: total: {total}")
            account["row", here.top].keep("totals")

    def added_up(self, sheet: str, column: int, formula: str) -> tuple[SourceArea, str] | None:
        """Give the cells of its own column that a formula adds up, and the total that it is of them."""
        found = TOTAL.fullmatch(formula)
        area = area_of(found[3], sheet, self.book.names) if found else None
        if not found or not area or (area.sheet, area.left, area.right) != (sheet, column, column):
            return None
        total = TOTALS.get((found[2] or found[1]).upper())
        return (area, total) if total else None

    def worked_out(self, formula: SourceFormula) -> Printed:
        """Give what a field is worked out from; what it needs of others is worked out first. Raises `NoCounterpart`."""
        if formula.result is None:
            formula.result = NoCounterpart("it leads back to itself")
            find = partial(self.find, formula)
            printer = FormulaPrinter(find, EXCEL, formula.changes, formulas=self, formula=formula)
            try:
                tree = parsed(formula.text.removeprefix("=").replace("_xlfn.", ""), EXCEL)
                formula.result = found = printer.value(tree)
                if plain_number(found.literal or found.text) is not None:
                    raise NoCounterpart("it reads nothing: it is typed")
                formula.made.options |= found.options
                formula.part.keep(found.tidy, *formula.changes)
            except NoCounterpart as why:
                formula.result = why
        if isinstance(formula.result, NoCounterpart):
            raise NoCounterpart(str(formula.result))
        return formula.result

    # what names and addresses mean

    def area(self, formula: SourceFormula, name: str) -> SourceArea:
        """Give the cells that a name, an address or a column of a table means. Raises `NoCounterpart`."""
        area = area_of(THIS_ROW.sub(r"\1", name), formula.sheet, self.book.names)
        if area is None:
            raise NoCounterpart(f"“{name}” names no cells of this workbook")
        return area._replace(top=formula.row, bottom=formula.row) if THIS_ROW.search(name) else area

    def find(self, formula: SourceFormula, name: str) -> Printed:
        """Give what a name or an address means: an answer, several side by side, or those of a column."""
        if name.upper() in ("TRUE", "FALSE"):
            return Printed(f"(1 == {int(name.upper() == 'TRUE')})", Type.BOOL)
        area = self.area(formula, name)
        table = self.table(area)
        if table and area.left == area.right and area.bottom > area.top:
            if not _whole(area, table):
                raise NoCounterpart(f"{name} is a part of a column")
            return self.answer(table.fields[area.left])._replace(rows=table.tool.code)
        fields = list(self._fields(formula, area))
        if not fields:
            return self._fixed(formula, name, area)
        answers = [self.answer(made) for made in fields]
        return answers[0]._replace(text=", ".join(answer.text for answer in answers))

    def _fields(self, formula: SourceFormula, area: SourceArea) -> Iterator[DraftField]:
        """Give the fields of these cells: those that are asked once, or in the row of the formula."""
        for (sheet, (row, column)), made in self.asked.items():
            if sheet == area.sheet and area.top <= row <= area.bottom and area.left <= column <= area.right:
                yield made
        here = formula.table
        for column in range(area.left, area.right + 1) if area.top == area.bottom else ():
            if table := self.table(area._replace(left=column)):
                if not here or here.tool is not table.tool or area.top - table.top != formula.row - here.top:
                    raise NoCounterpart(f"it reads a single row of {table.tool.code}")
                yield table.fields[column]

    def _fixed(self, formula: SourceFormula, name: str, area: SourceArea) -> Printed:
        """Give what a cell says that nobody is asked for, where it is the same one for all rows."""
        sheet = self.book.sheet(area.sheet)
        value = sheet.at(area.top, area.left).value if sheet and ALWAYS_THERE.search(name) else None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise NoCounterpart(f"{name} is asked nowhere, or in other rows")
        formula.changes.append(f"{name} stands as what it says")
        if isinstance(value, str):
            return Printed(repr(value), Type.TEXT, literal=value)
        return Printed(repr(value), Type.NUMBER)

    def table(self, area: SourceArea) -> SourceTable | None:
        """Give the table that a column of cells is in, or has in it."""
        for table in self.tables:
            there = table.sheet == area.sheet and area.left in table.fields
            if there and area.top <= table.bottom and area.bottom >= table.top:
                return table
        return None

    def answer(self, made: DraftField) -> Printed:
        """Give the answer of a field, with the codes of its list by their labels."""
        for formula in self.found:
            if formula.made is made:
                return Printed(made.code, self.worked_out(formula).type)
        if made.type == "reference":  # stands for what its row is called
            shown = next(
                table for table in self.tables if [table.tool.code] == made.options["to"]
            ).block.options
            return Printed(f"lookup({made.code}, {shown['shows']})", Type.TEXT)
        entries = self.draft.vocabularies.get(str(made.options.get("vocabulary")), [])
        codes = {str(entry["label"]).casefold(): str(entry["code"]) for entry in entries}
        known = YES_NO if made.type == "yesno" else codes
        return Printed(made.code, made.yields, known if made.yields is Type.CODE else None)

    def count_with(self, codes: Sequence[str]) -> None:
        """Have answers be numbers that a formula works with, where nothing else says what they are."""
        for made in self.unknown:
            if made.code in codes and made.type == "text":
                made.type, made.notes = "decimal", ["decimal, as a formula works with it"]

    def look_up(self, formula: SourceFormula, subject: str, at: SourceArea, found: SourceArea) -> Printed:
        """Give what a table, or a list, says in the row that an answer names."""
        made = next(self._fields(formula, self.area(formula, subject)), None)
        if made is None or made.type == "calculated":
            raise NoCounterpart(f"{subject} is no answer, by which a row is looked up")
        table, sheet = self.table(found), self.book.sheet(found.sheet)
        if table and table is self.table(at) and self.refer(made, table, at.left):
            there = self.answer(table.fields[found.left])
            return there._replace(text=f"lookup({made.code}, {there.text})")
        rows = range(at.top, min(at.bottom, at.top + MOST_ENTRIES) + 1) if sheet else ()
        said = {str(sheet.at(row, at.left).value): sheet.at(row, found.left).value for row in rows if sheet}
        entries = self.draft.vocabularies.get(str(made.options.get("vocabulary")), [])
        values = [said.get(str(entry["label"])) for entry in entries]
        alike = all(entry.get("value", value) == value for entry, value in zip(entries, values, strict=True))
        if not alike or not {type(value) for value in values} <= {int, float} or not entries:
            raise NoCounterpart(f"{made.code} is no row of a table, and its list has no numbers there")
        for entry, value in zip(entries, values, strict=True):
            entry["value"] = value
        return Printed(f"worth({made.code})", Type.NUMBER)

    def refer(self, made: DraftField, table: SourceTable, column: int) -> bool:
        """Have an answer be a row of another table, which is called by what stands in a column of it, if it can."""
        if table.block.kind != "register" or made in table.block.fields or column not in table.fields:
            return False
        if made.type in ("text", "choice"):
            said = f"a row of {table.tool.code}"
            made.type, made.notes = "reference", [said]
            made.options = {"to": [table.tool.code]} | made.options
            made.options.pop("vocabulary", None)
            made.parts["to"] = made.parts.pop("vocabulary", [])
            for part in made.parts["to"]:
                part.keep(f"{made.code}: {said}")
            table.block.options["shows"] = table.fields[column].code
        return made.options.get("to") == [table.tool.code]


def _whole(area: SourceArea, table: SourceTable) -> bool:
    """Say whether cells of a column are all of a table's."""
    return area.top <= table.top and area.bottom >= table.bottom


@dataclass
class FormulaPrinter(Printer):
    """Prints a formula: besides what any language says, it looks up, counts and adds up cells."""

    formulas: SourceFormulas = field(kw_only=True)
    formula: SourceFormula = field(kw_only=True)

    def value(self, node: ast.expr) -> Printed:
        """Give what a cell can show: of a choice, its words."""
        found = super().value(node)
        return Printed(f"label({found.text})", Type.TEXT) if found.type is Type.CODE else found

    def _call(self, name: str, args: Sequence[ast.expr]) -> Printed:
        match name, args:
            case "if", [test, then]:
                return self._chosen(self.condition(test), self.value(then), NOTHING)
            case (("iferror" | "ifna"), [value, other]):
                one, instead = self._answer(value), self._answer(other)
                if one.type is Type.BOOL or instead.literal == "":
                    return one
                return self._chosen(Printed(f"filled({one.text})", Type.BOOL), one, instead)
            case (("ifs" | "switch" | "choose"), [_, _, *_]):
                return self._chain(name, args)
            case "datedif", [first, last, ast.Constant(value="d" | "D")]:
                return self._call("days", [last, first])
        return self._read(name, args) or super()._call(name, args)

    def _read(self, name: str, args: Sequence[ast.expr]) -> Printed | None:
        """Print what counts, adds up or looks up cells."""
        match name, args:
            case "countif", [cells, criterion] if not (found := self._printed(cells)).rows:
                each = (found._replace(text=text) for text in found.text.split(", "))
                ones = (f"1 if {self._criterion(answer, criterion)} else 0" for answer in each)
                return Printed(f"total({', '.join(ones)})", Type.NUMBER)
            case (("countif" | "countifs"), [_, _, *_]):
                rows, condition = self._conditions(args)
                return Printed(f"count_if({rows!r}, {condition})", Type.NUMBER)
            case "sumif", [cells, criterion, *of]:
                return self._call("sumifs", [*(of or [cells]), cells, criterion])
            case "sumifs", [of, _, _, *_]:
                figure, (rows, condition) = self._argument("r", of), self._conditions(args[1:])
                if rows != figure.rows:
                    raise NoCounterpart(f"rows of {figure.rows} are added up by what rows of {rows} say")
                return Printed(f"sum({rows!r}, {figure.text} if {condition} else 0)", Type.NUMBER)
            case "vlookup", [subject, cells, ast.Constant(value=int(number)), how] if (
                ast.unparse(how) in EXACTLY
            ):
                at = self._area(cells)
                return self._looked_up(subject, at, at._replace(left=at.left + number - 1))
            case "index", [cells, ast.Call(func=ast.Subscript(), args=[subject, keys, *_])]:
                return self._looked_up(subject, self._area(keys), self._area(cells))
            case "xlookup", [subject, keys, cells, *_]:
                return self._looked_up(subject, self._area(keys), self._area(cells))
            case _, [cells] if name in FIGURES and (found := self._printed(cells)).rows:
                return Printed(FIGURES[name].format(found.rows, found.text), Type.NUMBER)
        return None

    def _argument(self, kind: str, node: ast.expr) -> Printed:
        if kind == "n":
            self.formulas.count_with(self._printed(node).text.split(", "))
        return super()._argument(kind, node)

    def _chain(self, name: str, args: Sequence[ast.expr]) -> Printed:
        """Print one choice of several as one of two, again and again."""
        behind = list(args[name != "ifs" :])
        if name == "choose":
            behind = [each for number, then in enumerate(behind, 1) for each in (ast.Constant(number), then)]
        found = self.value(behind.pop()) if len(behind) % 2 else NOTHING
        for case, then in reversed([*zip(behind[::2], behind[1::2], strict=True)]):
            whether = case if name == "ifs" else ast.Compare(args[0], [ast.Eq()], [case])
            found = self._chosen(self.condition(whether), self.value(then), found)
        return found

    def _chosen(self, test: Printed, then: Printed, other: Printed) -> Printed:
        """Choose; a blank is one of the other side's type, and a condition is left out that changes nothing."""
        for sign, blank, figure in (("or", then, other), ("and", other, then)):
            if blank.literal == "" and figure.literal is None:
                asked = {*re.findall(r"\((\w+)\)", test.text)} <= {*re.findall(r"\w+", figure.text)}
                if asked and NEEDLESS[sign].fullmatch(test.tidy) and not NEVER_BLANK.search(figure.text):
                    return figure
                typed = Printed(BLANKS.get(figure.type, "''"), figure.type)
                then, other = (typed, figure) if blank is then else (figure, typed)
        return super()._chosen(test, then, other)

    def _equal(self, one: Printed, other: Printed, *, only: bool = True) -> Printed:
        """Write that two sides are the same, as entries of lists are however they are capitalised."""
        if other.literal is not None and one.type is Type.NUMBER:
            other = other._replace(literal=other.literal.strip().partition(" ")[0])
        elif other.literal is not None and one.codes:
            other = other._replace(literal=other.literal.casefold())
        return super()._equal(one, other, only=only)

    # what is read of cells

    def _area(self, node: ast.expr) -> SourceArea:
        return self.formulas.area(self.formula, _name(node))

    def _looked_up(self, subject: ast.expr, at: SourceArea, found: SourceArea) -> Printed:
        return self.formulas.look_up(self.formula, _name(subject), at, found)

    def _conditions(self, criteria: Sequence[ast.expr]) -> tuple[str, str]:
        """Give the sheet in whose rows conditions hold, and the conditions joined."""
        answers = [self._argument("r", cells) for cells in criteria[::2]]
        if len(rows := {answer.rows for answer in answers}) > 1 or len(criteria) % 2:
            raise NoCounterpart("each column has a criterion, all of one table")
        pairs = zip(answers, criteria[1::2], strict=False)
        return rows.pop(), " and ".join(self._criterion(answer, node) for answer, node in pairs)

    def _criterion(self, answer: Printed, node: ast.expr) -> str:
        """Write a criterion, such as ">5" or a cell, as a condition about an answer."""
        sign, value = "", node
        match node:
            case ast.BinOp(left=ast.Constant(value=str(sign)), op=ast.BitOr(), right=value):
                pass
            case ast.Constant(value=str(text)):
                if not (found := CRITERION.fullmatch(text)):
                    raise NoCounterpart(f"“{text}” stands for many texts")
                sign, value = found[1], ast.Constant(found[2])
        meant = self._answer(value)
        if answer.rows and self.formula.table:
            codes = "|".join(made.code for made in self.formula.table.fields.values())
            meant = meant._replace(text=re.sub(rf"\b({codes})\b", r"this.\1", meant.text))
            if found := re.fullmatch(rf"lookup\((\w+), {meant.text.removeprefix('this.')}\)", answer.text):
                return f"{found[1]} == this.row_code()"
        sign = {"<>": "!=", "=": "==", "": "=="}.get(sign, sign)
        return self._compared(sign, answer._replace(rows=""), meant).text


def _name(node: ast.expr) -> str:
    """Give the name or the address that cells are called by. Raises `NoCounterpart`."""
    match node:
        case ast.Subscript(value=ast.Name(id="ask"), slice=ast.Constant(value=name)):
            return str(name)
    raise NoCounterpart("what is worked out names no cells")
