"""Draws the cover: what this is, for whom, what to do, and how far each sheet is."""

from __future__ import annotations

from datetime import date

from xlsxwriter.workbook import Workbook

from ..findings import sentence
from ..layout import Grid, Layout, Place, Sheet, address, quoted
from ..layout.messages import ERROR, LEVEL, MISSING
from ..layout.model import COVER_KEY, TODAY_NAME
from ..numerals import to_serial
from ..submission import Identity
from ..words import language_name, translator
from .content import Content
from .excel_formula import text_literal
from .pen import Pen

LABEL, VALUE, GIVEN, WRONG, STATE = 2, 3, 4, 5, 6


class CoverPainter:
    """Draws from top to bottom, keeping the next free row."""

    def __init__(self, book: Workbook, pen: Pen, content: Content, identity: Identity, contact: str) -> None:
        self.book, self.pen, self.content = book, pen, content
        self.layout: Layout = content.layout
        self.identity, self.contact = identity, contact
        self.say = translator(self.layout.language)
        self.row = 2

    def draw(self) -> None:
        """Title, note, facts, steps, progress."""
        spec, language = self.layout.spec, self.layout.language
        self.pen.text(Place(1, 1), COVER_KEY, "code")
        self._band(spec.title.say(language), "cover_title")
        self._paragraph(spec.note.say(language), "purpose")
        self._facts()
        self._steps()
        self._progress()

    def _line(self, text: str, style: str) -> None:
        self.pen.text(Place(self.row, LABEL), text, style)
        self.pen.height(self.row, "cover_line")
        self.row += 1

    def _band(self, text: str, style: str) -> None:
        self.pen.band(self.row, LABEL, STATE, text, style)
        self.pen.height(self.row, "cover_title" if style == "cover_title" else "block")
        self.row += 1

    def _paragraph(self, text: str, style: str) -> None:
        """Lines short enough to be read without merging cells."""
        line = ""
        for word in text.split():
            if line and len(line) + len(word) > 105:
                self._line(line, style)
                line = ""
            line = f"{line} {word}".strip()
        if line:
            self._line(line, style)

    def _facts(self) -> None:
        say, identity = self.say, self.identity
        facts = [
            (say("Team"), identity.team),
            (say("Country"), self._country()),
            (say("Round"), identity.round),
            (say("Language"), language_name(self.layout.language)),
            (say("Please return by"), identity.deadline),
            (say("Questions to"), self.contact),
            (say("Version"), f"{self.layout.spec.name} {self.layout.spec.version}"),
            (say("Issued on"), identity.issued),
        ]
        self._band(say("This workbook"), "cover_block")
        for label, value in facts:
            if value:
                self.pen.text(Place(self.row, LABEL), label, "cover_label")
                self.pen.band(self.row, VALUE, STATE, value, "cover_value")
                self.pen.height(self.row, "cover_line")
                self.row += 1
        self._today()

    def _today(self) -> None:
        """The day that due dates are measured against: set on issue, changeable, never volatile."""
        place = Place(self.row, VALUE)
        self.pen.text(Place(self.row, LABEL), self.say("Day of the check"), "cover_label")
        self.pen.height(self.row, "cover_line")
        self.pen.number(place, to_serial(date.fromisoformat(self.identity.today)), "input", "yyyy-mm-dd")
        self.pen.band(
            self.row, GIVEN, STATE, self.say("Set it to today to see what is overdue."), "cover_note"
        )
        column, row = address(*place)[0], place.row
        self.book.define_name(TODAY_NAME, f"={quoted(self.layout.cover_name)}!${column}${row}")
        self.row += 1

    def _country(self) -> str:
        code, name = self.identity.country, self.layout.spec.countries
        entry = self.layout.spec.vocabularies[name].by_code.get(code) if name else None
        return entry.label.say(self.layout.language) if entry else code

    def _steps(self) -> None:
        say = self.say
        self._band(say("What to do"), "cover_block")
        for number, text in enumerate(
            (
                say("If a bar above asks for it, choose “Enable editing”."),
                say("Fill in the yellow cells. Grey cells are calculated, white ones are to read."),
                say("Column “Status” says in words what is still missing or to correct."),
                say("To paste from elsewhere, use Paste Special and “Values”, so that the lists stay."),
                say("Do not delete sheets, rows or columns. Save as .xlsx and send the whole file back."),
                say("No names, contacts or case numbers: roles only."),
            ),
            start=1,
        ):
            self._line(f"{number}. {text}", "plain")

    def _progress(self) -> None:
        say = self.say
        self._band(say("Progress"), "cover_block")
        heads = (say("Sheet"), say("Required answers"), say("Given"), say("To correct"), say("Status"))
        for column, head in enumerate(heads, start=LABEL):
            self.pen.text(Place(self.row, column), head, "head")
        self.row += 1
        first = self.row
        for sheet in self.layout.sheets:
            self._sheet(sheet)
            self.pen.height(self.row, "cover_line")
            self.row += 1
        self._total(first, self.row - 1)
        wrong, state = f"${address(first, WRONG)}", f"${address(first, STATE)}"
        last = self.row - 1
        for column in (WRONG, STATE):
            self.pen.mark_when(Place(first, column), Place(last, column), f"=N({wrong})>0", "error")
        done = f"={state}={text_literal(self.say('Complete'))}"
        self.pen.mark_when(Place(first, STATE), Place(last, STATE), done, "good")

    def _total(self, first: int, last: int) -> None:
        """All sheets together."""
        totals = [
            sum(each) for each in zip(*(self._figures(sheet) for sheet in self.layout.sheets), strict=True)
        ]
        self.pen.text(Place(self.row, LABEL), self.say("All sheets"), "total_name")
        for column, total in zip((VALUE, GIVEN, WRONG), totals, strict=True):
            run = f"{address(first, column)}:{address(last, column)}"
            self.pen.formula(Place(self.row, column), f"=SUM({run})", "total", total)
        self._state(totals[0], totals[1], totals[2], style="total_name")
        self.row += 1

    def _figures(self, sheet: Sheet) -> tuple[int, int, int]:
        return self.content.progress(sheet)

    def _sheet(self, sheet: Sheet) -> None:
        self.pen.link(
            Place(self.row, LABEL),
            f"{quoted(sheet.name)}!A1",
            sheet.name,
            self.say("Go to the sheet"),
            "cover_link",
        )
        ranges = [check_range(sheet, grid) for grid in sheet.grids if grid.with_role("check")]
        if not ranges:
            for column in (VALUE, GIVEN, WRONG):
                self.pen.text(Place(self.row, column), "", "cell_centre")
            self.pen.text(Place(self.row, STATE), self.say("Nothing to fill in"), "cover_status")
            return
        required, given, wrong = self.content.progress(sheet)
        missing = "-".join(
            "+".join(f'COUNTIF({r},">={level * LEVEL}")' for r in ranges)
            if level == MISSING
            else "(" + "+".join(f'COUNTIF({r},">={level * LEVEL}")' for r in ranges) + ")"
            for level in (MISSING, ERROR)
        )
        need = address(self.row, VALUE)
        total = "+".join(f"SUMPRODUCT(MOD(INT({r}/1000),10))" for r in ranges)
        errors = "+".join(f'COUNTIF({r},">={ERROR * LEVEL}")' for r in ranges)
        self.pen.formula(Place(self.row, VALUE), f"={total}", "cell_centre", required)
        self.pen.formula(Place(self.row, GIVEN), f"={need}-({missing})", "cell_centre", given)
        self.pen.formula(Place(self.row, WRONG), f"={errors}", "cell_centre", wrong)
        self._state(required, given, wrong)
        name = f"={quoted(self.layout.cover_name)}!$C${self.row}:$E${self.row}"
        self.book.define_name(sheet.progress_name, name)

    def _state(self, required: int, given: int, wrong: int, style: str = "cover_status") -> None:
        say = self.say
        words = (say("To correct"), say("Not started"), say("Complete"), say("In progress"), say("Not used"))
        need, have, bad = (address(self.row, column) for column in (VALUE, GIVEN, WRONG))
        wrong_one, not_begun, complete, begun, unused = (text_literal(word) for word in words)
        formula = (
            f"=IF({bad}>0,{wrong_one},IF({need}=0,{unused},IF({have}=0,{not_begun},"
            f"IF({have}>={need},{complete},{begun}))))"
        )
        if wrong:
            now = words[0]
        elif not required:
            now = words[4]
        else:
            now = words[1] if not given else words[2] if given >= required else words[3]
        self.pen.formula(Place(self.row, STATE), formula, style, now)


def check_range(sheet: Sheet, grid: Grid) -> str:
    """All check cells of a grid."""
    columns = [c.index for c in grid.with_role("check")]
    rows = grid.data_rows
    first, last = address(rows[0].index, min(columns)), address(rows[-1].index, max(columns))
    return f"{quoted(sheet.name)}!{first}:{last}"


def progress_sentence(layout: Layout, sheet: Sheet) -> tuple[str, str]:
    """The formula of a sheet's own progress line, and the template of its text."""
    template = translator(layout.language)("{given} of {required} answered, {wrong} to correct")
    places = {"required": 1, "given": 2, "wrong": 3}
    formula = '"' + template.replace('"', '""') + '"'
    for name, place in places.items():
        formula = formula.replace("{" + name + "}", f'"&INDEX({sheet.progress_name},1,{place})&"')
    return "=" + formula, template


def progress_now(layout: Layout, content: Content, sheet: Sheet) -> str:
    """The text of a sheet's progress line at this moment."""
    required, given, wrong = content.progress(sheet)
    details = {"required": str(required), "given": str(given), "wrong": str(wrong)}
    return sentence(progress_sentence(layout, sheet)[1], details)
