"""What a dataset elsewhere takes over from its rounds: when files came, in which order, what was decided and waived.

A round's own ledger rules its files. What came is received there first, whichever command sees it; a ledger elsewhere
then enters what that one has entered since, each entry once. So it stands by itself, and is verified like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from ..path_text import path_of, path_text, way_to
from .kinds import DecisionMade, FilesReceived, Judged, WaiverGiven, WaiverWithdrawn
from .ledger import NAME, Ledger

JUDGED: tuple[type[Judged], ...] = (DecisionMade, WaiverGiven, WaiverWithdrawn)
ROUNDS = sa.Table(
    "rounds",
    sa.MetaData(),
    sa.Column("folder", sa.Text(), primary_key=True),  # the way to it
    *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "spec_digest", "last")),
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
    folder = path_text(way_to(theirs.home, ledger.home))
    row = {"folder": folder, "name": name, "spec_digest": spec_digest, "last": _last(theirs)}
    if row not in ledger.rows_of(ROUNDS):
        ledger.remove(ROUNDS, ROUNDS.c.folder == folder)
        ledger.add(ROUNDS, row)


def _last(ledger: Ledger) -> str:
    return next((entry.digest for entry, _ in reversed(ledger.entries(FilesReceived, *JUDGED))), "")


def specs_of_rounds(ledger: Ledger) -> dict[str, str]:
    """Give the digest of the spec that the returns of each round elsewhere are read by."""
    return {row["name"]: row["spec_digest"] for row in ledger.rows_of(ROUNDS)}


def changed_since(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give the rounds at hand whose ledgers say more by now than a ledger elsewhere took over: name and folder."""
    with Ledger.open(folder, write=False) as ledger:
        rounds = ledger.rows_of(ROUNDS)
    for row in rounds:
        home = Path(way_to(folder.resolve() / path_of(row["folder"]), Path()))
        if (home / NAME).is_file():
            with Ledger.open(home, write=False) as theirs:
                if _last(theirs) != row["last"]:
                    yield row["name"], home
