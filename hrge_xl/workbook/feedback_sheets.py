"""Draws what a team gets back beside its own answers: what to correct, and what had no place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..layout import Layout, Place, address, quoted
from ..layout.model import LEFTOVER_COLUMNS, LEFTOVER_HEAD
from ..spec.own_sheets import FEEDBACK_KEY, LEFTOVER_KEY
from ..submission import Unplaced
from ..words import translator
from .pen import Pen

FEEDBACK_WIDTHS = {2: 5, 3: 24, 4: 10, 5: 34, 6: 34, 7: 44, 8: 44}
HEAD_ROW = LEFTOVER_HEAD


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing to correct; `place` is its cell in the new workbook, None where it concerns a sheet or the file."""

    sheet: str
    place: Place | None
    label: str
    value: str
    message: str
    remedy: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that has no cell in the new workbook, and why."""

    what: Unplaced
    why: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """Everything that is said to a team about its return."""

    corrections: tuple[Correction, ...]
    leftovers: tuple[Leftover, ...]


def feedback_sheets(layout: Layout, feedback: Feedback) -> Iterator[tuple[str, Callable[[Pen], None]]]:
    """Title and painter of each sheet that is added; the second one only where something had no place."""
    say = translator(layout.language)
    yield say("To correct"), lambda pen: _corrections(pen, layout, feedback)
    if feedback.leftovers:
        yield say("Without a place"), lambda pen: _leftovers(pen, layout, feedback)


def _corrections(pen: Pen, layout: Layout, feedback: Feedback) -> None:
    say = translator(layout.language)
    _top(
        pen,
        FEEDBACK_KEY,
        say("To correct"),
        say("Follow the links, correct the cells, and send the workbook back."),
    )
    heads = ("No.", "Sheet", "Cell", "Question", "What stands there", "What is wrong", "What to do")
    _heads(pen, [say(head) for head in heads])
    if not feedback.corrections:
        pen.text(Place(HEAD_ROW + 1, 3), say("Nothing to correct."), "good")
    for number, each in enumerate(feedback.corrections, start=1):
        row = HEAD_ROW + number
        pen.text(Place(row, 2), str(number), "mark")
        pen.text(Place(row, 3), each.sheet, "cell")
        if each.place is None:
            pen.text(Place(row, 4), "", "cell")
        else:
            cell = address(*each.place)
            pen.link(Place(row, 4), f"{quoted(each.sheet)}!{cell}", cell, say("Go to the cell"), "link_cell")
        pen.text(Place(row, 5), each.label, "cell")
        pen.text(Place(row, 6), each.value, "cell")
        pen.text(Place(row, 7), each.message, "cell_error" if each.urgent else "cell")
        pen.text(Place(row, 8), each.remedy, "cell")
    pen.sheet.freeze_panes(HEAD_ROW, 0)


def _leftovers(pen: Pen, layout: Layout, feedback: Feedback) -> None:
    say = translator(layout.language)
    note = say(
        "This has no cell in this workbook. Nothing was deleted: copy what still matters to the cell that asks for it."
    )
    _top(pen, LEFTOVER_KEY, say("Without a place"), note)
    columns = ("No.", "Sheet", "Cell", "Question", "What stood there", "Why it stands here")
    _heads(pen, [say(column) for column in columns])
    for number, each in enumerate(feedback.leftovers, start=1):
        row = HEAD_ROW + number
        pen.text(Place(row, 2), str(number), "mark")
        said = (each.what.sheet, each.what.cell, each.what.text, each.what.question)
        for column, text in zip(LEFTOVER_COLUMNS, said, strict=True):
            pen.text(Place(row, column), text, "cell", "@")
        pen.text(Place(row, 7), each.why, "cell")
    pen.sheet.freeze_panes(HEAD_ROW, 0)


def _top(pen: Pen, key: str, title: str, note: str) -> None:
    pen.text(Place(1, 1), key, "code")
    pen.text(Place(2, 2), title, "title")
    pen.text(Place(3, 2), note, "purpose")


def _heads(pen: Pen, heads: list[str]) -> None:
    for column, head in enumerate(heads, start=2):
        pen.text(Place(HEAD_ROW, column), head, "head")
