"""Values in a SQLite file that this program never writes: nothing can be made again by them, so they are told first."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from ..dataset.rows import submission_number
from ..ledger.files import sqlite_uri

MOST_ROWS = 5  # of a column that are named
STORED = {  # by the beginning of a declared type: what may be stored there, besides nothing
    "TEXT": ("text",), "VARCHAR": ("text",), "DATE": ("text",), "INT": ("integer",), "BIGINT": ("integer",),
    "BOOL": ("integer",), "FLOAT": ("real", "integer"), "REAL": ("real", "integer"),
    "DOUBLE": ("real", "integer"), "NUM": ("real", "integer"),
}  # fmt: skip


def impossible_values(file: Path, name: str) -> Iterator[str]:
    """Yield each value of another type than its column has, with table, row and column; `name` is what the file is.

    Nothing of a file that is no database: who opens it tells that.
    """
    if not file.is_file():
        return
    with closing(sqlite3.connect(f"{sqlite_uri(file)}?mode=ro", uri=True)) as database:
        database.text_factory = lambda stored: stored.decode("utf-8", "replace")
        with suppress(sqlite3.DatabaseError):  # told where it is opened
            yield from _of_types(database, name)
            yield from _of_submissions(database, name)


def _of_types(database: sqlite3.Connection, name: str) -> Iterator[str]:
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for (table,) in tables.fetchall():
        columns = database.execute(f'PRAGMA table_info("{table}")').fetchall()
        keys = [column for _, column, *_, key in columns if key] or ["rowid"]
        row_name = " || ' ' || ".join(f'quote("{key}")' for key in keys)
        for _, column, declared, *_ in columns:
            stored = next(
                (kinds for kind, kinds in STORED.items() if declared.upper().startswith(kind)), None
            )
            if stored is None:
                continue
            allowed = ", ".join(f"'{kind}'" for kind in (*stored, "null"))
            wrong = database.execute(
                f'SELECT {row_name}, typeof("{column}") FROM "{table}" WHERE typeof("{column}") NOT IN ({allowed})'
            )
            for row, kind in islice(wrong, MOST_ROWS):
                yield f"{name}: {table}, row {row}: {column} holds a value of the type {kind}, which was put in."


def _of_submissions(database: sqlite3.Connection, name: str) -> Iterator[str]:
    """Yield what no row about a return can say: by its numbers and texts everything else is found."""
    columns = [
        column for _, column, *_ in database.execute("PRAGMA table_info(submissions)").fetchall()
    ]
    if "stamp" not in columns and "submission_id" not in columns:
        return
    quoted_columns = ", ".join(f'"{column}"' for column in columns)
    for values in database.execute(f"SELECT {quoted_columns} FROM submissions"):
        row = dict(zip(columns, values, strict=True))
        for column in _impossible(row):
            yield f"{name}: submissions, row {row.get('path')}: {column} was changed; nothing can be compared by it."


def _impossible(row: dict[str, Any]) -> Iterator[str]:
    """Yield the columns of a row whose values this program never writes."""
    submission = str(row["submission"])
    if not re.fullmatch("[0-9a-f]+", submission):
        yield "submission"
    elif "submission_id" in row and row["submission_id"] != submission_number(submission):
        yield "submission_id"
    if row.get("stamp") and not _is_stamp(str(row["stamp"])):
        yield "stamp"


def _is_stamp(text: str) -> bool:
    try:
        stamp = json.loads(text)
    except (ValueError, RecursionError):
        return False
    pairs = stamp.items() if isinstance(stamp, dict) else stamp
    return all(isinstance(part, str) for pair in pairs for part in pair)
