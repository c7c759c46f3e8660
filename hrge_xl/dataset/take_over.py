"""What a dataset elsewhere takes over from its rounds: when files came, in which order, what was decided and waived.

A round's own ledger rules its files. What came is received there first, whichever command sees it; a ledger elsewhere
then enters what that one has entered since, each entry once. So it stands by itself, and is verified like any other.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from ..path_text import path_of, path_text, way_to
from .kinds import DecisionMade, FilesReceived, Judged, WaiverGiven, WaiverWithdrawn
from .ledger import NAME, Ledger

JUDGED: tuple[type[Judged], ...] = (DecisionMade, WaiverGiven, WaiverWithdrawn)
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
        ledger.remove(ROUNDS, ROUNDS.c.name == name)
        ledger.add(ROUNDS, row)


def _last(ledger: Ledger) -> str:
    return next((entry.digest for entry, _ in reversed(ledger.entries(FilesReceived, *JUDGED))), "")


class Elsewhere(NamedTuple):
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


def rounds_elsewhere(ledger: Ledger) -> list[Elsewhere]:
    """Give the rounds that a ledger has taken over from."""
    home = ledger.home.resolve()
    return [
        Elsewhere(**row | {"folder": Path(way_to(home / path_of(row["folder"]), Path()))})
        for row in ledger.rows_of(ROUNDS)
    ]
