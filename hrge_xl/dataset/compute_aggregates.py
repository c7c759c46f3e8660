"""Fills the tables of figures, which are made out of what else a dataset holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ..core.work import report_progress
from .aggregates import GROUPS, aggregates
from .opening import opened
from .store import DERIVED, Store
from .table import Rows
from .workers import Workers


def derive(stores: Sequence[Store], path: Path, today: date, pool: Workers) -> None:
    """Fill the figures of datasets that hold the same; the file at `path` is read, several groups of them at once."""
    with report_progress("Working out figures"):
        found = [*pool.map(_figures, GROUPS, path, today)]  # while they read nobody writes
        for store in stores:
            for rows in found:
                _replace(store, rows)


def derive_here(store: Store, today: date) -> None:
    """Do the same for a dataset that is in use in this process only."""
    _replace(store, aggregates(store, today, [name for group in GROUPS for name in group]))
    store.set_fact(DERIVED, str(today))


def _figures(wanted: Sequence[str], path: Path, today: date) -> Rows:
    """Work out some of the tables of figures, in a worker."""
    with opened(path) as store:
        return aggregates(store, today, wanted)


def _replace(store: Store, tables: Rows) -> None:
    with store.transaction() as connection:
        for name, rows in tables.items():
            store.replace(connection, name, rows)
