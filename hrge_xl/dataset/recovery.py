"""A ledger that was lost or damaged, made again from its journal: decisions, waivers, seals and receipts stay."""

from __future__ import annotations

import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..shell_words import quoted
from .journal import JOURNAL, Journal, read_journal
from .ledger import NAME, Ledger
from .opening import DATASET
from .received import RECEIVED

DAMAGED = "damaged"


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
    path, journal = folder / NAME, read_journal(folder)
    if path.is_file() and is_whole(path):
        raise UsageError(
            f"{path} can be read: nothing is lost. What was changed in it: hrge-xl verify {quoted(folder)}"
        )
    if not any((folder / name).exists() for name in (NAME, JOURNAL, DATASET, RECEIVED)):
        raise UsageError(f"{folder} never had a ledger. Name a round or a consolidated folder.")
    if not journal.entries:
        raise UsageError(
            f"{folder} has no {JOURNAL} that records what was entered. Restore {NAME} from a backup. Without one, put "
            "the received files together in a new folder "
            f"(hrge-xl consolidate {quoted(folder / RECEIVED)} -o NEW), and make the decisions "
            "and waivers again: the reports of this folder list them."
        )
    moved = (
        path.rename(path.with_name(f"{NAME}.{DAMAGED}-{secrets.token_hex(4)}")) if path.is_file() else None
    )
    _write(folder, journal)
    kinds = Counter(entry.kind for entry in journal.entries)
    return Recovered(kinds, moved, len(journal.unreadable))


def _write(folder: Path, journal: Journal) -> None:
    with Ledger.open(folder, anew=True) as ledger:
        ledger.restore(journal.entries)
        if journal.identity:
            ledger.name_it(journal.identity)


def is_whole(path: Path) -> bool:
    """Say whether a SQLite file is there and not damaged."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return [row[0] for row in database.execute("PRAGMA integrity_check")] == ["ok"]
    except sqlite3.Error:
        return False
