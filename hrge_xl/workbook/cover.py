"""Draws the cover: what this is, for whom, what to do, and how far each sheet is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlsxwriter.workbook import Workbook

from ..findings import sentence
from ..language.sheet_text import text_literal
from ..layout import Grid, Layout, Place, Sheet, address, quoted
from ..layout.messages import ERROR, LEVEL, MISSING
from ..layout.model import CODE_COLUMN, CODE_ROW, TODAY_NAME
from ..spec.own_sheets import COVER_KEY
from ..words import language_name, translator
from .content import Content, Shown
from .pen import Pen

LABEL, VALUE, GIVEN, WRONG, STATE = 2, 3, 4, 5, 6
COVER_FACTS = (
    "team",
    "country",
    "round",
    "deadline",
    "contact",
    "issued",
)  # with a line each, where there are any


class CoverPainter:
    """Draws from top to bottom, keeping the next free row."""

    def __init__(self, book: Workbook, pen: Pen, layout: Layout, given: Collection[str]) -> None:
        self.book, self.pen, self.layout, self.given = book, pen, layout, given
        self.say = translator(self.layout.language)
        self.row = 2

    def draw(self) -> None:
        """Title, note, facts, steps, progress."""
        spec, language = self.layout.spec, self.layout.language
        self.pen.text(Place(CODE_ROW, CODE_COLUMN), COVER_KEY, "code")
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
        say = self.say
        facts: list[tuple[str, Fact | str]] = [
            (say("Team"), Fact("team")),
            (say("Country"), Fact("country", self._countries())),
            (say("Round"), Fact("round")),
            (say("Language"), language_name(self.layout.language)),
            (say("Please return by"), Fact("deadline")),
            (contact_label(self.layout.language), Fact("contact")),
            (say("Version"), f"{self.layout.spec.name} {self.layout.spec.version}"),
            (say("Issued on"), Fact("issued")),
        ]
        self._band(say("This workbook"), "cover_block")
        for label, value in facts:
            if not isinstance(value, Fact) or value.name in self.given:
                self.pen.text(Place(self.row, LABEL), label, "cover_label")
                self._fact(value)
                self.pen.height(self.row, "cover_line")
                self.row += 1
        self._today()

    def _fact(self, value: Fact | str) -> None:
        self.pen.band(self.row, VALUE, STATE, "" if isinstance(value, Fact) else value, "cover_value")
        if isinstance(value, Fact):
            self.pen.live([self.pen.entry(Place(self.row, VALUE), "cover_value")], value)

    def _today(self) -> None:
        """The day that due dates are measured against: the only volatile cell, as issued that of issue."""
        place = Place(self.row, VALUE)
        self.pen.text(Place(self.row, CODE_COLUMN), TODAY_NAME, "code")
        self.pen.text(Place(self.row, LABEL), self.say("Day of the check"), "cover_label")
        self.pen.height(self.row, "cover_line")
        day = self.pen.formula(place, "=TODAY()", "cover_value", "yyyy-mm-dd")
        self.pen.live([day], lambda content: [content.today])
        note = self.say("Today, by the clock of this computer.")
        self.pen.band(self.row, GIVEN, STATE, note, "cover_note")
        column, row = address(*place)[0], place.row
        self.book.define_name(TODAY_NAME, f"={quoted(self.layout.cover_name)}!${column}${row}")
        self.row += 1

    def _countries(self) -> Mapping[str, str]:
        """The names of the countries by code."""
        name = self.layout.spec.countries
        entries = self.layout.spec.vocabularies[name].by_code if name else {}
        return {code: entry.label.say(self.layout.language) for code, entry in entries.items()}

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
                *(text.say(self.layout.language) for text in self.layout.spec.what_to_do),
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
        self.pen.text(Place(self.row, LABEL), self.say("All sheets"), "total_name")
        cells = []
        for column in (VALUE, GIVEN, WRONG):
            run = f"{address(first, column)}:{address(last, column)}"
            cells.append(self.pen.formula(Place(self.row, column), f"=SUM({run})", "total"))
        cells.append(self._state("total_name"))
        self.pen.live(cells, ProgressNow(self.layout.sheets, self._words))
        self.row += 1

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
        missing = "-".join(
            "+".join(f'COUNTIF({r},">={level * LEVEL}")' for r in ranges)
            if level == MISSING
            else "(" + "+".join(f'COUNTIF({r},">={level * LEVEL}")' for r in ranges) + ")"
            for level in (MISSING, ERROR)
        )
        need = address(self.row, VALUE)
        total = "+".join(f"SUMPRODUCT(MOD(INT({r}/1000),10))" for r in ranges)
        errors = "+".join(f'COUNTIF({r},">={ERROR * LEVEL}")' for r in ranges)
        formulas = ((VALUE, f"={total}"), (GIVEN, f"={need}-({missing})"), (WRONG, f"={errors}"))
        cells = [self.pen.formula(Place(self.row, column), text, "cell_centre") for column, text in formulas]
        cells.append(self._state("cover_status"))
        self.pen.live(cells, ProgressNow((sheet,), self._words))
        name = f"={quoted(self.layout.cover_name)}!$C${self.row}:$E${self.row}"
        self.book.define_name(sheet.progress_name, name)

    @property
    def _words(self) -> States:
        say = self.say
        return States(
            say("To correct"), say("Not used"), say("Not started"), say("Complete"), say("In progress")
        )

    def _state(self, style: str) -> Place:
        need, have, bad = (address(self.row, column) for column in (VALUE, GIVEN, WRONG))
        wrong_one, unused, not_begun, complete, begun = (text_literal(word) for word in self._words)
        formula = (
            f"=IF({bad}>0,{wrong_one},IF({need}=0,{unused},IF({have}=0,{not_begun},"
            f"IF({have}>={need},{complete},{begun}))))"
        )
        return self.pen.formula(Place(self.row, STATE), formula, style)


def contact_label(language: str) -> str:
    """Say what stands before whom to ask."""
    return translator(language)("Questions to")


class States(NamedTuple):
    """How far a sheet can be, in words."""

    wrong: str
    unused: str
    not_begun: str
    complete: str
    begun: str

    def now(self, required: int, given: int, wrong: int) -> str:
        """How far one is."""
        if wrong:
            return self.wrong
        if not required:
            return self.unused
        return self.not_begun if not given else self.complete if given >= required else self.begun


@dataclass(frozen=True)
class ProgressNow:
    """A line of the progress of some sheets together: required answers, those given, to correct, and the words."""

    sheets: tuple[Sheet, ...]
    words: States

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Four cells."""
        figures = zip(*(content.progress(sheet) for sheet in self.sheets), strict=True)
        required, given, wrong = (sum(each) for each in figures)
        return [required, given, wrong, self.words.now(required, given, wrong)]


@dataclass(frozen=True)
class Fact:
    """One fact of the stamp, as its label where it is a code."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, content: Content) -> Sequence[Shown]:
        """One cell."""
        value = content.facts[self.name]
        return [self.labels.get(value, value)]


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


@dataclass(frozen=True)
class ProgressLine:
    """A sheet's own progress line."""

    sheet: Sheet
    template: str

    def __call__(self, content: Content) -> Sequence[Shown]:
        """One cell."""
        required, given, wrong = content.progress(self.sheet)
        return [
            sentence(self.template, {"given": str(given), "required": str(required), "wrong": str(wrong)})
        ]
