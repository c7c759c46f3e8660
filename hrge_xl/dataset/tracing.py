"""From a row of the dataset back to the file, sheet and cell it was read from."""

from __future__ import annotations

from itertools import islice
from typing import Any

import sqlalchemy as sa

from ..errors import UsageError
from .schema import SUBMISSIONS
from .store import Store
from .table import Table

ABOUT = ("path", "sha256", "team", "verdict", "status", "issued")  # what is told of the file


def trace(store: Store, table: Table, number: int) -> list[tuple[str, str]]:
    """Give every column of a row, counted from 1, then the file it comes from. Raises `UsageError` past the last."""
    row = next(islice(store.rows(table.name), number - 1, None), None)
    if row is None:
        raise UsageError(f"The table '{table.name}' has no row {number}.")
    pairs = [(name, _text(value)) for name, value in zip(table.names, row, strict=True)]
    return pairs + _file(store, dict(pairs).get("submission"))


def _file(store: Store, submission: str | None) -> list[tuple[str, str]]:
    """Where the bytes are, and what became of them."""
    if not submission:
        return []
    table = store.tables[SUBMISSIONS.name].c
    wanted = sa.select(*(table[name] for name in ABOUT)).where(table.submission == submission)
    return [
        (f"file {name}", _text(value))
        for row in store.select(wanted)
        for name, value in zip(ABOUT, row, strict=True)
    ]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
