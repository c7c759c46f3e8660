"""The ledger: every file ever received, by hash, with what became of it.

What people enter (receipts, decisions, waivers, seals) is a chain of entries: see `entries`. The tables of files are
an index of what came and what became of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..dates import parse_day
from ..errors import StoreError, UsageError
from ..kept_texts import said
from ..paths import path_of, path_text, way_to
from ..shell_words import quoted
from .entries import ENTRIES, Entry, Signer, add_entry, all_entries, entries_of, last_entry, next_number
from .journal import JOURNAL, bring_up_to_date, is_behind
from .kinds import EntryContent, FilesReceived, Origin, ReceivedFile, Terms
from .opening import DATASET
from .return_status import FIRST_SEEN, STATED, ReturnEntry, ReturnStatus
from .store import FILLED, Store, open_file
from .table import Record

VERSION = 3  # of the ledger
NAME = "ledger.sqlite"
LEFT_OUT = "left out"
LOST = "It was changed while it was read."

FILES = sa.Table(
    "files",
    sa.MetaData(),
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
    sa.MetaData(),
    sa.Column("sha256", sa.Text(), primary_key=True),
    sa.Column("path", sa.Text(), primary_key=True),
    sa.Column("received", sa.Text()),
    sa.Column("place", sa.Text()),  # the way from the folder of the ledger: a file is known by it
)
IDENTITY = sa.Table("identity", sa.MetaData(), sa.Column("id", sa.Text(), primary_key=True))
Kind = TypeVar("Kind", bound=EntryContent)


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
    """When files came: the day that somebody states, else the day on which they are first seen.

    `days` are those on which they came by mail, by content: they are stated too, unless a person states another one for
    all. `receipts` are those that the ledgers of their rounds say, and whether they were stated there. `origins` tell
    where contents came from, and `terms` are those of the rounds that they came to, by name.
    """

    day: date = field(default_factory=lambda: datetime.now().astimezone().date())
    stated: bool = False
    terms: Mapping[str, Terms] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    receipts: Mapping[str, tuple[date, bool]] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def day_of(self, sha256: str) -> tuple[date, bool]:
        """Give the day on which a content came, and whether somebody stated it."""
        if not self.stated and sha256 in self.days:
            return self.days[sha256], True
        return (self.day, True) if self.stated else self.receipts.get(sha256, (self.day, False))


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
        self._store, self.home = store, home
        self._entered = False  # something that the journal does not have yet

    @classmethod
    @contextmanager
    def open(
        cls, folder: Path, *, write: bool = True, lasting: bool = True, anew: bool = False
    ) -> Iterator[Ledger]:
        """Give the ledger in a folder; it is made when it is to be written and is not there.

        One that is not `lasting` is written faster: whoever is cut off throws it away. Raises `StoreError` for one
        that is damaged, or that is lost, unless it is made `anew`.
        """
        path = folder / NAME
        there = path.is_file()
        if not there and not anew:
            _refuse_lost(folder)
        if there and not write:
            # cut off before anything stood in it: it gets what any writer would give it
            write = not _version(path)
        with _opened(path if write or there else None, write=write, lasting=lasting) as store:
            ledger = cls(store, folder if lasting else Path())
            ledger._prepare(make=write or not there)
            if write and lasting:  # the journal may lack what was entered last
                with ledger.transaction() as connection:
                    ledger._entered = ledger._entered or is_behind(folder, last_entry(connection))
            try:
                yield ledger
            finally:
                if ledger._entered and lasting:
                    bring_up_to_date(folder, ledger.chain(), ledger.name)

    def _prepare(self, *, make: bool) -> None:
        with self.transaction() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar() or 0
            if version > VERSION:
                raise StoreError(f"{NAME} was written by a newer version of hrge-xl. Update this program.")
            if make:
                for table in (FILES, SIGHTINGS, ENTRIES):
                    table.create(connection, checkfirst=True)
                connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

    def transaction(self) -> AbstractContextManager[Connection]:
        """Give a connection whose changes are kept together."""
        return self._store.transaction()

    # what came

    def receive(self, arrivals: Iterable[Arrival], came: Arrived) -> int:
        """Write down what came, in this order, by the way from the folder; gives how many were never seen before.

        A file that was moved or renamed since is the same item at another place; one content at two places is two.
        """
        with self.transaction() as connection:
            known = set(connection.execute(sa.select(FILES.c.sha256)).scalars())
            last = connection.execute(sa.select(sa.func.max(FILES.c.n))).scalar() or 0
            seen, new = _SeenPlaces(connection, self.home), list[ReceivedFile]()
            for each in arrivals:
                if each.sha256 is None:
                    continue
                if each.sha256 not in known:
                    known.add(each.sha256)
                    new.append(
                        ReceivedFile(
                            order=last + len(new) + 1,
                            sha256=each.sha256,
                            path=each.path,
                            size=each.size,
                            place=seen.place(each.path),
                            origin=came.origins.get(each.sha256),
                        )
                    )
                seen.add(each.sha256, each.path, came.day_of(each.sha256)[0].isoformat())
            _write_receipts(connection, new, came)
            seen.write(connection)
            self._entered = self._entered or bool(new)
        return len(new)

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

    def restore(self, entries: Sequence[Entry]) -> None:
        """Write down entries as they were, and the files that their receipts tell of, into a ledger that is empty."""
        with self.transaction() as connection:
            _insert(connection, ENTRIES, [asdict(entry) for entry in entries])
            for _, receipt in list(entries_of(connection, FilesReceived)):
                _insert(connection, FILES, _rows(receipt))
                _insert(connection, SIGHTINGS, _places(receipt))

    def order(self) -> dict[str, int]:
        """Give the place of every content in the order in which files came, by hash."""
        return {row["sha256"]: row["n"] for row in self.rows()}

    def forget_places(self) -> None:
        """Keep what was received and when, not where: for a copy that only some of the files are looked at with."""
        with self.transaction() as connection:
            connection.execute(sa.delete(SIGHTINGS))

    def sightings(self) -> dict[str, list[Sighting]]:
        """For every hash the places where it was seen."""
        found: dict[str, list[Sighting]] = {}
        files = {row["sha256"]: row for row in self.rows()}
        for seen in self.rows_of(SIGHTINGS):
            row = files.get(seen["sha256"])
            if row is not None:
                sighting = Sighting(seen["path"], row["n"], row["received"] or "", bool(row["stated"]))
                found.setdefault(seen["sha256"], []).append(sighting)
        return found

    def known(self) -> list[Arrival]:
        """Give every file ever received and not left out since, in the order of arrival."""
        kept = (row for row in self.rows() if row["state"] != LEFT_OUT)
        return [Arrival(row["path"], row["sha256"], row["size"]) for row in kept]

    def days(self) -> dict[str, tuple[date, bool]]:
        """Give the day of arrival of every content and whether somebody stated it, by hash, in the order of arrival."""
        days = ((row["sha256"], parse_day(row["received"] or ""), bool(row["stated"])) for row in self.rows())
        return {sha256: (day, stated) for sha256, day, stated in days if day is not None}

    def origins(self) -> dict[str, Origin]:
        """Give the origins of contents that were taken out of mails and archives, by hash."""
        receipts = (receipt for _, receipt in self.entries(FilesReceived))
        return {each.sha256: each.origin for receipt in receipts for each in receipt.files if each.origin}

    # what became of it

    def update_statuses(
        self, entries: Sequence[tuple[str, ReturnEntry]], found: Mapping[str, ReturnStatus]
    ) -> None:
        """Write down identity and status of files, given with their hash."""
        identity = [column.name for column in FILES.c if column.name in ReturnEntry.__dataclass_fields__]
        rows = [
            {"of": sha256}
            | {name: getattr(entry, name) for name in identity}
            | _became(found[entry.submission])
            for sha256, entry in entries
        ]
        if rows:
            with self.transaction() as connection:
                connection.execute(sa.update(FILES).where(FILES.c.sha256 == sa.bindparam("of")), rows)

    def leave_out(self, wanted: Sequence[str]) -> None:
        """Only these returns stay in the dataset; the others are still known here."""
        others = sa.update(FILES).where(FILES.c.submission.not_in(wanted))
        with self.transaction() as connection:
            connection.execute(
                others.values(state=LEFT_OUT, superseded_by=None, reason="Not among the files given.")
            )

    # what people enter

    def enter(self, content: EntryContent, *, by: str, signer: Signer | None = None) -> Entry:
        """Add an entry to the chain."""
        with self.transaction() as connection:
            self._entered = True
            return add_entry(connection, content, by=by, signer=signer)

    def entries(self, *kinds: type[Kind]) -> list[tuple[Entry, Kind]]:
        """Give the entries of some kinds with what stands in them, first to last."""
        with self.transaction() as connection:
            return list(entries_of(connection, *kinds))

    def next_number(self, *kinds: type[EntryContent]) -> int:
        """Give the number of the next entry of some kinds, which are counted together."""
        with self.transaction() as connection:
            return next_number(connection, *kinds)

    def chain(self) -> list[Entry]:
        """Give every entry, first to last."""
        with self.transaction() as connection:
            return all_entries(connection)

    @property
    def identity(self) -> str:
        """The name that the ledger has for ever; it gets one when it is first asked."""
        if not self.name:
            self.name_it(secrets.token_hex(16))
        return self.name

    def name_it(self, name: str) -> None:
        """Give the ledger the name that it has had."""
        self.put(IDENTITY, {"id": name})
        self._entered = True

    @property
    def name(self) -> str:
        """The name that it has; empty while nobody asked."""
        return next((str(row["id"]) for row in self.rows_of(IDENTITY)), "")

    def lose(self, contents: Iterable[str]) -> None:
        """Write down that contents were gone before they could be read, unless they are in the dataset already."""
        gone = sa.and_(FILES.c.sha256.in_(list(contents)), FILES.c.submission.is_(None))
        with self.transaction() as connection:
            connection.execute(sa.update(FILES).where(gone).values(state=LEFT_OUT, reason=LOST))

    # further tables, each with a module of its own

    def put(self, table: sa.Table, row: Mapping[str, object]) -> None:
        """Write a row, in the place of one with the same key, into a table that is made when it is first needed."""
        with self.transaction() as connection:
            table.create(connection, checkfirst=True)
            _remove(connection, table, row)
            connection.execute(sa.insert(table), [dict(row)])

    def remove(self, table: sa.Table, row: Mapping[str, object]) -> None:
        """Take the row with this key out of such a table, if it is there."""
        with self.transaction() as connection:
            if sa.inspect(connection).has_table(table.name):
                _remove(connection, table, row)

    def rows_of(self, table: sa.Table) -> list[Record]:
        """Give the rows of such a table in the order of its key; none while there is no table."""
        with self.transaction() as connection:
            if not sa.inspect(connection).has_table(table.name):
                return []
            found = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    def rows(self) -> list[Record]:
        """Give the whole ledger, in the order of arrival."""
        return sorted(self.rows_of(FILES), key=itemgetter("n"))


def _remove(connection: Connection, table: sa.Table, row: Mapping[str, object]) -> None:
    connection.execute(sa.delete(table).where(*(key == row[key.name] for key in table.primary_key.columns)))


class _SeenPlaces:
    """The places where contents were seen, as the ledger knows them and as they are now.

    Paths lead from the folder of the ledger, `home`.
    """

    def __init__(self, connection: Connection, home: Path) -> None:
        self._home = home
        self._known: dict[str, dict[str, str]] = {}  # hash → place → path as it was given
        self._new: dict[tuple[str, str], dict[str, object]] = {}
        self._moved: list[tuple[str, str]] = []
        for sha256, path, place in connection.execute(
            sa.select(SIGHTINGS.c.sha256, SIGHTINGS.c.path, SIGHTINGS.c.place)
        ):
            self._known.setdefault(sha256, {})[self.place(place)] = path

    def add(self, sha256: str, path: str, when: str) -> None:
        """One more place, unless it is known."""
        places, place = self._known.setdefault(sha256, {}), self.place(path)
        if places.get(place) == path:
            return
        gone = place if place in places else next(filter(self._is_gone, places), None)
        if gone is not None:
            self._moved.append((sha256, places.pop(gone)))
        places[place] = path
        self._new[sha256, place] = {"sha256": sha256, "path": path, "received": when, "place": place}

    def place(self, path: str | Path) -> str:
        """Give the way to a file."""
        return path_text(way_to(self._home / path, self._home))

    def _is_gone(self, place: str) -> bool:
        return not any((self._home / each).exists() for each in (place, path_of(place)))

    def write(self, connection: Connection) -> None:
        """Write down what is new."""
        for sha256, path in self._moved:
            this = sa.and_(SIGHTINGS.c.sha256 == sha256, SIGHTINGS.c.path == path)
            connection.execute(sa.delete(SIGHTINGS).where(this))
        _insert(connection, SIGHTINGS, list(self._new.values()))


def _insert(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows, where there are any."""
    if rows:
        connection.execute(sa.insert(table), list(rows))


def _became(status: ReturnStatus) -> Record:
    return {"state": status.state, "superseded_by": status.other, "reason": said(status.reason) or None}


def _version(path: Path) -> int:
    """Give the version of a ledger that is there."""
    with _opened(path, write=False) as store, store.transaction() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def _write_receipts(connection: Connection, files: Sequence[ReceivedFile], came: Arrived) -> None:
    """Write down contents that had never been seen: as an entry a day of arrival, and in the table of files."""
    by_day: dict[tuple[date, bool], list[ReceivedFile]] = {}
    for each in files:
        by_day.setdefault(came.day_of(each.sha256), []).append(each)
    for (day, stated), some in sorted(by_day.items()):
        number = next_number(connection, FilesReceived)
        receipt = FilesReceived(
            number=number, day=day, stated=stated, files=tuple(some), terms=dict(came.terms)
        )
        add_entry(connection, receipt)
        _insert(connection, FILES, _rows(receipt))


def _rows(receipt: FilesReceived) -> list[dict[str, object]]:
    """Give the files of a receipt, as the table of files has them."""
    day = {"received": receipt.day.isoformat() if receipt.day else None, "stated": receipt.stated}
    return [
        {"sha256": each.sha256, "n": each.order, "path": each.path, "size": each.size, **day}
        for each in receipt.files
    ]


def _places(receipt: FilesReceived) -> list[dict[str, object]]:
    """List the places where the files of a receipt were seen when they came."""
    day = str(receipt.day or "")
    return [
        {"sha256": each.sha256, "path": each.path, "received": day, "place": each.place or each.path}
        for each in receipt.files
    ]


def _opened(path: Path | None, *, write: bool, lasting: bool = True) -> Store:
    """Give the store of a ledger, which says of a damaged one how it is made again."""
    way_back = (
        f"Restore it from a backup, or make it again: hrge-xl recover {quoted(path.parent)}" if path else ""
    )
    return open_file(path, write=write, lasting=lasting, damaged=way_back)


def _refuse_lost(folder: Path) -> None:
    """Raise `StoreError` where there was a ledger: without it a return that was withdrawn would count again."""
    if (folder / JOURNAL).is_file() or _is_filled(folder / DATASET):
        raise StoreError(
            f"{folder / NAME} is lost: nothing else records what was received, decided and waived. Restore it from a "
            f"backup, or make it again: hrge-xl recover {quoted(folder)}"
        )


def _is_filled(file: Path) -> bool:
    """Say whether a dataset was filled by a run, and is not a copy to share, which has no ledger."""
    if not file.is_file():
        return False
    with open_file(file, write=False) as store:
        return store.fact(FILLED) == "yes" and not store.fact("flat")


def need_words(what: str, reason: str, by: str) -> None:
    """Raise `UsageError` where somebody does not say why, or who enters it."""
    for part, text in (("a reason", reason), ("a name", by)):
        if not text.strip():
            raise UsageError(f"{what} needs {part}: --reason TEXT --by NAME.")


def near(*folders: Path) -> Path | None:
    """Give the first of some folders that has a ledger."""
    return next((folder for folder in folders if (folder / NAME).is_file()), None)
