"""S028: what check cells and collected lists show, held against what the answers gave when they were calculated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from msgspec.structs import replace as changed

from ..answer import Answer
from ..findings import Finding, sentence
from ..findings import value as v
from ..findings.structure import RESULT_DIFFERS
from ..layout import Layout, Slot, address
from ..layout.messages import REQUIRED, ROW_NAME, is_required
from ..numerals import shown
from ..spec.compiled import Source
from ..submission import Result, Submission
from ..words import and_more, translator
from .verdicts import IN_THE_SHEET, OVERLOOKED, is_overlooked


def differing_results(
    submission: Submission,
    layout: Layout,
    expected: Sequence[int | None],
    kept: Mapping[Source, Mapping[str, float]],
) -> Iterator[Finding]:
    """Give one finding for the check cells of a submission, which are hidden, and one for each list."""
    cells, said = submission.shown_checks, submission.shown_checks.numbers if submission.shown_checks else ()
    if cells is None or list(said) == list(expected):
        wrong: list[int] = []
    else:
        pairs = zip(said, expected, strict=True)
        wrong = [n for n, (one, other) in enumerate(pairs) if None not in (one, other) and one != other]
    if cells is not None and wrong:
        yield _checks(submission, layout, wrong, expected)
    for source, rows in submission.shown_rows.items():
        said_rows, due_rows = _in_order(rows.ranked), _in_order(kept.get(source, {}))
        if said_rows != due_rows:
            texts = {"value": ", ".join(said_rows), "expected": ", ".join(due_rows)}
            yield _finding(rows.sheet, rows.cell, source[0], rows.cell, **texts)


def _in_order(ranked: Mapping[str, float]) -> list[str]:
    """Give the rows of a list, those of the highest rank first."""
    return sorted(ranked, key=lambda row: -ranked[row])


def _checks(
    submission: Submission, layout: Layout, wrong: Sequence[int], expected: Sequence[int | None]
) -> Finding:
    cells = submission.shown_checks
    assert cells is not None
    slots = [slot for slot in layout.slots.values() if slot.check is not None]
    first, say = slots[wrong[0]], translator(layout.language)
    at = cells.places.get(wrong[0], first.check)
    place = address(*at) if at is not None else ""
    stands, due = _in_words(layout, first, cells.numbers[wrong[0]], expected[wrong[0]])
    sheet = submission.sheets.get(first.tool, layout.sheet[first.tool].name)
    question = {"cell": place, "label": _label(first, layout)}
    about = {"value": stands + and_more(len(wrong) - 1), "expected": due}
    cell = sentence(say("{cell}, the check of “{label}”"), question)
    return _finding(sheet, place, first.tool, cell, **about)


def _label(slot: Slot, layout: Layout) -> str:
    question = slot.field.label.say(layout.language)
    return question if slot.row.isdecimal() else f"{slot.row} {question}"  # records are numbered


def _in_words(layout: Layout, slot: Slot, stands: Result, due: Result) -> tuple[str, str]:
    """Say what a check cell shows and what is due, with as much of it as tells them apart."""
    said, expected = (_said(layout, slot, number) for number in (stands, due))
    if said == expected:
        said, expected = f"{said} ({_need(layout, stands)})", f"{expected} ({_need(layout, due)})"
    return (said, expected) if said != expected else (shown(stands or 0), shown(due or 0))


def _said(layout: Layout, slot: Slot, number: Result) -> str:
    """Say what a check cell means, where it means anything."""
    if number in (0, REQUIRED):
        return translator(layout.language)("Nothing to correct.").removesuffix(".")
    message = layout.messages.decode(int(number)) if isinstance(number, int | float) else None
    return (
        shown(number or 0) if message is None else message.text.replace(ROW_NAME, slot.row).removesuffix(".")
    )


def _need(layout: Layout, number: Result) -> str:
    say = translator(layout.language)
    required = isinstance(number, int | float) and is_required(int(number))
    return say("required") if required else say("not required")


def _finding(sheet: str, cell: str, tool: str, cells: str, **texts: str) -> Finding:
    return RESULT_DIFFERS.at(sheet, cell, tool, cells=cells, **texts)


NOT_UNDERSTOOD = {
    kind.code: IN_THE_SHEET[kind].code
    for kind in (
        v.LABEL_IN_ANOTHER_LANGUAGE, v.SPELLING_TIDIED, v.CODE_FOR_LABEL, v.OTHER_SPELLING,
        v.REST_NOT_COUNTED, v.NUMBER_AS_TEXT, v.DATE_AS_TEXT,
    )
}  # fmt: skip


def as_seen(submission: Submission, layout: Layout) -> Submission | None:
    """Give a return with its answers as its sheets see them; None where they understand all that the reader does."""
    seen = [_as_seen(answer, layout) for answer in submission.answers]
    same = all(one is other for one, other in zip(seen, submission.answers, strict=True))
    return None if same else replace(submission, answers=seen)


def _as_seen(answer: Answer, layout: Layout) -> Answer:
    """Give an answer as its sheet sees it; the very same where that is as it was read."""
    problem = next((NOT_UNDERSTOOD[note] for note in answer.notes if note in NOT_UNDERSTOOD), None)
    slot = layout.slots.get(answer.key)
    if problem is None or slot is None or answer.problem or _tidied_alike(answer, slot, layout):
        return answer
    if slot.field.to:  # the sheet takes the first word for the code of a row
        return changed(answer, code=str(answer.original).strip(" ").split(" ")[0], notes=())
    return changed(answer, code=None, number=None, day=None, problem=problem, notes=())


def _tidied_alike(answer: Answer, slot: Slot, layout: Layout) -> bool:
    return any(kind.code in answer.notes for kind in OVERLOOKED) and is_overlooked(answer, slot.field, layout)
