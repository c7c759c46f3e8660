"""From hits to findings: where they are in the file, and what their words quote."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil

from .. import kept_texts
from ..answer import ONLY_ROW, Answer
from ..findings import Finding, Kind, excerpt
from ..findings.value import (
    TEXT_TOO_LONG,
    TOO_MANY_WORDS,
    WRONG_PARENT,
)
from ..kept_texts import Kept, joined
from ..language.compiler import Row
from ..layout import parse_cell
from ..layout.wording import asked_of_row, placeholders
from ..numerals import shown as said
from ..words import (
    CELL_LIMIT,
    CHARACTERS_A_WORD,
    and_more,
    cell_length,
    count_words,
    spaceless,
)
from . import calculated
from .answer_view import AnswerView
from .doubts import Undecided, UnreadArea
from .hits import Hit
from .program import FieldColumn

OF_THE_PLACE = frozenset({"file", "sheet", "cell", "row", "label"})  # what the place tells by itself
NAMED = 5  # cells that are named where there are many
Details = dict[str, str]


class FindingWriter:
    """Makes findings of the hits of one return."""

    def __init__(self, view: AnswerView, gaps: Sequence[UnreadArea]) -> None:
        self.view, self.layout = view, view.layout
        self._gap_at: dict[tuple[int, Row], UnreadArea] = {slot: gap for gap in gaps for slot in gap.slots}

    def finding(self, hit: Hit) -> Finding:
        """Make a finding of a hit, with all that its words may quote."""
        seen, column, answer = self._placed(hit), hit.column, hit.answer
        if column is None:
            return seen
        value = hit.detail.get("value") or excerpt(calculated.shown_answer(answer, column))
        labels = self.layout.labels_of.get((column.key[0], str(hit.row), column.key[1]), {})
        details = hit.detail | {"value": value, "read": read(answer, column, labels)}
        details |= self._measures(hit, column)
        for code in asked_of_row(hit.kind, column.field) - details.keys() - OF_THE_PLACE:
            details[code] = self._answer(hit, code)
        suggestion = answer.suggestion if answer and answer.problem == hit.code else None
        if not value and hit.rule:  # what its own message quotes of other cells, so that it can be withheld
            names = placeholders(hit.rule.message.say(self.layout.language))
            value = "; ".join(filter(None, (self._answer(hit, name) for name in sorted(names))))
        return replace(seen, value=value or None, suggestion=suggestion, details=details)

    def reasons(self, undecided: Iterable[Undecided]) -> dict[str, Kept]:
        """Give for each code why it was not decided everywhere, with the places."""
        open_: dict[str, dict[Kept, tuple[dict[str, None], dict[str, None]]]] = {}
        for hit, cause in undecided:
            if isinstance(cause, UnreadArea):
                why, place = kept_texts.NOT_ASKED if cause.older else kept_texts.UNREAD, cause.place
            else:
                why, place = kept_texts.IN_ERROR, self._place(cause)
            places, causes = open_.setdefault(hit.code, {}).setdefault(why, ({}, {}))
            places[self._place(hit)] = causes[place] = None
        return {
            code: joined(
                why.format(places=few(places), causes=few(causes)) for why, (places, causes) in whys.items()
            )
            for code, whys in open_.items()
        }

    def _place(self, hit: Hit) -> str:
        """Give sheet and cell of a hit; where that could not be read, what could not."""
        seen = self._placed(hit)
        if hit.column is None:
            return str(seen.sheet)
        gap = self._gap_at.get(hit.slot)
        return f"{seen.sheet}!{seen.cell}" if gap is None else gap.place

    def _placed(self, hit: Hit) -> Finding:
        """Give a hit with its place in the file: where that is not known, in the issued workbook."""
        kind = hit.kind
        name = kind.name if isinstance(kind, Kind) else kind.called
        finding = Finding(kind.code, name, kind.severity, language=self.layout.language)
        if hit.column is None:  # a rule over a whole sheet, which points to no cell
            assert hit.rule is not None
            return replace(finding, sheet=self.view.sheet_name(hit.rule.tool), tool=hit.rule.tool)
        tool, code = hit.column.key
        row = str(hit.row)
        cell = hit.answer.cell if hit.answer else self.view.address((tool, row, code), hit.part)
        sheet = self.view.sheet_name(tool)
        return replace(finding, sheet=sheet, cell=cell, tool=tool, row=row, field=code)

    def _measures(self, hit: Hit, column: FieldColumn) -> Details:
        """Give what a message needs besides: counts, and the answer that decides which entries there are."""
        kind, field = hit.kind, column.field
        text = (hit.answer.text if hit.answer else "") or ""
        if kind is TOO_MANY_WORDS:
            count = ceil(len(text) / CHARACTERS_A_WORD) if spaceless(text) else count_words(text)
            return {"count": str(count), "limit": str(field.words)}
        if kind is TEXT_TOO_LONG:
            limit, length = field.characters, len(text)
            if limit is None or length <= limit:  # a character may take more of a cell than one
                limit, length = CELL_LIMIT, cell_length(text)
            return {"count": str(length), "limit": str(limit)}
        return {"parent": self._answer(hit, field.parent or "")} if kind is WRONG_PARENT else {}

    def _answer(self, hit: Hit, code: str) -> str:
        """Give what is answered under a field code in the same row, or in a form."""
        program, here, row = self.view.program, hit.column, hit.row
        column = None if here is None else program.columns.get((here.key[0], code))
        if column is None or here is None or column.table is not here.table:
            column, row = program.single(code), ONLY_ROW
        if column is None:
            return ""
        if column.number in program.formulas:
            value = calculated.as_value(column, self.view.calculated(column.number, row))
            return calculated.said(value, column.field, program.spec, self.layout.language)
        answers = self.view.by_slot.get((column.number, row), ())
        return ", ".join(excerpt(calculated.shown_answer(answer, column)) for answer in answers)


def few(cells: Collection[str]) -> str:
    """Give the first of some cells, and how many more."""
    return ", ".join(list(cells)[:NAMED]) + and_more(len(cells) - NAMED)


def read(answer: Answer | None, column: FieldColumn, labels: Mapping[str, str]) -> str:
    """Give what an answer was understood as, entries of lists by their label."""
    if answer is None or answer.value is None:
        return ""
    if answer.code is not None:
        return labels.get(answer.code, answer.code)
    if answer.number is not None:
        return column.field.type.said(answer.number)
    return said(answer.value)


Order = tuple[int, int, int, int, str]


def in_order(view: AnswerView, findings: list[Finding]) -> list[Finding]:
    """Give findings by sheet, row and column; the worst first where several stand in one cell."""
    sheets, named = view.layout.sheets, view.submission.sheets
    tools = {sheet.tool.code: place for place, sheet in enumerate(sheets)}
    names = {named.get(sheet.tool.code) or sheet.name: place for place, sheet in enumerate(sheets)}

    def order(finding: Finding) -> Order:
        sheet = tools.get(finding.tool or "", names.get(finding.sheet or "", -1))
        place = parse_cell(finding.cell or "") or (0, 0)  # what is about a whole sheet stands first
        return sheet, *place, -finding.severity.rank, finding.code

    return sorted(findings, key=order)
