"""How far each sheet is: the table on the cover, a table on a sheet, and the line on top of the sheet."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from ..core.spec_parts import NO_TEXT
from ..core.words import translator
from ..language.sheet_text import text_literal
from ..layout import Grid, Layout, Place, Sheet, address, quoted
from ..layout.calculated import to_fill_in
from ..layout.messages import ERROR, LEVEL, MISSING, WARNING
from ..layout.model import CODE_COLUMN, lines_of, purpose
from ..spec.model import ProgressBlock
from .calculated import BlockPainter
from .cell_ranges import area, ticked
from .formulas import Formula, constant, function, if_, once, sentence_of, total, with_count
from .pen import Pen

LABEL, VALUE, SHARE, NEED, GIVEN, WRONG, LOOK, STATE = range(2, 10)
COVER_WIDTHS = dict(zip(range(LABEL, STATE + 1), (26, 74, 14, 11, 11, 11, 11, 24), strict=True))
GAP = "  ·  "  # between the parts of a line


class ProgressPainter:
    """Draws the table from top to bottom, keeping the next free row."""

    def __init__(self, pen: Pen, layout: Layout, row: int) -> None:
        self.pen, self.layout, self.row = pen, layout, row
        self.say = translator(self.layout.language)
        self.lines: list[Sequence[Formula]] = []  # the counts of each sheet

    def draw(self) -> int:
        """Draw the sheets by the parts that they belong to, with what each is for; give the next free row."""
        say = self.say
        self.pen.band(self.row, LABEL, STATE, say("Sheets"), "cover_block")
        self.row += 1
        heads = (
            say("Sheet"), say("What it is for"), say("Progress"), say("Required"), say("Answered"), say("To correct"),
            say("To look at"), say("Status"),
        )  # fmt: skip
        self.pen.texts(self.row, LABEL, heads, "head")
        self.row += 1
        first, part = self.row, NO_TEXT
        for sheet in self.layout.sheets:
            if sheet.tool.part and sheet.tool.part != part:
                self.pen.band(self.row, LABEL, STATE, sheet.tool.part.say(self.layout.language), "section")
                self.row += 1
            part = sheet.tool.part
            self._sheet(sheet)
            self.row += 1
        # All sheets together
        last = self.row - 1
        self.pen.texts(self.row, LABEL, [self.say("All sheets"), ""], "total_name")
        counts = []
        for number, column in enumerate(range(NEED, STATE)):
            text = f"SUM({address(first, column)}:{address(last, column)})"
            counts.append(once(total(text, [line[number] for line in self.lines])))
        self._line(counts, Formula("TRUE", lambda content, row: True), "total", "total_name")
        self.row += 1
        self._colours(first, self.row - 1)
        return self.row

    def _colours(self, first: int, last: int) -> None:
        """Colour what is to correct, to look at and complete, and draw bars; sheets that are not used are pale."""
        rows, state = (first, last), f"=${address(first, STATE)}"
        for column, style in ((WRONG, "error"), (LOOK, "look")):
            self.pen.mark_column(column, rows, f"=N(${address(first, column)})>0", style)
        for word, style in ((self.say("To correct"), "error"), (self.say("Complete"), "good")):
            self.pen.mark_column(STATE, rows, f"{state}={text_literal(word)}", style)
        unused = f"{state}={text_literal(self.say('Not ticked in the form'))}"
        self.pen.mark_when(Place(first, LABEL), Place(last, VALUE), unused, "pale")
        self.pen.mark_column(STATE, rows, unused, "pale")
        self.pen.bars(SHARE, rows)

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
            self.pen.texts(self.row, SHARE, [""] * (STATE - SHARE), "cell_centre")
            self.pen.text(Place(self.row, STATE), self.say("Nothing to fill in"), "cover_status")
            return
        wrong, missing, look = (
            "+".join(f'COUNTIF({run},">={level * LEVEL}")' for run in ranges)
            for level in (ERROR, MISSING, WARNING)
        )
        need, bad = address(self.row, NEED), address(self.row, WRONG)
        texts = (
            "+".join(f"SUMPRODUCT(MOD(INT({run}/1000),10))" for run in ranges),
            f"{need}+{bad}-({missing})",
            wrong,
            f"{look}-({missing})",
        )
        self.lines.append([_count(text, sheet, number) for number, text in enumerate(texts)])
        self._line(self.lines[-1], _in_use(self.layout, sheet), "cell_centre", "cover_status")
        cells = area(self.layout.cover_name, Place(self.row, NEED), Place(self.row, LOOK))
        self.pen.name(sheet.progress_name, cells)

    def _line(self, counts: Sequence[Formula], in_use: Formula, style: str, words_style: str) -> None:
        """Write the share of required answers that are given, the counts, and how far that is in words."""
        say, pen, columns = self.say, self.pen, range(NEED, STATE)
        need, given, wrong, _ = (
            Formula(address(self.row, column), count.value)
            for column, count in zip(columns, counts, strict=True)
        )
        pen.formula(Place(self.row, SHARE), if_(need.equals(0), "", given / need), style, "0%")
        for column, count in zip(columns, counts, strict=True):
            pen.formula(Place(self.row, column), count, style)
        begun = if_(given >= need, say("Complete"), say("In progress"))
        begun = if_(given.equals(0), say("Not started"), begun)
        free = if_(in_use, say("Nothing required"), say("Not ticked in the form"))
        state = if_(wrong > 0, say("To correct"), if_(need.equals(0), free, begun))
        pen.formula(Place(self.row, STATE), state, words_style)


class SheetProgressPainter(BlockPainter):
    """Draws one progress block: how far each sheet is, with a link to it."""

    def draw(self) -> int:
        """Draw title and heads, then one row per sheet."""
        block, say = self.drawn.block, self.say
        assert isinstance(block, ProgressBlock)
        head = self.top(block)
        self.pen.texts(
            head, self.left, (say("Sheet"), say("Answered"), say("Missing"), say("To correct")), "head"
        )
        codes = to_fill_in(self.layout.spec, [*self.layout.sheet])
        share, missing, to_correct = range(self.left + 1, self.left + 4)
        for row, sheet in enumerate((self.layout.sheet[code] for code in codes), start=head + 1):
            target, tip = f"{quoted(sheet.name)}!A1", say("Go to the sheet")
            self.pen.link(Place(row, self.left), target, sheet.name, tip, "link_cell")
            need, given, wrong, _ = _counts_of(sheet)
            self.pen.formula(Place(row, share), if_(need.equals(0), "", given / need), "cell_centre", "0%")
            self.pen.formula(Place(row, missing), need - given, "cell_centre", "0;;")
            self.pen.formula(Place(row, to_correct), wrong, "cell_centre", "0;;")
        rows = first, _ = head + 1, head + len(codes)
        self.pen.bars(share, rows)
        for column, style in ((missing, "missing"), (to_correct, "error")):
            self.pen.mark_column(column, rows, f"=N(${address(first, column)})>0", style)
        return self.free


def check_range(sheet: Sheet, grid: Grid) -> str:
    """Give all check cells of a grid."""
    rows, columns = grid.data_rows, grid.check_columns.values()
    first, last = address(rows[0].index, min(columns)), address(rows[-1].index, max(columns))
    return f"{quoted(sheet.name)}!{first}:{last}"


def answered(language: str) -> str:
    """Say how many answers are given of those required."""
    return translator(language)("{given} of {required} answered")


def progress_line(layout: Layout, sheet: Sheet) -> Formula:
    """Say how many answers of a sheet are given, to correct and to look at, or that it is not used."""
    say = translator(layout.language)
    required, given, wrong, look = _counts_of(sheet)
    text = sentence_of(answered(layout.language), required=required, given=given)
    for template, count in ((say("{count} to correct"), wrong), (say("{count} to look at"), look)):
        text = text & if_(count > 0, constant(GAP) & with_count(template, count))
    idle = function("NOT", operator.not_, _in_use(layout, sheet))
    return if_(function("AND", operator.and_, required.equals(0), idle), say("Not ticked in the form"), text)


def _in_use(layout: Layout, sheet: Sheet) -> Formula:
    code = sheet.tool.code
    return Formula(ticked(layout, code), lambda content, row: content.ticked(code))


def _counts_of(sheet: Sheet) -> list[Formula]:
    """Give the required answers of a sheet, those given, to correct, and to look at, as the cover counts them."""
    return [_count(f"INDEX({sheet.progress_name},1,{number + 1})", sheet, number) for number in range(4)]


def _count(text: str, sheet: Sheet, number: int) -> Formula:
    return Formula(text, lambda content, row: content.progress(sheet)[number])
