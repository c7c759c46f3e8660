"""`data.xlsx`: what a dataset holds as people read it, with heads in words, names beside codes, matrices and charts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from ..dataset.periods import periods
from ..dataset.return_status import may_be_shared
from ..dataset.schema import (
    AGGREGATE_MATRIX,
    AGGREGATES,
    ANSWERS,
    CODEBOOK,
    COMPLETENESS,
    FILES,
    FINDINGS,
    INDICATOR_VALUES,
    ITEMS,
    LISTED_ROWS,
    MASKED,
    MATRIX_ROWS,
    RECONCILIATION,
    SUBMISSIONS,
    UNPLACED,
    spec_language,
)
from ..dataset.store import STATE, Store
from ..dataset.table import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, Table
from ..errors import LimitError
from ..output_files import parts_of, whole
from ..words import right_to_left
from .column_words import CodeLabels, groups, titles
from .figures_sheet import has_figures, write_figures, write_heat_maps
from .readable_columns import SHARE, ReadableColumn, readable_columns, readable_rows
from .sheet_rows import FONT, put, write_rows

MOST_CELLS = 2_000_000  # of all tables: Excel needs a minute for more; the contents say where the others are
# whose rows stand in other sheets here
REPEATED = frozenset({LISTED_ROWS.name, MATRIX_ROWS.name, "top_risks"})
COUNTS = ("counted", "current")  # columns that say whether a row counts
SHEET_NAME = 31  # characters
ONE_PAGE = 240  # widths of columns that can still be read on one page across
TITLE, CODES, HEADS, FIRST = range(4)  # the rows of a sheet with a table
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"font_size": 14, "bold": True},
    "group": {"font_size": 11, "bold": True, "bottom": 1},
    "head": {"bold": True, "text_wrap": True, "bottom": 1, "valign": "vcenter"},
    "head_of_numbers": {"bold": True, "text_wrap": True, "bottom": 1, "valign": "vcenter", "align": "right"},
    "code": {"font_size": 8, "font_color": "#595959"},
    "link": {"font_color": "#0B4F7C", "underline": 1, "valign": "top"},
    "plain": {},
    "wrap": {"text_wrap": True, "valign": "top"},
    TEXT: {"text_wrap": True, "valign": "top"},
    BOOLEAN: {"valign": "top"},
    DATE: {"num_format": "yyyy-mm-dd", "valign": "top"},
    NUMBER: {"num_format": "#,##0.##########", "valign": "top"},
    INTEGER: {"num_format": "0", "valign": "top"},
    SHARE: {"num_format": "0.##%", "valign": "top"},
}


def write_workbook(store: Store, path: Path, today: date, language: str | None = None) -> None:
    """Write the workbook of a dataset, in the language of its spec or in another one.

    The same dataset gives the same bytes. Raises `OutputError`.
    """
    with whole(path) as unfinished, parts_of(path) as parts:
        book = Workbook(str(unfinished), {"constant_memory": True, "tmpdir": str(parts)})
        _Book(book, store, today, language or spec_language(store.schema.spec)).draw()
        try:
            book.close()
        except FileCreateError as error:
            raise error.args[0] from error  # what the system said


class _Book:
    """Draws the sheets: contents, heat maps, figures, then a sheet per table that has rows."""

    def __init__(self, book: Workbook, store: Store, today: date, language: str) -> None:
        self.book, self.store, self.today = book, store, today
        self.labels = CodeLabels(store.schema.spec, language)
        self.say = self.labels.say
        self.contents = self.say("Contents")
        made = datetime.combine(today, time(), UTC).replace(tzinfo=None)
        book.set_properties({"title": "Dataset", "author": "hrge_xl", "created": made})
        self.formats = {name: book.add_format({**FONT, **look}) for name, look in LOOKS.items()}

    def draw(self) -> None:
        """All sheets, in the order in which they are read."""
        tables = self.store.schema.shown
        counts = {table.name: self._count(table, _counts_by(table)) for table in tables}
        omitted = [table.name for table in tables if self._count(table) > counts[table.name]]
        listed = Listed(tables, counts, REPEATED, _left_out(tables, counts), omitted)
        contents = self._sheet(self.contents)
        figures = self._figures(counts)
        sheets = {table.name: self._sheet(table.name) for table in listed.drawn}
        write_contents(contents, self.store, self.labels, self.formats, listed, figures, self.today)
        for name in figures:
            self._figure(name)
        for table in listed.drawn:
            self._table(sheets[table.name], table, counts[table.name])

    def _sheet(self, name: str) -> Worksheet:
        sheet = self.book.add_worksheet(name[:SHEET_NAME])
        if right_to_left(self.labels.language):
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.set_paper(9)
        return sheet

    def _count(self, table: Table, counts: str | None = None) -> int:
        rows = self.store.tables[table.name]
        wanted = sa.select(sa.func.count()).select_from(rows).where(rows.c[counts] if counts else sa.true())
        return int(str(next(self.store.select(wanted))[0]))

    def _figures(self, counts: dict[str, int]) -> list[str]:
        """Give the sheets with matrices and charts, made and in their order."""
        has_matrix = AGGREGATE_MATRIX.name in counts and bool(periods(self.store))
        found = [self.say("Heat maps")] if has_matrix else []
        found += [self.say("Figures")] if has_figures(self.store, self.labels.language) else []
        for name in found:
            self._sheet(name)
        return [name[:SHEET_NAME] for name in found]

    def _figure(self, name: str) -> None:
        sheet = self.book.get_worksheet_by_name(name)
        write = write_heat_maps if name == self.say("Heat maps")[:SHEET_NAME] else write_figures
        write(self.book, sheet, self.store, self.formats, self.labels.language)

    # tables

    def _table(self, sheet: Worksheet, table: Table, count: int) -> None:
        columns = readable_columns(self.store.schema, table, self.labels)
        self._named(sheet, table.name, columns, count)
        for at, column in enumerate(columns):
            folds = {"level": 1, "hidden": True} if column.folded else {}
            sheet.set_column(at, at, column.width, self.formats["plain"], folds)
        self._heads(sheet, table, columns)
        rows = self.store.raw(table.name, [f'"{name}"' for name in table.names])
        if counts := _counts_by(table):
            rows = filter(itemgetter(table.at[counts]), rows)
        styles = [self.formats[column.style]._get_xf_index() for column in columns]
        written = readable_rows(columns, rows)
        write_rows(sheet, [column.column for column in columns], written, styles, FIRST)
        if sum(column.width for column in columns if not column.folded) <= ONE_PAGE:
            sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(FIRST, 0)
        sheet.repeat_rows(HEADS)

    def _heads(self, sheet: Worksheet, table: Table, columns: Sequence[ReadableColumn]) -> None:
        """Write what the sheet holds, with a link back, then the codes of the columns, folded away, and their heads."""
        seen = [at for at, column in enumerate(columns) if not column.folded]
        link = f"internal:'{self.contents[:SHEET_NAME]}'!A1"
        sheet.write_url(TITLE, seen[0], link, self.formats["link"], self.contents)
        put(sheet, TITLE, seen[1], title_of(table, self.labels), self.formats["group"])
        sheet.set_row(CODES, None, None, {"level": 1, "hidden": True})
        for at, column in enumerate(columns):
            put(sheet, CODES, at, column.code, self.formats["code"])
        sheet.set_row(HEADS, None, None, {"collapsed": True})
        for at, column in enumerate(columns):
            put(sheet, HEADS, at, column.head, self.formats["head"])

    def _named(self, sheet: Worksheet, name: str, columns: Sequence[ReadableColumn], count: int) -> None:
        """Make the rows a named table. Only its first row is given to the writer, which would remember every cell."""
        last = len(columns) - 1
        sheet.constant_memory = False
        made = sheet.add_table(
            HEADS, 0, FIRST, last,
            {
                "name": table_name(name), "style": "Table Style Light 9",
                "columns": [{"header": column.head, "header_format": self.formats["head"]} for column in columns],
            },
        )  # fmt: skip
        sheet.constant_memory = True
        if made != 0:
            raise LimitError(f"The table '{name}' does not fit into a workbook (error {made} of the writer).")
        whole_range = xl_range(HEADS, 0, HEADS + count, last)
        sheet.tables[-1]["range"] = sheet.tables[-1]["a_range"] = whole_range


def _counts_by(table: Table) -> str | None:
    """Give the column that says which rows have a place here, so that a pivot adds up what counts.

    Every row has one in the list of all returns.
    """
    counts = (column.name for column in table.columns if column.kind == BOOLEAN and column.name in COUNTS)
    return None if table.name == SUBMISSIONS.name else next(counts, None)


def _left_out(tables: Sequence[Table], counts: dict[str, int]) -> set[str]:
    """Give the largest tables, where all of them would be too much for a workbook."""
    sizes = sorted(
        (counts[table.name] * len(table.columns), table.name)
        for table in tables
        if table.name not in REPEATED
    )
    so_far = accumulate(size for size, _ in sizes)
    return {name for (_, name), total in zip(sizes, so_far, strict=True) if total > MOST_CELLS}


def table_name(name: str) -> str:
    """Give a name that Excel takes for a table: not one that could be a cell, such as `R1`."""
    return f"{name}_" if re.fullmatch(r"[A-Za-z]{1,3}\d+|[RrCc]\d*([Cc]\d*)?", name) else name


# the first sheet of `data.xlsx`

NAME, HOLDS, ROWS = range(3)  # columns
WIDTHS = (28, 90, 10)
RETURNS = frozenset({
    *(table.name for table in (RECONCILIATION, COMPLETENESS, SUBMISSIONS, FILES, FINDINGS, UNPLACED)), "overdue",
})  # fmt: skip
DETAILS = frozenset({INDICATOR_VALUES.name, ANSWERS.name, *(table.name for table in AGGREGATES)})
OF_SPEC = frozenset({CODEBOOK.name, ITEMS.name})
FIRST_OF_DETAILS = INDICATOR_VALUES.name


class Listed(NamedTuple):
    """The tables of a dataset: how many rows each has, which repeat others, which are too large for a workbook, and
    of which only what counts is shown.
    """

    tables: Sequence[Table]
    counts: Mapping[str, int]
    repeated: Collection[str]
    too_large: Collection[str]
    omitted: Sequence[str]  # that have rows of returns that do not count

    @property
    def shown(self) -> list[Table]:
        """Those that have rows of their own, in the order of the contents."""
        found = [
            table for table in self.tables if self.counts[table.name] and table.name not in self.repeated
        ]
        return sorted(found, key=lambda table: (_place(table.name), table.name != FIRST_OF_DETAILS))

    @property
    def drawn(self) -> list[Table]:
        """Those that have a sheet."""
        return [table for table in self.shown if table.name not in self.too_large]

    @property
    def without_rows(self) -> list[str]:
        """The names of those that hold nothing."""
        return [table.name for table in self.tables if not self.counts[table.name]]


def write_contents(
    sheet: Worksheet, store: Store, labels: CodeLabels, formats: Mapping[str, Any], listed: Listed,
    figures: Sequence[str], today: date,
) -> None:  # fmt: skip
    """Write the list of sheets, in groups. Raises `LimitError` where a text does not fit."""
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 0)
    for at, width in enumerate(WIDTHS):
        sheet.set_column(at, at, width)
    row = _introduction(sheet, store, labels, formats, today)
    say = labels.say
    for at, head in enumerate((say("Sheet"), say("What it holds"), say("Rows"))):
        put(sheet, row, at, head, formats["head_of_numbers" if at == 2 else "head"])
    row = _figures(sheet, row + 1, labels, formats, figures)
    headings = list(groups(labels.say).values())
    group = 0
    for table in listed.shown:
        if _place(table.name) != group:
            group = _place(table.name)
            row += 1
            put(sheet, row, NAME, headings[group], formats["group"])
            row += 1
        _line(sheet, row, table, labels, formats, listed)
        row += 1
    for text in _not_here(labels, listed):
        row += 1
        put(sheet, row, HOLDS, text, formats["wrap"])


def _introduction(
    sheet: Worksheet, store: Store, labels: CodeLabels, formats: Mapping[str, Any], today: date
) -> int:
    """Give the title and how to read the sheets; the next row."""
    spec, say = store.schema.spec, labels.say
    title = (
        f"{spec.title.say(labels.language)} ({spec.name} {spec.version})"
        if spec
        else say("No file could be read")
    )
    made = say("Dataset of {day}. Every row leads back to a file, a sheet and a cell.")
    folded = say(
        "Above the headings of each sheet, a collapsed row holds the codes of the columns; columns "
        "with keys are collapsed too. The + in the margin opens them."
    )
    put(sheet, 0, NAME, title, formats["title"])
    put(sheet, 1, NAME, made.format(day=today.isoformat()), formats["plain"])
    put(sheet, 2, NAME, folded, formats["plain"])
    if MASKED not in store.fact(STATE):
        return 4
    put(sheet, 3, NAME, may_be_shared(say), formats["plain"])
    return 5


def _figures(
    sheet: Worksheet, row: int, labels: CodeLabels, formats: Mapping[str, Any], figures: Sequence[str]
) -> int:
    """Links to the sheets with matrices and charts; the next row."""
    say = labels.say
    told = {
        say("Heat maps"): say("The matrices of the latest period, with rows by level"),
        say("Figures"): say("Tables with charts: risks, completeness, gaps, indicators"),
    }
    for name in figures:
        _link(sheet, row, name, formats)
        put(sheet, row, HOLDS, told.get(name, ""), formats["wrap"])
        row += 1
    return row


def _line(
    sheet: Worksheet, row: int, table: Table, labels: CodeLabels, formats: Mapping[str, Any], listed: Listed
) -> None:
    about = title_of(table, labels)
    if table.name in listed.too_large:
        put(sheet, row, NAME, table.name, formats["plain"])
        say = labels.say
        note = say("Too large for this workbook: see {table}.csv or dataset.sqlite.")
        about = f"{about}. {note.format(table=table.name)}"
    else:
        _link(sheet, row, table.name, formats)
    put(sheet, row, HOLDS, about, formats["wrap"])
    put(sheet, row, ROWS, listed.counts[table.name], formats[INTEGER])


def _link(sheet: Worksheet, row: int, name: str, formats: Mapping[str, Any]) -> None:
    quoted = name.replace("'", "''")
    sheet.write_url(row, NAME, f"internal:'{quoted}'!A1", formats["link"], name)


def _not_here(labels: CodeLabels, listed: Listed) -> Iterator[str]:
    """Say what else the dataset has, as CSV and in its database."""
    say = labels.say
    repeated = [
        table.name for table in listed.tables if table.name in listed.repeated and listed.counts[table.name]
    ]
    if repeated:
        text = say(
            "Only in the CSV files and in dataset.sqlite, because other sheets show their rows: {tables}."
        )
        yield text.format(tables=", ".join(repeated))
    if listed.omitted:
        text = say(
            "Rows of returns that do not count, and values that a later return states again, are only in the CSV "
            "files and in dataset.sqlite: {tables}."
        )
        yield text.format(tables=", ".join(listed.omitted))
    if listed.without_rows:
        yield say("Without rows: {tables}.").format(tables=", ".join(listed.without_rows))


def title_of(table: Table, labels: CodeLabels) -> str:
    """Say what a table holds: for people the titles of its sheets."""
    spec = labels.spec
    if spec is not None and len(table.tools) == 1:
        return spec.tool[table.tools[0]].title.say(labels.language)
    if spec is not None and table.tools:
        return ", ".join(spec.tool[tool].sheet.say(labels.language) for tool in table.tools)
    return titles(labels.say).get(table.name, table.about)


def _place(name: str) -> int:
    """Give the number of the group that a table stands in."""
    for place, names in ((2, RETURNS), (3, DETAILS), (4, OF_SPEC)):
        if name in names:
            return place
    return 1
