"""Draws the cover: what this is, for whom, what to do, and how far each sheet is.

And how far a sheet is where a sheet itself says so: in a table of all sheets, and in the line on top of each.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from ..core.spec_parts import NO_TEXT
from ..core.words import SOURCE_LANGUAGE, language_name, language_of_words, translator
from ..findings import sentence
from ..language.function import text_literal
from ..layout import Layout, Place, Sheet, address, quoted
from ..layout.lists import to_fill_in
from ..layout.messages import ERROR, LEVEL, MISSING, WARNING
from ..layout.model import CODE_COLUMN, CODE_ROW, TODAY_NAME, lines_of, purpose
from ..spec.drawings import (
    DECIDING_LANGUAGE_IS_NAMED,
    LINKS_SAY_WHERE_THEY_LEAD,
    OPENING_IS_QUIET,
    OTHER_PROGRAMS_ARE_NOTICED,
    STEPS_OF_THE_COVER_ARE_WRAPPED,
    UNBEGUN_SHEETS_ARE_NAMED,
    WORDS_ARE_KEPT_WHOLE,
)
from ..spec.model import ProblemsBlock, ProgressBlock
from ..spec.supplements import COVER_KEY
from ..spec.translations import is_draft
from .calculated import BlockWriter
from .cell_writer import CellWriter
from .content import Content, Shown
from .formulas import (
    Formula,
    absolute,
    area,
    constant,
    function,
    if_,
    on_sheet,
    once,
    sentence_of,
    ticked,
    total,
    with_count,
)

# characters of a paragraph, and of what stands beside the facts
LINE_LENGTH = 150
STEP_LENGTH = 78
LABEL, VALUE, SHARE, NEED, GIVEN, WRONG, LOOK, STATE = range(2, 10)
COVER_WIDTHS = dict(zip(range(LABEL, STATE + 1), (24, 68, 9, 11, 9, 10, 13, 19), strict=True))
AROUND_HEAD = 2  # characters around the longest word of a head
GAP = "  ·  "  # between the parts of a line
SAMPLE = "sample"  # the fact that marks all sheets
# With a line each, where there are any.
COVER_FACTS = ("team", "country", "round", "deadline", "contact", "issued")


def cover_heads(language: str) -> tuple[str, ...]:
    """Return the heads of the table of sheets, from left to right."""
    say = translator(language)
    return (
        say("Sheet"),
        say("What it is for"),
        say("Progress"),
        say("Required"),
        say("Answered"),
        say("To correct"),
        say("To look at"),
        say("Status"),
    )


def cover_widths(layout: Layout) -> dict[int, int]:
    """Return the widths of the cover's columns: heads keep their words whole at the cost of what a sheet is for."""
    widths = dict(COVER_WIDTHS)
    if layout.spec.drawing < WORDS_ARE_KEPT_WHOLE:
        return widths
    for column, head in zip(widths, cover_heads(layout.language), strict=True):
        longest_word = max(map(len, head.split()), default=0)
        widths[column] = max(widths[column], longest_word + AROUND_HEAD)
    widths[VALUE] -= sum(widths.values()) - sum(COVER_WIDTHS.values())
    return widths


class CoverWriter:
    """Draws from top to bottom, keeping the next free row."""

    def __init__(self, writer: CellWriter, layout: Layout, facts: Collection[str]) -> None:
        self.writer = writer
        self.layout = layout
        self.facts = facts
        self.say = translator(self.layout.language)
        self.row = 2

    def draw(self) -> None:
        """Draw title, facts and steps side by side, the sheets with their progress, and whose work it is."""
        spec = self.layout.spec
        language = self.layout.language
        self.writer.text(Place(CODE_ROW, CODE_COLUMN), COVER_KEY, "code")
        self.writer.band(self.row, LABEL, STATE, spec.title.say(language), "cover_title")
        notes: list[str] = []
        if SAMPLE in self.facts:
            text = self.say(
                "This workbook is a filled sample for reference. Country, people and figures are made up. "
                "Do not send it back: fill in the workbook that was issued to you."
            )
            notes += wrap(text, LINE_LENGTH)
        if is_draft(spec, language):
            # In the language, and in English: nobody has looked at it yet.
            for say in (self.say, translator(SOURCE_LANGUAGE)):
                notes.append(say("Machine draft, not yet reviewed by a native speaker"))
        quiet = SAMPLE not in self.facts and spec.drawing >= OPENING_IS_QUIET
        for note in notes:
            self.row += 1
            self.writer.text(Place(self.row, LABEL), note, "purpose" if quiet else "sample_note")
        if decides := which_decides(self.layout):
            self.row += 1
            request = self.say("Tell whoever sent you this workbook what reads wrongly.")
            if "contact" in self.facts:
                request = self.say("Tell whoever is named under “{questions}” what reads wrongly.")
            text = request.format(questions=contact_label(language))
            self.writer.text(Place(self.row, LABEL), f"{decides} {text}", "purpose")
        self.row += 1
        self.writer.band(self.row, LABEL, VALUE, self.say("This workbook"), "cover_block")
        self.writer.band(self.row, SHARE, STATE, self.say("What to do"), "cover_block")
        self.row += 1
        ends = self._facts(self.row), self._steps(self.row)
        for row in range(self.row, max(ends)):
            self.writer.height(row, "cover_line")
        self.row = max(ends)
        self._progress()
        for line in wrap(spec.note.say(language), LINE_LENGTH):
            self.writer.text(Place(self.row, LABEL), line, "purpose")
            self.row += 1

    def _facts(self, row: int) -> int:
        """Write what this workbook is, and give the next row."""
        say = self.say
        spec = self.layout.spec
        countries = (
            spec.vocabularies[spec.countries].labels(self.layout.language) if spec.countries else {}
        )
        facts: list[tuple[str, StampFact | str]] = [
            (say("Team"), StampFact("team")),
            (say("Country"), StampFact("country", countries)),
            (say("Round"), StampFact("round")),
            (say("Language"), language_name(self.layout.language)),
            (say("Please return by"), StampFact("deadline")),
            (contact_label(self.layout.language), StampFact("contact")),
            (say("Version"), f"{spec.name} {spec.version}"),
            (say("Issued on"), StampFact("issued")),
        ]
        for label, value in facts:
            if isinstance(value, str):
                self.writer.text(Place(row, VALUE), value, "cover_value")
            elif value.name not in self.facts:
                continue
            else:
                self.writer.entries([Place(row, VALUE)], value, "cover_value")
            self.writer.text(Place(row, LABEL), label, "cover_label")
            row += 1
        self._today(row)
        if spec.drawing < OTHER_PROGRAMS_ARE_NOTICED:
            return row + 1
        self._other_program(row + 1)
        return row + 2

    def _other_program(self, row: int) -> None:
        """Write what does not work where a function is missing that Excel and LibreOffice have."""
        warning = self.say(
            "This is neither Excel nor LibreOffice: lists may be empty, and checks wrong. Open the file in one of them."
        )
        formula = Formula(
            f'IF(ISERROR(AREAS({address(row, LABEL)})),{text_literal(warning)},"")',
            lambda content, _: "",
        )
        self.writer.formula(Place(row, LABEL), formula, "sample_note")

    def _today(self, row: int) -> None:
        """Write the day that due dates are measured against: the only volatile cell, issued with the day of issue.

        A sample stays as it was filled in: its day never changes.
        """
        self.writer.text(Place(row, CODE_COLUMN), TODAY_NAME, "code")
        self.writer.text(Place(row, LABEL), self.say("Day of the check"), "cover_label")
        place = Place(row, VALUE)
        form = ("cover_value", "yyyy-mm-dd")
        if SAMPLE in self.facts:
            self.writer.entries([place], lambda content: [content.today], *form)
        else:
            self.writer.formula(
                place, Formula("TODAY()", lambda content, row: content.today), *form
            )
        self.writer.name(TODAY_NAME, on_sheet(self.layout.cover_name, [place]))

    def _steps(self, row: int) -> int:
        """Write what to do, with links, and what to mind; give the next row."""
        for number, (instruction, target) in enumerate(self._what_to_do(), start=1):
            for text in self._lines(f"{number}. {instruction}"):
                if target:
                    self.writer.link(
                        Place(row, SHARE), f"{quoted(target)}!A1", text, target, "step_link"
                    )
                else:
                    self.writer.text(Place(row, SHARE), text, "step")
                row += 1
        say = self.say
        hints = (
            say("If a bar above asks for it, choose “Enable Editing”."),
            say("Paste with Paste Special → Values, so that the lists stay."),
            say("Do not delete sheets, rows or columns."),
            *(text.say(self.layout.language) for text in self.layout.spec.what_to_do),
        )
        for line in (line for hint in hints for line in self._lines(hint)):
            self.writer.text(Place(row, SHARE), line, "hint")
            row += 1
        return row

    def _lines(self, text: str) -> Sequence[str]:
        return (
            [text]
            if self.layout.spec.drawing < STEPS_OF_THE_COVER_ARE_WRAPPED
            else wrap(text, STEP_LENGTH)
        )

    def _what_to_do(self) -> Iterator[tuple[str, str]]:
        """Yield what to do, step by step, each with the sheet that its link leads to."""
        say = self.say
        names = {sheet.tool.code: sheet.name for sheet in self.layout.sheets}
        form, _ = self.layout.spec.tick_field or ("", "")
        drawn = ((sheet.name, drawn.block) for sheet in self.layout.sheets for drawn in sheet.drawn)
        checks = next((name for name, block in drawn if isinstance(block, ProblemsBlock)), "")
        if self.layout.guide_name and self.layout.spec.drawing >= LINKS_SAY_WHERE_THEY_LEAD:
            yield say("How to fill in"), self.layout.guide_name
        if form in names:
            text = sentence(
                say("Fill in “{sheet}” and tick the sheets that you use."), {"sheet": names[form]}
            )
            yield text, names[form]
        yield (
            say(
                "Fill in the yellow cells of these sheets. The column “Check” says what is missing or "
                "has to be corrected."
            ),
            "",
        )
        if checks:
            yield sentence(say("“{sheet}” lists what is still open."), {"sheet": checks}), checks
        yield say("Save as .xlsx and send the whole file back."), ""

    # how far each sheet is

    def _progress(self) -> None:
        """Draw the sheets by the parts that they belong to, with what each is for, and how far all of them are."""
        say = self.say
        lines: list[Sequence[Formula]] = []  # the counts of each sheet
        self.writer.band(self.row, LABEL, STATE, say("Sheets"), "cover_block")
        self.row += 1
        self.writer.texts(self.row, LABEL, cover_heads(self.layout.language), "head")
        self.row += 1
        first = self.row
        part = NO_TEXT
        for sheet in (sheet for sheet in self.layout.sheets if not sheet.hidden):
            if sheet.tool.part and sheet.tool.part != part:
                self.writer.band(
                    self.row, LABEL, STATE, sheet.tool.part.say(self.layout.language), "section"
                )
                self.row += 1
            part = sheet.tool.part
            if counts := self._sheet(sheet):
                lines.append(counts)
            self.row += 1
        # All sheets together
        last = self.row - 1
        self.writer.texts(self.row, LABEL, [say("All sheets"), ""], "total_name")
        totals = []
        for number, column in enumerate(range(NEED, STATE)):
            text = f"SUM({address(first, column)}:{address(last, column)})"
            totals.append(once(total(text, [line[number] for line in lines])))
        state = self._line(totals, Formula("TRUE", lambda content, row: True), "total")
        self.writer.formula(Place(self.row, STATE), state, "total_name")
        self.row += 1
        self._colours(first, self.row - 1)

    def _colours(self, first: int, last: int) -> None:
        """Colour what is to correct, to look at, not begun and complete, and draw bars; what is not used is pale."""
        rows = (first, last)
        state = f"=${address(first, STATE)}"
        for column, style in ((WRONG, "error"), (LOOK, "look")):
            self.writer.mark_column(column, rows, f"=N(${address(first, column)})>0", style)
        words = self.say("To correct"), self.say("Complete"), begin_here(self.layout.language)
        for word, style in zip(words, ("error", "good", "missing"), strict=True):
            self.writer.mark_column(STATE, rows, f"{state}={text_literal(word)}", style)
        unused = f"{state}={text_literal(self.say('Not ticked in the form'))}"
        self.writer.mark_when(Place(first, LABEL), Place(last, VALUE), unused, "pale")
        self.writer.mark_column(STATE, rows, unused, "pale")
        self.writer.bars(SHARE, rows)

    def _sheet(self, sheet: Sheet) -> Sequence[Formula]:
        """Draw the row of a sheet; give its counts, none where there is nothing to fill in."""
        target = f"{quoted(sheet.name)}!A1"
        tip = self.say("Go to the sheet")
        self.writer.link(
            Place(self.row, LABEL), target, self.layout.shown(sheet.name), tip, "cover_link"
        )
        text = purpose(sheet.tool, self.layout.language)
        self.writer.text(Place(self.row, VALUE), text, "cover_status")
        lines = lines_of(text, cover_widths(self.layout)[VALUE])
        if lines > 1:  # programs that fit rows to a zoomed view may take it for one line
            self.writer.row_code(Place(self.row, CODE_COLUMN), sheet.tool.code, lines)
        ranges = []
        for rows, columns in (
            (grid.data_rows, grid.check_columns.values()) for grid in sheet.grids
        ):
            if columns:
                ends = address(rows[0].index, min(columns)), address(rows[-1].index, max(columns))
                ranges.append(f"{quoted(sheet.name)}!{':'.join(ends)}")
        if not ranges:
            self.writer.texts(self.row, SHARE, [""] * (STATE - SHARE), "cell_centre")
            self.writer.text(Place(self.row, STATE), self.say("Nothing to fill in"), "cover_status")
            return ()
        wrong = _count_from(ERROR, ranges)
        missing = _count_from(MISSING, ranges)
        look = _count_from(WARNING, ranges)
        need = address(self.row, NEED)
        bad = address(self.row, WRONG)
        texts = (
            "+".join(f"SUMPRODUCT(MOD(INT({run}/1000),10))" for run in ranges),
            f"{need}+{bad}-({missing})",
            wrong,
            f"{look}-({missing})",
        )
        counts = [_count(text, sheet, number) for number, text in enumerate(texts)]
        state = self._line(counts, _in_use(self.layout, sheet), "cell_centre")
        blank = not_begun(self.layout, sheet)
        if blank is not None:
            link = function(
                "HYPERLINK", lambda _, text: text, f"#{target}", begin_here(self.layout.language)
            )
            state = if_(blank, link, state)
        self.writer.formula(Place(self.row, STATE), state, "cover_status")
        cells = area(self.layout.cover_name, Place(self.row, NEED), Place(self.row, LOOK))
        self.writer.name(sheet.progress_name, cells)
        return counts

    def _line(self, counts: Sequence[Formula], in_use: Formula, style: str) -> Formula:
        """Write the share of required answers that are given, and the counts; say how far that is in words."""
        say = self.say
        writer = self.writer
        columns = range(NEED, STATE)
        need, answered_count, wrong, _ = (
            Formula(address(self.row, column), count.value)
            for column, count in zip(columns, counts, strict=True)
        )
        writer.formula(
            Place(self.row, SHARE), if_(need.equals(0), "", answered_count / need), style, "0%"
        )
        for column, count in zip(columns, counts, strict=True):
            writer.formula(Place(self.row, column), count, style)
        begun = if_(answered_count >= need, say("Complete"), say("In progress"))
        begun = if_(answered_count.equals(0), say("Not started"), begun)
        free = if_(in_use, say("Nothing required"), say("Not ticked in the form"))
        return if_(wrong > 0, say("To correct"), if_(need.equals(0), free, begun))


def which_decides(layout: Layout) -> str:
    """Say which language decides in what was translated from it; nothing in that language itself."""
    source = layout.spec.languages[0]
    language = layout.language
    if layout.spec.drawing < DECIDING_LANGUAGE_IS_NAMED or language == source:
        return ""
    return translator(language)("The {language} text decides.").format(
        language=language_name(source, language_of_words(language))
    )


def contact_label(language: str) -> str:
    """Return the words before whom to ask."""
    return translator(language)("Questions to")


@dataclass(frozen=True)
class StampFact:
    """One fact of the stamp, as its label where it is a code."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Return one cell."""
        value = content.facts[self.name]
        return [self.labels.get(value, value)]


class ProgressWriter(BlockWriter):
    """Draws one progress block: how far each sheet is, with a link to it."""

    def draw(self) -> int:
        """Draw title and heads, then one row per sheet."""
        block = self.drawn.block
        say = self.say
        assert isinstance(block, ProgressBlock)
        head = self.top(block)
        self.writer.texts(
            head,
            self.left,
            (say("Sheet"), say("Answered"), say("Missing"), say("To correct")),
            "head",
        )
        codes = to_fill_in(self.layout.spec, [*self.layout.sheet])
        share, missing, to_correct = range(self.left + 1, self.left + 4)
        for row, sheet in enumerate((self.layout.sheet[code] for code in codes), start=head + 1):
            target = f"{quoted(sheet.name)}!A1"
            tip = say("Go to the sheet")
            self.writer.link(
                Place(row, self.left), target, self.layout.shown(sheet.name), tip, "link_cell"
            )
            need, answered_count, wrong, _ = _counts_of(sheet)
            self.writer.formula(
                Place(row, share),
                if_(need.equals(0), "", answered_count / need),
                "cell_centre",
                "0%",
            )
            self.writer.formula(Place(row, missing), need - answered_count, "cell_centre", "0;;")
            self.writer.formula(Place(row, to_correct), wrong, "cell_centre", "0;;")
        rows = first, _ = head + 1, head + len(codes)
        self.writer.bars(share, rows)
        for column, style in ((missing, "missing"), (to_correct, "error")):
            self.writer.mark_column(column, rows, f"=N(${address(first, column)})>0", style)
        return self.free


def answered(language: str) -> str:
    """Say how many answers are given of those required."""
    return translator(language)("{given} of {required} answered")


def begin_here(language: str) -> str:
    """Return the words of the link to a sheet that nobody began."""
    return f"{translator(language)('Not started')} ▶"


def not_begun(layout: Layout, sheet: Sheet) -> Formula | None:
    """Say whether a sheet is ticked and blank; None where no tick asks for it, or nothing is said of it.

    One that only goes with the tool that is ticked is missed where it requires something.
    """
    code = sheet.tool.code
    asked_by = layout.spec.tick_of(code)
    if (
        layout.spec.drawing < UNBEGUN_SHEETS_ARE_NAMED
        or asked_by is None
        or not sheet.check_columns
    ):
        return None
    required, *seen = _counts_of(sheet)
    blank = [_in_use(layout, sheet), *(count.equals(0) for count in seen)]
    grid = layout.rows_of.get(code)
    rows = {} if grid is None else {row: layout.active_place(grid, row) for row in grid.by_row}
    counts = list(filter(None, rows.values()))
    if counts:
        text = f"SUM({absolute(layout, code, [counts[0], counts[-1]])})"
        used = Formula(
            text,
            lambda content, _: sum(content.active(content.layout.rows_of[code], r) for r in rows),
        )
        blank.append(used.equals(0))
    if not counts or asked_by != code:
        blank.append(required > 0)
    return function("AND", lambda *parts: all(parts), *blank)


def progress_line(layout: Layout, sheet: Sheet) -> Formula:
    """Say how many answers of a sheet are given, to correct and to look at, or that it is not used."""
    say = translator(layout.language)
    required, answered_count, wrong, look = _counts_of(sheet)
    text = sentence_of(answered(layout.language), required=required, given=answered_count)
    for template, count in ((say("{count} to correct"), wrong), (say("{count} to look at"), look)):
        text = text & if_(count > 0, constant(GAP) & with_count(template, count))
    idle = function("NOT", operator.not_, _in_use(layout, sheet))
    return if_(
        function("AND", operator.and_, required.equals(0), idle),
        say("Not ticked in the form"),
        text,
    )


def _in_use(layout: Layout, sheet: Sheet) -> Formula:
    code = sheet.tool.code
    return Formula(ticked(layout, code), lambda content, row: content.ticked(code))


def _counts_of(sheet: Sheet) -> list[Formula]:
    """Return the required answers of a sheet, those given, to correct, and to look at, as the cover counts them."""
    return [
        _count(f"INDEX({sheet.progress_name},1,{number + 1})", sheet, number) for number in range(4)
    ]


def _count_from(level: int, ranges: Sequence[str]) -> str:
    """Return the text of a formula that counts the check cells of a level and above."""
    return "+".join(f'COUNTIF({run},">={level * LEVEL}")' for run in ranges)


def _count(text: str, sheet: Sheet, number: int) -> Formula:
    return Formula(text, lambda content, row: content.progress(sheet)[number])
