"""From a row of the dataset back to the file, sheet and cell it was read from."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from ..errors import UsageError
from .consolidate import DATASET


def trace(folder: Path, table: str, row: int) -> list[tuple[str, str]] | None:
    """Every column of a row, then the file it comes from; None past the last row.

    Raises `UsageError` when there is no dataset or no such table.
    """
    file = folder / DATASET
    if not file.is_file():
        raise UsageError(f"{folder} holds no dataset. Run `hrge-xl consolidate … -o {folder}` first.")
    engine = sa.create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            return _row(connection, table, row)
    finally:
        engine.dispose()


def _row(connection: sa.Connection, name: str, number: int) -> list[tuple[str, str]] | None:
    known = sa.inspect(connection).get_table_names()
    if name not in known:
        raise UsageError(f"There is no table '{name}'. The dataset has: {', '.join(sorted(known))}.")
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    order = list(table.primary_key.columns) or list(table.columns)
    found = (
        connection.execute(sa.select(table).order_by(*order).offset(number - 1).limit(1)).mappings().first()
    )
    if found is None:
        return None
    pairs = [(str(key), "" if value is None else str(value)) for key, value in found.items()]
    return pairs + _file(connection, dict(pairs).get("submission"))


def _file(connection: sa.Connection, submission: str | None) -> list[tuple[str, str]]:
    """Where the bytes are, and what became of them."""
    if not submission:
        return []
    table = sa.Table("submissions", sa.MetaData(), autoload_with=connection)
    found = connection.execute(sa.select(table).where(table.c.submission == submission)).mappings().first()
    names = ("path", "sha256", "team", "verdict", "issued")
    return [(f"file {name}", str(found[name])) for name in names if name in found] if found else []
