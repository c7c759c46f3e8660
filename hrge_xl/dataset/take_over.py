"""What a dataset elsewhere takes over from its rounds: when files came, in which order, what was decided and waived.

A round's own ledger rules its files. What came is received there first, whichever command sees it; a ledger elsewhere
then enters what that one has entered since, each entry once. So it stands by itself, and is verified like any other.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from ..errors import StoreError
from ..paths import path_of, path_text, way_to
from .kinds import DecisionMade, FilesReceived, Judgement, WaiverGiven, WaiverWithdrawn
from .ledger import NAME, Ledger
from .store import OF_DATABASE, Store

JUDGED: tuple[type[Judgement], ...] = (DecisionMade, WaiverGiven, WaiverWithdrawn)
ROUNDS = sa.Table(
    "rounds",
    sa.MetaData(),
    sa.Column("name", sa.Text(), primary_key=True),
    *(sa.Column(name, sa.Text(), nullable=False) for name in ("folder", "spec_digest", "last")),
)


def take_over(ledger: Ledger, theirs: Ledger, name: str, spec_digest: str) -> None:
    """Enter what the ledger of a round says and this one does not yet, and note how far that goes.

    A decision is about what had come by then: that is counted here anew.
    """
    known = {content.of: content.number for _, content in ledger.entries(*JUDGED) if content.of}
    given = {content.number: entry.digest for entry, content in theirs.entries(WaiverGiven)}
    ours, order = ledger.order(), theirs.order()
    for entry, content in theirs.entries(*JUDGED):
        if entry.digest in known:
            continue
        known[entry.digest] = number = ledger.next_number(type(content))
        told: dict[str, object] = {"number": number, "of": entry.digest}
        if isinstance(content, DecisionMade):
            came = (ours[sha256] for sha256, n in order.items() if n <= content.known and sha256 in ours)
            told["known"] = max(came, default=0)
        elif isinstance(content, WaiverWithdrawn):
            told["waiver"] = known.get(given.get(content.waiver, ""), 0)
        ledger.enter(content.model_copy(update=told), by=entry.by)
    row = {
        "name": name,
        "folder": path_text(way_to(theirs.home, ledger.home)),
        "spec_digest": spec_digest,
        "last": _last(theirs),
    }
    if row not in ledger.rows_of(ROUNDS):
        ledger.put(ROUNDS, row)


def _last(ledger: Ledger) -> str:
    return next((entry.digest for entry, _ in reversed(ledger.entries(FilesReceived, *JUDGED))), "")


class RoundElsewhere(NamedTuple):
    """A round in another folder, the version of the spec that it is read by, and how far it was taken over."""

    name: str
    folder: Path
    spec_digest: str
    last: str

    @property
    def is_ahead(self) -> bool:
        """Whether its ledger is at hand and says more by now."""
        if not (self.folder / NAME).is_file():
            return False
        with Ledger.open(self.folder, write=False) as theirs:
            return _last(theirs) != self.last


def rounds_elsewhere(ledger: Ledger) -> list[RoundElsewhere]:
    """Give the rounds that a ledger has taken over from."""
    home = ledger.home.resolve()
    return [
        RoundElsewhere(**row | {"folder": Path(way_to(home / path_of(row["folder"]), Path()))})
        for row in ledger.rows_of(ROUNDS)
    ]


# A database belongs to one folder

OWNER, OWNER_FOLDER = OF_DATABASE  # whose a database is, and where that folder was last


def check_owner(store: Store, ledger: Ledger, folder: Path) -> None:
    """Raise `StoreError` for a database that belongs to another folder, or that a copy of this one goes on with."""
    facts = store.facts()
    if not facts:
        return
    owner, where = facts.get(OWNER), facts.get(OWNER_FOLDER, "")
    # of one that does not say yet whose it is everything must have come by this ledger
    ours = owner == ledger.identity if owner else store.contents() <= ledger.order().keys()
    if not ours or _goes_on_elsewhere(owner, where, folder):
        raise StoreError(
            f"{store.name} belongs to another folder{f' ({where})' if where else ''}. Two folders on one database "
            "would undo each other's decisions. Work in that folder, or name an empty database with --store."
        )


def claim(store: Store, ledger: Ledger, folder: Path) -> None:
    """Write down in a database whose it is."""
    store.set_fact(OWNER, ledger.identity)
    store.set_fact(OWNER_FOLDER, str(folder.absolute()))


def _goes_on_elsewhere(owner: str | None, where: str, folder: Path) -> bool:
    """Say whether the folder that the database was last filled from is still there: then this one is a copy of it."""
    other = Path(where)
    if not where or other == folder.absolute() or not (other / NAME).is_file():
        return False
    with Ledger.open(other, write=False) as ledger:
        return ledger.name == owner
