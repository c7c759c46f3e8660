"""A dataset that lives as long as it is looked at: the same tables and figures, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import StoreError
from ..exports import exports
from ..spec.load import load
from ..spec.model import Spec
from ..validation import Result
from .ledger import Arrival, Ledger
from .rows import RowBuilder, all_rows
from .schema import SUBMISSIONS, Schema
from .store import Store, open_file
from .update_statuses import update_statuses

DATASET = "dataset.sqlite"


@contextmanager
def of_results(results: Sequence[Result], spec: Spec | None, today: date) -> Iterator[Store]:
    """The dataset of files that were just checked, in the order in which they were given."""
    schema = Schema(spec)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="hrge-xl-")))
        store = stack.enter_context(open_file(folder / DATASET, lasting=False))
        ledger = stack.enter_context(Ledger.open(folder))
        store.use(schema)
        rows = all_rows(map(RowBuilder(schema).rows, _each_once(results)), schema)
        store.take([str(row[0]) for row in rows[SUBMISSIONS.name]], rows)
        ledger.receive([Arrival(r.path, r.sha256, r.size) for r in results], today.isoformat())
        update_statuses(store, ledger)
        exports.derive_here(store, today)
        yield store


def _each_once(results: Sequence[Result]) -> list[Result]:
    """The same bytes count once, whatever the names."""
    first: dict[str, Result] = {}
    for result in results:
        first.setdefault(result.sha256 or result.path, result)
    return list(first.values())


@contextmanager
def of_folder(folder: Path) -> Iterator[Store]:
    """The dataset that a folder holds, to be read only. Raises `StoreError` when it is of an earlier program."""
    with open_file(folder / DATASET, write=False) as store:
        name = store.facts().get("spec")
        if not store.use(Schema(load(name) if name else None), write=False):
            raise StoreError(
                f"{folder / DATASET} was made by another version of the program or of the spec. "
                f"Run `hrge-xl consolidate … -o {folder}` again."
            )
        yield store
