"""The copy of a consolidated folder that may be shared: the same files, without what must not be told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from ..dataset.opening import DATASET, open_dataset
from ..dataset.store import open_file
from ..disclosure_control.sharing import fill_shareable
from ..errors import OutputError
from ..output_files import whole
from . import exports

FOLDER = "shareable"


def write_shareable(folder: Path, today: date, formats: Collection[str]) -> Path:
    """Write the copy into `shareable/` of a consolidated folder; gives that folder. Raises `OutputError`."""
    out = folder / FOLDER
    with open_dataset(folder) as store:
        with whole(out / DATASET) as unfinished:
            unfinished.unlink(missing_ok=True)
            with open_file(unfinished, lasting=False) as copy:
                fill_shareable(copy, store, today)
        failed = exports.part(
            exports.pieces(store, formats), exports.Export(str(out / DATASET), today, formats)
        )
    if failed:
        raise OutputError(*failed)
    return out
