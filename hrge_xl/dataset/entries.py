"""What people enter into the ledger: one list of entries, each chained to the one before it.

The digest of an entry is the SHA-256 of the JSON list `[kind, time, by, content, previous, key]` in UTF-8, without
spaces and with letters as they are; `content` is a text of that list, `previous` the digest of the entry before, and 64
zeros for the first. Entries are added and never changed: what is taken back is taken back by another entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import StoreError
from .clean import clean
from .kinds import KINDS, EntryContent

FIRST = "0" * 64  # what the first entry follows
HIGHEST = 2**63 - 1  # number that a row can have

TEXTS = ("kind", "time", "by", "content", "previous", "digest", "key", "signature")
ENTRIES = sa.Table(
    "entries",
    sa.MetaData(),
    sa.Column("n", sa.Integer(), primary_key=True),
    *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
)
# As bytes: what somebody put in from outside need not be text, and is to be told all the same.
_STORED = sa.select(ENTRIES.c.n, *(sa.cast(ENTRIES.c[name], sa.LargeBinary) for name in TEXTS)).order_by(
    ENTRIES.c.n
)
Kind = TypeVar("Kind", bound=EntryContent)


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
    def read(self) -> EntryContent | None:
        """What stands in it; None for what this program did not write."""
        try:
            return KINDS[self.kind].model_validate_json(self.content)
        except (KeyError, ValueError):
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

    @property
    def headed(self) -> str:
        """The same, to begin a sentence with."""
        return self.told[0].upper() + self.told[1:]


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
    return [*map(_entry, connection.execute(_STORED))]


def last_entry(connection: Connection) -> Entry | None:
    """Give the end of the chain."""
    last = connection.execute(_STORED.order_by(None).order_by(ENTRIES.c.n.desc())).first()
    return _entry(last) if last else None


def entries_of(connection: Connection, *kinds: type[Kind]) -> Iterator[tuple[Entry, Kind]]:
    """Give the entries of some kinds with what stands in them, but for those that this program did not write."""
    ours = _STORED.where(ENTRIES.c.kind.in_([kind.kind for kind in kinds]))
    for entry in map(_entry, connection.execute(ours).all()):
        content = entry.read
        if isinstance(content, kinds):
            yield entry, content


def _entry(row: sa.Row[Any]) -> Entry:
    texts: Sequence[bytes | None] = row[1:]
    return Entry(row[0], *((text or b"").decode("utf-8", "surrogateescape") for text in texts))


def next_number(connection: Connection, *kinds: type[EntryContent]) -> int:
    """Give the number after the highest one of some kinds: entries that were taken out leave a gap."""
    return max((content.number for _, content in entries_of(connection, *kinds)), default=0) + 1


def add_entry(
    connection: Connection,
    content: EntryContent,
    *,
    by: str = "",
    time: str = "",
    signer: Signer | None = None,
) -> Entry:
    """Chain an entry to the last one that there is. Raises `StoreError` where no number is left."""
    before = last_entry(connection)
    if before and before.n >= HIGHEST:
        raise StoreError(
            f"The last entry of the ledger has the number {before.n}, and none can follow: it was changed from "
            "outside. Restore the ledger from a backup."
        )
    bare = Entry(
        before.n + 1 if before else 1, content.kind, time or now(), clean(by) or "",
        _json(content.model_dump(mode="json")), clean(before.digest) or "" if before else FIRST,
        key=signer.key if signer else "",
    )  # fmt: skip
    digest = bare.right_digest
    entry = replace(bare, digest=digest, signature=signer.sign(digest) if signer else "")
    values = {column.name: getattr(entry, column.name) for column in ENTRIES.columns}
    connection.execute(sa.insert(ENTRIES), [values])
    return entry
