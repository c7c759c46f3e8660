"""Shards: the rows of a batch, written whole by the worker that read it, and taken into a dataset from there.

A worker hands back no rows but a `Shard`, its line of the manifest. A shard is a SQLite file, on one machine and on
the shared disk of a cluster alike, which a dataset takes in by a statement a table. See docs/decisions/0016.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import StoreError
from ..core.output_files import UNFINISHED, not_written
from ..ledger.files import FAST, sha256_of
from .schema import SUBMISSIONS, Schema
from .store import Store, open_file, translate_db_errors
from .table import Rows

SHARDS = "shards"  # what their folder is named by
SHARED = "The output folder must lie on a disk that all machines of the cluster share, under the same path."


@dataclass(frozen=True, slots=True)
class Shard:
    """A line of the manifest: the file with the rows of some submissions, how many there are, and what it hashes to."""

    place: str
    submissions: tuple[str, ...]
    rows: dict[str, int]
    digest: str
    engine: str = ""  # of the worker, where it may be on another machine
    closed: tuple[
        str, ...
    ] = ()  # files that were read before and cannot be opened now: they stay as they are
    changed: tuple[str, ...] = ()  # files that were no more what they were, by path: refused without a hash


def write_shard(files: Iterable[Rows], schema: Schema, folder: Path) -> Shard:
    """Give the rows of some submissions as a shard in a folder that is there. Raises `OutputError`, `StoreError`.

    It is named by the submissions in it and by its content: a batch that is done twice is one shard.
    """
    unfinished = folder / f"{UNFINISHED}{secrets.token_hex(4)}"
    try:
        names, counts = _write(files, schema, unfinished)
        digest = sha256_of(unfinished)
        held = hashlib.sha256("\n".join(names).encode()).hexdigest()
        place = unfinished.replace(folder / f"{held[:32]}-{digest[:16]}.sqlite")
    except OSError as error:
        raise not_written(unfinished, error) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Shard(str(place), names, counts, digest)


def _write(files: Iterable[Rows], schema: Schema, path: Path) -> tuple[tuple[str, ...], dict[str, int]]:
    """Write files, one by one, into the barest SQLite file: only tables that have rows, columns without a type."""
    names: list[str] = []
    counts: Counter[str] = Counter()
    with translate_db_errors(path.name), closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in FAST:
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        for rows in files:
            names += (str(row[SUBMISSIONS.at["submission"]]) for row in rows["submissions"])
            for name, lines in rows.items():
                if not lines:
                    continue
                columns = schema.by_name[name].names
                if not counts[name]:
                    quoted = ", ".join(f'"{column}"' for column in columns)
                    database.execute(f'CREATE TABLE "{name}" ({quoted})')
                marks = ", ".join("?" * len(columns))
                database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', lines)
                counts[name] += len(lines)
        database.execute("COMMIT")
    return tuple(names), dict(counts)


def take(shard: Shard, store: Store) -> None:
    """Take a shard into a dataset, all of it or nothing. Raises `StoreError`."""
    place = Path(shard.place)
    _compare(shard, place)
    if store.is_file:
        store.merge(shard.submissions, place, list(shard.rows))
    else:
        with open_file(place, write=False) as rows:
            rows.use(store.schema, write=False)
            store.take(shard.submissions, {name: rows.rows(name) for name in shard.rows})


def discard(shard: Shard) -> None:
    """Take a shard away that is in every dataset."""
    with suppress(OSError):  # the folder of the run goes in the end
        Path(shard.place).unlink(missing_ok=True)


def _compare(shard: Shard, place: Path) -> None:
    """Make sure that a shard is here as a worker wrote it, perhaps on another machine. Raises `StoreError`."""
    try:
        found = sha256_of(place)
    except OSError as error:
        raise StoreError(f"{place} cannot be read where it was not written. {SHARED}") from error
    if found != shard.digest:
        raise StoreError(f"{place} is not as a worker wrote it. {SHARED}")
