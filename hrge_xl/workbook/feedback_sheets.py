"""Draws what a team gets back beside its own answers: a sheet of what to correct, and one of what had no place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from ..answers.submission import Unplaced
from ..core.words import begun_in_order, tidy, translator
from ..core.work import grouped
from ..findings import Severity, sentence
from ..findings.causes import ALIKE, Cause, by_cause
from ..language.function import text_literal
from ..layout import Layout, Place, Slot, address, column_letters, quoted
from ..layout.messages import LEVEL, MISSING, WARNING
from ..layout.model import (
    CODE_COLUMN,
    CODE_ROW,
    LEFTOVER_COLUMNS,
    LEFTOVER_HEAD,
    TITLE_ROW,
    lines_of,
)
from ..spec.supplements import FEEDBACK_KEY, LEFTOVER_KEY
from .cell_writer import CellWriter, Formats, code_size
from .formulas import Formula, if_, total, with_count
from .styles import COLOURS, LINES
from .tool_sheet import finish

FIRST_COLUMN = 2
SHOWN = 5  # rows about one sheet that are not folded
MOST_LINES = 20  # that a row keeps free; it still grows with its text
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
    code: str
    problem: str  # what is wrong and what to do, without what was answered


def corrections_by_cause(corrections: Iterable[Correction]) -> list[Cause[Correction]]:
    """Return what is wrong by its cause, what is most often wrong first."""
    return by_cause([corrections], lambda correction: (correction.code, Severity.ERROR))


def least(urgency: Urgency) -> int:
    """Return the least number that a check cell shows where such a thing is still to be done."""
    return LEVEL * (WARNING if urgency is Urgency.DOUBTFUL else MISSING)


class Leftover(NamedTuple):
    """Something that has no cell in the new workbook, and why."""

    unplaced: Unplaced
    why: str


class Feedback(NamedTuple):
    """Everything that is said to a team about its return."""

    corrections: tuple[Correction, ...]
    leftovers: tuple[Leftover, ...]


class ListSheet:
    """A list to read, written from top to bottom: title, note, heads, and rows of which some are folded under a line.

    Each row holds the digests of its texts, so that nothing typed over it is lost. The sheet is not protected: on a
    protected one Excel folds and unfolds nothing.
    """

    def __init__(self, layout: Layout, title: str, columns: Mapping[int, tuple[str, int]]) -> None:
        self.layout = layout
        self.title = title
        self.columns = columns
        self.widths = {column: width for column, (_, width) in columns.items()}
        self.say = translator(layout.language)
        self.row = TITLE_ROW
        self.number = 0
        self._texts: dict[int, str] = {}
        self._formulas: list[int] = []

    def draw(self, writer: CellWriter) -> None:
        """Draw the sheet."""
        self.writer = writer
        self.rows()
        writer.sheet.print_area(TITLE_ROW - 1, FIRST_COLUMN - 1, self.row - 2, max(self.widths) - 1)
        finish(writer.sheet, self.layout, self.widths, wide=True, protected=False)

    def rows(self) -> None:
        """Write everything."""
        raise NotImplementedError

    def top(self, key: str, note: str) -> None:
        """Write what stands above the rows, with the way back to the cover."""
        self.writer.text(Place(CODE_ROW, CODE_COLUMN), key, "code")
        self.text(FIRST_COLUMN, self.title, "title")
        cover = self.layout.cover_name
        self.link(
            max(self.widths), f"{quoted(cover)}!A1", self.say("Back to the cover"), cover, "link"
        )
        self.writer.height(self.row, "title")
        self.end_row()
        self.text(FIRST_COLUMN, note, "purpose")
        self.end_row()
        for column, (head, _) in sorted(self.columns.items()):
            self.text(column, self.say(head), "head")
        self.end_row()
        sheet = self.writer.sheet
        sheet.set_selection(LEFTOVER_HEAD, FIRST_COLUMN - 1, LEFTOVER_HEAD, FIRST_COLUMN - 1)
        sheet.freeze_panes(LEFTOVER_HEAD, 0)
        sheet.repeat_rows(LEFTOVER_HEAD - 1)
        sheet.outline_settings(symbols_below=False)

    def text(self, column: int, text: str, style: str, number_format: str = "") -> None:
        """Write a text into the row."""
        self.writer.text(Place(self.row, column), text, style, number_format)
        self._texts[column] = text

    def link(self, column: int, target: str, text: str, tip: str, style: str) -> None:
        """Write a link into the row."""
        self.writer.link(Place(self.row, column), target, text, tip, style)
        self._texts[column] = text

    def formula(self, column: int, formula: Formula, style: str) -> None:
        """Write a formula into the row."""
        self.writer.formula(Place(self.row, column), formula, style)
        self._formulas.append(column)

    def end_row(self, *, fitted: bool = False) -> None:
        """Go on to the next row; one that is `fitted` keeps free the lines that its texts take.

        Programs that fit rows to a zoomed view cut the last one.
        """
        formulas = (f"{FORMULA}{column}" for column in self._formulas)
        code = " ".join([*formulas, *map(digest, filter(None, self._texts.values()))])
        place = Place(self.row, CODE_COLUMN)
        if fitted:
            line_counts = (
                lines_of(text, self.widths[column]) for column, text in self._texts.items()
            )
            self.writer.row_code(place, code, min(max(line_counts, default=1), MOST_LINES))
        else:
            self.writer.text(place, code, "code")
        self._texts = {}
        self._formulas = []
        self.row += 1

    def fold(self, line: int) -> None:
        """Fold the rows below a line."""
        for row in range(line + 1, self.row):
            self.writer.sheet.set_row(row - 1, None, None, {"level": 1, "hidden": True})
        self.writer.sheet.set_row(line - 1, None, None, {"collapsed": True})


NUMBER, DONE, SHEET, CELL, ROW, QUESTION, STANDS, WRONG, TO_DO = range(
    FIRST_COLUMN, FIRST_COLUMN + 9
)
CORRECTIONS = {  # head and width of each column
    NUMBER: ("No.", 5),
    DONE: ("Done", 11),
    SHEET: ("Sheet", 17),
    CELL: ("Cell", 8),
    ROW: ("Row", 10),
    QUESTION: ("Question", 29),
    STANDS: ("Content of the cell", 22),
    WRONG: ("What is wrong", 28),
    TO_DO: ("What to do", 32),
}


class CorrectionsSheet(ListSheet):
    """The sheet “To correct”: what is wrong, then what is missing by sheet, then what to look at."""

    def __init__(self, layout: Layout, corrections: Sequence[Correction] = ()) -> None:
        say = translator(layout.language)
        super().__init__(layout, say("To correct"), CORRECTIONS)
        self.corrections = corrections
        self.done = TICK + say("Done")
        self.counted = say("{done} of {all}")

    def rows(self) -> None:
        """Write the heads, then section after section."""
        say = self.say
        self.writer.sheet.set_tab_color(COLOURS["error_ink"])
        note = say(
            "Follow the links and correct the cells; “Done” shows what has been corrected. A + in the "
            "margin expands the rows of a sheet. Then send the workbook back."
        )
        self.top(FEEDBACK_KEY, note)
        if not self.corrections:
            self.text(SHEET, say("Nothing to correct."), "good")
            self.end_row()
        headings = {
            Urgency.WRONG: say("To correct: {count}"),
            Urgency.MISSING: say("Missing: {count}"),
            Urgency.DOUBTFUL: say("To look at: {count}"),
        }
        for urgency, part in groupby(self.corrections, key=lambda correction: correction.urgency):
            self._section(urgency, headings[urgency], list(part))

    def _section(self, urgency: Urgency, heading: str, part: Sequence[Correction]) -> None:
        if urgency is Urgency.MISSING:
            by_sheet = [
                list(group) for _, group in groupby(part, key=lambda correction: correction.sheet)
            ]
            self._line("section", heading, part, len(by_sheet))
            for group in by_sheet:
                self._group(heading, group, folded=len(group) > SHOWN)
            return
        folded = [cause.items for cause in corrections_by_cause(part) if cause.total > ALIKE]
        self._line("section", heading, part, len(folded))
        for group in folded:
            self._group(heading, group, folded=True)
        codes = {group[0].code for group in folded}
        single = [correction for correction in part if correction.code not in codes]
        if single:
            self._rows(single)

    def _group(self, heading: str, group: Sequence[Correction], *, folded: bool) -> None:
        line = self.row
        self._line("group", heading, group)
        self._rows(group)
        if folded:
            self.fold(line)

    def _line(self, style: str, heading: str, part: Sequence[Correction], lines: int = 0) -> None:
        """Write a line above some rows: how many there are, and how many of them are done."""
        text = sentence(heading, {"count": str(len(part))})
        of_sheet = style == "group"
        text_column = QUESTION if of_sheet else SHEET
        for column in self.widths:
            if column == DONE and any(correction.watched for correction in part):
                self._count(style, part, self.row + len(part) + lines)
            elif column == WRONG and of_sheet and part[0].urgency is not Urgency.MISSING:
                self.text(column, part[0].problem, style)
            elif column == SHEET and of_sheet:
                self._go_to(
                    SHEET,
                    part[0],
                    begun_in_order(part[0].sheet, self.layout.language),
                    "group_link",
                )
            else:
                self.text(column, text if column == text_column else "", style)
        self.end_row()

    def _count(self, style: str, part: Sequence[Correction], last: int) -> None:
        place = Place(self.row, DONE)
        done_checks = [
            self._is_done(correction, correction.watched)
            for correction in part
            if correction.watched
        ]
        cells = f"{address(place.row + 1, DONE)}:{address(last, DONE)}"
        template = self.counted.replace("{all}", str(len(done_checks))).replace("{done}", "{count}")
        count = total(f"COUNTIF({cells},{text_literal(self.done)})", done_checks)
        self.formula(DONE, with_count(template, count), style)
        all_done = text_literal(template.replace("{count}", str(len(done_checks))))
        self.writer.mark_when(place, place, f"={address(*place)}={all_done}", "good", **LINES)

    def _rows(self, part: Sequence[Correction]) -> None:
        first = self.row
        for correction in part:
            self.number += 1
            self.text(NUMBER, str(self.number), "mark")
            # the check cell of the very answer says whether it is done
            if correction.watched is not None:
                self.formula(
                    DONE, if_(self._is_done(correction, correction.watched), self.done), "cell"
                )
            else:
                later = correction.urgency is not Urgency.DOUBTFUL
                self.text(DONE, self.say("Checked on return") if later else "", "help")
            self.text(SHEET, begun_in_order(correction.sheet, self.layout.language), "cell")
            self._go_to(
                CELL,
                correction,
                address(*correction.place) if correction.place else "",
                "link_cell",
            )
            wrong = "cell_error" if correction.urgency is Urgency.WRONG else "cell"
            texts = (
                correction.row,
                correction.label,
                correction.value,
                correction.message,
                correction.remedy,
            )
            for column, text in zip((ROW, QUESTION, STANDS, WRONG, TO_DO), texts, strict=True):
                self.text(column, text, wrong if column == WRONG else "cell")
            self.end_row(fitted=True)
        is_done = f"=${column_letters(DONE)}{first}={text_literal(self.done)}"
        last = self.row - 1
        self.writer.mark_column(DONE, (first, last), is_done, "good", **LINES)
        self.writer.mark_when(
            Place(first, SHEET), Place(last, TO_DO), is_done, "not_asked", **LINES
        )

    def _go_to(self, column: int, correction: Correction, text: str, style: str) -> None:
        """Write a link to the cell of a correction; a mere text where it has none."""
        if correction.place is None:
            self.text(column, text, "cell")
        else:
            target = f"{quoted(correction.sheet)}!{address(*correction.place)}"
            self.link(column, target, text, self.say("Go to the cell"), style)

    def _is_done(self, correction: Correction, slot: Slot) -> Formula:
        """Say whether the check cell of an answer shows no more what was wrong with it."""
        assert slot.check is not None
        check = f"{quoted(self.layout.sheet[slot.tool].name)}!{address(*slot.check)}"
        return Formula(check, lambda content, row: content.check(slot)) < least(correction.urgency)


LEFT_SHEET, LEFT_CELL, LEFT_TEXT, LEFT_QUESTION = LEFTOVER_COLUMNS
WHY = 7
LEFTOVERS = {
    NUMBER: ("No.", 5),
    LEFT_SHEET: ("Sheet", 18),
    LEFT_CELL: ("Cell", 8),
    LEFT_QUESTION: ("Question", 37),
    LEFT_TEXT: ("What it said", 62),
    WHY: ("Why it is here", 37),
}


class LeftoversSheet(ListSheet):
    """The sheet “Without a place”: one row for each text; where many came from one sheet, folded under one line."""

    def __init__(self, layout: Layout, leftovers: Sequence[Leftover] = ()) -> None:
        super().__init__(layout, translator(layout.language)("Without a place"), LEFTOVERS)
        self.leftovers = leftovers

    def rows(self) -> None:
        """Write the heads, then sheet after sheet."""
        note = self.say(
            "This has no cell in this workbook. Nothing was deleted: "
            "copy what still matters to the cell that asks for it."
        )
        self.top(LEFTOVER_KEY, note)
        groups = grouped(
            ((leftover.why, leftover.unplaced.sheet), leftover) for leftover in self.leftovers
        )
        for group in groups.values():
            line = self.row
            folded = len(group) > SHOWN
            if folded:  # the line names no cell, so that nobody reads it as a text of the team
                count = sentence(self.say("Texts: {count}"), {"count": str(len(group))})
                self._line("group", ("", group[0].unplaced.sheet, "", "", count, group[0].why))
            for leftover in group:
                self.number += 1
                stray = leftover.unplaced
                texts = (
                    str(self.number),
                    stray.sheet,
                    stray.cell,
                    stray.text,
                    stray.question,
                    leftover.why,
                )
                self._line("cell", texts)
            if folded:
                self.fold(line)

    def _line(self, style: str, texts: Sequence[str]) -> None:
        number, *stray_texts, why = texts
        self.text(NUMBER, number, "mark" if number else style)
        for column, text in zip(LEFTOVER_COLUMNS, stray_texts, strict=True):
            self.text(column, text, style, "@" if number or column == LEFT_SHEET else "")
        self.text(WHY, why, style)
        self.end_row(fitted=True)


FeedbackSheet = CorrectionsSheet | LeftoversSheet


def prepare_looks(formats: Formats) -> None:
    """Have a workbook know every look that a cell of these sheets can have, for it takes no more once it is drawn."""
    styles = (
        "title",
        "link",
        "purpose",
        "head",
        "code",
        "section",
        "group",
        "group_link",
        "mark",
        "cell",
        "cell_error",
        "link_cell",
        "help",
        "good",
    )
    sizes = map(code_size, range(1, MOST_LINES + 1))
    looks = *map(formats, styles), formats("cell", "@"), formats("group", "@")
    for look in (*looks, *(formats("row_code", font_size=size) for size in sizes)):
        look._get_xf_index()
    for style in ("good", "not_asked"):
        formats(style, bare=True, **LINES)._get_dxf_index()


# what a row was written with, as short digests: what somebody types over it later can be told from that

DIGITS = 6
FORMULA = "="  # before the number of a column that holds a formula


def digest(text: str) -> str:
    """Return some digits that stand for a text, whatever its spaces: programs save these otherwise."""
    return sha256(tidy(text).encode()).hexdigest()[:DIGITS]
