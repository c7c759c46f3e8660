"""What is entered into the ledger: one list of entries, each chained to the one before it, and the journal beside it.

The digest of an entry is the SHA-256 of the JSON list `[kind, time, by, content, previous, key]` in UTF-8, without
spaces and with letters as they are; `content` is a text of that list, `previous` the digest of the entry before, and 64
zeros for the first. Entries are added and never changed: what is taken back is taken back by another entry.

The journal is a second copy of the chain, a line per entry, that a lost ledger is made again from. It is text, is only
ever added to, and lies beside the ledger, which is what counts; the one is held against the other.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from pydantic import TypeAdapter

from .. import __version__
from ..core.errors import StoreError
from ..core.paths import not_written, read_regular
from ..core.words import storable
from .events import KINDS, NEXT, Event
from .files import private
from .signing import KeyOwner

FIRST = "0" * 64  # what the first entry follows
HIGHEST = 2**63 - 1  # number that a row can have
Kind = TypeVar("Kind", bound=Event)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry: its place, what kind it is, when and by whom it was made, and what stands in it."""

    n: int
    kind: str
    time: str  # UTC
    by: str
    content: str
    previous: str
    digest: str = ""
    key: str = ""  # the public key of who signed it; empty: nobody did
    signature: str = ""

    @property
    def right_digest(self) -> str:
        """What its digest must be."""
        return digest_of([self.kind, self.time, self.by, self.content, self.previous, self.key])

    @property
    def event(self) -> Event | None:
        """What stands in it; None for what this program did not write."""
        try:
            return KINDS[self.kind].model_validate_json(self.content)
        except (KeyError, ValueError):
            return None

    @property
    def program(self) -> str:
        """The version of hrge_xl that made it, also where this program does not know its kind; "" before 0.2.0."""
        try:
            content = json.loads(self.content)
        except ValueError:
            return ""
        return str(content.get("program", "")) if isinstance(content, dict) else ""

    @property
    def about(self) -> str:
        """What kind it is, which one of it, and what it is about."""
        event = self.event
        return event.about if event else self.kind

    @property
    def label(self) -> str:
        """Its number, and what it is about."""
        return f"entry {self.n} ({self.about})"

    @property
    def heading(self) -> str:
        """The same, to begin a sentence with."""
        return self.label[0].upper() + self.label[1:]


TEXTS = tuple(column.name for column in fields(LedgerEntry))[1:]
# As bytes: what somebody put in from outside need not be text, and is to be told all the same.
STORED = f"SELECT n, {', '.join(f'CAST({name} AS BLOB)' for name in TEXTS)} FROM entries"


def digest_of(value: object) -> str:
    """Return the SHA-256 of data, written as JSON in one way only."""
    return hashlib.sha256(_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_chain(connection: Connection, order: str = "ORDER BY n") -> list[LedgerEntry]:
    """Return the whole chain, first to last."""
    rows = connection.execute(f"{STORED} {order}").fetchall()
    return [
        LedgerEntry(n, *((text or b"").decode("utf-8", "surrogateescape") for text in texts))
        for n, *texts in rows
    ]


def last_entry(connection: Connection) -> LedgerEntry | None:
    """Return the end of the chain."""
    return next(iter(read_chain(connection, "ORDER BY n DESC LIMIT 1")), None)


def events_of(connection: Connection, *kinds: type[Kind]) -> list[tuple[LedgerEntry, Kind]]:
    """Return the entries of some kinds with what stands in them, but for those that this program did not write."""
    names = ", ".join(f"'{name}'" for name, kind in KINDS.items() if issubclass(kind, kinds))
    entries_with_events = (
        (entry, entry.event)
        for entry in read_chain(connection, f"WHERE kind IN ({names}) ORDER BY n")
    )
    return [(entry, event) for entry, event in entries_with_events if isinstance(event, kinds)]


def add_entry(
    connection: Connection, event: Event, *, by: str = "", signer: KeyOwner | None = None
) -> LedgerEntry:
    """Chain an event to the last entry that there is, and write what follows from it.

    An event without a number gets the one after the highest that goes by its noun: entries that were taken out leave a
    gap. Raises `StoreError` where no number is left.
    """
    previous = last_entry(connection)
    if previous and previous.n >= HIGHEST:
        raise StoreError(
            (
                f"The last entry of the ledger has the number {previous.n}, and none can follow: it "
                "was changed from outside."
            ),
            remedy="Restore the ledger from a backup.",
        )
    if event.number == NEXT:
        same = [kind for kind in KINDS.values() if kind.noun == event.noun]
        last = max(
            (earlier_event.number for _, earlier_event in events_of(connection, *same)), default=0
        )
        event = event.model_copy(update={"number": last + 1})
    event = event.model_copy(update={"program": __version__})
    bare = LedgerEntry(
        previous.n + 1 if previous else 1,
        event.kind,
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        storable(by) or "",
        _json(event.model_dump(mode="json")),
        storable(previous.digest) or "" if previous else FIRST,
        key=signer.key if signer else "",
    )
    digest = bare.right_digest
    entry = replace(bare, digest=digest, signature=signer.sign(digest) if signer else "")
    insert(connection, "entries", [asdict(entry)])
    write_rows(connection, event)
    return entry


def write_rows(connection: Connection, event: Event) -> None:
    """Write what follows from an event into the other tables; of two receipts of one content the first one rules."""
    for table, row in event.rows():
        insert(connection, table, [row], "INSERT OR IGNORE")


def insert(
    connection: Connection,
    table: str,
    rows: Sequence[Mapping[str, object]],
    statement: str = "INSERT",
) -> None:
    """Write rows that have the same columns."""
    if rows:
        names = rows[0].keys()
        values = ", ".join(f":{name}" for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        connection.executemany(f"{statement} INTO {table} ({columns}) VALUES ({values})", rows)


# the journal

JOURNAL = "ledger.jsonl"
MOST_BYTES = 1_000_000_000
IDENTITY = "identity"
ENTRY = TypeAdapter(LedgerEntry)


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal says: the entries in their order, the name that the ledger had, and lines that say nothing."""

    entries: tuple[LedgerEntry, ...] = ()
    identity: str = ""
    unreadable: Mapping[int, str] = field(default_factory=dict)  # by their number


def read_journal(folder: Path) -> Journal:
    """Read the journal of a folder; an empty one where there is none. A line that was cut off says nothing."""
    try:
        lines = read_regular(folder / JOURNAL, MOST_BYTES).decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return Journal()
    entries: dict[str, LedgerEntry] = {}
    identity = ""
    unreadable = dict[int, str]()
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line) if line.strip() else {IDENTITY: identity}
            if IDENTITY in row:
                identity = str(row[IDENTITY])
            else:
                entry = ENTRY.validate_python(row)
                entries.setdefault(entry.digest, entry)
        except (ValueError, TypeError):
            unreadable[number] = line
    return Journal(tuple(sorted(entries.values(), key=lambda entry: entry.n)), identity, unreadable)


def broken_entries(journal: Journal) -> Iterator[LedgerEntry]:
    """Yield the entries of a journal that are not as they were entered, or do not follow the one before them."""
    previous = FIRST
    for entry in journal.entries:
        if entry.digest != entry.right_digest or entry.previous != previous:
            yield entry
        previous = entry.digest


def bring_up_to_date(folder: Path, chain: Iterable[LedgerEntry], identity: str) -> None:
    """Add what the journal of a folder does not have yet. Raises `OutputError`."""
    journal = read_journal(folder)
    digests = {entry.digest for entry in journal.entries}
    rows: list[object] = [asdict(entry) for entry in chain if entry.digest not in digests]
    if identity and journal.identity != identity:
        rows.insert(0, {IDENTITY: identity})
    if not rows:
        return
    path = folder / JOURNAL
    private(path)
    try:
        with path.open("ab+") as stream:
            if stream.tell():
                stream.seek(-1, os.SEEK_END)
            cut = stream.read(1) not in (b"", b"\n")  # a run was ended while it wrote
            lines = "\n".join(json.dumps(row, ensure_ascii=True) for row in rows)
            stream.write(("\n" * cut + lines + "\n").encode())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise not_written(path, error) from error


def is_behind(folder: Path, last: LedgerEntry | None) -> bool:
    """Say whether a run was ended before it could add what it had entered: the last entry is not there."""
    try:
        return last is not None and last.digest.encode() not in read_regular(
            folder / JOURNAL, MOST_BYTES
        )
    except FileNotFoundError:
        return True


def missing_from_journal(folder: Path, chain: Sequence[LedgerEntry]) -> Iterator[str]:
    """Yield the entries that the journal of a ledger lacks; of one that is being written it may lack the last ones."""
    digests = {entry.digest for entry in read_journal(folder).entries}
    for entry in chain:
        if entry.digest not in digests:
            yield f"{entry.heading} is in the ledger but not in {JOURNAL}. The next command that writes adds it."


def _was_changed_here(line: LedgerEntry, entered: LedgerEntry) -> bool:
    """Return whether a line of the journal is not what was entered, and the ledger has that as it was."""
    return line != entered and entered.digest == entered.right_digest


def journal_faults(folder: Path, chain: Sequence[LedgerEntry]) -> Iterator[str]:
    """Yield which entries stand in the journal and no longer in the ledger, and which lines nobody entered so."""
    journal = read_journal(folder)
    entered = {entry.digest: entry for entry in chain}
    for entry in journal.entries:
        if entry.digest not in entered and entry.digest == entry.right_digest:
            yield f"{entry.heading} is in {JOURNAL} but not in the ledger: it was changed, or removed."
        elif entry.digest not in entered or _was_changed_here(entry, entered[entry.digest]):
            yield f"{JOURNAL} has a line for {entry.label} that was not entered so: it was changed, or put in."
    whole = [json.dumps(asdict(entry), ensure_ascii=True) for entry in chain]
    for number, line in journal.unreadable.items():
        # else a run was ended while it wrote
        if not any(entry.startswith(line) for entry in whole):
            yield f"Line {number} of {JOURNAL} is no entry: it was changed, or put in. The ledger has all of its own."
