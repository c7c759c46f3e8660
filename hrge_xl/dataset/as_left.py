"""Whether a dataset is still as the last run left it: what another program changed in it is never built upon."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from .files import sha256_of
from .ledger import Ledger

LEFT = sa.Table(
    "datasets",
    sa.MetaData(),
    sa.Column("name", sa.Text(), primary_key=True),
    sa.Column("sha256", sa.Text(), nullable=False),
)
CHANGED = "{file} was changed by another program since the last run: its rows may say what no file says."


def note(ledger: Ledger, file: Path) -> None:
    """Write down what a dataset is at the end of a run."""
    ledger.put(LEFT, {"name": file.name, "sha256": sha256_of(file)})


def take_note_away(ledger: Ledger, file: Path) -> None:
    """Forget what a dataset was: a run begins to write into it, and may be cut off."""
    ledger.remove(LEFT, {"name": file.name})


def is_changed(ledger: Ledger, file: Path) -> bool:
    """Whether a dataset is another one than the last run left; False where that run was cut off, or said nothing."""
    known = [row["sha256"] for row in ledger.rows_of(LEFT) if row["name"] == file.name]
    return bool(known) and file.is_file() and sha256_of(file) not in known
