"""The formula of a check cell: the tests of one answer in the reader's order, the first one that fails wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..fields import BEHAVIOURS, Kind, list_name, word_limit
from ..layout import Grid, Layout, Slot, column_letters
from ..numerals import LAST_SERIAL, PHANTOM_LEAP_DAY
from ..spec.check import rule_scope
from ..spec.expression import Expr, Problem, Scope, parse, parse_condition, reader_only
from ..spec.model import Field, FieldBlock, FieldType, RegisterBlock, Rule, When
from ..words import CHARACTERS_A_WORD, NO_ANSWER, spaceless
from .excel_formula import (
    ExcelFormula,
    active_name,
    cells_of,
    first_word,
    number_literal,
    row_codes,
    text_literal,
    ticked,
    word_count,
)
from .shared_formulas import ROW


def parsed(text: str, scope: Scope, *, condition: bool = True) -> Expr:
    """An expression of a checked spec. What `spec check` would refuse cannot come here."""
    found = parse_condition(text, scope) if condition else parse(text, scope)
    if isinstance(found, Problem):
        raise ValueError(f"unchecked expression: {found.reason}")
    return found


@dataclass(frozen=True)
class CheckFormulas:
    """Writes the check formulas of one grid; each column is compiled once and stamped row by row."""

    layout: Layout
    grid: Grid

    def of(self, slot: Slot) -> str:
        """The formula of the slot's check cell. Table formulas hold `ROW` for their row number."""
        row = None if self.grid.across else ROW
        compiler = ExcelFormula(self.layout, self.grid, slot.row, row)
        cell = cells_of(slot, row=row)
        checks = self._first(slot, self._tests(slot, compiler, cell))
        broken, blank = _broken(slot, cell), _blank(slot, cell)
        answer = f"IF({broken},{self._say(slot, 'V011', '')},IF({blank},0,{checks}))"
        sure = blank if blank.startswith("ISNUMBER(") else f"IFERROR({blank},FALSE)"
        return "=" + answer + self._requirement(slot, compiler, sure)

    def _requirement(self, slot: Slot, compiler: ExcelFormula, blank: str) -> str:
        """What is added where the answer is required: the mark of that, and the fault of its absence."""
        formula = ""
        for condition, code in reversed(self._required(slot, compiler)):
            fault = f"1000+IF({blank},{self._say(slot, code, '')},0)"
            formula = fault if condition == "TRUE" else f"IF({condition},{fault},{formula or 0})"
        return f"+{formula}" if formula else ""

    def _first(self, slot: Slot, tests: Iterable[tuple[str, str, str]]) -> str:
        """The number of the first test that fails, else 0."""
        formula = "0"
        for test, code, field in reversed(list(tests)):
            number = self._say(slot, code, field)
            formula = number if test == "TRUE" else f"IF({test},{number},{formula})"
        return formula

    def _say(self, slot: Slot, code: str, field: str) -> str:
        return str(self.layout.messages.encode(code, slot.order, required=False, field=field))

    # requirement

    def _required(self, slot: Slot, compiler: ExcelFormula) -> list[tuple[str, str]]:
        """When the answer is required, and the code that its absence has then."""
        active, field = self.in_use(slot), slot.field
        found: list[tuple[str, str]] = []
        if field.required == "always":
            found.append((active or ticked(self.layout, slot.tool), "V001"))
        elif field.required == "ticked":
            found.append((_and(active, ticked(self.layout, slot.tool)), "V001"))
        elif isinstance(field.required, When):
            scope = Scope(self.layout.spec, self.grid.tool, self._block())
            found.append((_and(active, compiler.condition(parsed(field.required.when, scope))), "V001"))
        for rule in self.layout.spec.rules:
            if rule.tool == slot.tool and field.code in rule.require and not rule.reader_only:
                scope = rule_scope(self.layout.spec, self.grid.tool, rule.require)
                when = compiler.condition(parsed(rule.when, scope)) if rule.when else "TRUE"
                found.append((_and(active, when), rule.code))
        return [each for each in found if each[0] != "FALSE"]

    def in_use(self, slot: Slot) -> str:
        """Whether anything is answered in the slot's open row or record; "" where rows always count."""
        place = self.layout.active_place(self.grid, slot.row)
        if place is None:
            return ""
        return f"${column_letters(place.column)}{'$' + str(place.row) if self.grid.across else ROW}>0"

    def _block(self) -> FieldBlock:
        assert isinstance(self.grid.block, FieldBlock)
        return self.grid.block

    # tests

    def _tests(self, slot: Slot, compiler: ExcelFormula, cell: str) -> Iterator[tuple[str, str, str]]:
        """(condition under which it fails, code, field) in the reader's order."""
        field, scope = slot.field, Scope(self.layout.spec, self.grid.tool, self._block())
        yield from ((test, code, field.code) for test, code in self._type_tests(slot, compiler, cell))
        if field.constraint is not None:
            holds = parsed(field.constraint.check, replace(scope, value=field))
            if not reader_only(holds):
                yield f"NOT({compiler.condition(holds)})", "V014", field.code
        for rule in self.layout.spec.rules:
            if self._points_here(rule, field):
                yield from self._rule_tests(rule, compiler)

    def _points_here(self, rule: Rule, field: Field) -> bool:
        return rule.tool == self.grid.tool.code and not rule.reader_only and rule.at[:1] == (field.code,)

    def _rule_tests(self, rule: Rule, compiler: ExcelFormula) -> Iterator[tuple[str, str, str]]:
        scope = rule_scope(self.layout.spec, self.grid.tool, rule.at)
        if rule.check is None:
            return
        check = parsed(rule.check, scope)
        when = parsed(rule.when, scope) if rule.when else None
        fails = f"NOT({compiler.condition(check)})"
        yield (f"AND({compiler.condition(when)},{fails})" if when is not None else fails), rule.code, ""

    def _type_tests(self, slot: Slot, compiler: ExcelFormula, cell: str) -> Iterator[tuple[str, str]]:
        field = slot.field
        if field.type is FieldType.REFERENCE:
            yield from self._reference_tests(field, cell)
        elif field.type is FieldType.MANY:
            yield f'SUMPRODUCT(({cell}<>"")*ISNA(MATCH({cell},list_{list_name(field)},0)))>0', "V002"
        elif field.type in (FieldType.CHOICE, FieldType.YESNO):
            yield f"ISNA(MATCH({cell},list_{list_name(field)},0))", "V002"
        elif BEHAVIOURS[field.type].kind is Kind.TEXT:
            yield from self._text_tests(field, cell)
        else:
            yield from self._number_tests(field, cell)

    def _number_tests(self, field: Field, cell: str) -> Iterator[tuple[str, str]]:
        day = field.type is FieldType.DATE  # to LibreOffice TRUE is a number, too
        if day:  # 60 is the day that only Excel knows, and no serial number leads past the year 9999
            number = f"ISNUMBER({cell}),NOT(ISLOGICAL({cell}))"
            real = f"{number},{cell}>=1,{cell}<{LAST_SERIAL + 1},INT({cell})<>{PHANTOM_LEAP_DAY}"
            yield f"NOT(IFERROR(AND({real}),FALSE))", "V005"
        else:
            yield f"OR(NOT(ISNUMBER({cell})),ISLOGICAL({cell}))", "V003"
        limits = BEHAVIOURS[field.type].limits(field)
        if limits.type == "whole" or field.type is FieldType.SCALE:
            yield f"{cell}<>INT({cell})", "V004"
        low, high = limits.low, limits.high
        if field.type is FieldType.SCALE:
            steps = [int(code) for code in self.layout.lists[str(field.vocabulary)].codes]
            low, high = min(steps), max(steps)
        bounds = [f"{cell}<{number_literal(low)}"] if low is not None else []
        if high is not None:
            bounds.append(f"{cell}{'>=' if day else '>'}{number_literal(high + 1 if day else high)}")
        if bounds:
            yield (f"OR({','.join(bounds)})" if len(bounds) > 1 else bounds[0]), "V008"

    def _text_tests(self, field: Field, cell: str) -> Iterator[tuple[str, str]]:
        limit = word_limit(field)
        if limit is not None:
            if spaceless(self.layout.spec.title.say(self.layout.language)):
                yield f"LEN(TRIM({cell}))>{limit * CHARACTERS_A_WORD}", "V009"
            else:
                yield f"{word_count(cell)}>{limit}", "V009"
        if field.characters is not None:
            yield f"LEN(TRIM({cell}))>{field.characters}", "V010"

    def _reference_tests(self, field: Field, cell: str) -> Iterator[tuple[str, str]]:
        found = []
        for target in field.to:
            grid = self.layout.rows_of.get(target)
            if grid is None:
                continue
            codes = f"({row_codes(self.layout, target)}={first_word(cell)})"
            if isinstance(grid.block, RegisterBlock):
                codes += f"*({active_name(target)}>0)"
            found.append(f"SUMPRODUCT({codes if '*' in codes else '--' + codes})")
        if found:
            yield f"IFERROR(({'+'.join(found)})=0,TRUE)", "V016"


def active_formula(layout: Layout, grid: Grid, slot_row: str) -> str:
    """Counts the answers of a row, or of a record over all form blocks that hold it."""
    if grid.kind == "register":
        row = grid.by_row[slot_row].values()
        inputs = [cells_of(s, row=ROW) for s in row if s.field.type is not FieldType.CALCULATED]
        return f"=COUNTA({','.join(inputs)})"
    runs = []
    for each in layout.sheet[grid.tool.code].grids:
        if each.same_records(grid):
            slots = [s for s in each.by_row[slot_row].values() if s.field.type is not FieldType.CALCULATED]
            runs += [cells_of(s) for s in slots]
    return f"=COUNTA({','.join(runs)})"


def _and(one: str, other: str) -> str:
    parts = [part for part in (one, other) if part and part != "TRUE"]
    if "FALSE" in parts:
        return "FALSE"
    return "TRUE" if not parts else parts[0] if len(parts) == 1 else f"AND({','.join(parts)})"


def _blank(slot: Slot, cell: str) -> str:
    """Whether nothing is answered; a text that is a mark for no answer says nothing either."""
    if len(slot.cells) > 1:
        return f"COUNTA({cell})=0"
    if BEHAVIOURS[slot.field.type].kind is Kind.TEXT:
        return f'ISNUMBER(FIND(" "&TRIM({cell}),{text_literal(NO_ANSWER)}))'
    return f'TRIM({cell})=""'


def _broken(slot: Slot, cell: str) -> str:
    return f"SUMPRODUCT(--ISERROR({cell}))>0" if len(slot.cells) > 1 else f"ISERROR({cell})"
