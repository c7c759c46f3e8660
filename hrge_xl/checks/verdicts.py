"""Verdicts: what the check cell of each slot must say in the sheet itself, so that both can be compared.

The sheet says one thing: the first by the numbers from `BROKEN` to `RULES`, rules as the spec lists them. A required
answer that is missing stands where V001 stands, also when a rule asks for it. What only the reader understands looks
like a mistake to the sheet: `IN_THE_SHEET` says which. Check cells and lists that show something else are S028.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from msgspec.structs import replace as changed

from ..answers.answer import Answer, Key
from ..answers.submission import Result, Submission, Verdict
from ..core.numerals import shown
from ..core.words import and_more, translator
from ..fields import ColumnKind, Field, kind_of
from ..findings import Finding, Kind, sentence
from ..findings import value as v
from ..findings.structure import RESULT_DIFFERS
from ..language.compiler import Row
from ..layout import Layout, Slot, address
from ..layout.messages import REQUIRED, ROW_NAME, is_required
from ..spec.compiled import Source
from .answer_view import AnswerView
from .hits import Hit
from .program import Program

BROKEN, NEVER_CALCULATED, MISSING, NOT_ASKED, READING = range(5)  # in this order
CHECKS, RULES = 100, 200  # and then each by its number
# What reading says, and the check of the sheet that does not hold then. The sheet knows its own labels only: no codes,
# no other spellings or languages, and no other words behind a step of a scale.
IN_THE_SHEET = {
    v.NOT_IN_LIST: v.NOT_IN_LIST,
    v.NOT_A_NUMBER: v.NOT_A_NUMBER,
    v.NOT_A_WHOLE_NUMBER: v.NOT_A_WHOLE_NUMBER,
    v.NOT_A_DATE: v.NOT_A_DATE,
    v.AMBIGUOUS_DATE: v.NOT_A_DATE,  # a text, and no date
    v.OTHER_CALENDAR: v.OUT_OF_RANGE,  # where it is not text, see `_shown`
    v.AMBIGUOUS_NUMBER: v.NOT_A_NUMBER,  # a text, and no number
    v.LABEL_IN_ANOTHER_LANGUAGE: v.NOT_IN_LIST,
    v.SPELLING_TIDIED: v.NOT_IN_LIST,
    v.CODE_FOR_LABEL: v.NOT_IN_LIST,
    v.OTHER_SPELLING: v.NOT_IN_LIST,
    v.REST_NOT_COUNTED: v.NOT_IN_LIST,
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
    """Give the verdict of every slot that has a check cell, in the order of the slots."""
    program, first = view.program, _first_in_sheet(view, hits)
    columns = (program.column_list[number] for number in program.needs)
    required = {(column.number, row) for column in columns for row in view.required(column)}
    return {
        key: _verdict(first.get(place, ""), place in required)
        for key, slot in view.layout.slots.items()
        if slot.check is not None
        for place in [(program.columns[slot.tool, slot.field.code].number, slot.row)]
    }


def rows_kept(view: AnswerView) -> dict[Source, dict[str, float]]:
    """Give the rows that each collected list keeps, with their ranks."""
    return {key: view.rows_listed(key) for key in view.program.lists}


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
        place, answer = _place(view.program, hit, rules), hit.answer if hit.kind in OVERLOOKED else None
        if hit.column is None or place is None:
            continue
        if answer is None or not is_overlooked(answer, hit.column.field, view.layout):
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


# S028: what check cells and collected lists show, held against what the answers gave when they were calculated


def differing_results(view: AnswerView, hits: Iterable[Hit]) -> Iterator[Finding]:
    """Give one finding for the check cells of a return, which are hidden, and one for each list."""
    cells = view.submission.shown_checks
    assert cells is not None
    slots, encode = view.layout.slots, view.layout.messages.encode
    numbers = (
        None  # of an answer that was never calculated: what a sheet says of it nobody knows
        if verdict.code == v.FORMULA_NEVER_CALCULATED.code
        else encode(verdict.code, slots[key].order, required=verdict.required, field=key[2])
        for key, verdict in verdicts(view, hits).items()
    )
    pairs = list(zip(cells.numbers, numbers, strict=True))
    wrong = [n for n, (stands, due) in enumerate(pairs) if stands != due and None not in (stands, due)]
    if wrong:
        yield _checks(view, cells.places, wrong, pairs)
    kept = rows_kept(view)
    for source, rows in view.submission.shown_rows.items():
        # those of the highest rank first
        shown_rows, due = (
            ", ".join(sorted(ranked, key=lambda row: -ranked[row]))
            for ranked in (rows.ranked, kept.get(source, {}))
        )
        if shown_rows != due:
            yield RESULT_DIFFERS.at(
                rows.sheet, rows.cell, source[0], cells=rows.cell, value=shown_rows, expected=due
            )


def _checks(
    view: AnswerView, places: Mapping[int, tuple[int, int]], wrong: Sequence[int],
    pairs: Sequence[tuple[Result, Result]],
) -> Finding:  # fmt: skip
    layout = view.layout
    slots = [slot for slot in layout.slots.values() if slot.check is not None]
    first, say = slots[wrong[0]], translator(layout.language)
    at = places.get(wrong[0], first.check)
    place = address(*at) if at is not None else ""
    stands, due = _in_words(layout, first, *pairs[wrong[0]])
    label = first.field.label.say(layout.language)
    label = label if first.row.isdecimal() else f"{first.row} {label}"  # records are numbered
    cell = sentence(say("{cell}, the check of “{label}”"), {"cell": place, "label": label})
    return RESULT_DIFFERS.at(
        view.sheet_name(first.tool),
        place,
        first.tool,
        cells=cell,
        value=stands + and_more(len(wrong) - 1),
        expected=due,
    )


def _in_words(layout: Layout, slot: Slot, *numbers: Result) -> list[str]:
    """Say what a check cell shows and what is due, with as much of it as tells them apart."""
    say, texts = translator(layout.language), [_said(layout, slot, number) for number in numbers]
    if len(set(texts)) == 1:
        required = [isinstance(number, int | float) and is_required(int(number)) for number in numbers]
        needs = (say("required") if each else say("not required") for each in required)
        texts = [f"{text} ({need})" for text, need in zip(texts, needs, strict=True)]
    return texts if len(set(texts)) > 1 else [shown(number or 0) for number in numbers]


def _said(layout: Layout, slot: Slot, number: Result) -> str:
    """Say what a check cell means, where it means anything."""
    if number in (0, REQUIRED):
        return translator(layout.language)("Nothing to correct.").removesuffix(".")
    message = layout.messages.decode(int(number)) if isinstance(number, int | float) else None
    if message is None:
        return shown(number or 0)
    return message.text.replace(ROW_NAME, slot.row).removesuffix(".")


NOT_UNDERSTOOD = {kind.code: seen.code for kind, seen in IN_THE_SHEET.items()}


def as_seen(submission: Submission, layout: Layout) -> Submission | None:
    """Give a return with its answers as its sheets see them; None where they understand all that the reader does."""
    seen = [_as_seen(answer, layout) for answer in submission.answers]
    same = all(one is other for one, other in zip(seen, submission.answers, strict=True))
    return None if same else replace(submission, answers=seen)


def _as_seen(answer: Answer, layout: Layout) -> Answer:
    """Give an answer as its sheet sees it; the very same where that is as it was read."""
    problem = next((NOT_UNDERSTOOD[note] for note in answer.notes if note in NOT_UNDERSTOOD), None)
    slot = layout.slots.get(answer.key)
    if problem is None or slot is None or answer.problem:
        return answer
    if any(kind.code in answer.notes for kind in OVERLOOKED) and is_overlooked(answer, slot.field, layout):
        return answer
    if slot.field.to:  # the sheet takes the first word for the code of a row
        return changed(answer, code=str(answer.original).strip(" ").split(" ")[0], notes=())
    return changed(answer, code=None, number=None, day=None, problem=problem, notes=())
