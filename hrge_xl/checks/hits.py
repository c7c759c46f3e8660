"""Hits: what a check finds at one place, before it is put into words; and the checks that find them.

There are hits of missing answers, of answers that a check refuses, of rows that break a rule, of a country or period
that is not that of the round, and of what reading noticed in single cells.
"""

from __future__ import annotations

import operator
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from ..answers.submission import ONLY_ROW, Answer, State
from ..core.numerals import shown, to_serial
from ..core.words import CELL_LIMIT, fits_a_cell, fold_code, letters
from ..fields import ColumnKind, kind_of
from ..fields.text import EXPECTED
from ..findings import CATALOGUE, Kind
from ..findings import value as v
from ..findings.identity import COUNTRY_DIFFERS, PERIOD_OUTSIDE_ROUND
from ..language import Compare, Expr, walk
from ..language.compiler import Row, SlotKey, Value, fold
from ..language.functions.rows import terms
from ..layout import Grid
from ..layout.wording import ARITHMETIC
from ..spec.compiled import CompiledSpec
from ..spec.model import RegisterBlock, Rule
from .answer_view import AnswerCell, AnswerView
from .program import FieldColumn

NOWHERE = -1  # the number of the column of a hit that has no place of its own


@dataclass(slots=True, eq=False)
class Hit:
    """One thing found: its kind, or the rule that is broken; where, and the answer there. Without a column: nowhere."""

    kind: Kind | Rule
    column: FieldColumn | None = None
    row: Row = None
    part: int = 0  # which cell of the slot, from 0
    answer: Answer | None = None
    detail: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the finding."""
        return self.kind.code

    @property
    def rule(self) -> Rule | None:
        """The rule that is broken; None for a finding of the program."""
        return self.kind if isinstance(self.kind, Rule) else None

    @property
    def slot(self) -> SlotKey:
        """Number of the column, and row."""
        return NOWHERE if self.column is None else self.column.number, self.row

    @property
    def key(self) -> tuple[str, int, Row]:
        """Code, number of the column, and row."""
        return self.code, *self.slot


def at_answer(kind: Kind, column: FieldColumn, answer: Answer) -> Hit:
    """Return a hit at one answer."""
    return Hit(kind, column, answer.row, max(answer.part - 1, 0), answer)


def at_rows(
    view: AnswerView, kind: Kind | Rule, column: FieldColumn, rows: Iterable[Row]
) -> Iterator[Hit]:
    """Yield a hit for each of some rows of a field, at the first answer that stands there."""
    for row in rows:
        answers = view.by_slot.get((column.number, row), ())
        yield Hit(kind, column, row, 0, answers[0] if answers else None)


# where checks do not hold


def wrong_answers(view: AnswerView, only: Collection[int] | None = None) -> Iterator[Hit]:
    """Yield a hit for every answer of which a check does not hold: all checks, or `only` those of some identities."""
    program = view.program
    for number, checks in program.checks.items():
        column = program.column_list[number]
        compiled_checks = [
            (check.kind, program.value(check.holds))
            for check in checks
            if only is None or id(check) in only
        ]
        for row in view.rows[column.table.number]:
            if row not in view.answered[number]:
                continue
            has_value = view.values[number].get(row) is not None
            is_readable = has_value and (number, row) not in view.with_problem
            for kind, holds in compiled_checks:
                is_checked = is_readable or kind is v.NOT_ASKED_HERE
                if is_checked and not holds(view, row, None):
                    yield from at_rows(view, kind, column, [row])
                    if kind is v.NOT_A_WHOLE_NUMBER:
                        # as where reading has said so: nothing else is asked of it
                        is_readable = False


def missing(view: AnswerView, unread: Collection[SlotKey]) -> Iterator[Hit]:
    """Yield a hit for every answer asked for that is blank, or where what stands there says nothing.

    That it is in error or cannot be read is a finding of its own.
    """
    for number in view.program.needs:
        column = view.program.column_list[number]
        for row, need in view.reasons(column).items():
            slot = number, row
            if row not in view.answered[number] and slot not in view.broken and slot not in unread:
                non_answer = view.by_slot[slot][-1] if row in view.filled[number] else None
                yield Hit(need.kind, column, row, 0, non_answer)


def broken_rules(view: AnswerView, only: Collection[int] | None = None) -> Iterator[Hit]:
    """Yield a hit for every row that counts in which a rule does not hold: of all rules, or `only` some."""
    for rule in view.program.rules:
        if only is not None and id(rule.parsed.rule) not in only:
            continue
        if rule.home is None:
            if view.issued(rule.parsed.rule.tool) and view.anywhere_in(rule.table, rule.broken):
                yield Hit(rule.parsed.rule)
            continue
        column = rule.home
        non_answers = view.filled[column.number].keys() - view.answered[column.number]
        rows = [
            row
            for row in view.active[column.table.number]
            if row not in non_answers and view.anywhere(rule.table, column, rule.broken, row)
        ]
        for hit in at_rows(view, rule.parsed.rule, column, rows):
            difference = ""
            if rule.table is column.table and rule.parsed.check is not None:
                difference = _format_difference(view, rule.parsed.check, hit.row)
            if difference:
                hit.detail[ARITHMETIC] = difference
            yield hit


def _format_difference(view: AnswerView, check: Expr, row: Row) -> str:
    """Return how the first sum of a rule differs from what it is compared with, as 18 + 40 = 58 ≠ 60.

    Empty where no sum differs, or a side is not known.
    """
    for part in walk(check):
        if not isinstance(part, Compare) or part.op not in ("==", "!="):
            continue
        for sum_side, other_side in ((part.left, part.right), (part.right, part.left)):
            addends = terms(sum_side) or ()
            if len(addends) < 2 or any(addend.sign < 0 for addend in addends):
                continue
            total = _figure(view, sum_side, row)
            compared = _figure(view, other_side, row)
            if total is None or compared is None or total == compared:
                continue
            figures = (_figure(view, addend.of, row) for addend in addends)
            added = " + ".join(shown(figure) for figure in figures if figure is not None)
            return f"{added} = {shown(total)} ≠ {shown(compared)}"
    return ""


def _figure(view: AnswerView, expr: Expr, row: Row) -> float | None:
    """Return the figure that an expression comes to in a row; None for anything else."""
    value = view.program.value(expr)(view, row, None)
    return value if isinstance(value, float) else None


def other_country(view: AnswerView) -> Iterator[Hit]:
    """I009: the form names another country than the one the workbook was issued for."""
    country = view.submission.identity.country
    country_field = view.program.spec.identity.country
    column, answer = _of_form(view, country_field)
    if column is None or not country or answer is None or fold(str(answer)) == fold(country):
        return
    vocabulary = view.program.spec.vocabularies.get(column.field.vocabulary or "")
    entry = vocabulary.by_code.get(country) if vocabulary else None
    for hit in at_rows(view, COUNTRY_DIFFERS, column, [ONLY_ROW]):
        hit.detail["expected"] = entry.label.say(view.layout.language) if entry else country
        yield hit


def other_period(view: AnswerView) -> Iterator[Hit]:
    """I011: the period of the form is over before that of the round begins, or begins when that is over."""
    identity = view.program.spec.identity
    start, end = view.submission.period
    for code, limit, is_outside in (
        (identity.period_start, end, operator.gt),
        (identity.period_end, start, operator.lt),
    ):
        column, day = _of_form(view, code)
        if column is None or limit is None or not isinstance(day, float):
            continue
        if is_outside(day, to_serial(limit)):
            for hit in at_rows(view, PERIOD_OUTSIDE_ROUND, column, [ONLY_ROW]):
                hit.detail["expected"] = f"{start or '…'} – {end or '…'}"
                yield hit


def _of_form(view: AnswerView, code: str | None) -> tuple[FieldColumn | None, Value]:
    """Return the column of a field that stands once in the workbook, and its answer."""
    column = view.program.single(code)
    if column is None:
        return None, None
    return column, view.values[column.number].get(ONLY_ROW)


# what reading noticed of single cells: what stands there cannot be read, was normalised, or is odd

LEAST_CUT = 60  # characters that a dropdown shows at least of what a row is about
ROW_CODE = re.compile(r"\w(?:[\w.-]*\w)?")  # as it may stand among words
STATES = {State.ERROR: v.ERROR_IN_CELL, State.NOT_CALCULATED: v.FORMULA_NEVER_CALCULATED}
NOTICED = {  # of answers of each kind
    ColumnKind.CODE: (
        v.NOT_IN_LIST,
        v.LABEL_IN_ANOTHER_LANGUAGE,
        v.SPELLING_TIDIED,
        v.CODE_FOR_LABEL,
        v.OTHER_SPELLING,
        v.REST_NOT_COUNTED,
        v.CHOSEN_TWICE,
    ),
    ColumnKind.TEXT: (v.TEXT_LIKE_A_FORMULA, v.UNSEEN_CHARACTERS, v.TEXT_TOO_LONG, *EXPECTED),
    ColumnKind.NUMBER: (
        v.NOT_A_NUMBER,
        v.NOT_A_WHOLE_NUMBER,
        v.OTHER_CALENDAR,
        v.AMBIGUOUS_NUMBER,
        v.DIGITS_CONVERTED,
        v.NUMBER_AS_TEXT,
        v.REST_NOT_COUNTED,
    ),
    ColumnKind.DATE: (
        v.NOT_A_DATE,
        v.AMBIGUOUS_DATE,
        v.OTHER_CALENDAR,
        v.DIGITS_CONVERTED,
        v.DATE_AS_TEXT,
        v.REST_NOT_COUNTED,
    ),
}
# How an entry was recognised, the one that says most first: one cell, one cause.
RECOGNISED = (
    v.REST_NOT_COUNTED,
    v.OTHER_SPELLING,
    v.CODE_FOR_LABEL,
    v.LABEL_IN_ANOTHER_LANGUAGE,
    v.SPELLING_TIDIED,
)


def readings(view: AnswerView) -> list[Hit]:
    """Return a hit for everything that reading noticed of a cell that people fill in."""
    hits: list[Hit] = []
    chosen: dict[tuple[int, str | None], set[str]] = defaultdict(set)
    for cell in view.cells:
        answer = cell.answer
        column = cell.column
        if not column.asked:
            continue
        kinds = [STATES[cell.state]] if cell.state in STATES else []
        if cell.state is State.ANSWERED:
            if answer.formula:
                kinds.append(v.FORMULA_IN_ANSWER)
            kinds += _noted(view, answer, column)
            kinds += _of_text(cell, chosen)
            if column.field.to:
                kinds += _behind_code(view, answer)
            less_telling = [kind for kind in RECOGNISED if kind in kinds][1:]
            kinds = [kind for kind in kinds if kind not in less_telling]
        hits += (at_answer(kind, column, answer) for kind in kinds)
    return hits


def _noted(view: AnswerView, answer: Answer, column: FieldColumn) -> Iterator[Kind]:
    """Yield what reading noted of an answer, but for what the spec or the field expects."""
    expected = (*view.program.spec.expects, *column.field.expects)
    for code in (answer.problem, *answer.notes):
        if not code:
            continue
        kind = CATALOGUE[code]
        # the dropdown of an older version may have said it so
        is_old_spelling = view.submission.older and kind is v.OTHER_SPELLING
        if not is_old_spelling and EXPECTED.get(kind) not in expected:
            yield kind


def _of_text(cell: AnswerCell, chosen: dict[tuple[int, str | None], set[str]]) -> Iterator[Kind]:
    """Yield what is odd about a text or code: chosen in another cell already, or too long for Excel."""
    column = cell.column
    text = cell.text
    if not text:
        return
    if column.several:
        chosen_before = chosen[column.number, cell.answer.row]
        if text in chosen_before:
            yield v.CHOSEN_TWICE
        chosen_before.add(text)
    if column.is_text and len(text) > CELL_LIMIT // 2 and not fits_a_cell(text):
        yield v.TEXT_TOO_LONG


def _behind_code(view: AnswerView, answer: Answer) -> Iterator[Kind]:
    """Yield what is odd about the words behind the code of a reference, where they are not those of its row.

    V002 where they are those of another row: nobody knows which of the two is meant. V110 where they name another one.
    """
    behind = str(answer.original).strip().partition(" ")[2]
    code = answer.code
    rows_of = view.layout.rows_of
    referenced_tools = view.layout.slots[answer.key].field.to
    grids = [rows_of[tool] for tool in referenced_tools if tool in rows_of]
    grid = next((grid for grid in grids if code in grid.row), None)
    if not behind or code is None or grid is None:
        return
    words = _words_of_row(view, grid, code)
    if words is None or letters(words).startswith(letters(behind)):
        return
    other_rows = [(grid, row) for grid in grids for row in grid.by_row if row != code]
    if any(_are_words_of(behind, _words_of_row(view, *other_row)) for other_row in other_rows):
        yield v.NOT_IN_LIST
        return
    other_codes = {fold_code(row) for grid in grids for row in grid.row} - {fold_code(code)}
    named_codes = other_codes.intersection(ROW_CODE.findall(fold_code(behind)))
    yield v.REST_NOT_COUNTED if named_codes else v.OTHER_SPELLING


def _words_of_row(view: AnswerView, grid: Grid, code: str) -> str | None:
    """Return what a dropdown shows behind the code of a row; None for calculated words, which some formats lose."""
    if not isinstance(grid.block, RegisterBlock):
        return grid.row[code].label
    column = view.program.columns[grid.tool.code, grid.block.named_by]
    about = view.by_slot.get((column.number, code), ())
    seen = about[0].original if about else None
    if not column.asked and not isinstance(seen, str):
        return None
    return shown(seen or "")


def _are_words_of(behind: str, words: str | None) -> bool:
    """Say whether these are the words of a row, which a dropdown may have cut off."""
    entry = letters(words or "")
    is_cut = len(behind) >= LEAST_CUT and entry.startswith(letters(behind))
    return bool(entry) and (entry == letters(behind) or is_cut)


def reading_codes(compiled: CompiledSpec) -> set[str]:
    """Return the codes of all findings of this sort that the fields of a spec can have."""
    column_kinds = {kind_of(field) for _, _, field in compiled.spec.places() if field.asked}
    if not column_kinds:
        return set()
    kinds = {v.FORMULA_IN_ANSWER, *STATES.values()}
    for column_kind in column_kinds:
        kinds.update(NOTICED[column_kind])
    return {kind.code for kind in kinds}
