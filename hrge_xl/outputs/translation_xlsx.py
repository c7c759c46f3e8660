"""The translations into one language as a workbook for translators, and what they wrote in it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from ..core.errors import UsageError
from ..core.words import right_to_left
from ..reader import first_table
from ..spec.translating import Sent, limit_of

HEADS = ("Place", "At most", "English", "Translation", "State", "Comment")
WIDTHS = (28, 8, 60, 60, 12, 30)
OPEN = (3, 4, 5)  # the columns that translators write in
REVIEWED, MACHINE, MISSING = "reviewed", "draft", ""


def workbook_of(rows: Sequence[Sent], language: str) -> bytes:
    """Give the workbook: protected but for the columns that translators write in."""
    from xlsxwriter import Workbook

    target = BytesIO()
    book = Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(language)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    fixed = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#404040"})
    free = book.add_format(
        {"text_wrap": True, "valign": "top", "locked": False, "num_format": "@", "bg_color": "#FFF9E5",
         "reading_order": 2 if right_to_left(language) else 1}
    )  # fmt: skip
    for column, (name, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    for number, each in enumerate(rows, start=1):
        state = MISSING if not each.said else REVIEWED if each.reviewed else MACHINE
        cells = each.place, str(limit_of(each.place) or ""), each.text, each.said, state, each.comment
        for column, text in enumerate(cells):
            sheet.write_string(number, column, text, free if column in OPEN else fixed)
    sheet.data_validation(1, 4, max(len(rows), 1), 4, {"validate": "list", "source": [MACHINE, REVIEWED]})
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(HEADS) - 1)
    sheet.protect("", {"autofilter": True, "format_rows": True, "format_columns": True})
    book.close()
    return target.getvalue()


def sent_in(path: Path, password: str | None = None) -> list[Sent]:
    """Give what translators wrote in such a workbook. Raises `UsageError` where it is none."""
    remedy = "Take the workbook that was made with --to-xlsx."
    table = first_table(path, remedy, password)
    if not table or tuple(table[0][1]) != HEADS:
        raise UsageError(
            f"{path} is not a workbook of translations: its headings are not {', '.join(HEADS)}. {remedy}"
        )
    rows = ([cell.strip("\n") for cell in cells] for _, cells in table[1:])
    return [
        Sent(place, text, said, state.strip().lower() == REVIEWED, comment)
        for place, _, text, said, state, comment in rows
        if text
    ]
