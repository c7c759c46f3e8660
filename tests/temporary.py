"""The dataset of files that were just checked, with its figures, for as long as a test looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from hrge_xl.dataset.definitions import view_statements
from hrge_xl.dataset.derive import derive_here
from hrge_xl.dataset.store import Store
from hrge_xl.dataset.temporary_dataset import temporary_dataset
from hrge_xl.spec.model import Spec
from hrge_xl.validation import Result


@contextmanager
def of_results(results: Sequence[Result], spec: Spec | None, today: date) -> Iterator[Store]:
    """Give the dataset with its figures as of a day."""
    with temporary_dataset(results, spec) as (store, _):
        derive_here(store, today)
        with store.transaction() as connection:  # for tests that ask in plain SQL
            for statement in view_statements(store.schema, store.engine.dialect):
                connection.exec_driver_sql(statement)
        yield store
