"""The tables of a dataset as they may be shared: as frames of pandas, or made of rows that no dataset holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from tests.face import Masking, Row, Rows, Schema, Store, shared_rows


def frames(store: Store, *, masked: bool = True) -> dict[str, pd.DataFrame]:
    """The tables that are shown: as they may be shared, or as they are."""
    shown = {table.name: table.names for table in store.schema.shown}
    every = ((name, store.rows(name, columns=names)) for name, names in shown.items())
    tables = shared_rows(store) if masked else every
    return {name: pd.DataFrame(list(rows), columns=list(shown[name])) for name, rows in tables}


def shareable(schema: Schema, tables: Mapping[str, Sequence[Row]]) -> Rows:
    """The same tables without what must not be shared; all tables that are shown have to be given."""
    shown = {name: schema.by_name[name].shown for name in tables}
    records = {
        name: [dict(zip(shown[name].names, row, strict=True)) for row in rows]
        for name, rows in tables.items()
    }
    sheets = {
        schema.wide[tool].name: [row for row in records[named.name] if row["tool"] == tool]
        for named in schema.united.values()
        for tool in named.tools
    }
    masking = Masking(schema, sheets | records)
    return {name: list(masking.rows(shown[name])) for name in tables}
