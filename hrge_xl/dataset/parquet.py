"""Parquet, where pyarrow is installed: tables beside the dataset."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from ..core.errors import UsageError
from ..core.output_files import whole
from .table import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, Row, Table

PIECE = 1 << 18  # bytes of CSV that are taken at a time; the reader keeps up to 32 of them ahead
TOGETHER = 32  # pieces in a group of rows: larger ones pack better
AT_ONCE = 5_000  # rows read at a time


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
        for piece in file.iter_batches(AT_ONCE, use_threads=False):
            yield from zip(*(column.to_pylist() for column in piece.columns), strict=True)


def write_csv_as_parquet(source: Path, path: Path, table: Table) -> None:
    """Write a table as Parquet from its CSV, a piece at a time. Raises `OutputError`."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    schema = _schema(table)
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


def _schema(table: Table) -> Any:
    import pyarrow as pa

    types = {
        TEXT: pa.string(), INTEGER: pa.int64(), NUMBER: pa.float64(), BOOLEAN: pa.bool_(), DATE: pa.date32(),
    }  # fmt: skip
    return pa.schema([(column.name, types[column.kind]) for column in table.columns])
