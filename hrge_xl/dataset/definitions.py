"""What a database is told: the tables as they are made, the views, and how statements name them.

The select of each view stands in `sql/`, the same for SQLite and PostgreSQL; what it has to know of the spec is filled
in here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..exchange.validation import REFUSED
from ..fields import Field
from .dimensions import crossed_pairs
from .return_status import DOUBLED, STATUSES, StatusKind
from .schema import (
    BOOLEAN,
    DATE,
    DIMENSION,
    FACT,
    INTEGER,
    MATRIX_ROWS,
    META,
    NUMBER,
    RECONCILIATION,
    SHEET,
    TABLES,
    TEXT,
    Schema,
    Table,
    value_kind,
)

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # where a key is INTEGER, rows are kept by it
TYPES: dict[str, Any] = {
    TEXT: sa.Text(), INTEGER: WHOLE, NUMBER: sa.Double(), BOOLEAN: sa.Boolean(), DATE: sa.Date(),
}  # fmt: skip
VALUES = {
    TEXT: "placed.value",
    NUMBER: "placed.number",
    DATE: "placed.date",
}  # where an answer stands, by its kind
LABEL_OR_CODE = "coalesce(codes.label, placed.value)"
SQL = Path(__file__).with_name("sql")


def clause(table: Table) -> Any:
    """Give a table or view as statements name it."""
    return sa.table(table.name, *(sa.column(column.name, TYPES[column.kind]) for column in table.columns))


def definitions(schema: Schema, *, keys: bool) -> sa.MetaData:
    """Give the tables of a schema as they are made: with keys and what they refer to, or without."""
    meta = sa.MetaData()
    for table in (META, *schema.base):
        key = table.key if keys or table is META else ()
        columns = [
            sa.Column(
                c.name, TYPES[c.kind], primary_key=c.name in key, autoincrement=False, comment=c.description
            )
            for c in table.columns
        ]
        constraints = list(_constraints(table)) if keys else []
        by_number = len(key) == 1 and table.columns[table.at[key[0]]].kind == INTEGER
        made = sa.Table(
            table.name, meta, *columns, *constraints, sqlite_with_rowid=not key or by_number, comment=table.about
        )  # fmt: skip
        for index, names in table.indexes.items() if keys else ():
            sa.Index(index, *(made.c[name] for name in names.split()))
    return meta


def _constraints(table: Table) -> Iterator[Any]:
    if table.unique:
        yield sa.UniqueConstraint(*table.unique)
    for reference in table.references if table.role in (DIMENSION, FACT) else ():
        yield sa.ForeignKeyConstraint([reference.column], [f"{reference.table}.{reference.key}"])


def view_statements(schema: Schema, *, comments: bool) -> Iterator[str]:
    """Give the statements that make the views of a schema, and those that tell what they hold."""
    for view in schema.views:
        yield f'CREATE VIEW "{view.name}" AS {selection(schema, view)}'
        if comments:
            told = {f'VIEW "{view.name}"': view.about}
            told |= {f'COLUMN "{view.name}"."{column.name}"': column.description for column in view.columns}
            yield "; ".join(f"COMMENT ON {what} IS {_text(text)}" for what, text in told.items())


def selection(schema: Schema, view: Table) -> str:
    """Give the select of a view."""
    if view.name not in TABLES:
        return _written(SHEET.strip("<>")).format_map(_of_sheets(view))
    if view.name == MATRIX_ROWS.name:
        return _written(view.name).format(pairs=_pairs(schema))
    if view.name == RECONCILIATION.name:
        return _written(view.name).format(statuses=",\n    ".join(map(_counted, STATUSES)))
    return _written(view.name)


@cache
def _written(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def _pairs(schema: Schema) -> str:
    """Give the pairs of fields that are crossed, as rows."""
    assert schema.spec is not None  # or there is no matrix
    lines = [
        f"SELECT {_text(tool)} AS tool, {_text(one)} AS matrix_row_field, {_text(other)} AS matrix_column_field"
        for tool, pairs in crossed_pairs(schema.spec).items()
        for one, other in pairs
    ]
    return " UNION ALL ".join(lines)


def _counted(status: StatusKind) -> str:
    """Count the items of which this became; a copy of a content is doubled, whatever it is."""
    its = f"f.n = 1 AND s.status = {_text(status.code)}"
    if status.code == DOUBLED:
        its = f"f.n > 1 AND s.verdict <> {_text(REFUSED)}"
    return f"sum(CASE WHEN {its} THEN 1 ELSE 0 END) AS {status.part}"


def _of_sheets(view: Table) -> Mapping[str, str]:
    """Give what is filled in for a view of some sheets."""
    asked = [column for column in view.columns if column.fields]
    values = {
        column.name: _answer(field, LABEL_OR_CODE if column.label_of else VALUES[value_kind(field)])
        for column in asked
        for field in islice(column.fields.values(), 1)
    }
    fields = ", ".join(
        _text(code) for code in dict.fromkeys(f.code for c in asked for f in c.fields.values())
    )
    return {
        "columns": ", ".join(f'found."{name}"' for name in values),
        "values": ",\n        ".join(f'{value} AS "{name}"' for name, value in values.items()),
        "tools": ", ".join(map(_text, view.tools)),
        "fields": f"AND placed.field IN ({fields})" if view.partial else "",
    }


def _answer(field: Field, value: str) -> str:
    """Write SQL for the answer to a field, several of them in one text."""
    asked = f"placed.field = {_text(field.code)}"
    if not field.several:
        return f"max(CASE WHEN {asked} THEN {value} END)"
    cells = (
        f"coalesce(';' || max(CASE WHEN {asked} AND placed.part = {part} THEN {value} END), '')"
        for part in range(1, field.cells + 1)
    )
    return f"nullif(substr({' || '.join(cells)}, 2), '')"


def _text(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))
