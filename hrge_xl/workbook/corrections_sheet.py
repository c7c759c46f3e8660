"""Draws the sheet “To correct”: what is wrong, then what is missing by sheet, then what to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

from ..findings import sentence
from ..language.sheet_text import text_literal
from ..layout import Layout, Place, Slot, address, column_letters, quoted
from ..layout.messages import LEVEL, MISSING, WARNING
from ..spec.own_sheets import FEEDBACK_KEY
from ..words import translator
from .formulas import Formula, if_, total, with_count
from .listing import FIRST_COLUMN, SHOWN, Listing
from .pen import Pen
from .styles import ERROR_INK, LINES

NUMBER, DONE, SHEET, CELL, ROW, QUESTION, STANDS, WRONG, TO_DO = range(FIRST_COLUMN, FIRST_COLUMN + 9)
CORRECTIONS_WIDTHS = {
    NUMBER: 5, DONE: 11, SHEET: 18, CELL: 8, ROW: 10, QUESTION: 33, STANDS: 26, WRONG: 31, TO_DO: 38,
}  # fmt: skip
TICK = "✓ "


class Urgency(IntEnum):
    """What a correction is about, the most urgent first."""

    WRONG = 0
    MISSING = 1
    DOUBTFUL = 2


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing to correct; `place` is its cell in the new workbook, None where it concerns a sheet or the file.

    `watched` is the answer whose check cell shows it, and shows when it is put right; None where no sheet can tell.
    """

    urgency: Urgency
    sheet: str
    row: str  # the code that stands before the answer
    place: Place | None
    watched: Slot | None
    label: str
    value: str
    message: str
    remedy: str

    @property
    def least(self) -> int:
        """The least number of the check cell that stands for something that is not done."""
        return least(self.urgency)


def least(urgency: Urgency) -> int:
    """Give the least number that a check cell shows where such a thing is still to be done."""
    return LEVEL * (WARNING if urgency is Urgency.DOUBTFUL else MISSING)


class CorrectionsPainter:
    """Draws the sections one below the other."""

    def __init__(self, pen: Pen, layout: Layout, corrections: Sequence[Correction]) -> None:
        self.pen, self.layout, self.corrections = pen, layout, corrections
        self.say = say = translator(layout.language)
        self.done, self.counted, self.number = TICK + say("Done"), say("{done} of {all}"), 0
        heads = (
            "No.", "Done", "Sheet", "Cell", "Row", "Question", "Content of the cell", "What is wrong", "What to do",
        )  # fmt: skip
        self.list = Listing(pen, layout, [say(head) for head in heads], CORRECTIONS_WIDTHS)

    def draw(self) -> None:
        """Draw the heads, then section after section."""
        say, pen = self.say, self.pen
        pen.sheet.set_tab_color(ERROR_INK)
        note = say(
            "Follow the links and correct the cells; “Done” shows what has been corrected. A + in the "
            "margin expands the rows of a sheet. Then send the workbook back."
        )
        self.list.top(FEEDBACK_KEY, say("To correct"), note)
        if not self.corrections:
            self.list.text(SHEET, say("Nothing to correct."), "good")
            self.list.end_row()
        headings = {
            Urgency.WRONG: say("To correct: {count}"),
            Urgency.MISSING: say("Missing: {count}"),
            Urgency.DOUBTFUL: say("To look at: {count}"),
        }
        for urgency, part in groupby(self.corrections, key=lambda each: each.urgency):
            self._section(urgency, headings[urgency], list(part))
        self.list.end()

    # sections

    def _section(self, urgency: Urgency, heading: str, part: Sequence[Correction]) -> None:
        by_sheet = [list(group) for _, group in groupby(part, key=lambda each: each.sheet)]
        lines = len(by_sheet) if urgency is Urgency.MISSING else 0
        self._line("section", heading, part, lines)
        if urgency is not Urgency.MISSING:
            self._rows(part)
            return
        for group in by_sheet:
            line = self.list.row
            self._line("group", heading, group)
            self._rows(group)
            if len(group) > SHOWN:
                self.list.fold(line, self.list.row - 1)

    def _line(self, style: str, heading: str, part: Sequence[Correction], lines: int = 0) -> None:
        """Write a line above some rows: how many there are, and how many of them are done."""
        text, of_sheet = sentence(heading, {"count": str(len(part))}), style == "group"
        for column in range(NUMBER, TO_DO + 1):
            if column == DONE and any(each.watched for each in part):
                self._count(style, part, self.list.row + len(part) + lines)
            elif column == SHEET and of_sheet:
                self._go_to(SHEET, part[0], part[0].sheet, "group_link")
            else:
                self.list.text(column, text if column == (QUESTION if of_sheet else SHEET) else "", style)
        self.list.end_row()

    def _count(self, style: str, part: Sequence[Correction], last: int) -> None:
        here, done = Place(self.list.row, DONE), [self._is_done(each) for each in part if each.watched]
        cells = f"{address(here.row + 1, DONE)}:{address(last, DONE)}"
        template = self.counted.replace("{all}", str(len(done))).replace("{done}", "{count}")
        count = total(f"COUNTIF({cells},{text_literal(self.done)})", done)
        self.list.formula(DONE, with_count(template, count), style)
        all_done = sentence(self.counted, {"done": str(len(done)), "all": str(len(done))})
        self.pen.mark_when(here, here, f"={address(*here)}={text_literal(all_done)}", "good", **LINES)

    # rows

    def _rows(self, part: Sequence[Correction]) -> None:
        first = self.list.row
        for each in part:
            self._row(each)
        done = f"=${column_letters(DONE)}{first}={text_literal(self.done)}"
        last = self.list.row - 1
        self.pen.mark_when(Place(first, DONE), Place(last, DONE), done, "good", **LINES)
        self.pen.mark_when(Place(first, SHEET), Place(last, TO_DO), done, "not_asked", **LINES)

    def _row(self, each: Correction) -> None:
        self.number += 1
        wrong = "cell_error" if each.urgency is Urgency.WRONG else "cell"
        self.list.text(NUMBER, str(self.number), "mark")
        self._done(each)
        self.list.text(SHEET, each.sheet, "cell")
        self._go_to(CELL, each, address(*each.place) if each.place else "", "link_cell")
        self.list.text(ROW, each.row, "cell")
        self.list.text(QUESTION, each.label, "cell")
        self.list.text(STANDS, each.value, "cell")
        self.list.text(WRONG, each.message, wrong)
        self.list.text(TO_DO, each.remedy, "cell")
        self.list.end_row(fitted=True)

    def _go_to(self, column: int, each: Correction, text: str, style: str) -> None:
        """Write a link to the cell of a correction; a mere text where it has none."""
        if each.place is None:
            self.list.text(column, text, "cell")
        else:
            target = f"{quoted(each.sheet)}!{address(*each.place)}"
            self.list.link(column, target, text, self.say("Go to the cell"), style)

    def _done(self, each: Correction) -> None:
        """Write whether it is done: the check cell of the very answer says so."""
        if each.watched is None:
            later = each.urgency is not Urgency.DOUBTFUL
            self.list.text(DONE, self.say("Checked on return") if later else "", "help")
            return
        self.list.formula(DONE, if_(self._is_done(each), self.done), "cell")

    def _is_done(self, about: Correction) -> Formula:
        """Say whether the check cell of an answer shows no more what was wrong with it."""
        slot = about.watched
        assert slot is not None
        assert slot.check is not None
        check = f"{quoted(self.layout.sheet[slot.tool].name)}!{address(*slot.check)}"
        return Formula(check, lambda content, row: content.check(slot)) < about.least
