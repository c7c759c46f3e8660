"""The ledger: every file ever received, by hash, with what became of it; and the received bytes, unchangeable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..dates import parse_day
from ..errors import StoreError
from ..path_text import path_of, path_text
from .files import OWNER_FOLDER, private, whole
from .return_status import FIRST_SEEN, STATED, Entry, ReturnStatus
from .store import Store, open_file

VERSION = 2  # of the ledger
NAME, RECEIVED = "ledger.sqlite", "received"
LEFT_OUT = "left out"
LOST = "It was changed while it was read."
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
    sa.Column("stated", sa.Boolean()),  # somebody said when it came
)  # fmt: skip
SIGHTINGS = sa.Table(
    "sightings",
    META,
    sa.Column("sha256", sa.Text(), primary_key=True),
    sa.Column("path", sa.Text(), primary_key=True),
    sa.Column("received", sa.Text()),
    sa.Column(
        "place", sa.Text()
    ),  # the path from the folder of the ledger, else the whole: a file is known by it
)
ADDED = {FILES: FILES.c.stated, SIGHTINGS: SIGHTINGS.c.place}  # what ledgers of version 1 do not have


class Arrival(NamedTuple):
    """A file as it came. `sha256` is None when it could not be read at all; `kept` is where else its bytes are."""

    path: str
    sha256: str | None
    size: int | None
    kept: str = ""

    @property
    def place(self) -> str:
        """Where it is read from."""
        return self.kept or self.path


@dataclass(frozen=True)
class Arrived:
    """When files came: the day that somebody states, else the day on which they are first seen."""

    day: date = field(default_factory=lambda: datetime.now().astimezone().date())
    stated: bool = False


class Receipt(NamedTuple):
    """A file that came, as another ledger or a report tells it. `order` and `received` are of its content."""

    path: str
    sha256: str
    order: int
    received: date | None
    stated: bool


class Sighting(NamedTuple):
    """A place where a content was seen. `order` and `received` are of the content: in which order it came, and when.

    `stated`: somebody said when it came; else it is the day on which it was first seen.
    """

    path: str
    order: int
    received: str  # an ISO day
    stated: bool

    @property
    def day(self) -> date | None:
        """The day of arrival."""
        return parse_day(self.received)

    @property
    def basis(self) -> str:
        """What the day of arrival is."""
        return STATED if self.stated else FIRST_SEEN


class Ledger:
    """The ledger of one folder."""

    def __init__(self, store: Store, home: Path) -> None:
        self._store, self._home = store, home

    @classmethod
    @contextmanager
    def open(cls, folder: Path, *, write: bool = True, lasting: bool = True) -> Iterator[Ledger]:
        """The ledger in a folder; it is made when it is to be written and is not there.

        One that is not `lasting` is written faster: whoever is cut off throws it away.
        """
        path = folder / NAME
        there = path.is_file()
        if there and not write:
            write = _version(path) < VERSION  # it gets what it lacks, as any writer would give it
        with open_file(path if write or there else None, write=write, lasting=lasting) as store:
            ledger = cls(store, folder)
            ledger._prepare(make=write or not there)
            yield ledger

    def _prepare(self, *, make: bool) -> None:
        with self.transaction() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar() or 0
            if version > VERSION:
                raise StoreError(f"{NAME} was written by a newer version of hrge-xl. Update this program.")
            if make:
                META.create_all(connection)
                self._add_columns(connection, version)
                connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

    @staticmethod
    def _add_columns(connection: Connection, version: int) -> None:
        """What ledgers of an earlier version do not have yet."""
        for table, column in ADDED.items() if version == 1 else ():
            kind = column.type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}")

    def transaction(self) -> AbstractContextManager[Connection]:
        """A connection whose changes are kept together."""
        return self._store.transaction()

    # what came

    def receive(self, arrivals: Iterable[Arrival], when: date, *, stated: bool = False) -> int:
        """Write down what came, in this order; gives how many of them were never seen before.

        A file that was moved or renamed since is the same item at another place; one content at two places is two.
        """
        with self.transaction() as connection:
            known = set(connection.execute(sa.select(FILES.c.sha256)).scalars())
            seen = _Seen(connection, self._home)
            files: list[dict[str, object]] = []
            for each in arrivals:
                if each.sha256 is None:
                    continue
                if each.sha256 not in known:
                    known.add(each.sha256)
                    files.append(
                        {
                            "sha256": each.sha256, "n": len(known), "path": each.path, "size": each.size,
                            "received": when.isoformat(), "stated": stated,
                        }
                    )  # fmt: skip
                seen.add(each.sha256, each.path, when.isoformat())
            _insert(connection, FILES, files)
            seen.write(connection)
        return len(files)

    def copy_receipts(self, receipts: Iterable[Receipt]) -> None:
        """Write down what came as it is told, into a ledger that is empty yet."""
        told = list(receipts)
        files = [
            {
                "sha256": each.sha256, "n": each.order, "path": each.path,
                "received": each.received.isoformat() if each.received else None, "stated": each.stated,
            }
            for each in {each.sha256: each for each in reversed(told)}.values()
        ]  # fmt: skip
        places = dict.fromkeys((each.sha256, each.path) for each in told)
        sightings = [{"sha256": sha256, "path": path, "place": path} for sha256, path in places]
        with self.transaction() as connection:
            _insert(connection, FILES, files)
            _insert(connection, SIGHTINGS, sightings)

    def order(self) -> dict[str, int]:
        """Give the place of every content in the order in which files came, by hash."""
        with self.transaction() as connection:
            found = connection.execute(sa.select(FILES.c.sha256, FILES.c.n))
            return {str(sha256): int(n) for sha256, n in found}

    def forget_places(self) -> None:
        """Keep what was received and when, not where: for a copy that only some of the files are looked at with."""
        with self.transaction() as connection:
            connection.execute(sa.delete(SIGHTINGS))

    def sightings(self) -> dict[str, list[Sighting]]:
        """For every hash the places where it was seen."""
        found: dict[str, list[Sighting]] = {}
        wanted = sa.select(
            SIGHTINGS.c.sha256, SIGHTINGS.c.path, FILES.c.n, FILES.c.received, FILES.c.stated
        ).join_from(SIGHTINGS, FILES, FILES.c.sha256 == SIGHTINGS.c.sha256)
        with self.transaction() as connection:
            for sha256, path, order, received, stated in connection.execute(wanted):
                found.setdefault(sha256, []).append(Sighting(path, order, received or "", bool(stated)))
        return found

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

    def lose(self, contents: Iterable[str]) -> None:
        """Write down that contents were gone before they could be read, unless they are in the dataset already."""
        gone = sa.and_(FILES.c.sha256.in_(list(contents)), FILES.c.submission.is_(None))
        with self.transaction() as connection:
            connection.execute(sa.update(FILES).where(gone).values(state=LEFT_OUT, reason=LOST))

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


def _version(path: Path) -> int:
    """The version of a ledger that is there."""
    with open_file(path, write=False) as store, store.transaction() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


class _Seen:
    """The places where contents were seen, as the ledger knows them and as they are now.

    What lies below the folder of the ledger is known by its path from there: it stays in its place when the folder
    is moved or copied.
    """

    def __init__(self, connection: Connection, home: Path) -> None:
        self._home = home.absolute()
        self._known: dict[str, dict[str, str]] = {}  # hash → place → path as it was given
        self._new: list[dict[str, object]] = []
        self._moved: list[tuple[str, str]] = []
        for sha256, path, place in connection.execute(
            sa.select(SIGHTINGS.c.sha256, SIGHTINGS.c.path, SIGHTINGS.c.place)
        ):
            self._known.setdefault(sha256, {})[self._place(self._home / place if place else path)] = path

    def add(self, sha256: str, path: str, when: str) -> None:
        """One more place, unless it is known."""
        places, place = self._known.setdefault(sha256, {}), self._place(path)
        if path in places.values() or (place in places and self._leads_there(places[place], place)):
            return
        gone = place if place in places else next(filter(self._is_gone, places), None)
        if gone is not None:
            self._moved.append((sha256, places.pop(gone)))
        places[place] = path
        self._new.append({"sha256": sha256, "path": path, "received": when, "place": place})

    def _place(self, path: str | Path) -> str:
        """Where a file is, links not followed."""
        whole = Path(path).absolute()
        inside = whole.is_relative_to(self._home)
        return path_text(whole.relative_to(self._home).as_posix() if inside else whole)

    def _is_gone(self, place: str) -> bool:
        return not any((self._home / each).exists() for each in (place, path_of(place)))

    def _leads_there(self, path: str, place: str) -> bool:
        """Whether a path as it was given once still means a place; what it was given from may be another folder."""
        return not Path(path).is_absolute() or Path(path) == self._home / place

    def write(self, connection: Connection) -> None:
        """Write down what is new."""
        for sha256, path in self._moved:
            this = sa.and_(SIGHTINGS.c.sha256 == sha256, SIGHTINGS.c.path == path)
            connection.execute(sa.delete(SIGHTINGS).where(this))
        _insert(connection, SIGHTINGS, self._new)


def near(*folders: Path) -> Path | None:
    """The first of some folders that has a ledger."""
    return next((folder for folder in folders if (folder / NAME).is_file()), None)


def _insert(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection.execute(sa.insert(table), list(rows))


def kept_at(folder: Path, sha256: str) -> Path:
    """Where the bytes of a received file are kept."""
    return folder / RECEIVED / f"{sha256}.xlsx"


def keep(path: Path, sha256: str, folder: Path) -> bool:
    """Keep the bytes of a file under their hash, read-only, unless it is too large; False when it has changed."""
    target = kept_at(folder, sha256)
    if target.is_file():
        return True
    try:
        if path.stat().st_size > MOST_BYTES:
            return True
        data = path.read_bytes()
    except OSError:
        return False
    if hashlib.sha256(data).hexdigest() != sha256:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        target.parent.chmod(OWNER_FOLDER)
    with whole(target) as unfinished:
        private(unfinished)
        unfinished.write_bytes(data)
    with suppress(OSError):
        target.chmod(0o400)
    return True
