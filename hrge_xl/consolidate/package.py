"""CSV for every table with a `datapackage.json` that describes them, and Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from .files import whole
from .schema import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, VERSION, Row, Table
from .store import Store

TYPES = {TEXT: "string", INTEGER: "integer", NUMBER: "number", BOOLEAN: "boolean", DATE: "date"}
ROWS_IN_A_GROUP = 50_000  # of a Parquet file


def write_package(store: Store, out: Path) -> list[str]:
    """CSV in `csv/` and its description; the names of the files written."""
    for table in store.schema.tables:
        write_csv(out / "csv" / f"{table.name}.csv", table, store.rows(table.name))
    with whole(out / "datapackage.json") as unfinished:
        text = json.dumps(description(store), ensure_ascii=False, indent=1)
        unfinished.write_text(text + "\n", encoding="utf-8", newline="\n")
    return ["csv/", "datapackage.json", *write_parquet(store, out)]


def write_csv(path: Path, table: Table, rows: Iterable[Row]) -> None:
    """One table: UTF-8 with its mark, commas, a line feed a row; nothing is blank, a blank text does not occur."""
    written = {BOOLEAN: _boolean, NUMBER: _number}
    special = [
        (at, written[column.kind]) for at, column in enumerate(table.columns) if column.kind in written
    ]
    with whole(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(table.names)
        writer.writerows(_lines(rows, special))


def _lines(
    rows: Iterable[Row], special: Sequence[tuple[int, Callable[[Any], Any]]]
) -> Iterator[Sequence[Any]]:
    for row in rows:
        line = list(row)
        for at, written in special:
            if line[at] is not None:
                line[at] = written(line[at])
        yield line


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _number(value: float) -> float | int:
    """Whole numbers without a point."""
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


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


def write_parquet(store: Store, out: Path) -> list[str]:
    """Parquet in `parquet/`, where the extra is installed; the names of what was written."""
    if not has_parquet():
        return []
    import pyarrow as pa
    from pyarrow import parquet

    types = {
        TEXT: pa.string(),
        INTEGER: pa.int64(),
        NUMBER: pa.float64(),
        BOOLEAN: pa.bool_(),
        DATE: pa.date32(),
    }
    for table in store.schema.tables:
        schema = pa.schema([(column.name, types[column.kind]) for column in table.columns])
        rows = store.rows(table.name)
        path = out / "parquet" / f"{table.name}.parquet"
        with (
            whole(path) as unfinished,
            parquet.ParquetWriter(str(unfinished), schema, compression="zstd") as writer,
        ):
            while some := list(islice(rows, ROWS_IN_A_GROUP)):
                arrays = [
                    pa.array(values, type=each.type)
                    for values, each in zip(zip(*some, strict=True), schema, strict=True)
                ]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return ["parquet/"]
