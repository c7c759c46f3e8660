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
        self._line(spec.title.say(language), "title")
        self._paragraph(spec.note.say(language), "purpose")
        self._facts()
        self._steps()
        self._progress()

    def _line(self, text: str, style: str) -> None:
        self.pen.text(Place(self.row, LABEL), text, style)
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
        self._line(say("This workbook"), "block")
        for label, value in facts:
            if value:
                self.pen.text(Place(self.row, LABEL), label, "name")
                self.pen.text(Place(self.row, VALUE), value, "cell")
                self.row += 1
        self._today()

    def _today(self) -> None:
        """The day that due dates are measured against: set on issue, changeable, never volatile."""
        place = Place(self.row, VALUE)
        self.pen.text(Place(self.row, LABEL), self.say("Day of the check"), "name")
        self.pen.number(place, to_serial(date.fromisoformat(self.identity.today)), "input", "yyyy-mm-dd")
        self.pen.text(Place(self.row, GIVEN), self.say("Set it to today to see what is overdue."), "purpose")
        column, row = address(*place)[0], place.row
        self.book.define_name(TODAY_NAME, f"={quoted(self.layout.cover_name)}!${column}${row}")
        self.row += 1

    def _country(self) -> str:
        code, name = self.identity.country, self.layout.spec.countries
        entry = self.layout.spec.vocabularies[name].by_code.get(code) if name else None
        return entry.label.say(self.layout.language) if entry else code

    def _steps(self) -> None:
        say = self.say
        self._line(say("What to do"), "block")
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
        self._line(say("Progress"), "block")
        heads = (say("Sheet"), say("Required answers"), say("Given"), say("To correct"), say("Status"))
        for column, head in enumerate(heads, start=LABEL):
            self.pen.text(Place(self.row, column), head, "head")
        self.row += 1
        first = self.row
        for sheet in self.layout.sheets:
            self._sheet(sheet)
            self.row += 1
        for level, style in ((WRONG, "error"),):
            letter = address(1, level)[0]
            self.pen.mark_when(
                Place(first, level), Place(self.row - 1, level), f"=N(${letter}{first})>0", style
            )

    def _sheet(self, sheet: Sheet) -> None:
        self.pen.link(
            Place(self.row, LABEL), f"{quoted(sheet.name)}!A1", sheet.name, self.say("Go to the sheet")
        )
        ranges = [check_range(sheet, grid) for grid in sheet.grids if grid.with_role("check")]
        if not ranges:
            self.pen.text(Place(self.row, STATE), self.say("Nothing to fill in"), "status")
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
        self.pen.formula(Place(self.row, VALUE), f"={total}", "cell", required)
        self.pen.formula(Place(self.row, GIVEN), f"={need}-({missing})", "cell", given)
        self.pen.formula(Place(self.row, WRONG), f"={errors}", "cell", wrong)
        self._state(required, given, wrong)
        name = f"={quoted(self.layout.cover_name)}!$C${self.row}:$E${self.row}"
        self.book.define_name(sheet.progress_name, name)

    def _state(self, required: int, given: int, wrong: int) -> None:
        say = self.say
        words = (say("To correct"), say("Not started"), say("Complete"), say("In progress"), say("Not used"))
        need, have, bad = (address(self.row, column) for column in (VALUE, GIVEN, WRONG))
        formula = (
            f'=IF({bad}>0,"{words[0]}",IF({need}=0,"{words[4]}",IF({have}=0,"{words[1]}",'
            f'IF({have}>={need},"{words[2]}","{words[3]}"))))'
        )
        if wrong:
            now = words[0]
        elif not required:
            now = words[4]
        else:
            now = words[1] if not given else words[2] if given >= required else words[3]
        self.pen.formula(Place(self.row, STATE), formula, "status", now)


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
