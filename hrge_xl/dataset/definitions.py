"""What a database is told: the tables as they are made, the views, and how statements name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sqlalchemy as sa

from .schema import DIMENSION, FACT, META, Schema
from .table import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, OnDemand, Table
from .views import selections

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # where a key is INTEGER, rows are kept by it
TYPES: dict[str, Any] = {
    TEXT: sa.Text(), INTEGER: WHOLE, NUMBER: sa.Double(), BOOLEAN: sa.Boolean(), DATE: sa.Date(),
}  # fmt: skip


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


_STATEMENTS: dict[tuple[str, str], list[str]] = {}  # by spec and dialect


def view_statements(schema: Schema, dialect: sa.Dialect) -> list[str]:
    """Give the statements that make the views of a schema."""
    key = (schema.spec.digest if schema.spec else "", dialect.name)
    if not key[0] or key not in _STATEMENTS:
        _STATEMENTS[key] = list(_view_statements(schema, dialect))
    return _STATEMENTS[key]


def _view_statements(schema: Schema, dialect: sa.Dialect) -> Iterator[str]:
    quote, makers = dialect.identifier_preparer.quote, selections(schema)
    tables = OnDemand({table.name: partial(clause, table) for table in schema.by_name.values()})
    for view in schema.views:
        made = makers[view.name](schema, tables)
        said = str(made.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        yield f"CREATE VIEW {quote(view.name)} AS {said}".replace("%%", "%")
        if dialect.supports_comments:
            yield _comments(view, quote)


def _comments(view: Table, quote: Callable[[str], str]) -> str:
    """Give the statements that tell a database what a view and its columns hold, as tables are made with."""
    name = quote(view.name)
    told = {f"VIEW {name}": view.about}
    told |= {f"COLUMN {name}.{quote(column.name)}": column.description for column in view.columns}
    return "; ".join(
        "COMMENT ON {} IS '{}'".format(what, text.replace("'", "''")) for what, text in told.items()
    )
