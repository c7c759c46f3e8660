"""A dataset that lives as long as it is looked at: the same tables and figures, and nothing of it stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..findings import Waiver
from ..spec.model import Spec
from ..validation import Result
from .ledger import NAME, Arrival, Ledger
from .opening import DATASET
from .rows import RowBuilder, all_rows, submission_id
from .schema import SUBMISSIONS, Schema
from .store import Store, open_file
from .take_in import Arrived
from .update_statuses import update_statuses


@contextmanager
def temporary_dataset(
    results: Sequence[Result], spec: Spec | None, waivers: Sequence[Waiver] = (), arrived: Arrived | None = None,
    *, ledger: Path | None = None,
) -> Iterator[Store]:  # fmt: skip
    """Give the dataset of files that were just checked. Files of another spec than `spec` bring no answers.

    `ledger` is a folder whose ledger says what was decided about files and when they came.
    """
    schema, came = Schema(spec), arrived or Arrived()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="hrge-xl-")))
        store = stack.enter_context(open_file(folder / DATASET, lasting=False))
        if ledger is not None and (ledger / NAME).is_file():
            shutil.copyfile(ledger / NAME, folder / NAME)
        book = stack.enter_context(Ledger.open(folder))
        book.forget_places()
        store.use(schema)
        builder = RowBuilder(schema, every_slot=False)
        rows = all_rows(map(builder.rows, _each_once(results)), schema)
        store.take([str(row[SUBMISSIONS.at["submission"]]) for row in rows[SUBMISSIONS.name]], rows)
        arrivals = [Arrival(r.path, r.sha256, r.size) for r in results]
        book.receive(sorted(arrivals, key=lambda each: each.path), came.day, stated=came.stated)
        update_statuses(store, book, waivers)
        store.filled()
        yield store


def _each_once(results: Sequence[Result]) -> list[Result]:
    """The same bytes count once, whatever the names."""
    first: dict[str, Result] = {}
    for result in sorted(results, key=lambda each: each.path):
        first.setdefault(submission_id(result.sha256, result.path), result)
    return list(first.values())
