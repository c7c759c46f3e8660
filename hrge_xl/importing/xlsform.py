"""Reads an XLSForm: the sheets `survey`, `choices` and `settings` of a workbook, or of one CSV file."""

from __future__ import annotations

import csv
import io
import re

from ..core.errors import UsageError
from ..core.words import counted
from ..layout import column_letters
from ..reader import RawWorkbook
from ..reader.raw import shown_cell
from .expressions import COUNTERPARTS
from .form import FormRow, SourceForm
from .neutral import DraftSpec, in_one_line

FormSheets = dict[
    str, list[tuple[int, dict[int, str]]]
]  # by name in small letters: the rows that hold something
PARTS = {
    "survey": "row",
    "choices": "choice",
    "external_choices": "choice",
    "settings": "row",
}  # in an account


def sheets_of_workbook(content: RawWorkbook) -> FormSheets:
    """Give the sheets of a workbook as texts."""
    return {
        sheet.name.strip().casefold(): [
            (row, texts)
            for row, cells in sorted(sheet.cells.items())
            if (
                texts := {
                    column: text for column, cell in cells.items() if (text := in_one_line(shown_cell(cell)))
                }
            )
        ]
        for sheet in content.sheets
    }


def sheets_of_csv(data: bytes) -> FormSheets:
    """Give the sheets of one CSV file: each begins with its name alone in a row; without names it is `survey`.

    Raises `UsageError`.
    """
    try:
        rows = [*csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"It is no CSV file in UTF-8 ({error}). Save the form as .xlsx and import that."
        ) from error
    sheets: FormSheets = {}
    name = "survey"
    for number, cells in enumerate(rows, 1):
        texts = {column: text for column, cell in enumerate(cells, 1) if (text := in_one_line(cell))}
        if [*texts] == [1] and texts[1].casefold() in PARTS:
            name = texts[1].casefold()
        elif texts:
            sheets.setdefault(name, []).append((number, texts))
    if not is_form(sheets):
        reason = "It is no XLSForm: no row of headings has `type`, `name` and `label`."
        raise UsageError(f"{reason} Import an XLSForm, a Table Schema or a workbook.")
    return sheets


def is_form(sheets: FormSheets) -> bool:
    """Say whether these are the sheets of an XLSForm."""
    return any("type" in map(_heading, texts.values()) for _, texts in sheets.get("survey", ())[:1])


def read_form(sheets: FormSheets, stem: str) -> SourceForm:
    """Give a form with its account: every column and row, and every other sheet."""
    form = SourceForm(DraftSpec(stem))
    for name, rows in sheets.items():
        if name not in PARTS:
            form.draft.part("sheet", name, name).leave_out("no sheet of a form that asks or lists anything")
            continue
        heads = {column: _heading(text) for column, text in rows[0][1].items()} if rows else {}
        found = list[FormRow]()
        for number, texts in rows[1:]:
            said = {heads[column]: text for column, text in reversed(texts.items()) if column in heads}
            told = (said.get(key, "") for key in ("type", "list_name", "name", "label", "form_title"))
            found.append(
                FormRow(
                    said, form.draft.part(PARTS[name], f"{name}!{number}", " · ".join(filter(None, told)))
                )
            )
        for column, heading in heads.items():
            part = form.draft.part("column", f"{name}!{column_letters(column)}", rows[0][1][column])
            form.columns.setdefault(heading, part)
            cells = sum(heading in row.said for row in found)
            text = heading.partition("::")[0]
            if column != next(first for first, other in heads.items() if other == heading):
                part.leave_out("another column has the same heading")
            elif not cells or any(
                text in COUNTERPARTS[kind] for kind in ("texts", "conditions", "understood")
            ):
                part.keep("" if cells else "it is blank")
            else:
                part.leave_out(f"{part.how} ({counted(cells, 'cell')})")
        if name == "settings":
            for row in found[:1]:
                form.draft.title = row.said.get("form_title", stem)
                form.default_language = row.said.get("default_language", "")
                row.part.keep()
        else:
            (form.survey if name == "survey" else form.choices).extend(found)
    return form


def _heading(text: str) -> str:
    """Give what a heading is called, as it is usually written, and behind :: its language."""
    name, *language = re.split(r"\s*::?\s*", text.strip())
    while name.casefold() in ("bind", "body", "control", "jr") and language:
        name, *language = language
    return "::".join([COUNTERPARTS["headings"].get(name.casefold(), name.casefold()), *language])
