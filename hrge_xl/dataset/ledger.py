"""The ledger: every file ever received, by hash, with what became of it; and the received bytes, unchangeable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import StoreError
from .files import whole
from .return_status import Entry, ReturnStatus
from .store import Store, open_file

VERSION = 1  # of the ledger
NAME, RECEIVED = "ledger.sqlite", "received"
LEFT_OUT = "left out"
MOST_BYTES = 100_000_000  # of a file that is kept: four times what is read at most

META = sa.MetaData()
FILES = sa.Table(
    "files",
    META,
    sa.Column("sha256", sa.Text(), primary_key=True),
    sa.Column("n", sa.Integer(), nullable=False, unique=True),  # the order in which files came
    *(
        sa.Column(name, sa.Text())
        for name in (
            "submission", "received", "path", "verdict", "team", "country", "period", "round", "copy",
            "project", "intervention", "state", "superseded_by", "reason",
        )
    ),
    sa.Column("size", sa.Integer()),
)  # fmt: skip
SIGHTINGS = sa.Table(
    "sightings",
    META,
    sa.Column("sha256", sa.Text(), primary_key=True),
    sa.Column("path", sa.Text(), primary_key=True),
    sa.Column("received", sa.Text()),
)


class Arrival(NamedTuple):
    """A file as it came. `sha256` is None when it could not be read at all."""

    path: str
    sha256: str | None
    size: int | None


class Ledger:
    """The ledger of one folder."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    @contextmanager
    def open(cls, folder: Path, *, write: bool = True) -> Iterator[Ledger]:
        """The ledger in a folder; it is made when it is to be written and is not there."""
        path = folder / NAME
        there = path.is_file()
        with open_file(path if write or there else None, write=write) as store:
            ledger = cls(store)
            ledger._prepare(make=write or not there)
            yield ledger

    def _prepare(self, *, make: bool) -> None:
        with self.transaction() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar() or 0
            if version > VERSION:
                raise StoreError(f"{NAME} was written by a newer version of hrge-xl. Update this program.")
            if make:
                META.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

    def transaction(self) -> AbstractContextManager[Connection]:
        """A connection whose changes are kept together."""
        return self._store.transaction()

    # what came

    def receive(self, arrivals: Iterable[Arrival], when: str) -> int:
        """Write down what came, in this order; how many of them were never seen before."""
        new = 0
        with self.transaction() as connection:
            known = set(connection.execute(sa.select(FILES.c.sha256)).scalars())
            seen = {(a, b) for a, b in connection.execute(sa.select(SIGHTINGS.c.sha256, SIGHTINGS.c.path))}
            files, sightings = [], []
            for each in arrivals:
                if each.sha256 is None:
                    continue
                if each.sha256 not in known:
                    known.add(each.sha256)
                    files.append(
                        {
                            "sha256": each.sha256,
                            "n": len(known),
                            "path": each.path,
                            "size": each.size,
                            "received": when,
                        }
                    )
                if (each.sha256, each.path) not in seen:
                    seen.add((each.sha256, each.path))
                    sightings.append({"sha256": each.sha256, "path": each.path, "received": when})
            new = len(files)
            _insert(connection, FILES, files)
            _insert(connection, SIGHTINGS, sightings)
        return new

    def arrived(self) -> dict[str, tuple[int, str]]:
        """For every hash its place in the order of arrival, and the day."""
        with self.transaction() as connection:
            rows = connection.execute(sa.select(FILES.c.sha256, FILES.c.n, FILES.c.received))
            return {str(row[0]): (int(row[1]), str(row[2] or "")) for row in rows}

    def known(self) -> list[Arrival]:
        """Every file ever received and not left out since, in the order of arrival."""
        kept = sa.func.coalesce(FILES.c.state, "") != LEFT_OUT
        wanted = sa.select(FILES.c.path, FILES.c.sha256, FILES.c.size).where(kept).order_by(FILES.c.n)
        with self.transaction() as connection:
            return [Arrival(*row) for row in connection.execute(wanted)]

    # what became of it

    def update_statuses(
        self, entries: Sequence[tuple[str, Entry]], found: Mapping[str, ReturnStatus]
    ) -> None:
        """Write down identity and status of files, given with their hash."""
        rows = []
        for sha256, entry in entries:
            status = found[entry.submission]
            rows.append(
                {
                    "b_sha256": sha256, "submission": entry.submission, "verdict": entry.verdict,
                    "team": entry.team, "country": entry.country, "period": entry.period, "copy": entry.copy,
                    "project": entry.project, "intervention": entry.intervention, "state": status.state,
                    "superseded_by": status.other, "reason": status.reason,
                }
            )  # fmt: skip
        if rows:
            names: dict[str, Any] = {name: sa.bindparam(name) for name in rows[0] if name != "b_sha256"}
            update = sa.update(FILES).where(FILES.c.sha256 == sa.bindparam("b_sha256")).values(names)
            with self.transaction() as connection:
                connection.execute(update, rows)

    def leave_out(self, wanted: Sequence[str]) -> None:
        """Only these returns stay in the dataset; the others are still known here."""
        others = sa.update(FILES).where(FILES.c.submission.not_in(wanted))
        with self.transaction() as connection:
            connection.execute(
                others.values(state=LEFT_OUT, superseded_by=None, reason="Not among the files given.")
            )

    # further tables, each with a module of its own

    def add(self, table: sa.Table, row: Mapping[str, object]) -> None:
        """Write a row into a table that is made when it is first needed."""
        with self.transaction() as connection:
            table.create(connection, checkfirst=True)
            connection.execute(sa.insert(table), [dict(row)])

    def entries(self, table: sa.Table) -> list[dict[str, Any]]:
        """The rows of such a table in the order of its key; none while there is no table."""
        with self.transaction() as connection:
            if not sa.inspect(connection).has_table(table.name):
                return []
            found = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    def rows(self) -> list[dict[str, object]]:
        """The whole ledger, in the order of arrival."""
        with self.transaction() as connection:
            found = connection.execute(sa.select(FILES).order_by(FILES.c.n))
            return [dict(row) for row in found.mappings()]


def near(*places: Path) -> Path | None:
    """The folder with the ledger that belongs to some files or folders: one of them, or one around them."""
    around = [
        folder
        for place in places
        for folder in (
            (place, *place.resolve().parents[:2]) if place.is_dir() else place.resolve().parents[:2]
        )
    ]
    return next((folder for folder in around if (folder / NAME).is_file()), None)


def _insert(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection.execute(sa.insert(table), list(rows))


def kept_at(folder: Path, sha256: str) -> Path:
    """Where the bytes of a received file are kept."""
    return folder / RECEIVED / f"{sha256}.xlsx"


def keep(path: Path, sha256: str, folder: Path) -> bool:
    """Keep the bytes of a file under their hash, read-only; False when the file is too large or has changed."""
    target = kept_at(folder, sha256)
    if target.is_file():
        return True
    try:
        if path.stat().st_size > MOST_BYTES:
            return False
        data = path.read_bytes()
    except OSError:
        return False
    if hashlib.sha256(data).hexdigest() != sha256:
        return False
    with whole(target) as unfinished:
        unfinished.write_bytes(data)
        unfinished.chmod(0o644)
    with suppress(OSError):
        target.chmod(0o444)
    return True
