"""Shards: the rows of a batch, written whole by the worker that read it, and taken into a dataset from there.

A worker hands back no rows but a `Shard`, its line of the manifest. On one machine a shard is a SQLite file, which
another one takes in by a statement a table; in a cluster it is a folder of Parquet files on the shared disk.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import StoreError
from ..paths import UNFINISHED
from .files import not_written, sha256_of
from .parquet import read_rows, write_rows
from .rows import all_rows
from .schema import SUBMISSIONS, Schema
from .store import FAST, Store, open_file, translate_db_errors
from .table import Row, Rows, Table

ROWS = "rows.sqlite"
SHARED = "The output folder must lie on a disk that all machines of the cluster share, under the same path."


@dataclass(frozen=True, slots=True)
class Shard:
    """A line of the manifest: where the rows of some submissions stand, how many, and what the files hash to."""

    place: str
    submissions: tuple[str, ...]
    rows: dict[str, int]
    digests: dict[str, str]  # of every Parquet file by its name; a SQLite file never leaves its machine
    engine: str = ""  # of the worker, where it may be on another machine
    changed: tuple[str, ...] = ()  # files that were no more what they were, by path: refused without a hash


@contextmanager
def shard_folder(out: Path) -> Iterator[Path]:
    """A folder for the shards of one run; what late workers of an earlier one write finds no place any more."""
    folder = out / f"{UNFINISHED}shards-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise not_written(folder, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_shard(files: Iterable[Rows], schema: Schema, folder: Path, *, parquet: bool) -> Shard:
    """The rows of some submissions as a shard in a folder that is there. Raises `OutputError`, `StoreError`.

    It is named by the submissions in it, and these by their content: a batch that is done twice is one shard.
    """
    unfinished = folder / f"{UNFINISHED}{secrets.token_hex(4)}"
    place = unfinished
    try:
        unfinished.mkdir()
        written = (_as_parquet if parquet else _as_sqlite)(files, schema, unfinished)
        place = folder / hashlib.sha256("\n".join(written.submissions).encode()).hexdigest()[:32]
        _put_in_place(unfinished, place)
    except OSError as error:
        raise not_written(place, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return replace(written, place=str(place))


def _as_sqlite(files: Iterable[Rows], schema: Schema, folder: Path) -> Shard:
    """The least that a SQLite file can be: only tables that have rows, and columns without a type. File by file."""
    names: list[str] = []
    counts: Counter[str] = Counter()
    with translate_db_errors(ROWS), closing(sqlite3.connect(folder / ROWS, isolation_level=None)) as database:
        for pragma in FAST:
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        for rows in files:
            names += (str(row[SUBMISSIONS.at["submission"]]) for row in rows[SUBMISSIONS.name])
            for name, lines in rows.items():
                _insert(database, schema.by_name[name], lines, new=not counts[name])
                counts[name] += len(lines)
        database.execute("COMMIT")
    return Shard("", tuple(names), {name: count for name, count in counts.items() if count}, {})


def _insert(database: sqlite3.Connection, table: Table, lines: Sequence[Row], *, new: bool) -> None:
    if lines and new:
        columns = ", ".join(f'"{column}"' for column in table.names)
        database.execute(f'CREATE TABLE "{table.name}" ({columns})')
    if lines:
        marks = ", ".join("?" * len(table.names))
        database.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', lines)


def _as_parquet(files: Iterable[Rows], schema: Schema, folder: Path) -> Shard:
    rows = all_rows(files, schema)
    digests = {}
    for name, lines in rows.items():
        if lines:
            file = folder / f"{name}.parquet"
            write_rows(file, schema.by_name[name], lines)
            digests[file.name] = sha256_of(file)
    names = tuple(str(row[SUBMISSIONS.at["submission"]]) for row in rows[SUBMISSIONS.name])
    return Shard("", names, {name: len(lines) for name, lines in rows.items() if lines}, digests)


def _put_in_place(unfinished: Path, place: Path) -> None:
    """Where another worker has done the same batch, its shard stays."""
    try:
        unfinished.rename(place)
    except OSError:
        if not place.is_dir():
            raise


def take(shard: Shard, store: Store) -> None:
    """Take a shard into a dataset, all of it or nothing. Raises `StoreError`."""
    place = Path(shard.place)
    if shard.digests:
        _compare(shard, place)
        store.take(shard.submissions, {name: read_rows(place / f"{name}.parquet") for name in shard.rows})
    elif store.is_file:
        store.merge(shard.submissions, place / ROWS, list(shard.rows))
    else:
        with open_file(place / ROWS, write=False) as rows:
            rows.use(store.schema, write=False)
            store.take(shard.submissions, {name: rows.rows(name) for name in shard.rows})


def discard(shard: Shard) -> None:
    """Take a shard away that is in every dataset."""
    shutil.rmtree(shard.place, ignore_errors=True)


def _compare(shard: Shard, place: Path) -> None:
    """What a worker wrote on another machine is here, as it wrote it."""
    for name, digest in shard.digests.items():
        try:
            found = sha256_of(place / name)
        except OSError as error:
            raise StoreError(f"{place / name} cannot be read where it was not written. {SHARED}") from error
        if found != digest:
            raise StoreError(f"{place / name} is not as a worker wrote it. {SHARED}")
