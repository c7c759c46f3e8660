"""The one reconciliation of what came in: received, what it is, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple, dataclass

import sqlalchemy as sa

from ..core.words import SOURCE_LANGUAGE, translator
from ..exchange.validation import REFUSED
from .return_status import COUNTS, DOUBLED, STATUSES
from .returns import Return
from .schema import RECONCILIATION
from .store import Store


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Items received = accepted + returned + refused; accepted + returned = what became of them, added up.

    An item is a file at a place: the same content at two places is two items, one of which is doubled.
    """

    received: int = 0
    accepted: int = 0
    returned: int = 0
    refused: int = 0
    counted: int = 0
    superseded: int = 0
    waiting: int = 0
    doubled: int = 0
    conflict: int = 0
    excluded: int = 0
    withdrawn: int = 0

    def __add__(self, other: Reconciliation) -> Reconciliation:
        """Give the sum over two datasets."""
        return Reconciliation(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))

    def lines(self, language: str = SOURCE_LANGUAGE) -> Iterator[str]:
        """Say it in one or two sentences: the second one where not everything counts."""
        say = translator(language)
        yield say(
            "{received} file: {accepted} accepted, {returned} returned, {refused} refused."
            if self.received == 1
            else "{received} files: {accepted} accepted, {returned} returned, {refused} refused."
        ).format(**asdict(self))
        readable = self.accepted + self.returned
        if readable != self.counted:
            counts = asdict(self)
            parts = [say(words).format(count=counts[name]) for name, words in WORDS.items() if counts[name]]
            yield say("Of the {readable} that could be read: {parts}.").format(
                readable=readable, parts=", ".join(parts)
            )


WORDS = {each.part: each.phrase for each in STATUSES}


BECAME = {COUNTS: "counted", REFUSED: None}  # a status, as the sums call it


def added_up(items: Iterable[tuple[str | None, str | None]]) -> Reconciliation:
    """Reconcile items by the verdict and the status of each."""
    counts: Counter[str | None] = Counter()
    for verdict, status in items:
        counts.update(("received", verdict, BECAME.get(status or "", status)))
    return Reconciliation(**{name: counts[name] for name in Reconciliation.__dataclass_fields__})


def reconciled(found: Iterable[Return]) -> Reconciliation:
    """Reconcile some returns, as `reconciliation` does all of a dataset."""
    return added_up(
        (each.verdict, DOUBLED if n and each.verdict != REFUSED else each.status)
        for each in found
        for n in range(len(each.items))
    )


def reconciliation(store: Store, period: str | None = None) -> Reconciliation:
    """Reconcile what a dataset received, over all periods or in one. Files that could not be read are of none ('')."""
    view = store[RECONCILIATION].c
    sums = [sa.func.coalesce(sa.func.sum(view[name]), 0) for name in Reconciliation.__dataclass_fields__]
    wanted = sa.select(*sums) if period is None else sa.select(*sums).where(view.period == period)
    return Reconciliation(*(int(count) for count in next(store.select(wanted))))
