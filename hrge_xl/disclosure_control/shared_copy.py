"""A copy of a dataset without what must not be told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ..dataset.opening import DATASET
from ..dataset.schema import MASKED, Schema
from ..dataset.store import Store, open_file
from .sharing import shared_rows


@contextmanager
def shared(store: Store, today: date) -> Iterator[Store]:
    """Give such a copy, which lives as long as it is looked at."""
    with (
        TemporaryDirectory(prefix="hrge-xl-") as folder,
        open_file(Path(folder) / DATASET, lasting=False) as copy,
    ):
        fill_shareable(copy, store, today)
        yield copy


def fill_shareable(copy: Store, store: Store, today: date) -> None:
    """Fill an empty dataset with what may be told of another one."""
    copy.use(Schema(store.schema.spec, flat=True))
    with copy.transaction() as connection:
        for name, rows in shared_rows(store):
            copy.insert(connection, name, rows)
    copy.filled()
    copy.set_derived(str(today))
    copy.finish(f"done {today} {MASKED}")
