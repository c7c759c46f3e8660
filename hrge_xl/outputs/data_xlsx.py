"""`data.xlsx`: what a dataset holds as people read it, with heads in words, names beside codes, matrices and charts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property, partial
from itertools import accumulate, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from ..core.errors import LimitError
from ..core.paths import parts_of, whole
from ..core.work import grouped
from ..dataset.reconciliation import periods
from ..dataset.return_status import may_be_shared
from ..dataset.returns import corrected_answers
from ..dataset.schema import (
    BOOLEAN,
    DATE,
    GROUPS,
    INTEGER,
    MASKED,
    NUMBER,
    TEXT,
    Row,
    Table,
    counts_people,
    title_below_form,
)
from ..dataset.store import STATE, Store
from ..findings.value import CORRECTED_BY_OFFICE
from ..spec.lookup import has_countries
from ..workbook.plain_sheets import SHEET_NAME, PlainSheet, add_sheet
from .figures import blocks
from .figures_sheet import write_figures, write_heat_maps
from .table_sheets import (
    CUT,
    FONT,
    SHARE,
    CodeLabels,
    ReadableColumn,
    readable_columns,
    readable_rows,
    write_rows,
)

# of all tables: 120 full returns keep their findings, 500 in each; more would take office programs minutes to open.
# The contents say where the others are.
MOST_CELLS = 3_000_000
LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[RrCc]\d*([Cc]\d*)?")  # no name for a table of Excel
COUNTS = ("counted", "current")  # columns that say whether a row counts
ONE_PAGE = 240  # widths of columns that can still be read on one page across
TITLE, CODES, HEADS, FIRST = range(4)  # the rows of a sheet with a table
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"font_size": 14, "bold": True},
    "group": {"font_size": 11, "bold": True, "bottom": 1},
    "head": {"bold": True, "text_wrap": True, "bottom": 1, "valign": "vcenter"},
    "head_of_numbers": {
        "bold": True,
        "text_wrap": True,
        "bottom": 1,
        "valign": "vcenter",
        "align": "right",
    },
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
    sheets = (table.name for table in store.schema.sheets)
    with whole(path) as unfinished, parts_of(path) as parts, store.worked_out(sheets):
        book = Workbook(str(unfinished), {"constant_memory": True, "tmpdir": str(parts)})
        _Book(book, store, today, language or store.schema.language).draw()
        try:
            book.close()
        except FileCreateError as error:
            raise error.args[0] from error  # what the system said


# a sheet with matrices or charts, what draws it, and what it holds
FigureSheet = tuple[Worksheet, Callable[[Workbook, PlainSheet, Store, CodeLabels], None], str]
NAME, HOLDS, ROWS = range(3)  # the columns of the contents
CONTENTS_WIDTHS = (28, 90, 10)


class _Book:
    """Draws the sheets: contents, heat maps, figures, then a sheet per table that has rows."""

    def __init__(self, book: Workbook, store: Store, today: date, language: str) -> None:
        self.book = book
        self.store = store
        self.today = today
        self.labels = CodeLabels(store.schema.spec, language)
        self.say = self.labels.say
        self.contents = self.say("Contents")
        created = datetime.combine(today, time(), UTC).replace(tzinfo=None)
        book.set_properties({"title": "Dataset", "author": "hrge_xl", "created": created})
        self.formats = {name: book.add_format({**FONT, **look}) for name, look in LOOKS.items()}
        tables = store.schema.shown
        row_counts = {table.name: self._count(table) for table in tables}
        self.counts = {
            name: placed for name, (placed, _) in row_counts.items()
        }  # rows that have a place here
        self.left_out = {name for name, (placed, every) in row_counts.items() if placed < every}
        with_rows = [table for table in tables if self.counts[table.name] and not table.repeated]
        self.listed = sorted(
            with_rows, key=lambda table: (_group(table), table.name != "indicator_values")
        )
        # the largest tables, where all of them would be too much for a workbook
        sizes = sorted(
            (self.counts[table.name] * len(table.columns), table.name) for table in with_rows
        )
        so_far = accumulate(size for size, _ in sizes)
        self.too_large = {
            name for (_, name), total in zip(sizes, so_far, strict=True) if total > MOST_CELLS
        }

    def draw(self) -> None:
        """All sheets, in the order in which they are read."""
        contents = self._sheet(self.contents)
        say = self.say
        figures: list[FigureSheet] = []
        if "aggregate_matrix" in self.counts and periods(self.store):
            about = say("The matrices of the latest period, with rows by level")
            figures.append((self._sheet(say("Heat maps")), write_heat_maps, about))
        charts = [*blocks(self.store, self.labels.language)]
        if charts:
            figures_of = self.labels.spec.figures if self.labels.spec else None
            of_all = figures_of and figures_of.risks and figures_of.indicators
            about = say("Tables with charts: risks, completeness, gaps, indicators")
            if not of_all:
                titles = dict.fromkeys(chart.title for chart in charts)
                about = ", ".join(titles)
            figures.append((self._sheet(say("Figures")), partial(write_figures, charts), about))
        drawn = [table for table in self.listed if table.name not in self.too_large]
        sheets = [self._sheet(sheet_name(table)) for table in drawn]
        self._list(self._pen(contents), figures)
        for sheet, write, _ in figures:
            write(self.book, self._pen(sheet), self.store, self.labels)
        for sheet, table in zip(sheets, drawn, strict=True):
            self._table(sheet, table)

    def _sheet(self, name: str) -> Worksheet:
        return add_sheet(self.book, name, self.labels.language)

    def _pen(self, sheet: Worksheet) -> PlainSheet:
        return PlainSheet(sheet, self.formats, CUT)

    def _count(self, table: Table) -> tuple[int, int]:
        """Count the rows that have a place here, and all: at once, as a view is worked out each time."""
        rows = self.store[table.name]
        counts = _counts_by(table)
        every = sa.func.count()
        placed = every.filter(rows.c[counts]) if counts else every
        sums = next(self.store.select(sa.select(placed, every).select_from(rows)))
        return int(sums[0]), int(sums[1])

    # the first sheet

    def _list(self, pen: PlainSheet, figures: Sequence[FigureSheet]) -> None:
        """Write the list of sheets, in groups."""
        say = self.say
        pen.sheet.hide_gridlines(2)
        pen.sheet.fit_to_pages(1, 0)
        for at, width in enumerate(CONTENTS_WIDTHS):
            pen.sheet.set_column(at, at, width)
        row = self._introduction(pen)
        for at, head in enumerate((say("Sheet"), say("What it holds"), say("Rows"))):
            pen.put(row, at, head, "head_of_numbers" if at == ROWS else "head")
        for row, (sheet, _, about) in enumerate(figures, start=row + 1):  # noqa: B020
            pen.link(row, NAME, sheet.get_name())
            pen.put(row, HOLDS, about, "wrap")
        row += 1
        for group, tables in groupby(self.listed, _group):
            pen.put(row + 1, NAME, say(GROUPS[group]), "group")
            row += 2
            for table in tables:
                about = self._title(table)
                if table.name in self.too_large:
                    pen.put(row, NAME, table.name, "plain")
                    note = say(
                        "Too large for this workbook: hrge-xl export FOLDER --table {table} -o {table}.csv"
                    )
                    about = f"{about}. {note.format(table=table.name)}"
                else:
                    pen.link(row, NAME, sheet_name(table))
                pen.put(row, HOLDS, about, "wrap")
                pen.put(row, ROWS, self.counts[table.name], INTEGER)
                row += 1
        for row, text in enumerate(self._not_here(), start=row + 1):  # noqa: B020
            pen.put(row, HOLDS, text, "wrap")

    def _introduction(self, pen: PlainSheet) -> int:
        """Return the title and how to read the sheets; the next row."""
        spec = self.labels.spec
        say = self.say
        masked = MASKED in self.store.fact(STATE)
        title = (
            f"{spec.title.say(self.labels.language)} ({spec.name} {spec.version})"
            if spec
            else say("No file could be read")
        )
        origin = say("Dataset of {day}. Every row leads back to a file, a sheet and a cell.")
        folded = say(
            "Above the headings of each sheet, a collapsed row holds the codes of the columns; columns "
            "with keys are collapsed too. The + in the margin opens them."
        )
        pen.put(0, NAME, title, "title")
        pen.put(1, NAME, origin.format(day=self.today.isoformat()), "plain")
        pen.put(2, NAME, folded, "plain")
        if masked:
            pen.put(3, NAME, may_be_shared(say, people=counts_people(spec)), "plain")
        return 4 + masked

    def _not_here(self) -> Iterator[str]:
        """Say what else the dataset has."""
        say = self.say
        counts = self.counts
        names = [table.name for table in self.store.schema.shown]
        repeated = {table.name for table in self.store.schema.shown if table.repeated}
        shown_elsewhere = [name for name in names if name in repeated and counts[name]]
        left_out = [name for name in names if name in self.left_out]
        without_rows = [name for name in names if not counts[name]]
        if "countries" in without_rows and not has_countries(self.labels.spec):
            without_rows.remove("countries")
        for text, tables in (
            (
                say("In dataset.sqlite, because other sheets show their rows: {tables}."),
                shown_elsewhere,
            ),
            (
                say(
                    "Rows of returns that do not count, and values that a later return states again, are in "
                    "dataset.sqlite: {tables}."
                ),
                left_out,
            ),
            (say("Without rows: {tables}."), without_rows),
        ):
            if tables:
                yield text.format(tables=", ".join(tables))

    def _title(self, table: Table) -> str:
        """Say what a table holds: for people the titles of its sheets."""
        spec = self.labels.spec
        if spec is not None and len(table.tools) == 1:
            tool = spec.tool[table.tools[0]]
            language = self.labels.language
            below = table.name != self.store.schema.wide[tool.code].name
            return title_below_form(tool, language) if below else tool.title.say(language)
        if spec is not None and table.tools:
            return ", ".join(
                spec.tool[tool].sheet.say(self.labels.language) for tool in table.tools
            )
        return self.say(table.title) if table.title else table.about

    # tables

    def _table(self, sheet: Worksheet, table: Table) -> None:
        columns = readable_columns(self.store.schema, table, self.labels)
        self._named(sheet, table.name, columns)
        for at, column in enumerate(columns):
            folds = {"level": 1, "hidden": True} if column.folded else {}
            sheet.set_column(at, at, column.width, self.formats["plain"], folds)
        # what the sheet holds, with a link back, then the codes of the columns, folded away, and their heads
        seen = [at for at, column in enumerate(columns) if not column.folded]
        pen = self._pen(sheet)
        pen.link(TITLE, seen[0], self.contents)
        pen.put(TITLE, seen[1], self._title(table), "group")
        sheet.set_row(CODES, None, None, {"level": 1, "hidden": True})
        for at, column in enumerate(columns):
            pen.put(CODES, at, column.code, "code")
        sheet.set_row(HEADS, None, None, {"collapsed": True})
        for at, column in enumerate(columns):
            pen.put(HEADS, at, column.head, "head")
        rows = self.store.raw(table.name, [f'"{name}"' for name in table.names])
        counts = _counts_by(table)
        if counts:
            rows = filter(itemgetter(table.at[counts]), rows)
        if self.corrected and table.tools:
            rows = self._marked(sheet, table, columns, rows)
        looks = ((column.kind, self.formats[column.style]) for column in columns)
        write_rows(sheet, looks, readable_rows(table, columns, rows), FIRST)
        if sum(column.width for column in columns if not column.folded) <= ONE_PAGE:
            sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(FIRST, 0)
        sheet.repeat_rows(HEADS)

    @cached_property
    def corrected(self) -> dict[tuple[Any, Any, Any], set[Any]]:
        """The questions whose answers the office corrected, by submission, tool and row."""
        return {
            key: set(fields)
            for key, fields in grouped(
                ((row["submission"], row["tool"], row["row_code"]), row["field"])
                for row in corrected_answers(self.store)
            ).items()
        }

    def _marked(
        self, sheet: Worksheet, table: Table, columns: Sequence[ReadableColumn], rows: Iterable[Row]
    ) -> Iterator[Row]:
        """Yield the rows of a table with answers; a comment goes to each one that the office corrected."""
        mark = self.say("Corrected by the office ({code})")
        comment = mark.format(code=CORRECTED_BY_OFFICE.code)
        places = {column.code: at for at, column in enumerate(columns)}
        for number, row in enumerate(rows, start=FIRST):
            record = dict(zip(table.names, row, strict=True))
            tool = str(record["tool"])
            fields = self.corrected.get((record["submission"], tool, record["row_code"]), ())
            for column in table.columns if fields else ():
                field = column.fields.get(tool)
                if field is not None and field.code in fields and column.name in places:
                    sheet.write_comment(number, places[column.name], comment, {"author": "hrge_xl"})
            yield row

    def _named(self, sheet: Worksheet, name: str, columns: Sequence[ReadableColumn]) -> None:
        """Make the rows a named table. Only its first row is given to the writer, which would remember every cell."""
        last = len(columns) - 1
        sheet.constant_memory = False
        error_code = sheet.add_table(
            HEADS,
            0,
            FIRST,
            last,
            {
                "name": f"{name}_" if LIKE_A_CELL.fullmatch(name) else name,
                "style": "Table Style Light 9",
                "columns": [
                    {"header": column.head, "header_format": self.formats["head"]}
                    for column in columns
                ],
            },
        )
        sheet.constant_memory = True
        if error_code != 0:
            raise LimitError(
                f"The table '{name}' does not fit into a workbook (error {error_code} of the writer)."
            )
        whole_range = xl_range(HEADS, 0, HEADS + self.counts[name], last)
        sheet.tables[-1]["range"] = sheet.tables[-1]["a_range"] = whole_range


def _counts_by(table: Table) -> str | None:
    """Return the column that says which rows have a place here, so that a pivot adds up what counts.

    Every row has one in the list of all returns.
    """
    counts = (
        column.name for column in table.columns if column.kind == BOOLEAN and column.name in COUNTS
    )
    return None if table.name == "submissions" else next(counts, None)


def sheet_name(table: Table) -> str:
    """Return the name of the sheet with a table: a long one without what all tables of figures begin with."""
    return table.name if len(table.name) <= SHEET_NAME else table.name.removeprefix("aggregate_")


def _group(table: Table) -> int:
    """Return the number of the group that a table stands in; what says none is among the answers."""
    return GROUPS.index(table.group) if table.group else 1
