"""CSV for every table, with a `datapackage.json` that describes them, and `metadata.yaml` for the database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import IO, Any

from ..core.output_files import whole
from ..dataset.dimensions import allowed_values, least_and_most, pattern, right_answers
from ..dataset.schema import (
    BOOLEAN,
    DATE,
    INTEGER,
    META,
    NUMBER,
    TEXT,
    VERSION,
    Row,
    Schema,
    Table,
    TableColumn,
)
from ..dataset.store import Store
from ..dataset.table_files import csv_text, harmless_lines
from ..ledger.ledger import DATASET
from ..spec.yaml_file import dumped

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


def write_metadata(store: Store, path: Path) -> None:
    """`metadata.yaml`."""
    with whole(path) as unfinished:
        unfinished.write_text(dumped(metadata(store.schema)), encoding="utf-8", newline="\n")


def described(path: Path) -> set[str]:
    """Give the tables that a `datapackage.json` describes; none where there is none of ours."""
    try:
        return {str(each["title"]) for each in json.loads(path.read_text(encoding="utf-8"))["resources"]}
    except (OSError, ValueError, LookupError, TypeError):
        return set()


def write_csv(path: Path, table: Table, store: Store) -> bool:
    """Give one table: UTF-8 with its mark, commas, a line feed a row; what is not known stays empty.

    True when a text is not as it came, because a spreadsheet would have taken it for a formula.
    """
    changed = False
    with _csv(path, table) as stream:
        for lines, here in harmless_lines(_rows(table, store)):
            stream.write(lines)
            changed = changed or here
    return changed


def write_raw_csv(path: Path, table: Table, store: Store) -> None:
    """Write a table as CSV with every text as it came: for programs of ours only."""
    with _csv(path, table) as stream:
        stream.writelines(csv_text(_rows(table, store)))


@contextmanager
def _csv(path: Path, table: Table) -> Iterator[IO[str]]:
    with whole(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.writelines(csv_text([table.names]))
        yield stream


def _rows(table: Table, store: Store) -> Iterator[Row]:
    """Give the rows of a table; of a large one a submission at a time, so that it is never sorted as a whole."""
    columns = [WRITTEN.get(column.kind, '"{0}"').format(column.name) for column in table.columns]
    submissions = sorted(store.known()) if table.large else [None]
    return chain.from_iterable(store.raw(table.name, columns, submission) for submission in submissions)


def description(store: Store) -> dict[str, Any]:
    """Give the data package: schema of every table, by the Frictionless standard."""
    spec = store.schema.spec
    return {
        "profile": "tabular-data-package",
        "name": (spec.name if spec else "dataset").lower().replace("_", "-"),
        "title": spec.title.say(spec.languages[0]) if spec else "Dataset",
        "version": spec.version if spec else "0",
        "schema_version": VERSION,
        "spec": spec.name if spec else None,
        "spec_digest": spec.digest if spec else None,
        "resources": [_resource(store.schema, table) for table in store.schema.shown],
    }  # fmt: skip


def metadata(schema: Schema) -> dict[str, Any]:
    """Give what Datasette shows of the database: every table and view, what is not exported hidden at first."""
    spec, shown = schema.spec, {table.name for table in schema.shown}
    tables = {
        table.name: _said(
            {
                "title": table.title and f"{table.name}: {table.title}",
                "description": table.about,
                "sort": table.key[0] if table.key == ("n",) else "",
                "hidden": table.name not in shown,
                "columns": {column.name: column.description for column in table.columns},
            }
        )
        for table in (*schema.base, *schema.views, META)
    }
    return {
        "title": spec.title.say(spec.languages[0]) if spec else "Dataset",
        "databases": {DATASET.removesuffix(".sqlite"): {"tables": tables}},
    }


def _resource(schema: Schema, table: Table) -> dict[str, Any]:
    return {
        "name": resource_name(table.name),
        "title": table.name,
        "description": table.about,
        "path": f"csv/{table.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {
            "fields": [_field(schema, table, column) for column in table.columns],
            "missingValues": []
            if table.name == "reconciliation"
            else [""],  # what is of no period has an empty one
            "primaryKey": list(table.key),
            **_foreign_keys(table),
        },
    }


def resource_name(table: str) -> str:
    """Give the name of a table in the package, which knows no capitals."""
    return table.lower()


def _field(schema: Schema, table: Table, column: TableColumn) -> dict[str, Any]:
    least, most = least_and_most(column)
    constraints = {
        # a team may have sent something that states no period
        "required": column.name in table.key and (column.name != "period" or table.key == ("period",)),
        "enum": list(allowed_values(schema, column)),
        "pattern": pattern(schema, column),
        "minimum": least,
        "maximum": most,
    }
    return _said(
        {
            "name": column.name,
            "type": TYPES[column.kind],
            "title": column.title,
            "description": column.description,
            "constraints": _said(constraints),
            "asked": _asked(schema, column),
        }
    )


def _asked(schema: Schema, column: TableColumn) -> dict[str, Any]:
    """Describe right answers in words of the standard. No constraints: others stand in the data too."""
    found = right_answers(schema, column)
    if found is None:
        return {}
    return _said(
        {
            "required": found.required,
            "minimum": _written(found.minimum),
            "maximum": _written(found.maximum),
            "enum": list(found.steps),
            "maxLength": found.characters,
            "words": found.words,
        }
    )


def _said(known: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {name: value for name, value in known.items() if value or (value == 0 and value is not False)}


def _written(end: float | date | None) -> float | str | None:
    return end.isoformat() if isinstance(end, date) else end


def _foreign_keys(table: Table) -> dict[str, Any]:
    """Describe what a table refers to; by the standard a table calls itself by no name."""
    found = [
        {
            "fields": [reference.column],
            "reference": {
                "resource": "" if reference.table == table.name else resource_name(reference.table),
                "fields": [reference.key],
            },
        }
        for reference in table.references
    ]
    return {"foreignKeys": found} if found else {}
