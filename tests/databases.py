"""A dataset or a ledger, read and changed as any other program can."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

LEDGER = "ledger.sqlite"


def queried(place: Path | str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask a database, or the dataset of a folder."""
    with closing(sqlite3.connect(_file(place))) as database:
        return database.execute(statement, values).fetchall()


def tampered(place: Path | str, statements: str, *values: object) -> None:
    """Change a database, or the dataset of a folder: a statement with values, or several without."""
    with closing(sqlite3.connect(_file(place))) as database, database:
        if values:
            database.execute(statements, values)
        else:
            database.executescript(statements)


def _file(place: Path | str) -> Path:
    return Path(place) / "dataset.sqlite" if Path(place).is_dir() else Path(place)
