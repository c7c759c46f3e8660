"""Verdicts: what the check cell of each slot must say in the sheet itself, so that both can be compared.

The sheet says one thing, the first of `ORDER`, then the rules as the spec lists them; a required answer that
is missing stands where V001 stands, also when a rule asks for it. What only the reader understands looks like
a mistake to the sheet: `IN_THE_SHEET` says which.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

from ..answer import Answer, Key
from ..fields import ColumnKind, Field, kind_of
from ..findings import Kind
from ..findings import value as v
from ..layout import Layout
from ..layout.messages import REQUIRED as REQUIRED_NUMBER
from ..spec.compiled import CompiledSpec
from .batch import Batch
from .cell_index import CellIndex
from .hits import NO_SLOT, Hit
from .outcome import Verdict
from .required import NOT_REQUIRED, Reasons

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
NOTHING, REQUIRED = Verdict("", required=False), Verdict("", required=True)


class Sheets:
    """For each layout the slots that have a check cell, as keys and as numbers."""

    def __init__(self, cell_index: CellIndex, layouts: Iterable[Layout]) -> None:
        self.keys: list[list[Key]] = []
        self.slots: list[list[int]] = []
        for layout in layouts:
            checked = [slot for slot in layout.slots.values() if slot.check is not None]
            columns = [cell_index.columns[slot.tool, slot.field.code] for slot in checked]
            self.keys.append([slot.key for slot in checked])
            pairs = zip(columns, checked, strict=True)
            self.slots.append([column.slot + column.table.number[slot.row] for column, slot in pairs])


def verdicts(
    batch: Batch, program: CompiledSpec, reasons: Reasons, hits: Iterable[Hit]
) -> list[dict[Key, Verdict]]:
    """For each submission the verdict of every slot that has a check cell."""
    sheets, first = Sheets(batch.cell_index, batch.kinds), _first(batch, program, hits)
    templates = [dict.fromkeys(keys, NOTHING) for keys in sheets.keys]
    tables = []
    for submission, kind in enumerate(batch.layout_of.tolist()):
        table = templates[kind].copy()
        keys, slots = sheets.keys[kind], sheets.slots[kind]
        needed = reasons[submission, slots] > NOT_REQUIRED
        table.update(dict.fromkeys([keys[n] for n in np.flatnonzero(needed).tolist()], REQUIRED))
        for slot, (_, _, code) in first[submission].items():
            column, row = batch.cell_index.place[slot]
            key = (column.key[0], column.table.rows[row], column.key[1])
            if key in table:
                table[key] = _verdict(code, table[key].required)
        tables.append(table)
    return tables


def check_numbers(
    batch: Batch, program: CompiledSpec, reasons: Reasons, hits: Iterable[Hit]
) -> list[list[int | None]]:
    """For each submission the number of every check cell, in the order of the slots that have one.

    None where an answer was never calculated: what a sheet says of it nobody knows.
    """
    sheets, first = Sheets(batch.cell_index, batch.kinds), _first(batch, program, hits)
    places = [{slot: place for place, slot in enumerate(slots)} for slots in sheets.slots]
    found: list[list[int | None]] = []
    for submission, kind in enumerate(batch.layout_of.tolist()):
        layout, slots = batch.kinds[kind], sheets.slots[kind]
        required = reasons[submission, slots] > NOT_REQUIRED
        numbers: list[int | None] = (required * REQUIRED_NUMBER).tolist()
        for slot, (_, _, code) in first[submission].items():
            place = places[kind].get(slot)
            if place is not None:
                of = layout.slots[sheets.keys[kind][place]]
                needed, known = bool(required[place]), code != v.FORMULA_NEVER_CALCULATED.code
                encoded = (
                    layout.messages.encode(code, of.order, required=needed, field=of.field.code)
                    if known
                    else None
                )
                numbers[place] = encoded
        found.append(numbers)
    return found


@cache
def _verdict(code: str, required: bool) -> Verdict:
    """Give one object for each of the few verdicts there are: to compare them is to compare addresses."""
    return Verdict(code, required=required)


def _first(batch: Batch, program: CompiledSpec, hits: Iterable[Hit]) -> list[dict[int, tuple[int, int, str]]]:
    """For each submission and slot the first of what the sheet can see."""
    rules = {id(parsed.rule): RULES + n for n, parsed in enumerate(program.rules) if not parsed.reader_only}
    found: list[dict[int, tuple[int, int, str]]] = [{} for _ in range(batch.size)]
    for hit in hits:
        place = _place(batch, program, hit, rules)
        if hit.slot == NO_SLOT or place is None or (hit.kind in OVERLOOKED and _is_overlooked(batch, hit)):
            continue
        entry = (place, hit.part, _shown(batch, hit))
        before = found[hit.submission].get(hit.slot)
        found[hit.submission][hit.slot] = min(entry, before) if before else entry
    return found


def _place(batch: Batch, program: CompiledSpec, hit: Hit, rules: dict[int, int]) -> int | None:
    """Give the place of a hit in the order of the sheet; None for what it cannot see."""
    if hit.rule is not None:
        return MISSING if hit.rule.require and hit.rule.check is None else rules.get(id(hit.rule))
    fixed = FIXED.get(hit.code)
    if fixed is not None or hit.slot == NO_SLOT:
        return fixed
    if _field(batch, hit).calculated:
        return None
    checks = program.fields[batch.cell_index.place[hit.slot][0].key].in_sheet
    return next((CHECKS + n for n, check in enumerate(checks) if check.kind is hit.kind), None)


def _field(batch: Batch, hit: Hit) -> Field:
    return batch.cell_index.place[hit.slot][0].field


def _is_overlooked(batch: Batch, hit: Hit) -> bool:
    assert hit.answer is not None
    return is_overlooked(hit.answer, _field(batch, hit), batch.layout(hit.submission))


def is_overlooked(answer: Answer, field: Field, layout: Layout) -> bool:
    """Say whether the sheet, too, overlooks what was tidied: it tells no capitals apart, and looks behind no code."""
    text = str(answer.original).casefold()
    if field.to:
        return text.strip(" ").split(" ")[0] == str(answer.code).casefold()
    if field.list_name is None:  # a time behind a date
        return True
    return any(text == label.casefold() for label in layout.lists[field.list_name].labels)


def _shown(batch: Batch, hit: Hit) -> str:
    """Give the code that the check cell shows."""
    if not isinstance(hit.kind, Kind) or hit.slot == NO_SLOT:
        return hit.code
    if hit.kind is v.OTHER_CALENDAR and hit.answer is not None and isinstance(hit.answer.original, str):
        return (v.NOT_A_NUMBER if kind_of(_field(batch, hit)) is ColumnKind.NUMBER else v.NOT_A_DATE).code
    if hit.kind in OVERLOOKED and _field(batch, hit).to:
        return v.ROW_NOT_FOUND.code
    return IN_THE_SHEET.get(hit.kind, hit.kind).code
