"""CSV for every table with a `datapackage.json` that describes them, and Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .files import whole
from .schema import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, VERSION, Table
from .store import Store

TYPES = {TEXT: "string", INTEGER: "integer", NUMBER: "number", BOOLEAN: "boolean", DATE: "date"}
WRITTEN = {
    BOOLEAN: """CASE "{0}" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END""",
    NUMBER: 'CASE WHEN "{0}" = CAST("{0}" AS INTEGER) THEN CAST("{0}" AS INTEGER) ELSE "{0}" END',
}  # how SQLite gives them out: whole numbers without a point
PIECE = 1 << 24  # bytes of CSV that go into Parquet at a time


def write_description(store: Store, path: Path) -> None:
    """`datapackage.json`."""
    with whole(path) as unfinished:
        text = json.dumps(description(store), ensure_ascii=False, indent=1)
        unfinished.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_csv(path: Path, table: Table, store: Store) -> None:
    """One table: UTF-8 with its mark, commas, a line feed a row; what is not known stays empty."""
    columns = ", ".join(WRITTEN.get(column.kind, '"{0}"').format(column.name) for column in table.columns)
    with whole(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(table.names)
        writer.writerows(store.raw(table.name, columns))


def description(store: Store) -> dict[str, Any]:
    """The data package: schema of every table, by the Frictionless standard."""
    spec = store.schema.spec
    return {
        "profile": "tabular-data-package",
        "name": (spec.name if spec else "dataset").lower().replace("_", "-"),
        "title": spec.title.say(spec.languages[0]) if spec else "Dataset",
        "version": spec.version if spec else "0",
        "schema_version": VERSION,
        "spec": spec.name if spec else None,
        "spec_digest": spec.digest if spec else None,
        "resources": [_resource(table) for table in store.schema.tables],
    }  # fmt: skip


def _resource(table: Table) -> dict[str, Any]:
    return {
        "name": table.name.lower(),
        "title": table.name,
        "description": table.about,
        "path": f"csv/{table.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {
            "fields": [
                {"name": c.name, "type": TYPES[c.kind], **({"title": c.title} if c.title else {})}
                for c in table.columns
            ],
            "missingValues": [""],
            "primaryKey": list(table.key),
        },
    }


def has_parquet() -> bool:
    """Whether the extra is installed."""
    return find_spec("pyarrow") is not None


def write_parquet(source: Path, path: Path, table: Table) -> None:
    """One table, made out of its CSV, a piece at a time."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    types = {
        TEXT: pa.string(),
        INTEGER: pa.int64(),
        NUMBER: pa.float64(),
        BOOLEAN: pa.bool_(),
        DATE: pa.date32(),
    }
    schema = pa.schema([(column.name, types[column.kind]) for column in table.columns])
    parse = arrow_csv.ParseOptions(newlines_in_values=True)
    convert = arrow_csv.ConvertOptions(
        column_types=schema,
        null_values=[""],
        strings_can_be_null=True,
        true_values=["true"],
        false_values=["false"],
    )
    read = arrow_csv.ReadOptions(block_size=PIECE, use_threads=False)
    with (
        whole(path) as unfinished,
        arrow_csv.open_csv(source, read, parse, convert) as pieces,
        parquet.ParquetWriter(str(unfinished), schema, compression="zstd") as writer,
    ):
        for piece in pieces:
            writer.write_batch(piece.cast(schema))
