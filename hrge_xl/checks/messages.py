"""From hits to findings: places, labels, values and sentences in the team's language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import ceil

from .. import kept_texts
from ..answer import Answer
from ..fields import ColumnKind, Field
from ..findings import Finding
from ..findings.value import (
    OTHER_CALENDAR,
    TEXT_TOO_LONG,
    TOO_MANY_WORDS,
    WRONG_PARENT,
)
from ..layout import Layout, address
from ..layout.wording import asked_of_row, excerpt, finding_of, kind_of, placeholders
from ..numerals import shown as said
from ..observation import Observation
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

OF_THE_PLACE = frozenset({"file", "sheet", "cell", "row", "label"})  # what the place tells by itself
NAMED = 5  # cells that are named where there are many
Details = dict[str, str]


class FindingWriter:
    """Puts the hits of one batch into words."""

    def __init__(self, run: Evaluator, finder: Finder) -> None:
        self.run, self.batch, self.finder = run, run.batch, finder
        self._plain: dict[tuple[int, int, str, str | None, str | None], Finding] = {}

    def finding(self, hit: Hit) -> Finding:
        """Put a hit into words."""
        layout, submission = self.batch.layout(hit.submission), self.batch.submissions[hit.submission]
        seen = self._placed(hit)
        if hit.slot == NO_SLOT:
            return finding_of(seen, submission.path, layout.language)
        if hit.answer is not None or hit.rule is not None:
            return self._finding(hit, seen)
        key = int(self.batch.layout_of[hit.submission]), hit.slot, hit.code, seen.sheet, seen.cell
        if key not in self._plain:  # the same in every file: a blank workbook has thousands
            self._plain[key] = self._finding(hit, seen)
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
        """Give sheet and cell of a hit; where that could not be read, what could not."""
        if hit.slot == NO_SLOT:
            return str(self._placed(hit).sheet)
        gap = self.batch.unread.what(hit.submission, hit.slot)
        if gap is not None:
            return gap.place
        seen = self._placed(hit)
        return f"{seen.sheet}!{seen.cell}"

    def _placed(self, hit: Hit) -> Observation:
        """Give a hit with its place in the file: where that is not known, in the issued workbook."""
        layout, submission = self.batch.layout(hit.submission), self.batch.submissions[hit.submission]
        kind = kind_of(hit.kind)
        if hit.slot == NO_SLOT:  # a rule over a whole sheet, which points to no cell
            assert hit.rule is not None
            tool = hit.rule.tool
            return Observation(kind, _sheet(submission, layout, tool), tool=tool, rule=hit.rule)
        column, row = self.batch.cell_index.place[hit.slot]
        key = _slot_key(column, row)
        if hit.answer is not None:
            cell: str | None = hit.answer.cell
        else:
            cell = submission.cell((*key, hit.part + 1 if column.field.several else 0))
            cell = cell or address(*layout.slots[key].cells[hit.part])
        return Observation(kind, _sheet(submission, layout, key[0]), cell, *key, rule=hit.rule)

    def _finding(self, hit: Hit, seen: Observation) -> Finding:
        """Put a hit into words, with all that its message may quote."""
        (column, row), answer = self.batch.cell_index.place[hit.slot], hit.answer
        layout = self.batch.layout(hit.submission)
        value = hit.detail.get("value") or excerpt(shown(answer, column))
        labels = layout.labels_of.get(_slot_key(column, row), {})
        seen.label = hit.detail.get("label") or label(column, row, layout.language)
        seen.suggestion = answer.suggestion if answer and answer.problem == hit.code else None
        seen.detail = hit.detail | {"value": value, "read": read(answer, column, labels)}
        seen.detail |= self._measures(hit, column)
        codes = asked_of_row(hit.kind, column.field) - seen.detail.keys() - OF_THE_PLACE
        seen.detail |= {code: self._answer(hit, code) for code in codes}
        seen.value = value or self._quoted(hit) or None
        return finding_of(seen, self.batch.submissions[hit.submission].path, layout.language, column.field)

    def _measures(self, hit: Hit, column: Column) -> Details:
        """Give what a message needs besides: counts, and the answer that decides which entries there are."""
        kind, field = hit.kind, column.field
        text = (hit.answer.text if hit.answer else "") or ""
        if kind is TOO_MANY_WORDS:
            return {"count": str(words_of(text)), "limit": str(field.words)}
        if kind is TEXT_TOO_LONG:
            count, limit = _length(field, text)
            return {"count": str(count), "limit": str(limit)}
        return {"parent": self._answer(hit, field.parent or "")} if kind is WRONG_PARENT else {}

    def _quoted(self, hit: Hit) -> str:
        """Give the answers of other cells that the own message of a rule quotes, so that they can be withheld."""
        if hit.rule is None:
            return ""
        names = placeholders(hit.rule.message.say(self.batch.layout(hit.submission).language))
        return "; ".join(filter(None, (self._answer(hit, name) for name in sorted(names))))

    def _answer(self, hit: Hit, code: str) -> str:
        """Give what is answered under a field code in the same row, or in a form."""
        here, row = self.batch.cell_index.place[hit.slot]
        columns = [each for each in self.batch.cell_index.column_list if each.field.code == code]
        own = next((each for each in columns if each.table is here.table), None)
        column = own or next((each for each in columns if each.table.key[1] == SINGLE), None)
        if column is None:
            return ""
        number, row = hit.submission, row if own else 0
        if column.key in self.run.program.formulas:
            value = calculated.value_at(self.run, column, number, row)
            return calculated.said(
                value, column.field, self.run.program.spec, self.batch.layout(number).language
            )
        return ", ".join(excerpt(shown(each, column)) for each in self.finder.answers(number, column, row))


def _slot_key(column: Column, row: int) -> tuple[str, str, str]:
    """Give tool, row and field."""
    return column.key[0], column.table.rows[row], column.key[1]


def _sheet(submission: Submission, layout: Layout, tool: str) -> str:
    """Give the name of a sheet in the file."""
    return submission.sheets.get(tool) or layout.sheet[tool].name


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
    """Name a slot: the question, and the item it is asked about."""
    question = column.field.label.say(language)
    item = column.table.itemised and row is not None
    return f"{column.table.rows[row or 0]} {question}" if item else question


def asks(hit: Hit) -> bool:
    """Say whether a rule asks for an answer that is missing."""
    return hit.rule is not None and hit.rule.check is None


def _length(field: Field, text: str) -> tuple[int, int]:
    """Give how many characters a text has that is too long, and how many it may have."""
    own = field.characters
    return (len(text), own) if own is not None and len(text) > own else (cell_length(text), CELL_LIMIT)


def shown(answer: Answer | None, column: Column) -> str:
    """Return the text of a cell as a person sees it."""
    if answer is None:
        return ""
    shows_otherwise = column.field.type.scaled or (
        column.field.type.kind is ColumnKind.DATE and answer.problem == OTHER_CALENDAR.code
    )
    if shows_otherwise and isinstance(answer.original, int | float):
        return column.field.type.said(float(answer.original))
    return calculated.shown_answer(answer)


def read(answer: Answer | None, column: Column, labels: Mapping[str, str]) -> str:
    """Give what an answer was understood as, entries of lists by their label."""
    if answer is None or answer.value is None:
        return ""
    if answer.code is not None:
        return labels.get(answer.code, answer.code)
    if answer.number is not None:
        return column.field.type.said(answer.number)
    return said(answer.value)


def words_of(text: str) -> int:
    """Give words of a text as its limit counts them."""
    return ceil(len(text) / CHARACTERS_A_WORD) if spaceless(text) else count_words(text)
