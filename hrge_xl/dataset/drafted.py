"""Which drafts of mails were written, so that none is written twice: a table of the ledger."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from .ledger import Ledger

DRAFTED = sa.Table(
    "drafts",
    sa.MetaData(),
    sa.Column("key", sa.Text(), primary_key=True),
    *(sa.Column(name, sa.Text(), nullable=False) for name in ("day", "occasion", "team", "file")),
)


class Drafted(NamedTuple):
    """A draft: what it is about, the day on which it was written, and its file from the folder of the ledger.

    Without a file it was looked at and there was nothing to say.
    """

    key: str
    day: str  # an ISO day
    occasion: str
    team: str
    file: str


def drafted(ledger: Ledger) -> dict[str, Drafted]:
    """Give what was ever drafted, by key."""
    return {row["key"]: Drafted(**row) for row in ledger.rows_of(DRAFTED)}


def note_draft(ledger: Ledger, row: Drafted) -> None:
    """Write down what was drafted, in the place of what was drafted before under the same key."""
    ledger.put(DRAFTED, row._asdict())
