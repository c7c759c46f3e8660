"""What the sheets of a return show, held against what its answers give: check cells, collected lists, calculated cells.

Verdicts are what the check cell of each slot must say in the sheet itself, so that both can be compared. The sheet says
one thing: the first by the numbers from `BROKEN` to `RULES`, rules as the spec lists them. A required answer that is
missing stands where V001 stands, also when a rule asks for it. What only the reader understands looks like a mistake to
the sheet: `IN_THE_SHEET` says which. Check cells and lists that show something else are S028; calculated fields are
worked out again, and compared with what their cells show.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from msgspec.structs import replace as changed

from ..answers.submission import Answer, Key, Result, State, Submission, Value, Verdict
from ..core.numerals import CENTURIES, from_serial, shown, shown_moment
from ..core.words import and_more, tidy, translator
from ..fields import ColumnKind, Field, kind_of
from ..findings import Finding, Kind, sentence
from ..findings import value as v
from ..findings.structure import FORMULA_OVERWRITTEN, RESULT_DIFFERS
from ..language import Type
from ..language.compiler import SlotKey, Unknown
from ..language.functions.figures import rounded
from ..layout import Layout, Slot, address
from ..layout.messages import REQUIRED, ROW_NAME, is_required
from ..spec.compiled import Keeping, Source
from ..spec.drawings import UNBEGUN_ROWS_ARE_QUIET
from .answer_view import AnswerCell, AnswerView
from .hits import Hit, at_answer
from .program import FieldColumn, Program

BROKEN, NEVER_CALCULATED, MISSING, NOT_ASKED, READING = range(5)  # in this order
# and then each by its number
CHECKS = 100
RULES = 200
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
# where they are read in a text
DAYS_AS_TEXT = (v.DATE_AS_TEXT, v.NOT_A_DATE, v.AMBIGUOUS_DATE, v.OTHER_CALENDAR)
OVERLOOKED = (v.SPELLING_TIDIED, v.OTHER_SPELLING, v.REST_NOT_COUNTED, v.NOT_IN_LIST)


def verdicts(view: AnswerView, hits: Iterable[Hit]) -> dict[Key, Verdict]:
    """Return the verdict of every slot that has a check cell, in the order of the slots."""
    program = view.program
    first = _first_in_sheet(view, hits)
    columns = (program.column_list[number] for number in program.needs)
    required = {(column.number, row) for column in columns for row in view.required(column)}
    return {
        key: _verdict(first.get(place, ""), place in required)
        for key, slot in view.layout.slots.items()
        if slot.check is not None
        for place in [(program.columns[slot.tool, slot.field.code].number, slot.row)]
    }


def rows_kept(view: AnswerView) -> dict[Source, dict[str, float]]:
    """Return the rows that each collected list keeps, with their ranks."""
    return {key: _ranks(view, keeping) for key, keeping in view.program.compiled.lists.items()}


def _ranks(view: AnswerView, keeping: Keeping) -> dict[str, float]:
    """Return the rows that one collected list keeps, with their ranks; 0 for what has none, which comes last."""
    program = view.program
    table = program.table_over(keeping.scope)
    assert table is not None  # spec.load refuses a condition that is not over rows
    keeps = program.value(keeping.condition)
    kept_rows = [row for row in view.active[table.number] if keeps(view, row, None)]
    if keeping.rank is None:
        return dict.fromkeys(kept_rows, 0.0)
    rank = program.value(keeping.rank)
    return {row: rank(view, row, None) or 0.0 for row in kept_rows}


@cache
def _verdict(code: str, required: bool) -> Verdict:
    """Return one object for each of the few verdicts there are: to compare them is to compare addresses."""
    return Verdict(code, required=required)


def _first_in_sheet(view: AnswerView, hits: Iterable[Hit]) -> Mapping[SlotKey, str]:
    """Return for each slot the code of the first of its hits that the sheet can see."""
    rules = {
        id(rule.rule): RULES + n
        for n, rule in enumerate(view.program.compiled.rules)
        if not rule.reader_only
    }
    first_entries: dict[SlotKey, tuple[int, int, str]] = {}
    for hit in hits:
        place = _place(view.program, hit, rules)
        answer = hit.answer if hit.kind in OVERLOOKED else None
        if hit.column is None or place is None:
            continue
        if answer is None or not is_overlooked(answer, hit.column.field, view.layout):
            entry = (
                place,
                hit.part,
                _shown(hit, view.layout.spec.drawing >= UNBEGUN_ROWS_ARE_QUIET),
            )
            first_entries[hit.slot] = min(entry, first_entries.get(hit.slot, entry))
    return {slot: code for slot, (_, _, code) in first_entries.items()}


def _place(program: Program, hit: Hit, rules: Mapping[int, int]) -> int | None:
    """Return the place of a hit in the order of the sheet; None for what it cannot see."""
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


def _shown(hit: Hit, takes_words: bool) -> str:
    """Return the code that the check cell shows; one that `takes_words` takes a text with a year in it for a day."""
    if not isinstance(hit.kind, Kind) or hit.column is None:
        return hit.code
    field = hit.column.field
    stood = None if hit.answer is None else hit.answer.original
    if isinstance(stood, str) and hit.kind in DAYS_AS_TEXT and kind_of(field) is ColumnKind.DATE:
        in_words = takes_words and any(century in stood for century in CENTURIES)
        return (v.DATE_AS_TEXT if in_words else v.NOT_A_DATE).code
    if isinstance(stood, str) and hit.kind is v.OTHER_CALENDAR:
        return v.NOT_A_NUMBER.code
    if hit.kind in OVERLOOKED and field.to:
        return v.ROW_NOT_FOUND.code
    return IN_THE_SHEET.get(hit.kind, hit.kind).code


# S028: what check cells and collected lists show, held against what the answers gave when they were calculated


def differing_results(view: AnswerView, hits: Iterable[Hit]) -> Iterator[Finding]:
    """Yield one finding for the check cells of a return, which are hidden, and one for each list."""
    shown_checks = view.submission.shown_checks
    assert shown_checks is not None
    slots = view.layout.slots
    encode = view.layout.messages.encode
    due_numbers: list[Result] = []
    for key, verdict in verdicts(view, hits).items():
        number = None  # of an answer that was never calculated nobody knows what a sheet says
        if verdict.code != v.FORMULA_NEVER_CALCULATED.code:
            order = slots[key].order
            number = encode(verdict.code, order, required=verdict.required, field=key[2])
        due_numbers.append(number)
    pairs = list(zip(shown_checks, due_numbers, strict=True))
    wrong = [
        index
        for index, (shown_number, due_number) in enumerate(pairs)
        if shown_number != due_number and None not in (shown_number, due_number)
    ]
    if wrong:
        yield _checks(view, wrong, pairs)
    due_ranks = rows_kept(view)
    for source, ranks in view.submission.shown_rows.items():
        shown_rows = _rows_by_rank(ranks)
        due_rows = _rows_by_rank(due_ranks.get(source, {}))
        if shown_rows != due_rows:
            tool, block, _ = source
            drawn = next(drawn for drawn in view.layout.sheet[tool].drawn if drawn.number == block)
            cell = address(drawn.first, drawn.left)
            yield RESULT_DIFFERS.at(
                view.sheet_name(tool), cell, tool, cells=cell, value=shown_rows, expected=due_rows
            )


def _rows_by_rank(ranks: Mapping[str, float]) -> str:
    """Return the codes of rows, those of the highest rank first."""
    return ", ".join(sorted(ranks, key=lambda row: -ranks[row]))


def _checks(
    view: AnswerView, wrong: Sequence[int], pairs: Sequence[tuple[Result, Result]]
) -> Finding:
    """Return the finding about check cells, which are hidden: it names the answer of the first of the `wrong` ones.

    `wrong` are indices into `pairs`, what each check cell shows and what is due.
    """
    layout = view.layout
    slots = [slot for slot in layout.slots.values() if slot.check is not None]
    first = slots[wrong[0]]
    say = translator(layout.language)
    place = view.address(first.key)
    stands, due = _in_words(layout, first, *pairs[wrong[0]])
    label = first.field.label.say(layout.language)
    # records are numbered
    if not first.row.isdecimal():
        label = f"{layout.spec.shown_code(first.row)} {label}"
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
    say = translator(layout.language)
    texts = [_said(layout, slot, number) for number in numbers]
    if len(set(texts)) == 1:
        required = [
            isinstance(number, int | float) and is_required(int(number)) for number in numbers
        ]
        needs = (say("required") if is_needed else say("not required") for is_needed in required)
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
    """Return a return with its answers as its sheets see them; None where they understand all that the reader does."""
    seen = [_as_seen(answer, layout) for answer in submission.answers]
    pairs = zip(seen, submission.answers, strict=True)
    same = all(seen_answer is answer for seen_answer, answer in pairs)
    return None if same else replace(submission, answers=seen)


def _as_seen(answer: Answer, layout: Layout) -> Answer:
    """Return an answer as its sheet sees it; the very same where that is as it was read."""
    problem = next((NOT_UNDERSTOOD[note] for note in answer.notes if note in NOT_UNDERSTOOD), None)
    slot = layout.slots.get(answer.key)
    if problem is None or slot is None or answer.problem:
        return answer
    if any(kind.code in answer.notes for kind in OVERLOOKED) and is_overlooked(
        answer, slot.field, layout
    ):
        return answer
    if slot.field.to:  # the sheet takes the first word for the code of a row
        return changed(answer, code=str(answer.original).strip(" ").split(" ")[0], notes=())
    return changed(answer, code=None, number=None, day=None, problem=problem, notes=())


# calculated fields

CLOSE = 1e-9
ZERO = 1e-12
# typed results of a sheet that are told one by one; cells that are named
TYPED_ALONE = 3
CELLS_NAMED = 20


def calculated_answers(view: AnswerView, unknown: Collection[Key] = ()) -> list[Answer]:
    """Return every calculated cell that shows something or comes to something, with what it comes to.

    Of those that are `unknown`, what they come to is left out.
    """
    results = {
        answer.key: changed(answer, code=None, text=None, number=None, day=None)
        for answer in view.submission.answers
        if answer.calculated
    }
    for column in view.program.calculated:
        tool, code = column.key
        for row in view.active[column.table.number]:
            value = as_value(column, view.calculated(column.number, row))
            key = (tool, row, code)
            if value is None or key in unknown:
                continue
            answer = results.get(key)
            if answer is None:  # it shows nothing
                sheet = view.sheet_name(tool)
                cell = view.address(key)
                answer = Answer(*key, 0, sheet, cell, State.BLANK, calculated=True)
            if isinstance(value, date):
                attribute = "day"
            elif isinstance(value, float):
                attribute = "number"
            else:
                attribute = "code" if column.field.result == "level" else "text"
            results[key] = changed(answer, **{attribute: value})
    return list(results.values())


def as_value(column: FieldColumn, worked_out: object) -> Value | None:
    """Return what a formula comes to as an answer: days as days."""
    if isinstance(worked_out, Unknown | bool) or not isinstance(worked_out, float | str | tuple):
        return None
    return (
        from_serial(worked_out)
        if column.type is Type.DATE and isinstance(worked_out, float)
        else worked_out
    )


def overwritten(current: AnswerView, when_calculated: AnswerView) -> Iterator[Hit]:
    """Yield cells that show something else than comes out (V017 typed, V019 by formula), and typed ones that agree.

    What depends on the day is compared with what came out when the sheets were calculated. Where more than a
    few of a sheet agree, values were pasted over all of it: that is told once.
    """
    pasted: dict[str, list[Hit]] = defaultdict(list)
    for cell in current.cells:
        answer = cell.answer
        column = cell.column
        if column.number not in current.program.formulas:
            continue
        view = when_calculated if column.number in current.program.dated else current
        value = view.calculated(column.number, answer.row)
        if _differs(current, cell, value):
            replaced = answer.cell_key in current.submission.replaced
            is_typed = replaced or not answer.formula
            kind = v.CALCULATION_DIFFERS if is_typed else v.CALCULATION_NOT_CURRENT
            hit = at_answer(kind, column, answer)
            hit.detail["expected"] = displayed(current, column, value)
            yield hit
        elif cell.state is State.ANSWERED and not answer.formula:
            pasted[answer.tool].append(at_answer(FORMULA_OVERWRITTEN, column, answer))
    for hits in pasted.values():
        yield from hits if len(hits) <= TYPED_ALONE else [_pasted(hits)]


def _pasted(hits: Sequence[Hit]) -> Hit:
    """Return the first of some typed results of a sheet, which stands for all of them."""
    answers = [hit.answer for hit in hits if hit.answer is not None]
    cells = ", ".join(answer.cell for answer in answers[:CELLS_NAMED]) + and_more(
        len(answers) - CELLS_NAMED
    )
    first = hits[0]
    column = hits[0].column
    assert column is not None
    first.detail |= {
        "label": cells,
        "value": displayed_answer(answers[0], column) + and_more(len(hits) - 1),
    }
    return first


def _differs(view: AnswerView, cell: AnswerCell, value: object) -> bool:
    """Say whether a cell shows something else than the value that comes out."""
    answer, column, state, text, figure = cell
    if state is State.NOT_CALCULATED:
        return False
    if answer.formula and answer.row not in view.active_sets[column.table.number]:
        return False  # a row without answers calculates nothing; what its formula shows there does not matter
    is_answered = state is State.ANSWERED
    if not is_answered or value is None:
        return state is State.ERROR or is_answered is not (value is not None)
    if isinstance(value, float):
        return figure is None or not _same_figure(figure, value, column.field.decimals)
    if answer.formula and view.submission.older:
        return False  # the words that it shows may have been others in that version
    return text is None or tidy(text) != tidy(displayed(view, column, value))


def _same_figure(stands: float, expected: float, decimals: int | None) -> bool:
    if math.isclose(stands, expected, rel_tol=CLOSE, abs_tol=ZERO):
        return True
    # a program may hold what it shows
    return decimals is not None and rounded(stands, decimals) == rounded(expected, decimals)


def displayed(view: AnswerView, column: FieldColumn, worked_out: object) -> str:
    """Return what a formula comes to as the sheet shows it: levels by their label."""
    value = as_value(column, worked_out)
    field = column.field
    matrix = view.program.spec.matrix
    if value is None:
        return ""
    if field.result == "level" and matrix is not None and value in matrix.level:
        return matrix.level[str(value)].label.say(view.layout.language)
    if isinstance(value, float):
        return shown(value if field.decimals is None else rounded(value, field.decimals))
    return shown(value)


def displayed_answer(answer: Answer | None, column: FieldColumn) -> str:
    """Return the text of a cell as a person sees it."""
    if answer is None:
        return ""
    kind = column.field.type
    other_calendar = kind.kind is ColumnKind.DATE and answer.problem == v.OTHER_CALENDAR.code
    if (kind.scaled or other_calendar) and isinstance(answer.original, int | float):
        return kind.said(float(answer.original))
    if answer.day is not None and not isinstance(answer.original, str):
        return shown_moment(answer.day, float(answer.original or 0))
    return "" if answer.original is None else shown(answer.original)
