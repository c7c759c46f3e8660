"""What may have been meant by a name that nothing has: the nearest one, else all that are known."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process

CLOSE = 65  # how alike a misspelt name must be to be taken for one, of 100
MOST = 40  # names that are listed


def nearest(wrong: object, known: Sequence[str], close: int = CLOSE) -> str | None:
    """The known name that is most like a wrong one; None where none is like it, or it is one itself."""
    text = str(wrong)
    if text in known:
        return None
    folded = {name.casefold(): name for name in known}
    found = process.extractOne(text.casefold(), list(folded), score_cutoff=close) if known else None
    return None if found is None else folded[found[0]]


def remedy_for(wrong: object, known: Sequence[str]) -> str:
    """Ask whether the nearest name was meant; else list what is known, or say that nothing is."""
    close = nearest(wrong, known)
    return f"Did you mean '{close}'?" if close else f"Known are: {listed(known)}."


def listed(names: Sequence[str]) -> str:
    """Some names in their order, with how many more there are."""
    more = len(names) - MOST
    return ", ".join(names[:MOST]) + (f" and {more} more" if more > 0 else "") or "none"
