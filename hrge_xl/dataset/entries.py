"""What people enter into the ledger: one list of entries, each chained to the one before it.

The digest of an entry is the SHA-256 of the JSON list `[kind, time, by, content, previous, key]` in UTF-8, without
spaces and with letters as they are; `content` is a text of that list, `previous` the digest of the entry before, and 64
zeros for the first. Entries are added and never changed: what is taken back is taken back by another entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.engine import Connection

from .clean import clean
from .kinds import KINDS, Content

FIRST = "0" * 64  # what the first entry follows

ENTRIES = sa.Table(
    "entries",
    sa.MetaData(),
    sa.Column("n", sa.Integer(), primary_key=True),
    *(
        sa.Column(name, sa.Text(), nullable=False)
        for name in ("kind", "time", "by", "content", "previous", "digest", "key", "signature")
    ),
)
Kind = TypeVar("Kind", bound=Content)


class Signer(Protocol):
    """Somebody with a key of his own: the public half of it, and what signs a digest."""

    @property
    def key(self) -> str:
        """The public key."""

    def sign(self, digest: str) -> str:
        """Give the signature of a digest."""


@dataclass(frozen=True, slots=True)
class Entry:
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
    def read(self) -> Content | None:
        """What stands in it; None for what this program did not write."""
        try:
            return KINDS[self.kind].model_validate_json(self.content)
        except (KeyError, ValidationError):
            return None

    @property
    def about(self) -> str:
        """What kind it is, which one of it, and what it is about."""
        content = self.read
        return content.about if content else self.kind

    @property
    def told(self) -> str:
        """Its number, and what it is about."""
        return f"entry {self.n} ({self.about})"


def digest_of(data: object) -> str:
    """Give the SHA-256 of data, written as JSON in one way only."""
    return hashlib.sha256(_json(data).encode("utf-8", "surrogatepass")).hexdigest()


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def now() -> str:
    """Give the time of an entry that is made now."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def all_entries(connection: Connection) -> list[Entry]:
    """Give the whole chain, first to last."""
    return [_entry(row) for row in connection.execute(sa.select(ENTRIES).order_by(ENTRIES.c.n))]


def entries_of(connection: Connection, *kinds: type[Kind]) -> Iterator[tuple[Entry, Kind]]:
    """Give the entries of some kinds with what stands in them, but for those that this program did not write."""
    ours = sa.select(ENTRIES).where(ENTRIES.c.kind.in_([kind.kind for kind in kinds])).order_by(ENTRIES.c.n)
    for entry in map(_entry, connection.execute(ours).all()):
        content = entry.read
        if isinstance(content, kinds):
            yield entry, content


def _entry(row: sa.Row[Any]) -> Entry:
    """A row as an entry; what is no text was put in by others, and is shown as what it is."""
    return Entry(int(row[0]), *map(str, row[1:]))


def next_number(connection: Connection, *kinds: type[Content]) -> int:
    """Give the number after the highest one of some kinds: entries that were taken out leave a gap."""
    return max((content.number for _, content in entries_of(connection, *kinds)), default=0) + 1


def add_entry(
    connection: Connection, content: Content, *, by: str = "", time: str = "", signer: Signer | None = None
) -> Entry:
    """Chain an entry to the last one that there is."""
    last = connection.execute(sa.select(ENTRIES.c.n, ENTRIES.c.digest).order_by(ENTRIES.c.n.desc())).first()
    n, previous = last or (0, FIRST)
    bare = Entry(
        int(n) + 1, content.kind, time or now(), clean(by) or "", _json(content.model_dump(mode="json")),
        str(previous), key=signer.key if signer else "",
    )  # fmt: skip
    digest = bare.right_digest
    entry = replace(bare, digest=digest, signature=signer.sign(digest) if signer else "")
    values = {column.name: getattr(entry, column.name) for column in ENTRIES.columns}
    connection.execute(sa.insert(ENTRIES), [values])
    return entry
