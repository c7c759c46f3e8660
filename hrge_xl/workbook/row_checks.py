"""What stands in a row about its answers: the formula of each check cell, then how the row stands, in words.

The formula of a check cell has the tests of one answer in the reader's order; the first one that fails wins. A row has
a sign with a word, and a sentence that says what to do. And what Excel takes of any formula.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from ..core.words import NO_ANSWER, cell_length, count_words, translator
from ..fields import ColumnKind
from ..findings.value import ANSWER_MISSING, ERROR_IN_CELL
from ..language import Problem
from ..language.function import answers_in, text_literal, word_count
from ..language.tree import Arithmetic, Call, Compare, Expr, Logic, Not, Ref
from ..layout import Grid, Layout, Place, Slot, address, column_letters, quoted
from ..layout.messages import ERROR, LEVEL, MISSING, ROW_NAME, WARNING, order_of
from ..layout.model import BAND_ROW, CODE_COLUMN, HEAD_ROW, MARK_COLUMN
from ..spec.compiled import FieldChecks, compiled
from ..spec.drawings import PEOPLE_SEE_NO_CODES, SIGNS_LEAD_TO_OPEN_CELLS, UNBEGUN_ROWS_ARE_QUIET
from ..spec.lookup import Scope, parsed, ref_to
from ..spec.model import FormBlock
from .cell_writer import FORMULA_LIMIT
from .content import Content, Shown
from .excel_formula import ExcelFormula
from .formulas import (
    ROW,
    Formula,
    answer_cells,
    constant,
    count_answers,
    count_if,
    function,
    if_,
    index,
    listed,
    with_count,
)

MESSAGES = "check_messages"  # defined name of the message texts
FieldKey = tuple[str, str]
# when a check fails, its code, and its field where it is one of a field
Test = tuple[str, str, str]


class Status(NamedTuple):
    """The words of a row: how it stands, with a sign, and in a sentence what to do."""

    sign: Formula
    sentence: Formula


@dataclass(frozen=True)
class RowFormulas:
    """Writes the formulas of the rows of one grid. Those of a table hold `ROW` for the row number."""

    layout: Layout
    grid: Grid

    def compiler(self, slot: Slot, *, by_row: bool = True) -> ExcelFormula:
        """Return what writes the expressions of the row of a slot."""
        row = None if self.grid.across else ROW
        return ExcelFormula(self.layout, self.grid, slot.row, row, by_row=by_row)

    def figure(self, slot: Slot) -> str:
        """Return the formula of a calculated answer; an open row without answers calculates nothing."""
        calculation = compiled(self.layout.spec).formulas[slot.tool, slot.field.code]
        formula = self.compiler(slot).value(calculation)
        if measure(formula).excess:
            formula = self.compiler(slot, by_row=False).value(calculation)
        in_use = self.in_use(slot)
        return f'=IF({in_use},{formula},"")' if in_use else f"={formula}"

    def check(self, slot: Slot) -> str:
        """Return the formula of the slot's check cell."""
        formula = self._check(slot, by_row=True)
        return self._check(slot, by_row=False) if measure(formula).excess else formula

    def _check(self, slot: Slot, *, by_row: bool) -> str:
        compiler = self.compiler(slot, by_row=by_row)
        field_checks = compiled(self.layout.spec).fields[slot.tool, slot.field.code]
        cell = answer_cells(self.layout, slot, slot.cells, row=compiler.row, by_row=by_row)
        several = len(slot.cells) > 1
        once = isinstance(self.grid.block, FormBlock) and self.grid.block.records == 1
        value = ref_to(self.layout.spec, slot.tool, slot.field, single=once)
        of_value = replace(compiler, about=value, about_cell=cell)
        fails = []
        for field_check in field_checks.in_sheet:
            holds = of_value.condition(field_check.holds)
            if holds != "TRUE":
                fails.append((f"NOT({holds})", field_check.kind.code, slot.field.code))
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
        return "=" + answer + self._requirement(slot, field_checks, compiler, sure)

    def _requirement(
        self, slot: Slot, field_checks: FieldChecks, compiler: ExcelFormula, blank: str
    ) -> str:
        """Write what is added where nothing is answered: rules that this breaks; where it is required, that it is."""
        rules = self._first(
            slot, self._rules(slot, compiler, blank_at=(slot.tool, slot.field.code))
        )
        formula = "" if rules == "0" else f"IF({_and(self.in_use(slot), blank)},{rules},0)"
        for need in reversed(field_checks.requirements):
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
        """Return the number of the first test that fails, else 0."""
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
        return (
            f"${column_letters(place.column)}{'$' + str(place.row) if self.grid.across else ROW}>0"
        )

    def _rules(
        self, slot: Slot, compiler: ExcelFormula, *, blank_at: FieldKey | None = None
    ) -> Iterator[Test]:
        """Yield the condition under which each rule is broken; with `blank_at` only of those broken by a blank."""
        for rule in compiled(self.layout.spec).rules_at.get((slot.tool, slot.field.code), ()):
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

    # how a row stands

    def status(self, checked: Sequence[Slot], limit: int | None) -> Status:
        """Return the status of a question, or of all rows of a table; one with a word limit says how long it is,
        too.
        """
        table = not self.grid.across
        slots = self.grid.checked_rows
        checks = Formula(
            columns_run([slot.check.column for slot in checked if slot.check]),
            lambda content, row: content.checks(slots[row]),
        )
        worst = Formula(f"MAX({checks.text})", lambda content, row: max(content.checks(slots[row])))
        answer_count = Formula(
            count_answers(self.layout, checked, row=ROW if table else None),
            lambda content, row: (
                content.active(self.grid, slots[row][0].row)
                if table
                else any(map(content.is_answered, slots[row]))
            ),
        )
        marks = {row.index: row.mark for row in self.grid.data_rows}
        # the cell of the code of a row of a table, as people read it
        column = column_letters(
            CODE_COLUMN if self.layout.spec.drawing < PEOPLE_SEE_NO_CODES else MARK_COLUMN
        )
        code = Formula(f"${column}{ROW}", lambda content, row: marks[row])
        message = message_of(self.layout, worst, code if table else None)
        sign = self._sign(checks, worst, answer_count)
        has_message = worst >= LEVEL
        if self.layout.spec.drawing >= UNBEGUN_ROWS_ARE_QUIET:  # where no sign stands
            shown = Formula(
                f"${column_letters(self.grid.with_role('sign')[0].index)}{ROW}", sign.value
            )
            has_message = function(
                "AND", operator.and_, has_message, function("LEN", len, shown) > 0
            )
        if limit is None:
            sentence = if_(has_message, self._who(worst, message))
        else:
            sentence = self._counted(checked[0], limit, has_message, message)
        leads = table and self.layout.spec.drawing >= SIGNS_LEAD_TO_OPEN_CELLS
        return Status(self._leading(sign, worst, answer_count) if leads else sign, sentence)

    def _sign(self, checks: Formula, worst: Formula, answer_count: Formula) -> Formula:
        """Return a sign with a word, and how many answers are meant where several can be.

        As sheets are drawn today, they say of a row that nobody began only what is wrong.
        """
        say = translator(self.layout.language)
        is_single = self.grid.across and not self.grid.is_repeated
        sign = constant(say("✓ Complete"))
        least_said_of_blank_rows = WARNING
        if self.layout.spec.drawing >= UNBEGUN_ROWS_ARE_QUIET:
            least_said_of_blank_rows = ERROR
        # the most urgent comes out in front
        for level, of_one, of_several in (
            (WARNING, say("! To look at"), say("! {count} to look at")),
            (MISSING, say("… Missing"), say("… {count} missing")),
            (ERROR, say("✗ To correct"), say("✗ {count} to correct")),
        ):
            if level == least_said_of_blank_rows:
                sign = if_(answer_count > 0, sign)
            least = level * LEVEL
            case = of_one if is_single else with_count(of_several, count_if(checks, ">=", least))
            sign = if_(worst >= least, case, sign)
        return sign

    def _leading(self, sign: Formula, worst: Formula, answer_count: Formula) -> Formula:
        """Let the sign of a row of a table name the first cell that is open, and lead there."""
        this_row = Formula("ROW()", lambda content, row: row)
        columns = [column for _, column in checked_answers(self.grid, self.layout.language)]
        column = self._of_check(worst, BAND_ROW, columns)
        cell = function("ADDRESS", lambda row, column, _: address(row, column), this_row, column, 4)
        target = constant(f"#{quoted(self.layout.sheet[self.grid.tool.code].name)}!") & cell
        below = Formula("CHAR(10)", lambda content, row: "\n")
        named = sign & below & self._of_check(worst, HEAD_ROW, self._heads)
        # else there is no sign
        has_sign = function("OR", operator.or_, answer_count > 0, worst >= ERROR * LEVEL)
        open_ = function("AND", operator.and_, worst >= LEVEL, has_sign)
        return if_(open_, function("HYPERLINK", lambda _, shown: shown, target, named), sign)

    def _of_check(self, worst: Formula, row: int, values: Sequence[str | int]) -> Formula:
        """Return what stands above the check of a table that a check number is about."""
        first, last = (column_letters(self.grid.with_role("check")[at].index) for at in (0, -1))
        return index(listed(f"${first}${row}:${last}${row}", values), order_in_row(worst, 1000))

    @cached_property
    def _heads(self) -> list[str]:
        return [label for label, _ in checked_answers(self.grid, self.layout.language)]

    def _who(self, worst: Formula, message: Formula) -> Formula:
        """Put in front of a message which column of a table, or which record of a repeated form it is about."""
        if not self.grid.across:
            return self._of_check(worst, HEAD_ROW, self._heads) & ": " & message
        if self.grid.is_repeated:
            place = order_in_row(worst, 1000)
            number = Formula(f"({place.text})", place.value)
            return constant(record_name(self.grid) + " ") & number & ": " & message
        return message

    def _counted(self, slot: Slot, limit: int, has_message: Formula, message: Formula) -> Formula:
        """Return a text with a word limit: the count, live, in front of what is wrong."""
        cell = answer_cells(self.layout, slot, slot.cells, row=ROW)
        slots = self.grid.checked_rows
        blank = Formula(
            f'TRIM({cell})=""', lambda content, row: not content.is_answered(slots[row][0])
        )
        words = Formula(
            word_count(cell),
            lambda content, row: count_words(str(content.answers.get(slots[row][0].key, ""))),
        )
        template = translator(self.layout.language)("{count} of {limit} words").replace(
            "{limit}", str(limit)
        )
        message_part = if_(has_message, if_(blank, "", ". ") & message)
        text = if_(blank, "", with_count(template, words)) & message_part
        return Formula(f"IFERROR({text.text},{message.text})", text.value)


def message_of(layout: Layout, number: Formula, code: Formula | None) -> Formula:
    """Return the message of a check number; where messages name the row, with its code."""
    texts = [message.text for message in layout.messages.entries]
    message = index(
        listed(MESSAGES, texts),
        Formula(f"MOD({number.text},1000)", lambda *at: number.value(*at) % 1000),
    )
    if code is None or not any(ROW_NAME in text for text in texts):
        return message
    return function("SUBSTITUTE", str.replace, message, ROW_NAME, code)


def order_in_row(number: Formula, last: int) -> Formula:
    """Return which check cell of its row a check number is about, counted from `last` - 999 on."""
    return Formula(
        f"{last}-MOD(INT({number.text}/10000),1000)",
        lambda content, row: last - 999 + order_of(number.value(content, row)),
    )


@dataclass(frozen=True)
class RowCells:
    """The answers and check cells of one row of a table, or of one question of a form: they differ together."""

    slots: tuple[Slot, ...]

    @cached_property
    def checked(self) -> tuple[Slot, ...]:
        """The slots that have a check cell."""
        return tuple(slot for slot in self.slots if slot.check is not None)

    @property
    def places(self) -> list[Place]:
        """Its cells, in the order of what they show."""
        cells = [place for slot in self.slots for place in slot.cells]
        return [*cells, *(slot.check for slot in self.checked if slot.check is not None)]

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Return what they show."""
        values = chain.from_iterable(map(content.shown, self.slots))
        return [*values, *(content.checks(self.checked) if self.checked else ())]


@dataclass(frozen=True)
class BesideRow:
    """What stands beside the answers of a row: sign, sentence, and in an open row the cell that counts the answers."""

    grid: Grid
    first: Slot
    status: Status | None
    counted: bool

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Return what the helper cell shows where there is one, then sign and sentence."""
        row = self.first.cells[0].row
        words = self.status or ()
        active = [content.active(self.grid, self.first.row)] if self.counted else []
        return [*active, *(part.value(content, row) for part in words)]


def checked_answers(grid: Grid, language: str) -> list[tuple[str, int]]:
    """Return what each check of a table is about, and the first column of that answer."""
    fields = (column.field for column in grid.with_role("check") if column.field is not None)
    return [(field.label.say(language), grid.columns_of(field.code)[0].index) for field in fields]


def record_name(grid: Grid) -> str:
    """Name a record of a repeated form."""
    return grid.with_role("answer")[0].label.rsplit(" ", 1)[0]


def columns_run(columns: Collection[int], row: int | str = ROW) -> str:
    """Write the cells of a row from the first to the last of some columns."""
    return f"${column_letters(min(columns))}{row}:${column_letters(max(columns))}{row}"


def answers_in_row(layout: Layout, grid: Grid, row: str) -> Formula:
    """Count the answers of an open row, or of a record over all form blocks that hold it."""
    table = grid.kind == "register"
    grids = (
        [grid] if table else [g for g in layout.sheet[grid.tool.code].grids if g.same_records(grid)]
    )
    slots = [
        slot for block in grids for slot in block.by_row[row].values() if not slot.field.calculated
    ]
    count = count_answers(layout, slots, row=ROW if table else None)
    return Formula(count, lambda content, _: content.active(grid, row))


def _and(first: str, second: str) -> str:
    parts = [part for part in (first, second) if part and part != "TRUE"]
    if "FALSE" in parts:
        return "FALSE"
    if not parts:
        return "TRUE"
    return parts[0] if len(parts) == 1 else f"AND({','.join(parts)})"


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
            outcomes = [on_blank(part, key) for part in expr.parts]
            deciding = expr.op == "or"
            if deciding in outcomes:
                return deciding
            return None if None in outcomes else not deciding
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

NESTING_LIMIT = 64
ARGUMENT_LIMIT = 255
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
        for count, limit, unit in (
            (self.characters, FORMULA_LIMIT, "characters"),
            (self.nesting, NESTING_LIMIT, "functions within each other"),
            (self.arguments, ARGUMENT_LIMIT, "arguments of one function"),
        ):
            if count > limit:
                return (
                    f"{count:,} {unit}, {count - limit:,} more than the {limit:,} that Excel takes"
                )
        return ""


def measure(formula: str) -> Measure:
    """Measure how large a formula is."""
    bare = QUOTED.sub("''", formula)
    depth = deepest = most = 0
    # whether a bracket is that of a function, and the commas in it so far
    open_: list[tuple[bool, int]] = []
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
    """Yield every question whose formula Excel would not take: its place, `formula` or `check`, and how large it is."""
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
    compiler = RowFormulas(layout, layout.grid_of(slot)).compiler(slot)
    expr = parsed(text, scope, condition=condition)
    assert not isinstance(expr, Problem)  # it has been checked
    return cell_length(compiler.condition(expr) if condition else compiler.value(expr))
