"""CSV for every table, with a `datapackage.json` that describes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .clean import csv_rows, harmless_lines
from .files import whole
from .schema import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, VERSION, Row, Table
from .store import Store

TYPES = {TEXT: "string", INTEGER: "integer", NUMBER: "number", BOOLEAN: "boolean", DATE: "date"}
WRITTEN = {
    BOOLEAN: """CASE "{0}" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END""",
    NUMBER: 'CASE WHEN "{0}" = CAST("{0}" AS INTEGER) THEN CAST("{0}" AS INTEGER) ELSE "{0}" END',
}  # how SQLite gives them out: whole numbers without a point


def write_description(store: Store, path: Path) -> None:
    """`datapackage.json`."""
    with whole(path) as unfinished:
        text = json.dumps(description(store), ensure_ascii=False, indent=1)
        unfinished.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_csv(path: Path, table: Table, store: Store) -> bool:
    """One table: UTF-8 with its mark, commas, a line feed a row; what is not known stays empty.

    True when a text is not as it came, because a spreadsheet would have taken it for a formula.
    """
    changed = False
    with _csv(path, table) as stream:
        for lines, here in harmless_lines(_rows(table, store)):
            stream.write(lines)
            changed = changed or here
    return changed


def write_raw_csv(path: Path, table: Table, store: Store) -> None:
    """The same with every text as it came: for programs of ours only."""
    with _csv(path, table) as stream:
        csv_rows(stream, _rows(table, store))


@contextmanager
def _csv(path: Path, table: Table) -> Iterator[IO[str]]:
    with whole(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as stream:
        csv_rows(stream, [table.names])
        yield stream


def _rows(table: Table, store: Store) -> Iterator[Row]:
    columns = ", ".join(WRITTEN.get(column.kind, '"{0}"').format(column.name) for column in table.columns)
    return store.raw(table.name, columns)


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
