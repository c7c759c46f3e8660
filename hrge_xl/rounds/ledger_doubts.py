"""What is doubtful about the ledgers of some folders, in a few lines: for those who work on, and do not audit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..dataset.chain import faults
from ..dataset.ledger import NAME, Ledger
from ..dataset.seal_check import changed_terms
from ..shell_words import quoted
from .rounds import is_round, load_round, terms_of


def ledger_doubts(*folders: Path) -> Iterator[str]:
    """Tell which ledgers are not as people made them, and what rounds say otherwise now than when they were sealed."""
    once = list({folder.resolve(): folder for folder in folders}.values())
    terms = terms_of(load_round(folder) for folder in once if is_round(folder))
    for folder in (each for each in once if (each / NAME).is_file()):
        with Ledger.open(folder, write=False) as ledger:
            broken = list(faults(ledger))
            yield from changed_terms(ledger, terms)
        if broken:
            more = f" {len(broken) - 1} more faults are like it." if len(broken) > 1 else ""
            yield (
                f"What people entered into {folder / NAME} was changed from outside. {broken[0]}{more} All of it: "
                f"hrge-xl sign --list --ledger {quoted(folder)}"
            )
