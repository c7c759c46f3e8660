"""How far each sheet is: the table on the cover, and the line on top of the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlsxwriter.workbook import Workbook

from ..findings import sentence
from ..language.sheet_text import text_literal, with_count
from ..layout import Grid, Layout, Place, Sheet, address, column_letters, quoted
from ..layout.messages import ERROR, LEVEL, MISSING, WARNING
from ..layout.model import CODE_COLUMN, lines_of, purpose
from ..texts import NO_TEXT
from ..words import translator
from .content import Content, Shown
from .defined_names import ticked
from .pen import Pen

LABEL, VALUE, SHARE, NEED, GIVEN, WRONG, LOOK, STATE = range(2, 10)
COVER_WIDTHS = dict(zip(range(LABEL, STATE + 1), (26, 74, 14, 11, 11, 11, 11, 24), strict=True))
GAP = "  ·  "  # between the parts of a line


class ProgressPainter:
    """Draws the table from top to bottom, keeping the next free row."""

    def __init__(self, book: Workbook, pen: Pen, layout: Layout, row: int) -> None:
        self.book, self.pen, self.layout, self.row = book, pen, layout, row
        self.say = translator(self.layout.language)

    def draw(self) -> int:
        """Draw the sheets by the parts that they belong to, with what each is for; give the next free row."""
        say = self.say
        self.pen.band(self.row, LABEL, STATE, say("Sheets"), "cover_block")
        self.row += 1
        heads = (
            say("Sheet"), say("What it is for"), say("Progress"), say("Required"), say("Answered"), say("To correct"),
            say("To look at"), say("Status"),
        )  # fmt: skip
        for column, head in enumerate(heads, start=LABEL):
            self.pen.text(Place(self.row, column), head, "head")
        self.row += 1
        first, part = self.row, NO_TEXT
        for sheet in self.layout.sheets:
            if sheet.tool.part and sheet.tool.part != part:
                self.pen.band(self.row, LABEL, STATE, sheet.tool.part.say(self.layout.language), "section")
                self.row += 1
            part = sheet.tool.part
            self._sheet(sheet)
            self.row += 1
        self._total(first, self.row - 1)
        self._colours(first, self.row - 1)
        return self.row

    def _colours(self, first: int, last: int) -> None:
        """Colour what is to correct, to look at and complete, and draw bars; sheets that are not used are pale."""
        for column, style in ((WRONG, "error"), (LOOK, "look")):
            cell = f"${address(first, column)}"
            self.pen.mark_when(Place(first, column), Place(last, column), f"=N({cell})>0", style)
        state = f"${address(first, STATE)}"
        words = self._words
        for word, style in ((words.wrong, "error"), (words.complete, "good")):
            formula = f"={state}={text_literal(word)}"
            self.pen.mark_when(Place(first, STATE), Place(last, STATE), formula, style)
        unused = f"={state}={text_literal(words.unused)}"
        self.pen.mark_when(Place(first, LABEL), Place(last, VALUE), unused, "pale")
        self.pen.mark_when(Place(first, STATE), Place(last, STATE), unused, "pale")
        self.pen.bars(Place(first, SHARE), Place(last, SHARE))

    def _total(self, first: int, last: int) -> None:
        """All sheets together."""
        self.pen.text(Place(self.row, LABEL), self.say("All sheets"), "total_name")
        self.pen.text(Place(self.row, VALUE), "", "total_name")
        cells = [self._share("total")]
        for column in (NEED, GIVEN, WRONG, LOOK):
            run = f"{address(first, column)}:{address(last, column)}"
            cells.append(self.pen.formula(Place(self.row, column), f"=SUM({run})", "total"))
        cells.append(self._state("total_name", "TRUE"))
        self.pen.live(cells, ProgressNow(self.layout.sheets, self._words))
        self.row += 1

    def _sheet(self, sheet: Sheet) -> None:
        target, tip = f"{quoted(sheet.name)}!A1", self.say("Go to the sheet")
        self.pen.link(Place(self.row, LABEL), target, sheet.name, tip, "cover_link")
        text = purpose(sheet.tool, self.layout.language)
        self.pen.text(Place(self.row, VALUE), text, "cover_status")
        lines = lines_of(text, COVER_WIDTHS[VALUE])
        if lines > 1:  # programs that fit rows to a zoomed view may take it for one line
            self.pen.row_code(Place(self.row, CODE_COLUMN), sheet.tool.code, lines)
        ranges = [check_range(sheet, grid) for grid in sheet.grids if grid.with_role("check")]
        if not ranges:
            for column in range(SHARE, STATE):
                self.pen.text(Place(self.row, column), "", "cell_centre")
            self.pen.text(Place(self.row, STATE), self.say("Nothing to fill in"), "cover_status")
            return
        wrong, missing, look = (
            "+".join(f'COUNTIF({run},">={level * LEVEL}")' for run in ranges)
            for level in (ERROR, MISSING, WARNING)
        )
        need, bad = address(self.row, NEED), address(self.row, WRONG)
        total = "+".join(f"SUMPRODUCT(MOD(INT({run}/1000),10))" for run in ranges)
        formulas = (
            (NEED, f"={total}"),
            (GIVEN, f"={need}+{bad}-({missing})"),
            (WRONG, f"={wrong}"),
            (LOOK, f"={look}-({missing})"),
        )
        cells = [self._share("cell_centre")]
        cells += [self.pen.formula(Place(self.row, column), text, "cell_centre") for column, text in formulas]
        cells.append(self._state("cover_status", ticked(self.layout, sheet.tool.code)))
        self.pen.live(cells, ProgressNow((sheet,), self._words))
        name = f"={quoted(self.layout.cover_name)}!{_fixed(self.row, NEED)}:{_fixed(self.row, LOOK)}"
        self.book.define_name(sheet.progress_name, name)

    def _share(self, style: str) -> Place:
        """Give the share of required answers that are given."""
        need, have = (address(self.row, column) for column in (NEED, GIVEN))
        formula = f'=IF({need}=0,"",{have}/{need})'
        return self.pen.formula(Place(self.row, SHARE), formula, style, "0%")

    @property
    def _words(self) -> States:
        say = self.say
        return States(
            say("To correct"), say("Not ticked in the form"), say("Nothing required"), say("Not started"),
            say("Complete"), say("In progress"),
        )  # fmt: skip

    def _state(self, style: str, in_use: str) -> Place:
        need, have, bad = (address(self.row, column) for column in (NEED, GIVEN, WRONG))
        wrong, unused, free, not_begun, complete, begun = (text_literal(word) for word in self._words)
        formula = (
            f"=IF({bad}>0,{wrong},IF({need}=0,IF({in_use},{free},{unused}),IF({have}=0,{not_begun},"
            f"IF({have}>={need},{complete},{begun}))))"
        )
        return self.pen.formula(Place(self.row, STATE), formula, style)


def _fixed(row: int, column: int) -> str:
    return f"${column_letters(column)}${row}"


class States(NamedTuple):
    """How far a sheet can be, in words."""

    wrong: str
    unused: str
    free: str
    not_begun: str
    complete: str
    begun: str

    def now(self, required: int, given: int, wrong: int, *, in_use: bool) -> str:
        """Say how far one is."""
        if wrong:
            return self.wrong
        if not required:
            return self.free if in_use else self.unused
        return self.not_begun if not given else self.complete if given >= required else self.begun


@dataclass(frozen=True)
class ProgressNow:
    """A line of the progress of some sheets together: the share, four counts, and the words."""

    sheets: tuple[Sheet, ...]
    words: States

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Six cells."""
        figures = zip(*(content.progress(sheet) for sheet in self.sheets), strict=True)
        required, given, wrong, look = (sum(each) for each in figures)
        in_use = len(self.sheets) > 1 or content.ticked(self.sheets[0].tool.code)
        state = self.words.now(required, given, wrong, in_use=in_use)
        return [given / required if required else "", required, given, wrong, look, state]


def check_range(sheet: Sheet, grid: Grid) -> str:
    """Give all check cells of a grid."""
    columns = [c.index for c in grid.with_role("check")]
    rows = grid.data_rows
    first, last = address(rows[0].index, min(columns)), address(rows[-1].index, max(columns))
    return f"{quoted(sheet.name)}!{first}:{last}"


def progress_sentence(layout: Layout, sheet: Sheet) -> Progress:
    """Give what the progress line of a sheet says."""
    say = translator(layout.language)
    return Progress(
        sheet,
        say("{given} of {required} answered"),
        say("{count} to correct"),
        say("{count} to look at"),
        say("Not ticked in the form"),
    )


@dataclass(frozen=True)
class Progress:
    """A sheet's own progress line: how many answers are given, to correct and to look at, or that it is not used."""

    sheet: Sheet
    answered: str
    wrong: str
    look: str
    unused: str

    def formula(self, in_use: str) -> str:
        """Give the formula; `in_use` says whether the sheet counts."""
        required, given, wrong, look = (f"INDEX({self.sheet.progress_name},1,{n})" for n in range(1, 5))
        text = text_literal(self.answered)
        for name, cell in (("required", required), ("given", given)):
            text = text.replace("{" + name + "}", f'"&{cell}&"')
        for template, cell in ((self.wrong, wrong), (self.look, look)):
            text += f'&IF({cell}>0,{text_literal(GAP)}&{with_count(template, cell)},"")'
        return f"=IF(AND({required}=0,NOT({in_use})),{text_literal(self.unused)},{text})"

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Give one cell."""
        required, given, wrong, look = content.progress(self.sheet)
        if not required and not content.ticked(self.sheet.tool.code):
            return [self.unused]
        parts = [sentence(self.answered, {"given": str(given), "required": str(required)})]
        parts += [
            sentence(template, {"count": str(count)})
            for template, count in ((self.wrong, wrong), (self.look, look))
            if count
        ]
        return [GAP.join(parts)]
