"""Draws the cover: what this is, for whom, what to do, and how far each sheet is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from ..core.words import SOURCE_LANGUAGE, language_name, translator
from ..findings import sentence
from ..layout import Layout, Place, quoted
from ..layout.model import CODE_COLUMN, CODE_ROW, TODAY_NAME
from ..spec.model import ProblemsBlock
from ..spec.supplements import COVER_KEY
from ..spec.translations import is_draft
from .cell_ranges import on_sheet
from .content import Content, Shown
from .formulas import Formula
from .pen import Pen
from .progress import LABEL, SHARE, STATE, VALUE, ProgressPainter

LINE_LENGTH = 150  # characters of a paragraph
SAMPLE = "sample"  # the fact that marks all sheets
# With a line each, where there are any.
COVER_FACTS = ("team", "country", "round", "deadline", "contact", "issued")


class CoverPainter:
    """Draws from top to bottom, keeping the next free row."""

    def __init__(self, pen: Pen, layout: Layout, given: Collection[str]) -> None:
        self.pen, self.layout, self.given = pen, layout, given
        self.say = translator(self.layout.language)
        self.row = 2

    def draw(self) -> None:
        """Draw title, facts and steps side by side, the sheets with their progress, and whose work it is."""
        spec, language = self.layout.spec, self.layout.language
        self.pen.text(Place(CODE_ROW, CODE_COLUMN), COVER_KEY, "code")
        self.pen.band(self.row, LABEL, STATE, spec.title.say(language), "cover_title")
        if SAMPLE in self.given:
            self._of_sample()
        if is_draft(spec, language):
            # In the language, and in English: nobody has looked at it yet.
            for say in (self.say, translator(SOURCE_LANGUAGE)):
                self.row += 1
                text = say("Machine draft, not yet reviewed by a native speaker")
                self.pen.text(Place(self.row, LABEL), text, "sample_note")
        self.row += 1
        self.pen.band(self.row, LABEL, VALUE, self.say("This workbook"), "cover_block")
        self.pen.band(self.row, SHARE, STATE, self.say("What to do"), "cover_block")
        self.row += 1
        ends = self._facts(self.row), self._steps(self.row)
        for row in range(self.row, max(ends)):
            self.pen.height(row, "cover_line")
        self.row = ProgressPainter(self.pen, self.layout, max(ends)).draw()
        for line in wrap(spec.note.say(language), LINE_LENGTH):
            self.pen.text(Place(self.row, LABEL), line, "purpose")
            self.row += 1

    def _of_sample(self) -> None:
        text = self.say(
            "This workbook is a filled sample for reference. Country, people and figures are made up. "
            "Do not send it back: fill in the workbook that was issued to you."
        )
        for line in wrap(text, LINE_LENGTH):
            self.row += 1
            self.pen.text(Place(self.row, LABEL), line, "sample_note")

    def _facts(self, row: int) -> int:
        """Write what this workbook is, and give the next row."""
        say, spec = self.say, self.layout.spec
        entries = spec.vocabularies[spec.countries].by_code if spec.countries else {}
        countries = {code: entry.label.say(self.layout.language) for code, entry in entries.items()}
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
                self.pen.text(Place(row, VALUE), value, "cover_value")
            elif value.name not in self.given:
                continue
            else:
                self.pen.entries([Place(row, VALUE)], value, "cover_value")
            self.pen.text(Place(row, LABEL), label, "cover_label")
            row += 1
        self._today(row)
        return row + 1

    def _today(self, row: int) -> None:
        """Write the day that due dates are measured against: the only volatile cell, issued with the day of issue.

        A sample stays as it was filled in: its day never changes.
        """
        self.pen.text(Place(row, CODE_COLUMN), TODAY_NAME, "code")
        self.pen.text(Place(row, LABEL), self.say("Day of the check"), "cover_label")
        place, form = Place(row, VALUE), ("cover_value", "yyyy-mm-dd")
        if SAMPLE in self.given:
            self.pen.entries([place], lambda content: [content.today], *form)
        else:
            self.pen.formula(place, Formula("TODAY()", lambda content, row: content.today), *form)
        self.pen.name(TODAY_NAME, on_sheet(self.layout.cover_name, [place]))

    def _steps(self, row: int) -> int:
        """Write what to do, with links, and what to mind; give the next row."""
        for number, (what, target) in enumerate(self._what_to_do(), start=1):
            place, text = Place(row, SHARE), f"{number}. {what}"
            if target:
                self.pen.link(place, f"{quoted(target)}!A1", text, target, "step_link")
            else:
                self.pen.text(place, text, "step")
            row += 1
        say = self.say
        hints = (
            say("If a bar above asks for it, choose “Enable Editing”."),
            say("Paste with Paste Special → Values, so that the lists stay."),
            say("Do not delete sheets, rows or columns."),
            *(text.say(self.layout.language) for text in self.layout.spec.what_to_do),
        )
        for hint in hints:
            self.pen.text(Place(row, SHARE), hint, "hint")
            row += 1
        return row

    def _what_to_do(self) -> Iterator[tuple[str, str]]:
        """Yield what to do, step by step, each with the sheet that its link leads to."""
        say, names = self.say, {sheet.tool.code: sheet.name for sheet in self.layout.sheets}
        where, _ = self.layout.spec.tick_field or ("", "")
        drawn = ((sheet.name, drawn.block) for sheet in self.layout.sheets for drawn in sheet.drawn)
        checks = next((name for name, block in drawn if isinstance(block, ProblemsBlock)), "")
        if where in names:
            text = sentence(
                say("Fill in “{sheet}” and tick the sheets that you use."), {"sheet": names[where]}
            )
            yield text, names[where]
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


def contact_label(language: str) -> str:
    """Give the words before whom to ask."""
    return translator(language)("Questions to")


@dataclass(frozen=True)
class StampFact:
    """One fact of the stamp, as its label where it is a code."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Give one cell."""
        value = content.facts[self.name]
        return [self.labels.get(value, value)]
