"""A second copy of what people entered into the ledger, a line per entry: what a lost ledger is made again from.

It is text, is only ever added to, and lies beside the ledger, which is what counts; the one is held against the other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from ..output_files import not_written
from ..paths import read_regular
from .entries import Entry
from .files import private

JOURNAL = "ledger.jsonl"
MOST_BYTES = 1_000_000_000
IDENTITY = "identity"
ENTRY = TypeAdapter(Entry)


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal says: the entries in their order, the name that the ledger had, and lines that say nothing."""

    entries: tuple[Entry, ...] = ()
    identity: str = ""
    unreadable: Mapping[int, str] = field(default_factory=dict)  # by their number


def read_journal(folder: Path) -> Journal:
    """Read the journal of a folder; an empty one where there is none. A line that was cut off says nothing."""
    try:
        lines = read_regular(folder / JOURNAL, MOST_BYTES).decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return Journal()
    entries: dict[str, Entry] = {}
    identity, unreadable = "", dict[int, str]()
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


def bring_up_to_date(folder: Path, chain: Sequence[Entry], identity: str) -> None:
    """Add what the journal of a folder does not have yet. Raises `OutputError`."""
    known = read_journal(folder)
    digests = {entry.digest for entry in known.entries}
    rows: list[object] = [asdict(entry) for entry in chain if entry.digest not in digests]
    if identity and known.identity != identity:
        rows.insert(0, {IDENTITY: identity})
    path = folder / JOURNAL
    try:
        if rows:
            private(path)
            _append(path, [json.dumps(row, ensure_ascii=True) for row in rows])
    except OSError as error:
        raise not_written(path, error) from error


def is_behind(folder: Path, last: Entry | None) -> bool:
    """Say whether a run was ended before it could add what it had entered: the last entry is not there."""
    try:
        return last is not None and last.digest.encode() not in read_regular(folder / JOURNAL, MOST_BYTES)
    except FileNotFoundError:
        return True


def _append(path: Path, lines: Sequence[str]) -> None:
    with path.open("ab+") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
        cut = stream.read(1) not in (b"", b"\n")  # a run was ended while it wrote
        stream.write(("\n" * cut + "\n".join(lines) + "\n").encode())
        stream.flush()
        os.fsync(stream.fileno())


def journal_faults(folder: Path, chain: Sequence[Entry]) -> Iterator[str]:
    """Tell of entries that stand in the journal and no longer in the ledger, and of lines that nobody entered."""
    journal, there = read_journal(folder), {entry.digest for entry in chain}
    for entry in journal.entries:
        if entry.digest not in there and entry.digest == entry.right_digest:
            yield f"{entry.headed} is in {JOURNAL} but not in the ledger: it was changed, or removed."
        elif entry.digest not in there:
            yield f"{JOURNAL} has a line for {entry.told} that was not entered so: it was changed, or put in."
    whole = [json.dumps(asdict(entry), ensure_ascii=True) for entry in chain]
    for number, line in journal.unreadable.items():
        if not any(each.startswith(line) for each in whole):  # else a run was ended while it wrote
            yield f"Line {number} of {JOURNAL} is no entry: it was changed, or put in. The ledger has all of its own."
