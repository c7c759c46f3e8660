"""The dataset of files that were just checked, with its figures, for as long as a test looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from hrge_xl import Result, Spec
from tests.face import Store, compute_aggregates_here, temporary_dataset


@contextmanager
def of_results(results: Iterable[Result], spec: Spec | None, today: date) -> Iterator[Store]:
    """Give the dataset with its figures as of a day."""
    with temporary_dataset([*results], spec) as (store, _):
        compute_aggregates_here(store, today)
        yield store
