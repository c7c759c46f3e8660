"""What the reader noticed about a file, in words; and the order of findings in a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import PurePath

from ..findings import Finding
from ..layout.wording import noted, worded
from ..submission import Observation
from .batch import Batch
from .cell_index import Column
from .messages import excerpt, label

ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})")
Order = tuple[int, int, int, int, str]


def observations(batch: Batch, number: int, more: Iterable[Observation] = ()) -> Iterator[Finding]:
    """Give the observations of one submission, and more that checking brought."""
    found = chain(batch.submissions[number].observations, more)
    return (_finding(batch, number, each) for each in found)


def _finding(batch: Batch, number: int, seen: Observation) -> Finding:
    kind, language = seen.kind, batch.layout(number).language
    named, value = _label(batch, seen, language), excerpt(seen.value or "") or None
    details: dict[str, str | None] = {
        "file": PurePath(batch.submissions[number].path).name, "sheet": seen.sheet, "cell": seen.cell,
        "row": seen.row, "value": value, "label": named or seen.row or seen.cell,
    }  # fmt: skip
    details |= seen.detail
    column = _column(batch, seen)
    field = column.field if column else None
    message, remedy = worded(kind, field, details, language)
    found = Finding(
        code=kind.code, name=kind.name, severity=kind.severity, message=message, remedy=remedy,
        sheet=seen.sheet, cell=seen.cell, tool=seen.tool, row=seen.row, field=seen.field,
        label=named, value=value, suggestion=seen.suggestion, language=language,
    )  # fmt: skip
    return replace(found, details=noted(details, kind, field, found, details["file"] or ""))


def _column(batch: Batch, seen: Observation) -> Column | None:
    return batch.cell_index.columns.get((seen.tool or "", seen.field or ""))


def _label(batch: Batch, seen: Observation, language: str) -> str | None:
    column = _column(batch, seen)
    return label(column, column.table.number.get(seen.row or ""), language) if column else None


def in_order(batch: Batch, number: int, findings: list[Finding]) -> list[Finding]:
    """Give findings by sheet, row and column; the worst first where several stand in one cell."""
    sheets, named = batch.layout(number).sheets, batch.submissions[number].sheets
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
