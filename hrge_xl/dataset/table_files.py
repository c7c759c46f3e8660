"""Tables as CSV, in which no spreadsheet takes a text for a formula, and as Parquet, where pyarrow is installed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from ..core.errors import UsageError
from ..core.output_files import whole
from .schema import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, Row, Table

_SIGNS = "=+\\-@＝＋－＠"
_OPENING = re.compile(rf"^\s*[{_SIGNS}]")
# What a program makes of the middle of a text that splits it at another separator than ours.
_INNER = re.compile(r"([;,\t\r\n][ \"']*)(?=[=@＝＠]|[+\-＋－][^;,\t\r\n]*[|(!])")
# Lines without any of these have nothing to make harmless: a quick look at many of them at once.
_MARKS = "=@＝＠＋－"
_LEADING = re.compile(r"[;,\t\r\n\"'][^\S\t\r\n]*[+\-\\]")
AT_ONCE = 500  # rows that are looked at together


def harmless(text: str) -> str:
    """Put an apostrophe where a spreadsheet would take a text for a formula, wherever it splits the line."""
    text = _INNER.sub(r"\1'", text)
    return f"'{text}" if _OPENING.match(text) else text


def harmless_lines(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, bool]]:
    """Give rows as lines of CSV, some at a time, every text harmless; and whether one is not as it came."""
    for some in _portions(rows):
        text, safe = _text(some), some
        if any(mark in text for mark in _MARKS) or _LEADING.search(f"\n{text}"):
            safe = [tuple(harmless(cell) if isinstance(cell, str) else cell for cell in row) for row in some]
        changed = safe != some
        yield _text(safe) if changed else text, changed


def csv_text(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Rows as lines of CSV, some at a time: commas, a line feed a row, quotes around texts with a line end in them."""
    return map(_text, _portions(rows))


def _portions(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    coming = iter(rows)
    while some := list(islice(coming, AT_ONCE)):
        yield some


class _Written(list[str]):
    """Lines as a writer of CSV leaves them."""

    write = list.append


def _text(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as lines of CSV. Before Python 3.13 a carriage return is quoted only if lines end in one."""
    written = _Written()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return "".join(f"{line[:-2]}\n" for line in written)


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
    """Give the rows of a table, a few at a time. Raises `OSError`."""
    from pyarrow import parquet

    with parquet.ParquetFile(str(path)) as file:
        for piece in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
            yield from zip(*(column.to_pylist() for column in piece.columns), strict=True)


def write_csv_as_parquet(source: Path, path: Path, table: Table) -> None:
    """Write a table as Parquet from its CSV, a piece at a time. Raises `OutputError`."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    types = {
        TEXT: pa.string(), INTEGER: pa.int64(), NUMBER: pa.float64(), BOOLEAN: pa.bool_(), DATE: pa.date32(),
    }  # fmt: skip
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
        while some := list(islice(pieces, TOGETHER)):
            writer.write_table(pa.Table.from_batches(some, schema).combine_chunks())
