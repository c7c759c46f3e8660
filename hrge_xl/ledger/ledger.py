"""The ledger: every file ever received, by hash, with what became of it, and whatever people entered.

What is entered (receipts, decisions, waivers, seals) is a chain of events: see `chain`. The other tables are an index
of what came and what became of it, and notes of what runs did.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain
from operator import attrgetter
from pathlib import Path
from sqlite3 import Connection
from typing import Any, NamedTuple, TypeVar

from ..core.dates import parse_day
from ..core.errors import StoreError, UsageError, listed
from ..core.paths import path_of, path_text, quoted, way_to
from ..core.program import program_digest
from ..core.work import grouped
from .chain import (
    JOURNAL,
    Kind,
    LedgerEntry,
    add_entry,
    bring_up_to_date,
    broken_entries,
    events_of,
    insert,
    is_behind,
    last_entry,
    read_chain,
    read_journal,
    write_rows,
)
from .events import NEXT, Arrival, Arrived, Event, FilesReceived, Origin, ReceivedFile
from .files import RECEIVED, connect, database_error, sha256_of, sqlite_uri
from .signing import KeyOwner

VERSION = 3  # of the ledger
NAME = "ledger.sqlite"
DATASET = "dataset.sqlite"
LEFT_OUT = "left out"
NOT_GIVEN = "Not among the files given."
LOST = "It was changed while it was read."
STATED = "stated"  # a day of arrival that somebody told
RETURN_COLUMNS = (  # of its files: what was read of each
    "submission",
    "verdict",
    "team",
    "country",
    "period",
    "copy",
    "project",
    "intervention",
)
FIRST_SEEN = "first seen"  # one that is that of the first run
CHANGED = (
    "{file} was changed by another program since the last run: its rows may say what no file says."
)
Record = dict[str, Any]
Answer = TypeVar("Answer")

# `files`: `n` is the order in which they came; `stated`: somebody said when. `sightings`: the `place` where a content
# was seen is the way from the folder of the ledger. `datasets`: what they were when the last run ended; and files that
# were made of one, with what they were made of. `closings`: when the rounds of contents with waivers were closed.
TABLES = """
CREATE TABLE IF NOT EXISTS files (
    sha256 TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL UNIQUE,
    submission TEXT, received TEXT, path TEXT, verdict TEXT, team TEXT, country TEXT, period TEXT, round TEXT,
    copy TEXT, project TEXT, intervention TEXT, state TEXT, superseded_by TEXT, reason TEXT,
    size INTEGER, stated BOOLEAN
);
CREATE TABLE IF NOT EXISTS sightings (
    sha256 TEXT NOT NULL, path TEXT NOT NULL, received TEXT, place TEXT, PRIMARY KEY (sha256, path)
);
CREATE TABLE IF NOT EXISTS entries (
    n INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, time TEXT NOT NULL, "by" TEXT NOT NULL, content TEXT NOT NULL,
    previous TEXT NOT NULL, digest TEXT NOT NULL, "key" TEXT NOT NULL, signature TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS runs (n INTEGER NOT NULL PRIMARY KEY, day TEXT NOT NULL, found TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS drafts (
    "key" TEXT NOT NULL PRIMARY KEY, day TEXT NOT NULL, occasion TEXT NOT NULL, team TEXT NOT NULL, file TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS letters (
    "key" TEXT NOT NULL PRIMARY KEY, sent_by TEXT NOT NULL, sender TEXT NOT NULL, moment TEXT NOT NULL,
    what TEXT NOT NULL, files TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS datasets (name TEXT NOT NULL PRIMARY KEY, sha256 TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rounds (
    name TEXT NOT NULL PRIMARY KEY, folder TEXT NOT NULL, spec_digest TEXT NOT NULL, last TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS closings (sha256 TEXT NOT NULL PRIMARY KEY, day TEXT)"""


class FileLocation(NamedTuple):
    """A place where a content was seen. `order` and `received` are of the content: in which order it came, and when."""

    path: str
    order: int
    received: str  # an ISO day
    basis: str  # STATED or FIRST_SEEN

    @property
    def day(self) -> date | None:
        """The day of arrival."""
        return parse_day(self.received)


class FileNote(NamedTuple):
    """A file beside a dataset when it was made: its bytes, the state of the dataset, and what else it was made of."""

    sha256: str
    state: str
    basis: str


class Drafted(NamedTuple):
    """A draft of a mail: what it is about, the day on which it was written, and its file from the folder of the ledger.

    Without a file it was looked at and there was nothing to say.
    """

    key: str
    day: str  # an ISO day
    occasion: str
    team: str
    file: str


class Letter(NamedTuple):
    """A mail that came without a workbook: who sent it and whose it was, when it came, and what was in it.

    `what` says of each thing what it is, as people call it; `files` are their names. Both are separated by commas.
    """

    key: str
    sent_by: str
    sender: str
    moment: str  # in ISO form, in the zone of the office
    what: str
    files: str


class Ledger:
    """The ledger of one folder."""

    def __init__(self, path: Path | None, home: Path, *, write: bool, lasting: bool = True) -> None:
        self._path = path
        self.home = home
        self._entered = False  # something that the journal does not have yet
        with self._our_errors():
            self._connection = connect(path, write=write, lasting=lasting)
            self._connection.row_factory = sqlite3.Row

    @classmethod
    @contextmanager
    def open(
        cls, folder: Path, *, write: bool = True, lasting: bool = True, anew: bool = False
    ) -> Iterator[Ledger]:
        """Yield the ledger in a folder; it is made when it is to be written and is not there.

        One that is not `lasting` is written faster: whoever is cut off throws it away. Raises `StoreError` for one
        that is damaged, or that is lost, unless it is made `anew`.
        """
        path = folder / NAME
        home = folder if lasting else Path()
        exists = path.is_file()
        # without it a return that was withdrawn would count again
        is_expected = not exists and not anew
        if is_expected and ((folder / JOURNAL).is_file() or _is_filled(folder / DATASET)):
            raise StoreError(
                f"{path} is lost: nothing else records what was received, decided and waived.",
                remedy=f"Restore it from a backup, or make it again: hrge-xl recover {quoted(folder)}",
            )
        if exists and not write:
            as_it_is = cls(path, home, write=False)
            with closing(as_it_is._connection), as_it_is.transaction() as connection:
                # cut off before anything stood in it: it gets what any writer would give it
                write = not _version(connection)
        ledger = cls(path if write or exists else None, home, write=write, lasting=lasting)
        with closing(ledger._connection):
            with ledger.transaction() as connection:
                if _version(connection) > VERSION:
                    raise StoreError(
                        f"{NAME} was written by a newer version of hrge-xl.",
                        remedy="Update this program.",
                    )
                for statement in TABLES.split(";") if write or not exists else ():
                    connection.execute(statement)
                if write or not exists:
                    connection.execute(f"PRAGMA user_version = {VERSION}")
                if write and lasting:  # the journal may lack what was entered last
                    ledger._entered = is_behind(folder, last_entry(connection))
            try:
                yield ledger
            finally:
                if ledger._entered and lasting:
                    bring_up_to_date(folder, ledger.chain(), ledger.name)

    @contextmanager
    def _our_errors(self) -> Iterator[None]:
        """Say of a damaged ledger how it is made again."""
        try:
            yield
        except sqlite3.Error as error:
            name = self._path.name if self._path else "memory"
            folder = quoted(self._path.parent) if self._path else ""
            way_back = f"Restore it from a backup, or make it again: hrge-xl recover {folder}"
            raise database_error(name, error, way_back) from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection whose changes are kept together at the end, or not at all."""
        with self._our_errors(), self._connection as connection:
            connection.execute("BEGIN")
            yield connection

    # what came

    def receive(self, arrivals: Iterable[Arrival], arrived: Arrived) -> None:
        """Write down what came, in this order, by the way from the folder.

        A file that was moved or renamed since is the same item at another place; one content at two places is two.
        """
        hashed_arrivals = [
            (arrival.sha256, arrival) for arrival in arrivals if arrival.sha256 is not None
        ]
        with self.transaction() as connection:
            last = connection.execute("SELECT max(n) FROM files").fetchone()[0] or 0
            known_hashes = {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM files")}
            earlier_places = set(
                map(tuple, connection.execute("SELECT sha256, path FROM sightings"))
            )
            new: dict[str, ReceivedFile] = {}
            for sha256, arrival in hashed_arrivals:
                if sha256 not in known_hashes and sha256 not in new:
                    new[sha256] = ReceivedFile(
                        order=last + len(new) + 1,
                        sha256=sha256,
                        path=arrival.path,
                        size=arrival.size,
                        place=self.place_of(arrival.path),
                        origin=arrived.origins.get(sha256),
                    )
            by_day = grouped(
                ((*arrived.day_of(sha256), arrived.day_taken_in(sha256)), file)
                for sha256, file in new.items()
            )
            for (day, stated, taken_in), files in sorted(by_day.items()):
                receipt = FilesReceived(
                    number=NEXT,
                    day=day,
                    stated=stated,
                    taken_in=taken_in,
                    files=tuple(files),
                    terms=dict(arrived.terms),
                )
                add_entry(connection, receipt)
            for sha256, arrival in hashed_arrivals:
                self._locate(
                    connection, sha256, arrival.path, arrived.day_of(sha256)[0], earlier_places
                )
            self._entered = self._entered or bool(new)

    def _locate(
        self,
        connection: Connection,
        sha256: str,
        path: str,
        day: date,
        earlier_places: Container[tuple[str, str]],
    ) -> None:
        """Write down where a content lies; one of the `earlier_places` where it lies no more gives way."""
        this = "FROM sightings WHERE sha256 = ?"
        rows = connection.execute(f"SELECT path, place {this} ORDER BY rowid", (sha256,)).fetchall()
        path_by_place = {
            self.place_of(stored_place): given_path for given_path, stored_place in rows
        }
        place = self.place_of(path)
        if path_by_place.get(place) == path:
            return
        abandoned = (
            old
            for old, given_path in path_by_place.items()
            if (sha256, given_path) in earlier_places
            and not any((self.home / place_text).exists() for place_text in (old, path_of(old)))
        )
        gone = place if place in path_by_place else next(abandoned, None)
        if gone is not None:
            connection.execute(f"DELETE {this} AND path = ?", (sha256, path_by_place[gone]))
        row = {"sha256": sha256, "path": path, "received": day.isoformat(), "place": place}
        insert(connection, "sightings", [row])

    def place_of(self, path: str) -> str:
        """Return the way from the folder of the ledger to a file."""
        return path_text(way_to(self.home / path, self.home))

    def order(self) -> dict[str, int]:
        """Return the place of every content in the order in which files came, by hash."""
        return {row["sha256"]: row["n"] for row in self.rows()}

    def forget_places(self) -> None:
        """Keep what was received and when, not where: for a copy that only some of the files are looked at with."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM sightings")

    def forget_statuses(self) -> None:
        """Keep what was received, not what became of it: for a copy in which that is worked out again.

        Of a file that was left out stays that it was, and why: nothing tells it again.
        """
        statuses = (*RETURN_COLUMNS, "state")
        with self.transaction() as connection:
            connection.execute("UPDATE files SET round = NULL, superseded_by = NULL")
            connection.execute(
                "UPDATE files SET reason = ? WHERE reason IS NOT ?", (NOT_GIVEN, LOST)
            )
            nothing = ", ".join(f'"{name}" = NULL' for name in (*statuses, "reason"))
            connection.execute(f"UPDATE files SET {nothing} WHERE state IS NOT ?", (LEFT_OUT,))

    def locations(self) -> dict[str, list[FileLocation]]:
        """For every hash the places where it was seen."""
        with self.transaction() as connection:
            rows = connection.execute(
                "SELECT sha256, sightings.path, n, files.received, stated FROM sightings JOIN files USING (sha256) "
                "ORDER BY sha256, sightings.path"
            ).fetchall()
        return grouped(
            (sha256, FileLocation(path, n, day or "", STATED if stated else FIRST_SEEN))
            for sha256, path, n, day, stated in rows
        )

    def arrivals(self) -> list[Arrival]:
        """Return every file ever received and not left out since, in the order of arrival."""
        rows = (row for row in self.rows() if row["state"] != LEFT_OUT)
        return [Arrival(row["path"], row["sha256"], row["size"]) for row in rows]

    def days(self) -> dict[str, tuple[date, bool]]:
        """Return the day of arrival of every content and whether somebody stated it, by hash, in the order of
        arrival.
        """
        days = (
            (row["sha256"], parse_day(row["received"] or ""), row["stated"]) for row in self.rows()
        )
        return {sha256: (day, stated) for sha256, day, stated in days if day is not None}

    def days_of_verdicts(self) -> dict[str, date]:
        """Return the day that the verdict on every content is of, by hash: that on which a run took it in.

        Earlier programs did not enter it. Then it is the day on which the dataset beside the ledger was checked, else
        the one on which a mail was first seen, else the day of arrival.
        """
        receipts = [receipt for _, receipt in self.events(FilesReceived)]
        is_known = all(receipt.taken_in for receipt in receipts)
        checked = {} if is_known else _days_of_checks(self.home / DATASET)
        days: dict[str, date] = {}
        for receipt in receipts:
            for file in receipt.files:
                first_seen = file.origin.seen if file.origin else None
                day = receipt.taken_in or checked.get(file.sha256) or first_seen or receipt.day
                if day is not None:
                    days[file.sha256] = day
        return days

    def origins(self) -> dict[str, Origin]:
        """Return the origins of contents that were taken out of mails and archives, by hash."""
        files = chain.from_iterable(receipt.files for _, receipt in self.events(FilesReceived))
        return {file.sha256: file.origin for file in files if file.origin}

    # what became of it

    def update_statuses(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Write down identity and status of files, given by column; `sha256` says which one a row is about."""
        if rows:
            values = ", ".join(f'"{name}" = :{name}' for name in rows[0] if name != "sha256")
            with self.transaction() as connection:
                connection.executemany(f"UPDATE files SET {values} WHERE sha256 = :sha256", rows)

    def leave_out(self, submissions: Iterable[str]) -> None:
        """Only these returns stay in the dataset; the others are still known here."""
        wanted_submissions = set(submissions)
        unwanted_hashes = [
            row["sha256"]
            for row in self.rows()
            if row["submission"] and row["submission"] not in wanted_submissions
        ]
        gone = {"state": LEFT_OUT, "superseded_by": None, "reason": NOT_GIVEN}
        self.update_statuses([{"sha256": sha256, **gone} for sha256 in unwanted_hashes])

    def lose(self, contents: Iterable[str]) -> None:
        """Write down that contents were gone before they could be read, unless they are in the dataset already."""
        in_dataset = {row["sha256"] for row in self.rows() if row["submission"] is not None}
        lost = [sha256 for sha256 in contents if sha256 not in in_dataset]
        self.update_statuses(
            [{"sha256": sha256, "state": LEFT_OUT, "reason": LOST} for sha256 in lost]
        )

    # what people enter

    def enter(self, event: Event, *, by: str = "", signer: KeyOwner | None = None) -> LedgerEntry:
        """Add an event to the chain; one without a number (`NEXT`) gets the next one."""
        with self.transaction() as connection:
            self._entered = True
            return add_entry(connection, event, by=by, signer=signer)

    def events(self, *kinds: type[Kind]) -> list[tuple[LedgerEntry, Kind]]:
        """Return the events of some kinds with their entries, first to last."""
        with self.transaction() as connection:
            return events_of(connection, *kinds)

    def chain(self) -> list[LedgerEntry]:
        """Return every entry, first to last."""
        with self.transaction() as connection:
            return read_chain(connection)

    @property
    def identity(self) -> str:
        """The name that the ledger has for ever; it gets one when it is first asked."""
        if not self.name:
            self.name_it(secrets.token_hex(16))
        return self.name

    def name_it(self, name: str) -> None:
        """Give the ledger the name that it has had."""
        self.put("identity", {"id": name})
        self._entered = True

    @property
    def name(self) -> str:
        """The name that it has; empty while nobody asked."""
        return next((str(row["id"]) for row in self.rows_of("identity")), "")

    # what runs note

    def put(self, table: str, row: Mapping[str, object]) -> None:
        """Write a row in the place of one with the same key."""
        with self.transaction() as connection:
            insert(connection, table, [row], "REPLACE")

    def rows_of(self, table: str) -> list[Record]:
        """Return the rows of a table in the order of its key, which comes first; none while there is no such table.

        Raises `StoreError` for bytes, which another program put there.
        """
        with self.transaction() as connection:
            if not connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = ?", (table,)
            ).fetchall():
                return []
            rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")]
        for row in rows:
            if bytes in map(type, row.values()):
                raise StoreError(
                    f"another program wrote something into the table {table} that does not belong there.",
                    place=self.home / NAME,
                    remedy=f"To see what: hrge-xl verify {quoted(self.home)}",
                )
        return rows

    def rows(self) -> list[Record]:
        """Return what is known of every file, in the order of arrival."""
        with self.transaction() as connection:
            rows = connection.execute("SELECT * FROM files ORDER BY n").fetchall()
        return [{**row, "stated": bool(row["stated"])} for row in rows]

    def drafted(self) -> dict[str, Drafted]:
        """Return every draft of a mail that was written and not taken away again, by key: none is written twice."""
        return {row["key"]: Drafted(**row) for row in self.rows_of("drafts")}

    def forget_draft(self, key: str) -> None:
        """Let a draft that was taken away unsent be written again."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM drafts WHERE key = ?", (key,))

    def letters(self) -> list[Letter]:
        """Return every mail that came without a workbook, the oldest first."""
        return sorted((Letter(**row) for row in self.rows_of("letters")), key=attrgetter("moment"))

    # a dataset that another program changed is never built upon

    def note_checksum(self, file: Path) -> None:
        """Write down what a dataset is at the end of a run."""
        self.put("datasets", {"name": file.name, "sha256": sha256_of(file)})

    def checksum(self, file: Path) -> str:
        """Return what was written down of a dataset; empty where nothing was."""
        noted = [row["sha256"] for row in self.rows_of("datasets") if row["name"] == file.name]
        return noted[0] if noted else ""

    def forget_checksum(self, file: Path) -> None:
        """Forget what a dataset was: a run begins to write into it, and may be cut off."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM datasets WHERE name = ?", (file.name,))

    def is_changed(self, file: Path) -> bool:
        """Say whether a dataset is another than the last run left; False where that was cut off, or said nothing."""
        noted = self.checksum(file)
        return noted != "" and file.is_file() and sha256_of(file) != noted

    # files beside a dataset: which state of it they were made of, and what they were then

    def state(self, checksum: str) -> str:
        """Return the state of a dataset of this checksum: what its last run changed is part of it."""
        runs = self.rows_of("runs")
        state_text = f"{checksum} {runs[-1]['n'] if runs else 0}"
        return hashlib.sha256(state_text.encode()).hexdigest() if checksum else ""

    def note_files(self, paths: Iterable[Path], basis: str) -> None:
        """Write down that files were made of the dataset as it is noted, and of what else: a digest."""
        state = self.state(self.checksum(self.home / DATASET))
        rows = [
            {"name": _way(self.home, path), "sha256": f"{sha256_of(path)} {state} {basis}"}
            for path in paths
            if path.is_file() and path.resolve().is_relative_to(self.home.resolve())
        ]
        with self.transaction() as connection:
            insert(connection, "datasets", rows, "REPLACE")

    def noted_files(self) -> dict[str, FileNote]:
        """Return what was written down of files beside the dataset, by the way to each from its folder."""
        digests = {row["name"]: row["sha256"].split(" ") for row in self.rows_of("datasets")}
        return {name: FileNote(*parts) for name, parts in digests.items() if len(parts) == 3}

    def is_outgrown(self, path: Path) -> bool:
        """Say whether a file was made of another state of the dataset than the one that is noted."""
        is_ours = path.resolve().is_relative_to(self.home.resolve())
        note = self.noted_files().get(_way(self.home, path)) if is_ours else None
        current = self.state(self.checksum(self.home / DATASET))
        return note is not None and note.state != current

    # pages that would be made of the same again are not made

    def made_of(self, round_file: Path, facts: str) -> str:
        """Return a digest of what pages are made of: the dataset, what came and was entered, the program, and `facts`.

        `round_file` says who was expected, and may not be there. At which second something was entered is in no page.
        """
        entries = [
            [row["kind"], row["by"], row["content"], row["key"]] for row in self.rows_of("entries")
        ]
        table_rows = [
            [*row.values()]
            for table in ("files", "sightings", "rounds")
            for row in self.rows_of(table)
        ]
        files = [sha256_of(file) for file in (self.home / DATASET, round_file) if file.is_file()]
        whole = repr([entries, table_rows, files, facts, program_digest()])
        return hashlib.sha256(whole.encode()).hexdigest()

    def is_made(self, pages: Sequence[Path], made_of: str) -> bool:
        """Say whether pages, which belong together, are as they were left, and were made of this."""
        return all(page.is_file() for page in pages) and _as_left(pages, made_of) in self.rows_of(
            "datasets"
        )

    def note_made(self, pages: Sequence[Path], made_of: str) -> None:
        """Write down that pages were made of this."""
        self.put("datasets", _as_left(pages, made_of))


def _way(home: Path, path: Path) -> str:
    """Return the way from a folder to a file in it."""
    return path.resolve().relative_to(home.resolve()).as_posix()


def _as_left(pages: Sequence[Path], made_of: str) -> Record:
    """Return the note of pages as they are now."""
    digests = " ".join([made_of, *map(sha256_of, pages)])
    return {"name": pages[0].name, "sha256": hashlib.sha256(digests.encode()).hexdigest()}


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _days_of_checks(file: Path) -> dict[str, date]:
    """Return the day on which a dataset was checked, by the hash of each content; of any version of its tables."""
    if not file.is_file():
        return {}
    try:
        with closing(connect(file, write=False)) as dataset:
            columns = {name for _, name, *_ in dataset.execute("PRAGMA table_info(submissions)")}
            if not columns.issuperset({"sha256", "checked"}):
                return {}
            rows = dataset.execute("SELECT sha256, checked FROM submissions").fetchall()
    except sqlite3.Error as error:
        raise database_error(file.name, error) from error
    days = {sha256: parse_day(str(checked)) for sha256, checked in rows}
    return {sha256: day for sha256, day in days.items() if day is not None}


def look_up(folder: Path, question: Callable[[Ledger], Answer]) -> Answer | None:
    """Ask the ledger of a folder; None where there is no ledger."""
    if not (folder / NAME).is_file():
        return None
    with Ledger.open(folder, write=False) as ledger:
        return question(ledger)


def near(*folders: Path) -> Path | None:
    """Return the first of some folders that has a ledger."""
    return next((folder for folder in folders if (folder / NAME).is_file()), None)


# a ledger that was lost or damaged, made again from its journal: decisions, waivers, seals and receipts stay

DAMAGED = "damaged"
MOST_BROKEN = 5  # entries that are named


def _is_filled(file: Path) -> bool:
    """Say whether a dataset was filled by a run, and is not a copy to share, which has no ledger."""
    if not file.is_file():
        return False
    try:
        with closing(connect(file, write=False)) as dataset:
            if not dataset.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchall():
                return False
            facts = dict(dataset.execute("SELECT name, value FROM meta").fetchall())
    except sqlite3.Error as error:
        raise database_error(file.name, error) from error
    return facts.get("filled") == "yes" and "masked" not in facts.get("state", "")


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was made again: entries by kind; where the damaged ledger is now; how many lines say nothing."""

    kinds: Counter[str]
    moved_to: Path | None
    unreadable: int

    def lines(self, folder: Path) -> Iterator[str]:
        """Say it, a sentence a line."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        yield f"{folder / NAME} was made again from {JOURNAL}: {self.kinds.total()} entries ({kinds or 'none'})."
        if self.unreadable:
            yield f"Left out because they cannot be read: {self.unreadable} of the lines of {JOURNAL}."
        if self.moved_to is not None:
            yield f"The damaged ledger is now {self.moved_to}."
        yield f"What the entries are worth: hrge-xl sign --list --ledger {quoted(folder)}"
        yield f"Then: hrge-xl consolidate {quoted(folder)} -o {quoted(folder)}"


def recover(folder: Path) -> Recovered:
    """Make the ledger of a folder again. Raises `UsageError` where it is whole or nothing is left to make it from."""
    path = folder / NAME
    journal = read_journal(folder)
    if path.is_file() and _is_whole(path):
        raise UsageError(
            f"{path} can be read: nothing is lost.",
            remedy=f"What was changed in it: hrge-xl verify {quoted(folder)}",
        )
    if not any((folder / name).exists() for name in (NAME, JOURNAL, DATASET, RECEIVED)):
        raise UsageError(
            f"{folder} never had a ledger.", remedy="Name a round or a consolidated folder."
        )
    if not journal.entries:
        raise UsageError(
            f"{folder} has no {JOURNAL} that records what was entered.",
            remedy=(
                f"Restore {NAME} from a backup. Without one, put the received files "
                f"together in a new folder (hrge-xl consolidate {quoted(folder / RECEIVED)} "
                "-o NEW), and make the decisions and waivers again: the reports of this "
                "folder list them."
            ),
        )
    broken = [entry.label for entry in broken_entries(journal)]
    if broken:
        raise UsageError(
            f"{folder / JOURNAL} was changed at {listed(broken, MOST_BROKEN)}: no ledger is made from it.",
            remedy=(
                f"Restore {JOURNAL} or {NAME} from a backup. Without one, put the received files together in a new "
                f"folder: hrge-xl consolidate {quoted(folder / RECEIVED)} -o NEW"
            ),
        )
    moved = None
    if path.is_file():
        moved = path.rename(path.with_name(f"{NAME}.{DAMAGED}-{secrets.token_hex(4)}"))
    with Ledger.open(folder, anew=True) as ledger:
        with ledger.transaction() as connection:
            insert(connection, "entries", [asdict(entry) for entry in journal.entries])
            for _, event in events_of(connection, Event):
                write_rows(connection, event)
        if journal.identity:
            ledger.name_it(journal.identity)
    return Recovered(
        Counter(entry.kind for entry in journal.entries), moved, len(journal.unreadable)
    )


def _is_whole(path: Path) -> bool:
    """Say whether a SQLite file is there and not damaged, in whichever mode another program left it."""
    try:
        with closing(sqlite3.connect(f"{sqlite_uri(path)}?mode=ro", uri=True)) as database:
            return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except sqlite3.Error:
        return False
