"""What the reader noticed about a file, in words; and the order of findings in a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain

from ..findings import Finding
from ..layout.wording import excerpt, finding_of
from ..observation import Observation
from .answer_view import AnswerView
from .messages import label

ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})")
Order = tuple[int, int, int, int, str]


def observations(view: AnswerView, more: Iterable[Observation] = ()) -> Iterator[Finding]:
    """Give the observations of a return, and more that checking brought."""
    language = view.layout.language
    for observation in chain(view.submission.observations, more):
        seen = replace(observation, value=excerpt(observation.value or "") or None)
        column = view.program.columns.get((seen.tool or "", seen.field or ""))
        if column is not None:
            seen = replace(seen, label=label(column, seen.row, language))
        field = None if column is None else column.field
        yield finding_of(seen, view.submission.path, language, field)


def in_order(view: AnswerView, findings: list[Finding]) -> list[Finding]:
    """Give findings by sheet, row and column; the worst first where several stand in one cell."""
    sheets, named = view.layout.sheets, view.submission.sheets
    tools = {sheet.tool.code: place for place, sheet in enumerate(sheets)}
    names = {named.get(sheet.tool.code) or sheet.name: place for place, sheet in enumerate(sheets)}

    def order(finding: Finding) -> Order:
        sheet = tools.get(finding.tool or "", names.get(finding.sheet or "", -1))
        return sheet, *row_and_column(finding.cell), -finding.severity.rank, finding.code

    return sorted(findings, key=order)


@cache
def row_and_column(cell: str | None) -> tuple[int, int]:
    """`D12` → 12, 4; what is not an address stands first."""
    found = ADDRESS.fullmatch(cell or "")
    if found is None:
        return 0, 0
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
