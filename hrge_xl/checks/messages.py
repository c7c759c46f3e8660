"""From hits to findings: places, labels, values and sentences in the team's language."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from pathlib import PurePath

from .. import kept_texts
from ..answer import Answer
from ..fields import ColumnKind, Field
from ..findings import Finding, Severity
from ..findings.value import (
    OTHER_CALENDAR,
    TEXT_TOO_LONG,
    TOO_MANY_WORDS,
    WRONG_PARENT,
)
from ..layout import Layout, address
from ..layout.wording import asked_of_row, noted, placeholders, worded
from ..numerals import shown as said
from ..spec.model import Rule
from ..submission import Submission
from ..words import (
    CELL_LIMIT,
    CHARACTERS_A_WORD,
    and_more,
    cell_length,
    count_words,
    spaceless,
)
from . import calculated
from .cell_index import SINGLE, Column
from .error_propagation import Cause
from .evaluator import Evaluator
from .hits import NO_SLOT, Finder, Hit
from .indeterminate_checks import Indeterminate
from .unread import Gap

EXCERPT = 200
NAMED = 5  # cells that are named where there are many
Details = dict[str, str]


@dataclass(frozen=True, slots=True)
class Spot:
    """A hit with the slot it stands at."""

    hit: Hit
    column: Column
    row: int
    layout: Layout
    submission: Submission

    @property
    def key(self) -> tuple[str, str, str]:
        """Tool, row and field."""
        return self.column.key[0], self.column.table.rows[self.row], self.column.key[1]

    @property
    def label(self) -> str:
        """What the slot is called."""
        return label(self.column, self.row, self.layout.language)

    @property
    def sheet(self) -> str:
        """The name of the sheet in the file."""
        tool = self.column.key[0]
        return self.submission.sheets.get(tool) or self.layout.sheet[tool].name

    @property
    def cell(self) -> str:
        """The address of the cell in the file; where it is not known, that in the issued workbook."""
        if self.hit.answer is not None:
            return self.hit.answer.cell
        part = self.hit.part + 1 if self.column.field.several else 0
        found = self.submission.cell((*self.key, part))
        return found or address(*self.layout.slots[self.key].cells[self.hit.part])


class FindingWriter:
    """Puts the hits of one batch into words."""

    def __init__(self, run: Evaluator, finder: Finder) -> None:
        self.run, self.batch, self.finder = run, run.batch, finder
        self._plain: dict[tuple[int, int, str, str, str], Finding] = {}

    def finding(self, hit: Hit) -> Finding:
        """Give a hit in words."""
        if hit.slot == NO_SLOT:
            return self._without_place(hit)
        column, row = self.batch.cell_index.place[hit.slot]
        layout, submission = self.batch.layout(hit.submission), self.batch.submissions[hit.submission]
        spot = Spot(hit, column, row, layout, submission)
        if hit.answer is not None or hit.rule is not None:
            return self._finding(spot)
        key = (int(self.batch.layout_of[hit.submission]), hit.slot, hit.code, spot.sheet, spot.cell)
        if key not in self._plain:  # the same in every file: a blank workbook has thousands
            self._plain[key] = self._finding(spot)
        return self._plain[key]

    def indeterminate(self, found: Iterable[Indeterminate]) -> dict[int, dict[str, str]]:
        """For each submission and code why it was not decided everywhere, with the places."""
        open_: dict[tuple[int, str], dict[str, tuple[dict[str, None], dict[str, None]]]] = {}
        for each in found:
            whys = open_.setdefault((each.hit.submission, each.hit.code), {})
            places, causes = whys.setdefault(_indeterminate(each.cause), ({}, {}))
            places[self._place(each.hit)] = None
            causes[each.cause.place if isinstance(each.cause, Gap) else self._place(each.cause)] = None
        told: dict[int, dict[str, str]] = {}
        for (submission, code), whys in open_.items():
            told.setdefault(submission, {})[code] = " ".join(
                why.format(places=few(places), causes=few(causes)) for why, (places, causes) in whys.items()
            )
        return told

    def _place(self, hit: Hit) -> str:
        """Sheet and cell of a hit; where that could not be read, what could not."""
        submission, layout = self.batch.submissions[hit.submission], self.batch.layout(hit.submission)
        gap = None if hit.slot == NO_SLOT else self.batch.unread.what(hit.submission, hit.slot)
        if gap is not None:
            return gap.place
        if hit.slot == NO_SLOT:
            assert hit.rule is not None
            return submission.sheets.get(hit.rule.tool) or layout.sheet[hit.rule.tool].name
        spot = Spot(hit, *self.batch.cell_index.place[hit.slot], layout, submission)
        return f"{spot.sheet}!{spot.cell}"

    def _finding(self, spot: Spot) -> Finding:
        hit, answer, (tool, row, field) = spot.hit, spot.hit.answer, spot.key
        about, asked, language = hit.kind, spot.column.field, spot.layout.language
        details = self._details(spot)
        message, remedy = worded(about, asked, details, language)
        found = Finding(
            code=hit.code, name=name(hit), severity=Severity(hit.kind.severity), message=message, remedy=remedy,
            sheet=details["sheet"], cell=details["cell"], tool=tool, row=row, field=field,
            label=details["label"], value=details["value"] or self._quoted(spot) or None,
            suggestion=answer.suggestion if answer and answer.problem == hit.code else None, language=language,
        )  # fmt: skip
        return replace(found, details=noted(details, about, asked, found, details["file"]))

    def _quoted(self, spot: Spot) -> str:
        """Give the answers of other cells that the own message of a rule quotes, so that they can be withheld."""
        if spot.hit.rule is None:
            return ""
        names = placeholders(spot.hit.rule.message.say(spot.layout.language))
        return "; ".join(filter(None, (self._answer(spot, name) for name in sorted(names))))

    def _details(self, spot: Spot) -> Details:
        details = spot.hit.detail | {
            "label": spot.label, "value": excerpt(shown(spot.hit.answer, spot.column)), "row": spot.key[1],
            "sheet": spot.sheet, "cell": spot.cell, "file": file_name(spot.submission.path), "read": read(spot),
        }  # fmt: skip
        details |= self._measures(spot)
        codes = asked_of_row(spot.hit.kind, spot.column.field) - details.keys()
        return details | {code: self._answer(spot, code) for code in codes}

    def _measures(self, spot: Spot) -> Details:
        """Say what a message needs besides: counts, and the answer that decides which entries there are."""
        kind, field = spot.hit.kind, spot.column.field
        text = (spot.hit.answer.text if spot.hit.answer else "") or ""
        if kind is TOO_MANY_WORDS:
            return {"count": str(words_of(text)), "limit": str(field.words)}
        if kind is TEXT_TOO_LONG:
            count, limit = _length(field, text)
            return {"count": str(count), "limit": str(limit)}
        return {"parent": self._answer(spot, field.parent or "")} if kind is WRONG_PARENT else {}

    def _answer(self, spot: Spot, code: str) -> str:
        """Say what is answered under a field code in the same row, or in a form."""
        columns = [each for each in self.batch.cell_index.column_list if each.field.code == code]
        own = next((each for each in columns if each.table is spot.column.table), None)
        column = own or next((each for each in columns if each.table.key[1] == SINGLE), None)
        if column is None:
            return ""
        number, row = spot.hit.submission, spot.row if own else 0
        if column.key in self.run.program.formulas:
            value = calculated.value_at(self.run, column, number, row)
            return calculated.said(value, column.field, self.run.program.spec, spot.layout.language)
        return ", ".join(excerpt(shown(each, column)) for each in self.finder.answers(number, column, row))

    def _without_place(self, hit: Hit) -> Finding:
        """Give a rule over a whole sheet, which points to no cell."""
        assert hit.rule is not None
        submission, layout = self.batch.submissions[hit.submission], self.batch.layout(hit.submission)
        sheet = submission.sheets.get(hit.rule.tool) or layout.sheet[hit.rule.tool].name
        details = {"file": file_name(submission.path), "sheet": sheet}
        message, remedy = worded(hit.rule, None, details, layout.language)
        return Finding(
            code=hit.code, name=name(hit), severity=Severity(hit.rule.severity), message=message, remedy=remedy,
            sheet=sheet, tool=hit.rule.tool, language=layout.language,
        )  # fmt: skip


def _indeterminate(cause: Cause) -> str:
    """Say why something is not decided."""
    if not isinstance(cause, Gap):
        return kept_texts.IN_ERROR
    if cause.older:
        return kept_texts.NOT_ASKED
    return kept_texts.UNREAD


def few(cells: Collection[str]) -> str:
    """Give the first of some cells, and how many more."""
    return ", ".join(list(cells)[:NAMED]) + and_more(len(cells) - NAMED)


def label(column: Column, row: int | None, language: str) -> str:
    """Say what a slot is called: the question, and the item it is asked about."""
    question = column.field.label.say(language)
    item = column.table.itemised and row is not None
    return f"{column.table.rows[row or 0]} {question}" if item else question


def asks(hit: Hit) -> bool:
    """Say whether a rule asks for an answer that is missing."""
    return hit.rule is not None and hit.rule.check is None


@cache
def file_name(path: str) -> str:
    """Give a file without its folder."""
    return PurePath(path).name


def name(hit: Hit) -> str:
    """Give the kebab-case name of a finding."""
    return hit.kind.called if isinstance(hit.kind, Rule) else hit.kind.name


def _length(field: Field, text: str) -> tuple[int, int]:
    """Say how many characters a text has that is too long, and how many it may have."""
    own = field.characters
    return (len(text), own) if own is not None and len(text) > own else (cell_length(text), CELL_LIMIT)


def shown(answer: Answer | None, column: Column) -> str:
    """Say what stands in a cell, as a person sees it."""
    if answer is None:
        return ""
    shows_otherwise = column.field.type.scaled or (
        column.field.type.kind is ColumnKind.DATE and answer.problem == OTHER_CALENDAR.code
    )
    if shows_otherwise and isinstance(answer.original, int | float):
        return column.field.type.said(float(answer.original))
    return calculated.shown_answer(answer)


def read(spot: Spot) -> str:
    """Say what the answer at a spot was understood as, entries of lists by their label."""
    answer = spot.hit.answer
    if answer is None or answer.value is None:
        return ""
    if answer.code is not None:
        return spot.layout.labels_of.get(spot.key, {}).get(answer.code, answer.code)
    if answer.number is not None:
        return spot.column.field.type.said(answer.number)
    return said(answer.value)


def excerpt(text: str) -> str:
    """Give the beginning of a long text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def words_of(text: str) -> int:
    """Give words of a text as its limit counts them."""
    return ceil(len(text) / CHARACTERS_A_WORD) if spaceless(text) else count_words(text)
