"""Verdicts: what the check cell of each slot must say in the sheet itself, so that both can be compared.

The sheet says one thing, the first of `ORDER`, then the rules as the spec lists them; a required answer that
is missing stands where V001 stands, also when a rule asks for it. What only the reader understands looks like
a mistake to the sheet: `IN_THE_SHEET` says which.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

from ..fields import list_name
from ..layout import Layout
from ..layout.messages import REQUIRED as REQUIRED_NUMBER
from ..spec.expression import reader_only
from ..spec.model import FieldType
from ..submission import Key
from .batch import Batch
from .hits import NO_SLOT, Hit
from .outcome import Verdict
from .program import Program
from .required import NOT_REQUIRED, Reasons
from .rules import for_reader_only
from .universe import Universe

READING = (
    "V002",
    "V003",
    "V004",
    "V005",
    "V006",
    "V007",
    "V018",
    "V101",
    "V102",
    "V104",
    "V105",
    "V106",
    "V107",
)
ORDER = (("V011",), ("V013",), ("V001",), READING, ("V008",), ("V009",), ("V010",), ("V016",), ("V014",))
PRIORITY = {code: number for number, codes in enumerate(ORDER) for code in codes}
MISSING, RULES = PRIORITY["V001"], len(ORDER)
IN_THE_SHEET = {
    "V006": "V005",  # an ambiguous date is a text, and no date
    "V018": "V003",  # an ambiguous number is a text, and no number
    "V101": "V002",  # the sheet knows its own labels only: not those of other languages,
    "V102": "V002",  # no full-width letters and the like,
    "V106": "V002",  # codes,
    "V107": "V002",  # or other spellings
    "V104": "V003",  # a number stored as text, or the label of a step of a scale
    "V105": "V005",  # a date stored as text
}
NEVER = "V013"
NOTHING, REQUIRED = Verdict("", required=False), Verdict("", required=True)


class Sheets:
    """For each layout the slots that have a check cell, as keys and as numbers."""

    def __init__(self, universe: Universe, layouts: Iterable[Layout]) -> None:
        self.keys: list[list[Key]] = []
        self.slots: list[list[int]] = []
        for layout in layouts:
            checked = [slot for slot in layout.slots.values() if slot.check is not None]
            columns = [universe.columns[slot.tool, slot.field.code] for slot in checked]
            self.keys.append([slot.key for slot in checked])
            pairs = zip(columns, checked, strict=True)
            self.slots.append([column.slot + column.table.number[slot.row] for column, slot in pairs])


def verdicts(
    batch: Batch, program: Program, reasons: Reasons, hits: Iterable[Hit]
) -> list[dict[Key, Verdict]]:
    """For each submission the verdict of every slot that has a check cell."""
    sheets, first = Sheets(batch.universe, batch.kinds), _first(batch, program, hits)
    templates = [dict.fromkeys(keys, NOTHING) for keys in sheets.keys]
    tables = []
    for submission, kind in enumerate(batch.layout_of.tolist()):
        table = templates[kind].copy()
        keys, slots = sheets.keys[kind], sheets.slots[kind]
        needed = reasons[submission, slots] != NOT_REQUIRED
        table.update(dict.fromkeys([keys[n] for n in np.flatnonzero(needed).tolist()], REQUIRED))
        for slot, (_, _, code) in first[submission].items():
            column, row = batch.universe.place[slot]
            key = (column.key[0], column.table.rows[row], column.key[1])
            if key in table:
                table[key] = _verdict(code, table[key].required)
        tables.append(table)
    return tables


def check_numbers(
    batch: Batch, program: Program, reasons: Reasons, hits: Iterable[Hit]
) -> list[list[int | None]]:
    """For each submission the number of every check cell, in the order of the slots that have one.

    None where an answer was never calculated: what a sheet says of it nobody knows.
    """
    sheets, first = Sheets(batch.universe, batch.kinds), _first(batch, program, hits)
    places = [{slot: place for place, slot in enumerate(slots)} for slots in sheets.slots]
    found: list[list[int | None]] = []
    for submission, kind in enumerate(batch.layout_of.tolist()):
        layout, slots = batch.kinds[kind], sheets.slots[kind]
        required = reasons[submission, slots] != NOT_REQUIRED
        numbers: list[int | None] = (required * REQUIRED_NUMBER).tolist()
        for slot, (_, _, code) in first[submission].items():
            place = places[kind].get(slot)
            if place is not None:
                of = layout.slots[sheets.keys[kind][place]]
                needed, known = bool(required[place]), code != NEVER
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
    """One object for each of the few verdicts there are: to compare them is to compare addresses."""
    return Verdict(code, required=required)


def _first(batch: Batch, program: Program, hits: Iterable[Hit]) -> list[dict[int, tuple[int, int, str]]]:
    """For each submission and slot the first of what the sheet can see."""
    rules = {
        (parsed.rule.tool, parsed.rule.code): n
        for n, parsed in enumerate(program.rules)
        if not for_reader_only(parsed)
    }
    found: list[dict[int, tuple[int, int, str]]] = [{} for _ in range(batch.size)]
    for hit in hits:
        place = _place(hit, rules)
        if hit.slot == NO_SLOT or place is None or (hit.code == "V014" and _hidden(batch, program, hit)):
            continue
        if hit.code == "V102" and _overlooked(batch, hit):
            continue
        entry = (place, hit.part, _shown(batch, hit))
        before = found[hit.submission].get(hit.slot)
        found[hit.submission][hit.slot] = min(entry, before) if before else entry
    return found


def _place(hit: Hit, rules: dict[tuple[str, str], int]) -> int | None:
    if hit.rule is None:
        return PRIORITY.get(hit.code)
    if hit.rule.require and hit.rule.check is None:
        return MISSING
    number = rules.get((hit.rule.tool, hit.rule.code))
    return None if number is None else RULES + number


def _overlooked(batch: Batch, hit: Hit) -> bool:
    """Whether the sheet, too, overlooks how a spelling was tidied: it tells no capitals apart."""
    field, layout = batch.universe.place[hit.slot][0].field, batch.layout(hit.submission)
    assert hit.answer is not None
    text = str(hit.answer.original).casefold()
    if field.type is FieldType.REFERENCE:
        return text.strip(" ").split(" ")[0] == str(hit.answer.code).casefold()
    return any(text == label.casefold() for label in layout.lists[list_name(field) or ""].labels)


def _hidden(batch: Batch, program: Program, hit: Hit) -> bool:
    column, _ = batch.universe.place[hit.slot]
    return reader_only(program.constraints[column.key])


def _shown(batch: Batch, hit: Hit) -> str:
    if hit.code == "V007":
        return _other_calendar(batch, hit)
    if hit.code == "V102" and batch.universe.place[hit.slot][0].field.type is FieldType.REFERENCE:
        return "V016"
    return IN_THE_SHEET.get(hit.code, hit.code)


def _other_calendar(batch: Batch, hit: Hit) -> str:
    """What the sheet sees of a year of another calendar: a text, or a figure out of range."""
    if hit.answer is None or not isinstance(hit.answer.original, str):
        return "V008"
    return "V003" if batch.universe.place[hit.slot][0].field.type is FieldType.YEAR else "V005"
