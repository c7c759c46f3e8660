"""S028: what check cells and collected lists show, held against what the answers gave when they were calculated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..findings.structure import RESULT_DIFFERS
from ..layout import Layout, Slot, address
from ..numerals import shown
from ..spec.compiled import Source
from ..submission import Observation, Result, Submission
from ..words import and_more


def differing_results(
    submission: Submission,
    layout: Layout,
    expected: Sequence[int | None],
    kept: Mapping[Source, tuple[str, ...]],
) -> Iterator[Observation]:
    """One observation for the check cells of a submission, which are hidden, and one for each list."""
    cells, said = submission.shown_checks, submission.shown_checks.numbers if submission.shown_checks else ()
    if cells is None or list(said) == list(expected):
        wrong: list[int] = []
    else:
        pairs = zip(said, expected, strict=True)
        wrong = [n for n, (one, other) in enumerate(pairs) if None not in (one, other) and one != other]
    if cells is not None and wrong:
        yield _checks(submission, layout, wrong, expected)
    for source, rows in submission.shown_rows.items():
        if rows.codes != tuple(kept.get(source, ())):
            texts = {"value": ", ".join(rows.codes), "expected": ", ".join(kept.get(source, ()))}
            yield _observation(rows.sheet, rows.cell, source[0], rows.cell, **texts)


def _checks(
    submission: Submission, layout: Layout, wrong: Sequence[int], expected: Sequence[int | None]
) -> Observation:
    cells = submission.shown_checks
    assert cells is not None
    slots = [slot for slot in layout.slots.values() if slot.check is not None]
    first = slots[wrong[0]]
    at = cells.places.get(wrong[0], first.check)
    place = address(*at) if at is not None else ""
    value = _said(layout, cells.numbers[wrong[0]]) + and_more(len(wrong) - 1)
    sheet = submission.sheets.get(first.tool, layout.sheet[first.tool].name)
    about = {"value": value, "expected": _said(layout, expected[wrong[0]]), "label": _label(first, layout)}
    return _observation(sheet, place, first.tool, place, **about)


def _label(slot: Slot, layout: Layout) -> str:
    return f"{slot.row} {slot.field.label.say(layout.language)}"


def _said(layout: Layout, number: Result) -> str:
    """Say what a check cell means, where it means anything."""
    message = layout.messages.decode(int(number)) if isinstance(number, int | float) else None
    return message.text if message is not None else shown(number or 0)


def _observation(sheet: str, cell: str, tool: str, cells: str, **texts: str) -> Observation:
    detail = {"sheet": sheet, "cell": cell, "cells": cells, **texts}
    return Observation(RESULT_DIFFERS, sheet, cell, tool, value=texts["value"], detail=detail)
