"""The tables of a dataset as they may be shared, and as they are."""

from __future__ import annotations

from datetime import date

import pandas as pd

from tests.face import Rows, Store, shared

DAY = date(2026, 6, 30)


def tables(store: Store) -> Rows:
    return {
        table.name: list(store.rows(table.name, columns=table.names))
        for table in store.schema.shown
    }


def shareable(store: Store) -> Rows:
    """The same as they may be shared."""
    with shared(store, DAY) as copy:
        return tables(copy)


def frames(store: Store, *, masked: bool = True) -> dict[str, pd.DataFrame]:
    """The tables that are shown as frames: as they may be shared, or as they are."""
    found = shareable(store) if masked else tables(store)
    names = {table.name: list(table.names) for table in store.schema.shown}
    return {name: pd.DataFrame(rows, columns=names[name]) for name, rows in found.items()}
