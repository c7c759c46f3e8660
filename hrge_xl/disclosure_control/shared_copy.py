"""A copy of a dataset that may be shared: the same files beside each other, without what must not be told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ..dataset.files import whole
from ..dataset.store import Store, open_file
from ..dataset.temporary_dataset import DATASET, of_folder
from ..errors import OutputError
from ..exports import exports
from .sharing import MASKED, shared_rows

FOLDER = "shareable"


def write_shareable(folder: Path, today: date) -> Path:
    """Write the copy into `shareable/` of a consolidated folder, and return that folder. Raises `OutputError`."""
    out = folder / FOLDER
    with of_folder(folder) as store:
        spec = store.facts().get("spec") or None
        with whole(out / DATASET) as unfinished:
            unfinished.unlink(missing_ok=True)
            with open_file(unfinished, lasting=False) as copy:
                _fill(copy, store, today)
        names = [exports.WORKBOOK, exports.DESCRIPTION, *(table.name for table in store.schema.tables)]
        failed = exports.part(names, exports.Export(str(out / DATASET), spec, today))
    if failed:
        raise OutputError("\n".join(failed))
    return out


@contextmanager
def shared(store: Store, today: date) -> Iterator[Store]:
    """Give such a copy, which lives as long as it is looked at."""
    with (
        TemporaryDirectory(prefix="hrge-xl-") as folder,
        open_file(Path(folder) / DATASET, lasting=False) as copy,
    ):
        _fill(copy, store, today)
        yield copy


def _fill(copy: Store, store: Store, today: date) -> None:
    copy.use(store.schema)
    with copy.transaction() as connection:
        for name, rows in shared_rows(store):
            copy.insert(connection, name, rows)
    copy.finish(f"done {today} {MASKED}")
