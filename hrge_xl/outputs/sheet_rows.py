"""Rows of a sheet as XML, straight from the dataset: five times faster than cell by cell, and never a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from ..core.numerals import to_serial
from ..dataset.schema import BOOLEAN, DATE, TEXT, Row
from ..workbook.plain_sheets import fitted

FONT = {"font_name": "Arial", "font_size": 10}  # of every cell of `data.xlsx`
CUT = " […cut here; the whole text is in dataset.sqlite]"
FIRST_DAY = "1900-03-01"  # before it Excel counts a day that never was
REMEMBERED, SHORT = 20_000, 80  # texts that come again and again, and how long they may be
SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\s|\s$|\n")
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
ROWS_AT_ONCE = 1_000


def write_rows(
    sheet: Worksheet, kinds: Sequence[str], rows: Iterable[Row], styles: Sequence[int], first: int = 1
) -> None:
    """Write rows from the one numbered `first` (0 is the top) on; those above are written already. Each column holds
    values of a kind, in a style.

    Days come as ISO text, truth values as 0 and 1.
    """
    sheet._write_single_row(first)
    looks = enumerate(zip(kinds, styles, strict=True))
    cells = [_cell(kind, xl_col_to_name(at), style) for at, (kind, style) in looks]
    lines, last = [], first - 1
    for last, row in enumerate(rows, start=first):
        number = last + 1
        found = [cells[at](number, value) for at, value in enumerate(row) if value is not None]
        lines.append(f'<row r="{number}">{"".join(found)}</row>')
        if len(lines) == ROWS_AT_ONCE:
            sheet.fh.write("".join(lines))
            lines.clear()
    sheet.fh.write("".join(lines))
    sheet.dim_rowmax = max(sheet.dim_rowmax or 0, last)
    sheet.previous_row = last + 1


def _cell(kind: str, letters: str, style: int) -> Callable[[int, Any], str]:
    """Give the function by which a column writes a value."""
    head, look = f'<c r="{letters}', f'" s="{style}"'
    if kind == TEXT:
        known: dict[str, str] = {}

        def text(number: int, value: str) -> str:
            shown = known.get(value)
            if shown is None:
                shown = inline(value)
                if len(value) <= SHORT and len(known) < REMEMBERED:
                    known[value] = shown
            return f"{head}{number}{look}{shown}"

        return text
    if kind == DATE:
        return lambda number, value: f"{head}{number}{look}{_day(value)}"
    if kind == BOOLEAN:
        return lambda number, value: f'{head}{number}{look} t="b"><v>{int(value)}</v></c>'
    return lambda number, value: f"{head}{number}{look}><v>{value!r}</v></c>"


def _day(text: str) -> str:
    return inline(text) if text < FIRST_DAY else f"><v>{to_serial(date.fromisoformat(text))}</v></c>"


def inline(text: str) -> str:
    """Give the rest of a cell that holds a text: cut where Excel cuts, escaped as Excel escapes."""
    text = fitted(text, CUT)
    if SPECIAL.search(text) is None:
        return f' t="inlineStr"><is><t>{text}</t></is></c>'
    text = LOOKS_ESCAPED.sub("_x005F_", text)
    text = CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
