"""Verdicts: what the check cell of each slot must say in the sheet itself, so that both can be compared.

The sheet says one thing, the first of `ORDER`, then the rules as the spec lists them; a required answer that
is missing stands where V001 stands, also when a rule asks for it. What only the reader understands looks like
a mistake to the sheet: `IN_THE_SHEET` says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from ..answer import Answer, Key
from ..fields import ColumnKind, Field, kind_of
from ..findings import Kind
from ..findings import value as v
from ..language.compiler import Row
from ..layout import Layout, Slot
from ..layout.messages import REQUIRED
from ..submission import Verdict
from .answer_view import AnswerView
from .hits import Hit
from .program import Program

BROKEN, NEVER_CALCULATED, MISSING, NOT_ASKED, READING, CHECKS, RULES = (
    0,
    1,
    2,
    3,
    4,
    100,
    200,
)  # in this order
IN_THE_SHEET = {  # what reading says, and the check of the sheet that does not hold then
    v.NOT_IN_LIST: v.NOT_IN_LIST,
    v.NOT_A_NUMBER: v.NOT_A_NUMBER,
    v.NOT_A_WHOLE_NUMBER: v.NOT_A_WHOLE_NUMBER,
    v.NOT_A_DATE: v.NOT_A_DATE,
    v.AMBIGUOUS_DATE: v.NOT_A_DATE,  # a text, and no date
    v.OTHER_CALENDAR: v.OUT_OF_RANGE,  # where it is not text, see `_shown`
    v.AMBIGUOUS_NUMBER: v.NOT_A_NUMBER,  # a text, and no number
    v.LABEL_IN_ANOTHER_LANGUAGE: v.NOT_IN_LIST,  # the sheet knows its own labels only: not those of other languages,
    v.SPELLING_TIDIED: v.NOT_IN_LIST,  # no full-width letters and the like,
    v.CODE_FOR_LABEL: v.NOT_IN_LIST,  # codes,
    v.OTHER_SPELLING: v.NOT_IN_LIST,  # other spellings,
    v.REST_NOT_COUNTED: v.NOT_IN_LIST,  # or steps with other words behind
    v.NUMBER_AS_TEXT: v.NOT_A_NUMBER,
    v.DATE_AS_TEXT: v.NOT_A_DATE,
}
FIXED = {kind.code: READING for kind in IN_THE_SHEET} | {
    v.ERROR_IN_CELL.code: BROKEN,
    v.FORMULA_NEVER_CALCULATED.code: NEVER_CALCULATED,
    v.ANSWER_MISSING.code: MISSING,
    v.NOT_ASKED_HERE.code: NOT_ASKED,
}
OVERLOOKED = (v.SPELLING_TIDIED, v.OTHER_SPELLING, v.REST_NOT_COUNTED)


def verdicts(view: AnswerView, hits: Iterable[Hit]) -> dict[Key, Verdict]:
    """Give the verdict of every slot that has a check cell."""
    first = _first_in_sheet(view, hits)
    return {
        slot.key: _verdict(first.get(place, ""), place in required)
        for required in [_required(view)]
        for place, slot in _checked(view)
    }


def check_numbers(view: AnswerView, hits: Iterable[Hit]) -> list[int | None]:
    """Give the number of every check cell, in the order of the slots that have one.

    None where an answer was never calculated: what a sheet says of it nobody knows.
    """
    first, required, encode = _first_in_sheet(view, hits), _required(view), view.layout.messages.encode
    found: list[int | None] = []
    for place, slot in _checked(view):
        code, needed = first.get(place, ""), place in required
        if not code:
            found.append(REQUIRED if needed else 0)
        elif code == v.FORMULA_NEVER_CALCULATED.code:
            found.append(None)
        else:
            found.append(encode(code, slot.order, required=needed, field=slot.field.code))
    return found


def _checked(view: AnswerView) -> list[tuple[tuple[int, str], Slot]]:
    """Give the slots that have a check cell, by number of the column and row."""
    columns = view.program.columns
    return [
        ((columns[slot.tool, slot.field.code].number, slot.row), slot)
        for slot in view.layout.slots.values()
        if slot.check is not None
    ]


def _required(view: AnswerView) -> set[tuple[int, Row]]:
    columns = (view.program.column_list[number] for number in view.program.needs)
    return {(column.number, row) for column in columns for row in view.required(column)}


@cache
def _verdict(code: str, required: bool) -> Verdict:
    """Give one object for each of the few verdicts there are: to compare them is to compare addresses."""
    return Verdict(code, required=required)


def _first_in_sheet(view: AnswerView, hits: Iterable[Hit]) -> Mapping[tuple[int, Row], str]:
    """Give for each slot the code of the first of its hits that the sheet can see."""
    rules = {
        id(rule.rule): RULES + n for n, rule in enumerate(view.program.compiled.rules) if not rule.reader_only
    }
    found: dict[tuple[int, Row], tuple[int, int, str]] = {}
    for hit in hits:
        place = _place(view.program, hit, rules)
        if hit.column is None or place is None:
            continue
        answer = hit.answer if hit.kind in OVERLOOKED else None
        if answer is not None and is_overlooked(answer, hit.column.field, view.layout):
            continue
        entry = (place, hit.part, _shown(hit))
        found[hit.slot] = min(entry, found.get(hit.slot, entry))
    return {slot: code for slot, (_, _, code) in found.items()}


def _place(program: Program, hit: Hit, rules: Mapping[int, int]) -> int | None:
    """Give the place of a hit in the order of the sheet; None for what it cannot see."""
    if hit.rule is not None:
        return MISSING if hit.rule.require and hit.rule.check is None else rules.get(id(hit.rule))
    fixed = FIXED.get(hit.code)
    if fixed is not None or hit.column is None:
        return fixed
    if hit.column.field.calculated:
        return None
    checks = program.compiled.fields[hit.column.key].in_sheet
    return next((CHECKS + n for n, check in enumerate(checks) if check.kind is hit.kind), None)


def is_overlooked(answer: Answer, field: Field, layout: Layout) -> bool:
    """Say whether the sheet, too, overlooks what was tidied: it tells no capitals apart, and looks behind no code."""
    text = str(answer.original).casefold()
    if field.to:
        return text.strip(" ").split(" ")[0] == str(answer.code).casefold()
    if field.list_name is None:  # a time behind a date
        return True
    return any(text == label.casefold() for label in layout.lists[field.list_name].labels)


def _shown(hit: Hit) -> str:
    """Give the code that the check cell shows."""
    if not isinstance(hit.kind, Kind) or hit.column is None:
        return hit.code
    field = hit.column.field
    if hit.kind is v.OTHER_CALENDAR and hit.answer is not None and isinstance(hit.answer.original, str):
        return (v.NOT_A_NUMBER if kind_of(field) is ColumnKind.NUMBER else v.NOT_A_DATE).code
    if hit.kind in OVERLOOKED and field.to:
        return v.ROW_NOT_FOUND.code
    return IN_THE_SHEET.get(hit.kind, hit.kind).code
