"""Everything that is made out of a dataset: figures, data.xlsx, CSV with a description, Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ..dataset.files import parts_of
from ..dataset.opening import opened
from ..dataset.parquet import has_parquet, write_csv_as_parquet
from ..dataset.schema import ANSWERS, FINDINGS
from ..dataset.store import Store
from ..dataset.workers import Workers
from ..errors import OutputError
from .data_xlsx import write_workbook
from .package import described, write_csv, write_description, write_raw_csv

WORKBOOK, DESCRIPTION = "data.xlsx", "datapackage.json"
LARGE = (ANSWERS.name, FINDINGS.name)  # tables that are worth a process of their own, the largest first
FEW = 6  # of the others that a process takes at a time: who is done first takes more


class Export(NamedTuple):
    """What a worker has to know: the dataset and the day."""

    dataset: str
    today: date


def names(store: Store, out: Path) -> list[Path]:
    """Every file that `write` leaves."""
    tables = [table.name for table in store.schema.shown]
    suffixes = ("csv", "parquet") if has_parquet() else ("csv",)
    return [out / WORKBOOK, out / DESCRIPTION] + [
        out / suffix / f"{name}.{suffix}" for suffix in suffixes for name in tables
    ]


def write(store: Store, export: Export, pool: Workers) -> list[str]:
    """The files beside the dataset, several at once; what is said of those that could not be written."""
    _remove_retired(store, Path(export.dataset).parent)
    rest = [DESCRIPTION, *(table.name for table in store.schema.shown if table.name not in LARGE)]
    few = [rest[first : first + FEW] for first in range(0, len(rest), FEW)]
    parts = [[LARGE[0]], [WORKBOOK], *([name] for name in LARGE[1:]), *few]
    return [failed for some in pool.map(part, parts, export) for failed in some]


def _remove_retired(store: Store, out: Path) -> None:
    """Take away the files of tables that an earlier version of the program or of the spec had."""
    retired = described(out / DESCRIPTION) - {table.name for table in store.schema.shown}
    for path in (*out.glob("csv/*.csv"), *out.glob("parquet/*.parquet")):
        if path.stem in retired:
            with suppress(OSError):  # one that somebody has open stays
                path.unlink()


def part(wanted: Sequence[str], export: Export) -> list[str]:
    """Some of the files: the workbook, the description, or tables as CSV and Parquet.

    One that somebody has open does not keep the others from being written; what is said of it comes back.
    """
    failed = []
    with opened(Path(export.dataset)) as store:
        for name in wanted:
            try:
                _one(store, name, export)
            except OutputError as error:
                failed.append(str(error))
    return failed


def _one(store: Store, name: str, export: Export) -> None:
    out = Path(export.dataset).parent
    if name == WORKBOOK:
        write_workbook(store, out / WORKBOOK, export.today)
    elif name == DESCRIPTION:
        write_description(store, out / DESCRIPTION)
    else:
        _table(store, name, out)


def _table(store: Store, name: str, out: Path) -> None:
    table, source = store.schema.by_name[name].shown, out / "csv" / f"{name}.csv"
    changed = write_csv(source, table, store)
    if not has_parquet():
        return
    target = out / "parquet" / f"{name}.parquet"
    with parts_of(target) as parts:  # Parquet has every text as it came
        if changed:
            source = parts / "rows.csv"
            write_raw_csv(source, table, store)
        write_csv_as_parquet(source, target, table)
