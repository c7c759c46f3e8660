"""A database belongs to one folder: what is decided in the ledger there would be undone from another one."""

from __future__ import annotations

from pathlib import Path

from ..errors import StoreError
from .ledger import NAME, Ledger
from .store import OF_DATABASE, Store

OWNER, OWNER_FOLDER = OF_DATABASE  # whose a database is, and where that folder was last


def check_owner(store: Store, ledger: Ledger, folder: Path) -> None:
    """Raise `StoreError` for a database that belongs to another folder, or that a copy of this one goes on with."""
    facts = store.facts()
    if not facts:
        return
    owner, where = facts.get(OWNER), facts.get(OWNER_FOLDER, "")
    ours = owner == ledger.identity if owner else _knows_all(store, ledger)
    if not ours or _goes_on_elsewhere(owner, where, folder):
        raise StoreError(
            f"{store.name} belongs to another folder{f' ({where})' if where else ''}. Two folders on one database "
            "would undo each other's decisions. Work in that folder, or name an empty database with --store."
        )


def claim(store: Store, ledger: Ledger, folder: Path) -> None:
    """Write down in a database whose it is."""
    wanted = {OWNER: ledger.identity, OWNER_FOLDER: str(folder.absolute())}
    facts = store.facts()
    for name, value in wanted.items():
        if facts.get(name) != value:
            store.set_fact(name, value)


def _knows_all(store: Store, ledger: Ledger) -> bool:
    """Say whether everything came by this ledger in a database that does not say yet whose it is."""
    return store.contents() <= ledger.order().keys()


def _goes_on_elsewhere(owner: str | None, where: str, folder: Path) -> bool:
    """Say whether the folder that the database was last filled from is still there: then this one is a copy of it."""
    other = Path(where)
    if not where or other == folder.absolute() or not (other / NAME).is_file():
        return False
    with Ledger.open(other, write=False) as ledger:
        return ledger.name == owner
