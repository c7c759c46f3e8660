"""`data.xlsx`: every table as a named Excel table, and the matrices as heat maps with a chart, native to Excel."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from itertools import accumulate
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from ..dataset.aggregates.common import TOTAL, records
from ..dataset.files import parts_of, whole
from ..dataset.matrix_rows import matrix_blocks
from ..dataset.periods import choose, periods
from ..dataset.schema import AGGREGATE_MATRIX, spec_language
from ..dataset.store import Store
from ..dataset.table import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, Table
from ..errors import LimitError
from ..words import beginning, translator
from .figures_sheet import FIGURES, has_figures, write_figures, write_period
from .sheet_rows import fitted, write_rows

MOST_CELLS = 2_000_000  # of all tables: Excel needs a minute for more; the contents say where the others are
WIDTHS = {TEXT: 18, INTEGER: 9, NUMBER: 12, BOOLEAN: 9, DATE: 12}
NARROW, WIDE, ID = 10, 40, 19
PROMPT = 255  # characters that Excel shows of what is told at a cell
FONT = "Arial"
CONTENTS, HEAT_MAPS = "Contents", "Heat maps"


def write_workbook(store: Store, path: Path, today: date) -> None:
    """The workbook of a dataset; the same dataset gives the same bytes. Raises `OutputError`."""
    with whole(path) as unfinished, parts_of(path) as parts:
        book = Workbook(str(unfinished), {"constant_memory": True, "tmpdir": str(parts)})
        _Book(book, store, today).draw()
        try:
            book.close()
        except FileCreateError as error:
            raise error.args[0] from error  # what the system said


class _Book:
    """Draws the sheets: contents, heat maps, then a sheet a table."""

    def __init__(self, book: Workbook, store: Store, today: date) -> None:
        self.book, self.store, self.today = book, store, today
        self.language = spec_language(store.schema.spec)
        made = datetime.combine(today, time(), UTC).replace(tzinfo=None)
        book.set_properties({"title": "Dataset", "author": "hrge_xl", "created": made})
        self.formats = {
            "title": book.add_format({"font_name": FONT, "font_size": 14, "bold": True}),
            "head": book.add_format(
                {"font_name": FONT, "font_size": 10, "bold": True, "text_wrap": True, "bottom": 1}
            ),
            "text": book.add_format({"font_name": FONT, "font_size": 10}),
            "wrap": book.add_format({"font_name": FONT, "font_size": 10, "text_wrap": True, "valign": "top"}),
            DATE: book.add_format({"font_name": FONT, "font_size": 10, "num_format": "yyyy-mm-dd"}),
            NUMBER: book.add_format({"font_name": FONT, "font_size": 10, "num_format": "#,##0.##########"}),
            INTEGER: book.add_format({"font_name": FONT, "font_size": 10, "num_format": "0"}),
        }

    def draw(self) -> None:
        """All sheets, in the order in which they are read."""
        tables = self.store.schema.shown
        counts = {table.name: self._count(table) for table in tables}
        sheets = {name: self.book.add_worksheet(name) for name in self._names(tables, counts)}
        self._contents(sheets[CONTENTS], tables, counts)
        if HEAT_MAPS in sheets:
            _HeatMaps(self, sheets[HEAT_MAPS]).draw()
        if FIGURES in sheets:
            write_figures(self.book, sheets[FIGURES], self.store, self.formats)
        for table in tables:
            if table.name in sheets:
                self._table(sheets[table.name], table, counts[table.name])

    def _count(self, table: Table) -> int:
        wanted = sa.select(sa.func.count()).select_from(self.store.tables[table.name])
        return int(str(next(self.store.select(wanted))[0]))

    def _names(self, tables: Sequence[Table], counts: dict[str, int]) -> list[str]:
        left_out = _left_out(tables, counts)
        shown = [table.name for table in tables if table.name not in left_out]
        has_matrix = AGGREGATE_MATRIX.name in counts and bool(periods(self.store))
        figures = [FIGURES] if has_figures(self.store) else []
        return [CONTENTS, *([HEAT_MAPS] if has_matrix else []), *figures, *shown]

    def _contents(self, sheet: Worksheet, tables: Sequence[Table], counts: dict[str, int]) -> None:
        spec = self.store.schema.spec
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 12)
        sheet.set_column(2, 2, 90)
        title = (
            f"{spec.title.say(self.language)} ({spec.name} {spec.version})"
            if spec
            else "No file could be read"
        )
        write(sheet, 0, 0, title, self.formats["title"])
        write(
            sheet,
            1,
            0,
            f"Dataset of {self.today.isoformat()}. Every row leads back to a file (file_sha256), a sheet and a cell.",
            self.formats["text"],
        )
        for at, head in enumerate(("Sheet", "Rows", "What it holds")):
            write(sheet, 3, at, head, self.formats["head"])
        left_out = _left_out(tables, counts)
        for row, table in enumerate(tables, start=4):
            about = table.about
            if table.name in left_out:
                about += f" Not in this workbook, for it would be too large: see dataset.sqlite or {table.name}.csv."
            write(sheet, row, 0, table.name, self.formats["text"])
            write(sheet, row, 1, counts[table.name], self.formats[INTEGER])
            write(sheet, row, 2, about, self.formats["wrap"])

    # tables

    def _table(self, sheet: Worksheet, table: Table, count: int) -> None:
        self._columns(sheet, table)
        self._named(sheet, table, count)
        styles = {kind: self.formats.get(kind, self.formats["text"])._get_xf_index() for kind in WIDTHS}
        rows = self.store.raw(table.name, [f'"{name}"' for name in table.names])
        write_rows(sheet, table.columns, rows, styles)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)

    def _columns(self, sheet: Worksheet, table: Table) -> None:
        for at, column in enumerate(table.columns):
            width = WIDTHS[column.kind]
            if column.name in ("message", "remedy", "text", "original", "label", "help", "reason", "path"):
                width = WIDE
            elif column.name in ("submission", "superseded_by"):
                width = ID
            elif column.name in ("tool", "row", "cell", "team", "country", "part", "verdict", "severity"):
                width = NARROW
            sheet.set_column(at, at, width, self.formats["text"])

    def _named(self, sheet: Worksheet, table: Table, count: int) -> None:
        """The named table. Only its first row is given to the writer, which would remember every cell."""
        last = max(count, 1)
        sheet.constant_memory = False
        made = sheet.add_table(
            0, 0, 1, len(table.columns) - 1,
            {
                "name": table_name(table.name), "style": "Table Style Light 9",
                "columns": [{"header": name, "header_format": self.formats["head"]} for name in table.names],
            },
        )  # fmt: skip
        sheet.constant_memory = True
        if made != 0:
            raise LimitError(
                f"The table '{table.name}' does not fit into a workbook (error {made} of the writer)."
            )
        sheet.tables[-1]["range"] = sheet.tables[-1]["a_range"] = xl_range(0, 0, last, len(table.columns) - 1)
        for at, name in enumerate(table.names):
            write(sheet, 0, at, name, self.formats["head"])
        for name, field in self.store.schema.fields_of(table).items():
            if field.unit:
                told = beginning(field.asks(self.language), PROMPT)
                at = table.at[name]
                sheet.data_validation(0, at, 0, at, {"validate": "any", "input_message": told})


def _left_out(tables: Sequence[Table], counts: dict[str, int]) -> set[str]:
    """The largest tables, where all of them would be too much for a workbook."""
    sizes = sorted((counts[table.name] * len(table.columns), table.name) for table in tables)
    so_far = accumulate(size for size, _ in sizes)
    return {name for (_, name), total in zip(sizes, so_far, strict=True) if total > MOST_CELLS}


def table_name(name: str) -> str:
    """A name that Excel takes for a table: not one that could be a cell, such as `R1`."""
    return f"{name}_" if re.fullmatch(r"[A-Za-z]{1,3}\d+|[RrCc]\d*([Cc]\d*)?", name) else name


def write(sheet: Worksheet, row: int, at: int, value: str | int, style: Any = None) -> None:
    """A text or a number of ours."""
    if isinstance(value, str):
        done = sheet.write_string(row, at, fitted(value), style)
    else:
        done = sheet.write_number(row, at, value, style)
    if done != 0:
        raise LimitError(
            f"A text does not fit into row {row + 1} of a workbook (error {done} of the writer)."
        )


class _HeatMaps:
    """The matrices of the latest period: counts in the colours of their levels, and rows by level as a chart."""

    def __init__(self, book: _Book, sheet: Worksheet) -> None:
        self.book, self.sheet, self.say = book.book, sheet, translator(book.language)
        self.store, self.formats, self.language = book.store, book.formats, book.language
        spec = book.store.schema.spec
        assert spec is not None
        assert spec.matrix is not None
        self.spec, self.matrix = spec, spec.matrix
        self.names = {level.code: level.label.say(book.language) for level in spec.matrix.levels}
        self.colour = {level.code: self._colour(level.colour) for level in spec.matrix.levels}
        self.counted = {
            level.code: self._colour(level.colour, self._words(level.code)) for level in spec.matrix.levels
        }

    def draw(self) -> None:
        """One block a matrix, below each other."""
        self.sheet.hide_gridlines(2)
        self.sheet.set_column(0, 0, 24)
        self.sheet.set_column(1, 12, 16)
        top, counts = write_period(self.sheet, self.store, self.formats), self._counts()
        for number, block in enumerate(matrix_blocks(self.spec), start=1):
            top = self._block(block.title.say(self.language) or self.say("Risk matrix"), counts[number], top)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)

    def _counts(self) -> dict[int, Counter[tuple[str, str]]]:
        """How many rows stand in each cell of each matrix."""
        table = self.store.tables[AGGREGATE_MATRIX.name]
        ours = (table.c.by == TOTAL, table.c.period == choose(periods(self.store), None))
        found: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        for row in records(self.store, AGGREGATE_MATRIX.name, *ours):
            found[row["block"]][row["down"], row["across"]] = row["count"]
        return found

    def _block(self, title: str, counts: Counter[tuple[str, str]], top: int) -> int:
        """The title, the cells, then the rows by level; the first free row below."""
        down, across = (self.spec.vocabularies[name].items for name in (self.matrix.down, self.matrix.across))
        write(self.sheet, top, 0, title, self.formats["title"])
        for at, step in enumerate(across, start=1):
            write(
                self.sheet, top + 1, at, f"{step.code} {step.label.say(self.language)}", self.formats["head"]
            )
        for row, step in enumerate(reversed(down), start=top + 2):
            self.sheet.set_row(row, 30)
            write(self.sheet, row, 0, f"{step.code} {step.label.say(self.language)}", self.formats["head"])
            for at, other in enumerate(across, start=1):
                self._cell(row, at, self.matrix.cells[step.code][other.code], counts[step.code, other.code])
        totals = dict.fromkeys(self.names, 0)
        for (one, other_), count in counts.items():
            totals[self.matrix.cells[one][other_]] += count
        return self._by_level(title, totals, (top + len(down) + 3, top, max(len(across), 2) + 2))

    def _cell(self, row: int, at: int, level: str, count: int) -> None:
        """The count; its number format says the level in words, so that colour never stands alone."""
        write(self.sheet, row, at, count, self.counted[level])

    def _words(self, level: str) -> str:
        word = self.names[level].replace('"', "'")
        return f'"{word}: "0;;"{word}: –"'

    def _colour(self, colour: str, number_format: str = "General") -> Any:
        look = {
            "bg_color": colour,
            "border": 1,
            "align": "center",
            "valign": "vcenter",
            "num_format": number_format,
        }
        return self.book.add_format({"font_name": FONT, "font_size": 10, **look})

    def _by_level(self, title: str, totals: dict[str, int], at: tuple[int, int, int]) -> int:
        top, first, right = at
        write(self.sheet, top, 0, self.say("Level"), self.formats["head"])
        write(self.sheet, top, 1, self.say("Rows"), self.formats["head"])
        for row, (code, total) in enumerate(totals.items(), start=top + 1):
            write(self.sheet, row, 0, self.names[code], self.colour[code])
            write(self.sheet, row, 1, total, self.formats[INTEGER])
        self._chart(title, totals, (top + 1, first, right))
        return max(top + len(totals), first + 15) + 3

    def _chart(self, title: str, totals: dict[str, int], at: tuple[int, int, int]) -> None:
        row, first, right = at
        chart = self.book.add_chart({"type": "column"})
        last = row + len(totals) - 1
        chart.add_series(
            {
                "categories": [HEAT_MAPS, row, 0, last, 0], "values": [HEAT_MAPS, row, 1, last, 1],
                "points": [
                    {"fill": {"color": level.colour}, "border": {"color": "#404040"}} for level in self.matrix.levels
                ],
                "data_labels": {"value": True}, "gap": 60,
            }
        )  # fmt: skip
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.set_y_axis(
            {"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}}
        )
        said = ", ".join(f"{self.names[code]} {total}" for code, total in totals.items())
        options = {"description": f"{title}: {said}.", "object_position": 1}
        self.sheet.insert_chart(first + 1, right, chart, options)
