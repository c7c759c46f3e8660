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
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ..exchange.validation import REFUSED
from ..fields import Field
from ..spec.model import Spec
from .dimensions import crossed_pairs
from .return_status import DOUBLED, EXCLUDED, STATUSES
from .schema import (
    BOOLEAN,
    DATE,
    DIMENSION,
    FACT,
    INTEGER,
    META,
    NUMBER,
    SHEET,
    TABLES,
    TEXT,
    Schema,
    Table,
    value_kind,
)

WHOLE = sa.BigInteger().with_variant(
    sa.Integer(), "sqlite"
)  # where a key is INTEGER, rows are kept by it
TYPES: dict[str, Any] = {
    TEXT: sa.Text(),
    INTEGER: WHOLE,
    NUMBER: sa.Double(),
    BOOLEAN: sa.Boolean(),
    DATE: sa.Date(),
}
VALUES = {
    TEXT: "placed.value",
    NUMBER: "placed.number",
    DATE: "placed.date",
}  # where an answer stands, by its kind
LABEL_OR_CODE = "coalesce(codes.label, placed.value)"
SQL = Path(__file__).with_name("sql")


class in_bytes(FunctionElement[str]):
    """A text that is sorted by its bytes, whatever the language of the server."""

    inherit_cache = True
    type = sa.Text()


@compiles(in_bytes)
def _in_bytes(element: in_bytes, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f'({text}) COLLATE "C"' if compiler.dialect.name == "postgresql" else str(text)


def clause(table: Table) -> Any:
    """Return a table or view as statements name it."""
    return sa.table(
        table.name, *(sa.column(column.name, TYPES[column.kind]) for column in table.columns)
    )


def definitions(schema: Schema, *, keys: bool) -> sa.MetaData:
    """Return the tables of a schema as they are made: with keys and what they refer to, or without."""
    meta = sa.MetaData()
    for table in (META, *schema.base):
        key = table.key if keys or table is META else ()
        columns = [
            sa.Column(
                column.name,
                TYPES[column.kind],
                primary_key=column.name in key,
                autoincrement=False,
                comment=column.description,
            )
            for column in table.columns
        ]
        is_by_number = len(key) == 1 and table.columns[table.at[key[0]]].kind == INTEGER
        definition = sa.Table(
            table.name,
            meta,
            *columns,
            sqlite_with_rowid=not key or is_by_number,
            comment=table.about,
        )
        if keys:
            _add_keys(definition, table)
    return meta


def _add_keys(definition: sa.Table, table: Table) -> None:
    """Add to a table, beside its own key, the second key, what its columns refer to, and its indexes."""
    if table.unique:
        definition.append_constraint(sa.UniqueConstraint(*table.unique))
    if table.role in (DIMENSION, FACT):
        for reference in table.references:
            key = f"{reference.table}.{reference.key}"
            definition.append_constraint(sa.ForeignKeyConstraint([reference.column], [key]))
    for index, names in table.indexes.items():
        sa.Index(index, *(definition.c[name] for name in names.split()))


# a return of a round that this dataset is not of, which somebody put among those of another one
STRAY = f"""s.status = '{EXCLUDED}' AND s.read_for IS NOT NULL AND s.read_for <> s.period
        AND NOT EXISTS (SELECT 1 FROM expected_teams AS e WHERE e.period = s.period)"""


def view_statements(schema: Schema, *, comments: bool) -> Iterator[str]:
    """Yield the statements that make the views of a schema, and those that tell what they hold."""
    for view in schema.views:
        yield f'CREATE VIEW "{view.name}" AS {selection(schema, view)}'
        if not comments:
            continue
        statements = [f'COMMENT ON VIEW "{view.name}" IS {_text(view.about)}']
        for column in view.columns:
            name = f'"{view.name}"."{column.name}"'
            statements.append(f"COMMENT ON COLUMN {name} IS {_text(column.description)}")
        yield "; ".join(statements)


def selection(schema: Schema, view: Table) -> str:
    """Return the select of a view."""
    if view.name not in TABLES:
        return _read_sql(SHEET.strip("<>")).format_map(_of_sheets(view))
    if view.name == "matrix_rows":
        assert schema.spec is not None  # or there is no matrix
        return _read_sql(view.name).format(pairs=_pairs(schema.spec))
    if view.name == "reconciliation":
        return _read_sql(view.name).format(statuses=_counts_of_statuses(), stray=STRAY)
    if view.name in ("periods", "teams"):
        return _read_sql(view.name).format(stray=STRAY)
    return _read_sql(view.name)


def _pairs(spec: Spec) -> str:
    """Return a select of the fields that each tool crosses; no row where levels are only worked out in a row."""
    select = "SELECT {} AS tool, {} AS matrix_row_field, {} AS matrix_column_field"
    selects = []
    for tool, pairs in crossed_pairs(spec).items():
        for down, across in pairs:
            selects.append(select.format(_text(tool), _text(down), _text(across)))
    nothing = select.format("NULL", "NULL", "NULL") + " WHERE 1 = 0"
    return " UNION ALL ".join(selects) or nothing


def _counts_of_statuses() -> str:
    """Return a column a status: of how many items it became; a copy of a content is doubled, whatever it is."""
    counts = []
    for status in STATUSES:
        condition = f"f.n = 1 AND s.status = {_text(status.code)}"
        if status.code == DOUBLED:
            condition = f"f.n > 1 AND s.verdict <> {_text(REFUSED)}"
        counts.append(f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END) AS {status.part}")
    return ",\n    ".join(counts)


@cache
def _read_sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def _of_sheets(view: Table) -> Mapping[str, str]:
    """Return what is filled in for a view of some sheets."""
    values = dict[str, str]()
    codes = dict[str, None]()
    for column in view.columns:
        for field in islice(column.fields.values(), 1):
            value = LABEL_OR_CODE if column.label_of else VALUES[value_kind(field)]
            values[column.name] = _answer(field, value)
        codes |= dict.fromkeys(field.code for field in column.fields.values())
    fields = ", ".join(map(_text, codes))
    return {
        "columns": ", ".join(f'found."{name}"' for name in values),
        "values": ",\n        ".join(f'{value} AS "{name}"' for name, value in values.items()),
        "tools": ", ".join(map(_text, view.tools)),
        "fields": f"AND placed.field IN ({fields})" if view.partial else "",
    }


def _answer(field: Field, value: str) -> str:
    """Write SQL for the answer to a field, several of them in one text."""
    is_field = f"placed.field = {_text(field.code)}"
    if not field.several:
        return f"max(CASE WHEN {is_field} THEN {value} END)"
    cells = (
        f"coalesce(';' || max(CASE WHEN {is_field} AND placed.part = {part} THEN {value} END), '')"
        for part in range(1, field.cells + 1)
    )
    return f"nullif(substr({' || '.join(cells)}, 2), '')"


def _text(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))
