"""Reads an XLSForm: the sheets `survey`, `choices` and `settings` of a workbook, or of one CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree

from ..core.errors import UsageError
from ..core.paths import decoded, is_plain_name
from ..core.words import counted
from ..layout import column_letters
from ..reader import RawWorkbook
from ..reader.raw import shown_cell
from .expressions import COUNTERPARTS
from .neutral import DraftSpec, in_one_line
from .source_form import MOST_ROWS, FormRow, SourceForm

# the rows of a sheet that hold something, each with its number; the sheets by their names in small letters
FormRows = list[tuple[int, dict[int, str]]]
FormSheets = dict[str, FormRows]
# what names a file: with its ending, or without
BESIDE = re.compile(
    r"_from_file\s+(\w[\w.-]{0,99}\.(?:csv|xml))|\b(?:instance|pulldata)\(\s*['\"‘’“”](\w[\w.-]{0,99})['\"‘’“”]"
)
UNDERSTOOD = {
    heading for kind in ("texts", "conditions", "understood") for heading in COUNTERPARTS[kind]
}
# the sheets of a form: what a row of each is called in the account
PARTS = {"survey": "row", "choices": "choice", "external_choices": "choice", "settings": "row"}


def form_in_workbook(content: RawWorkbook, stem: str) -> SourceForm | None:
    """Return the form that a workbook holds; None where it is no XLSForm."""
    sheets: FormSheets = {}
    for sheet in content.sheets:
        rows = sheets[sheet.name.strip().casefold()] = []
        for row, cells in sorted(sheet.cells.items()):
            texts = {column: in_one_line(shown_cell(cell)) for column, cell in cells.items()}
            if texts := {column: text for column, text in texts.items() if text}:
                rows.append((row, texts))
    return _form(sheets, stem)


def form_in_csv(content: bytes, stem: str) -> SourceForm:
    """Return the form in a CSV file: each sheet begins with its name alone in a row; without names it is `survey`.

    Raises `UsageError`.
    """
    try:
        rows = [*csv.reader(io.StringIO(decoded(content), newline=""))]
    except (UnicodeDecodeError, csv.Error) as error:
        reason = f"it is no CSV file in UTF-8 ({error})."
        raise UsageError(f"{reason} Save the form as .xlsx and import that.") from error
    sheets: FormSheets = {}
    name = "survey"
    for number, cells in enumerate(rows, 1):
        texts = {
            column: text for column, cell in enumerate(cells, 1) if (text := in_one_line(cell))
        }
        if [*texts] == [1] and texts[1].casefold() in PARTS:
            name = texts[1].casefold()
        elif texts:
            sheets.setdefault(name, []).append((number, texts))
    form = _form(sheets, stem)
    if form is None:
        reason = "it is no XLSForm: no row of headings has `type`, `name` and `label`."
        raise UsageError(f"{reason} Import an XLSForm, a Table Schema or a workbook.")
    return form


def _form(sheets: FormSheets, stem: str) -> SourceForm | None:
    """Return a form with its account: every column and row, and every other sheet."""
    survey = sheets.get("survey")
    if not survey or "type" not in map(_heading, survey[0][1].values()):
        return None
    form = SourceForm(DraftSpec(stem))
    for name, rows in sheets.items():
        if name not in PARTS:
            form.draft.part("sheet", name, name).leave_out(
                "no sheet of a form that asks or lists anything"
            )
        elif rows:
            _take_sheet(form, name, rows)
    form.check_size()
    form.draft.messages += _found_by_pyxform(sheets)
    return form


def _take_sheet(form: SourceForm, name: str, rows: FormRows) -> None:
    """Take over the rows of a sheet below its headings, and tell which of its columns are understood."""
    (_, titles), *lines = rows
    columns: dict[str, int] = {}  # by heading, the first of each
    for column, title in titles.items():
        columns.setdefault(_heading(title), column)
    cells = Counter[str]()
    for number, texts in lines:
        row_texts = {
            heading: texts[column] for heading, column in columns.items() if column in texts
        }
        cells.update(row_texts.keys())
        description = (
            row_texts.get(key, "") for key in ("type", "list_name", "name", "label", "form_title")
        )
        part = form.draft.part(
            PARTS[name], f"{name}!{number}", " · ".join(filter(None, description))
        )
        if name == "survey":
            form.survey.append(FormRow(row_texts, part))
        elif name != "settings":
            form.add_choice(row_texts, part)
        elif number == lines[0][0]:
            form.draft.title = row_texts.get("form_title", form.draft.title)
            form.default_language = row_texts.get("default_language", "")
            part.keep()
    for column, title in titles.items():
        heading = _heading(title)
        part = form.draft.part("column", f"{name}!{column_letters(column)}", title)
        form.columns.setdefault(heading, part)
        if columns[heading] != column:
            part.leave_out("another column has the same heading")
        elif not cells[heading] or heading.partition("::")[0] in UNDERSTOOD:
            part.keep("" if cells[heading] else "it is blank")
        else:
            part.leave_out(f"{part.explanation} ({counted(cells[heading], 'cell')})")


def files_beside(form: SourceForm) -> list[str]:
    """Return the names of the files whose rows a form reads, as they stand beside it."""
    texts = "\n".join(text for row in form.survey for text in row.texts.values())
    files = list[str]()
    for match in BESIDE.finditer(texts):
        name = match[1] or match[2]
        if name not in form.lists:
            files += [name] if name.endswith((".csv", ".xml")) else [f"{name}.csv", f"{name}.xml"]
    return [*filter(is_plain_name, dict.fromkeys(files))]


def take_file(form: SourceForm, name: str, content: bytes) -> None:
    """Take the rows of a file beside a form for a list of it, unless there are more than a list can have."""
    try:
        if name.endswith(".xml"):
            items = ElementTree.fromstring(content).iter("item")
            rows = [{part.tag: part.text for part in item} for item in items]
        else:
            rows = [*csv.DictReader(io.StringIO(decoded(content), newline=""))]
    except (UnicodeDecodeError, csv.Error, ElementTree.ParseError) as error:
        form.draft.messages.append(f"{name} was left out: it cannot be read ({error}).")
        return
    if len(rows) > MOST_ROWS:
        form.draft.messages.append(f"{name} was left out: it has more than {MOST_ROWS:,} rows.")
        return
    for number, cells in enumerate(rows, 2):
        texts = {
            str(heading).strip().casefold(): in_one_line(cell) for heading, cell in cells.items()
        }
        title = texts.get("label") or texts.get("name", "")
        form.add_choice(
            texts | {"list_name": name}, form.draft.part("choice", f"{name}!{number}", title)
        )


def _found_by_pyxform(sheets: FormSheets) -> list[str]:
    """Say what the converter of XLSForm has against a form: its error, else its first warning. Without it, nothing."""
    try:
        from pyxform.xls2xform import create_survey_element_from_dict, get_xlsform, workbook_to_json
    except ImportError:
        return []
    # as that converter knows it: of each sheet the headings, and all rows below
    form: dict[str, Any] = {}
    for name, rows in sheets.items():
        if name in (*PARTS, "entities") and rows:
            (first, titles) = rows[0]
            last = rows[-1][0]
            lines = dict(rows)
            form[f"{name}_header"] = [dict.fromkeys(titles.values())]
            form[name] = [
                {titles[at]: text for at, text in lines.get(row, {}).items() if at in titles}
                for row in range(first + 1, last + 1)
            ]
    warnings = list[str]()
    try:
        survey_json = workbook_to_json(get_xlsform(form), form_name="form", warnings=warnings)
        create_survey_element_from_dict(survey_json).xml()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - of forms that it does not expect it raises errors of every kind
        warnings = [str(error)]
    return [f"pyxform finds: {in_one_line(text)}" for text in warnings[:1]]


def _heading(text: str) -> str:
    """Return what a heading is called, as it is usually written, and behind :: its language."""
    name, *language = re.split(r"\s*::?\s*", text.strip())
    while name.casefold() in ("bind", "body", "control", "jr") and language:
        name, *language = language
    return "::".join([COUNTERPARTS["headings"].get(name.casefold(), name.casefold()), *language])
