"""One table of a dataset as a file: the rows that are wanted, a few at a time, as CSV, JSON, Excel or Parquet.

In none of them does a text become a formula.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from ..core.csv_files import harmless, raw_csv_lines
from ..core.errors import UsageError, did_you_mean, remedy_for
from ..core.paths import check_several, parts_of, whole
from ..core.work import batched
from ..dataset.dimensions import dimensions
from ..dataset.schema import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, Row, Table
from ..dataset.store import Store
from ..privacy.sharing import shared
from .table_sheets import write_rows

FORMATS = ("csv", "json", "xlsx", "parquet")
STREAMED = ("csv", "json")  # formats that can go to stdout
MOST_ROWS = 1_048_575  # below the heads of an Excel sheet
MADE = datetime(2000, 1, 1)  # the same rows give the same bytes
WIDTHS = {TEXT: 24, INTEGER: 9, NUMBER: 12, BOOLEAN: 9, DATE: 12}


class Sink(Protocol):
    """What a table can be written to as text."""

    def write(self, text: str, /) -> int:
        """Write a piece."""

    def writelines(self, texts: Iterable[str], /) -> None:
        """Write several pieces."""


class RowFilter(NamedTuple):
    """Which rows are wanted: of these teams and periods (none: all), only of returns that count, masked."""

    teams: Sequence[str] = ()
    periods: Sequence[str] = ()
    current: bool = False
    shareable: bool = False
    language: str | None = None  # of what the spec says; None: its own


def table_of(store: Store, name: str) -> Table:
    """Return a table by its name, however it is written. Raises `UsageError` with those that there are."""
    by_fold = {table.name.casefold(): table.shown for table in store.schema.by_name.values()}
    if name.casefold() not in by_fold:
        names = [table.name for table in store.schema.shown]
        hint = did_you_mean(name, names)
        raise UsageError(
            f"There is no table '{name}'.",
            value=name,
            remedy=f"{hint}The dataset has: {', '.join(names)}.",
        )
    return by_fold[name.casefold()]


@contextmanager
def rows_of(
    store: Store, table: Table, row_filter: RowFilter, today: date
) -> Iterator[Iterator[Row]]:
    """Select the rows wanted, in the order of the key, those to share out of a copy of the dataset.

    Raises `UsageError` where the table has nothing like that.
    """
    with shared(store, today) if row_filter.shareable else nullcontext(store) as source:
        yield _selected(source, table, row_filter)


def _selected(store: Store, table: Table, row_filter: RowFilter) -> Iterator[Row]:
    check_several("teams", row_filter.teams)
    check_several("periods", row_filter.periods)
    chosen: dict[str, list[Any]] = {
        "team": list(row_filter.teams),
        "period": list(row_filter.periods),
        "current": [True] if row_filter.current else [],
    }
    criteria = {column: values for column, values in chosen.items() if values}
    for column, values in criteria.items():
        if column not in table.at:
            raise UsageError(
                f"The table '{table.name}' has no column '{column}' to choose by.",
                value=column,
                remedy="Leave it out.",
            )
        if column != "current":
            column_values = store["submissions"].c[column]
            present = sorted(
                str(row[0]) for row in store.select(sa.select(column_values).distinct()) if row[0]
            )
            if wrong := [value for value in values if value not in present]:
                hint = did_you_mean(wrong[0], present)
                raise UsageError(
                    f"The dataset has no {column} '{wrong[0]}'.",
                    value=wrong[0],
                    remedy=f"{hint}It has: {', '.join(present)}.",
                )
    if row_filter.language is not None:
        return _in_language(store, table, row_filter.language)
    columns = store[table.name].c
    chosen_rows = (columns[column].in_(values) for column, values in criteria.items())
    return store.rows(table.name, *chosen_rows, columns=table.names)


def _in_language(store: Store, table: Table, language: str) -> Iterator[Row]:
    """Return what the spec says, in a language. Raises `UsageError` for a table that has no other one."""
    rows_by_table = dimensions(store.schema, complete=False, language=language)
    translated = [
        shown_table.name for shown_table in store.schema.shown if shown_table.name in rows_by_table
    ]
    if table.name not in translated:
        names = ", ".join(translated) or "tables of a spec"
        raise UsageError(
            f"Only {names} have other languages, not '{table.name}'.",
            value=table.name,
            remedy="Leave out --language.",
        )
    return iter(
        sorted(rows_by_table[table.name], key=itemgetter(*(table.at[name] for name in table.key)))
    )


# formats


def write_file(path: Path, table: Table, rows: Iterable[Row], format_: str) -> None:
    """Write a table as a file, whole or not at all. Raises `OutputError`, `UsageError`."""
    if format_ == "parquet":
        need_parquet()
        with parts_of(path) as parts:
            source = parts / "rows.csv"
            with source.open("w", encoding="utf-8-sig", newline="") as stream:
                _csv(stream, table, rows, str)
            write_csv_as_parquet(source, path, table)
    elif format_ == "xlsx":
        _xlsx(path, table, rows)
    elif format_ not in FORMATS:
        raise UsageError(
            f"no table is written as '{format_}'.",
            place=path.name,
            value=format_,
            remedy=remedy_for(format_, FORMATS),
        )
    else:
        encoding = "utf-8-sig" if format_ == "csv" else "utf-8"  # by its mark Excel knows the CSV
        with (
            whole(path) as unfinished,
            unfinished.open("w", encoding=encoding, newline="") as stream,
        ):
            write_stream(stream, table, rows, format_)


def write_stream(stream: Sink, table: Table, rows: Iterable[Row], format_: str) -> None:
    """Write a table as text, row by row."""
    if format_ == "csv":
        _csv(stream, table, rows, harmless)
        return
    between = "[\n"  # a list of objects, one per line
    for row in rows:
        line = json.dumps(dict(zip(table.names, row, strict=True)), ensure_ascii=False, default=str)
        stream.write(between + line)
        between = ",\n"
    stream.write("[]\n" if between == "[\n" else "\n]\n")


def _csv(stream: Sink, table: Table, rows: Iterable[Row], guard: Callable[[str], str]) -> None:
    stream.writelines(raw_csv_lines([table.names]))
    stream.writelines(raw_csv_lines([_cell(value, guard) for value in row] for row in rows))


def _cell(value: Any, guard: Callable[[str], str]) -> Any:
    """As the CSV of the dataset has it: whole numbers without a point, days in ISO 8601, true and false."""
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _xlsx(path: Path, table: Table, rows: Iterable[Row]) -> None:
    """One sheet; every text is written as text."""
    from xlsxwriter import Workbook

    with whole(path) as unfinished, parts_of(path) as parts:
        book = Workbook(str(unfinished), {"constant_memory": True, "tmpdir": str(parts)})
        book.set_properties({"title": table.name, "created": MADE})
        sheet = book.add_worksheet(table.name[:31])
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        plain = book.add_format({})
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, column.name, head)
            sheet.set_column(at, at, WIDTHS[column.kind])
        looks = ((column.kind, day if column.kind == DATE else plain) for column in table.columns)
        write_rows(sheet, looks, _raw(rows))
        sheet.freeze_panes(1, 0)
        book.close()


def _raw(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows as SQLite keeps them. Raises `UsageError` when they are more than a sheet holds."""
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise UsageError(
                f"The table has more than {MOST_ROWS} rows, which no sheet holds.",
                remedy="Take --format csv.",
            )
        yield tuple(value.isoformat() if isinstance(value, date) else value for value in row)


# Parquet

PIECE = 1 << 18  # bytes of CSV that are taken at a time; the reader keeps up to 32 of them ahead
TOGETHER = 32  # pieces in a group of rows: larger ones pack better
ROWS_AT_ONCE = 5_000  # rows read at a time


def has_parquet() -> bool:
    """Say whether the extra is installed."""
    return find_spec("pyarrow") is not None


def need_parquet() -> None:
    """Raise `UsageError` with what to install where the extra is not there."""
    if not has_parquet():
        raise UsageError("For Parquet install the extra: pip install 'hrge-xl[parquet]'.")


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a table, a few at a time. Raises `OSError`."""
    from pyarrow import parquet

    with parquet.ParquetFile(str(path)) as file:
        for piece in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
            yield from zip(*(column.to_pylist() for column in piece.columns), strict=True)


def write_csv_as_parquet(source: Path, path: Path, table: Table) -> None:
    """Write a table as Parquet from its CSV, a piece at a time. Raises `OutputError`."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    types = {
        TEXT: pa.string(),
        INTEGER: pa.int64(),
        NUMBER: pa.float64(),
        BOOLEAN: pa.bool_(),
        DATE: pa.date32(),
    }
    schema = pa.schema([(column.name, types[column.kind]) for column in table.columns])
    parse = csv.ParseOptions(newlines_in_values=True)
    convert = csv.ConvertOptions(
        column_types=schema,
        null_values=[""],
        strings_can_be_null=True,
        true_values=["true"],
        false_values=["false"],
    )
    read = csv.ReadOptions(block_size=PIECE, use_threads=False)
    with (
        whole(path) as unfinished,
        source.open("rb") as text,  # Arrow itself opens nothing whose path is not text
        csv.open_csv(text, read, parse, convert) as pieces,
        unfinished.open("wb") as target,
        parquet.ParquetWriter(target, schema, compression="zstd") as writer,
    ):
        for some in batched(pieces, TOGETHER):
            writer.write_table(pa.Table.from_batches(some, schema).combine_chunks())
