"""Everything that is made out of a dataset: figures, data.xlsx, CSV with a description, Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ..dataset.aggregates import GROUPS, aggregates
from ..dataset.codebook import codebook, items
from ..dataset.files import parts_of
from ..dataset.schema import ANSWERS, CODEBOOK, FINDINGS, ITEMS, Rows, Schema
from ..dataset.store import Store, open_file
from ..dataset.workers import Workers
from ..errors import OutputError
from ..spec.load import load
from .data_xlsx import write_workbook
from .package import write_csv, write_description, write_raw_csv
from .parquet import has_parquet, write_csv_as_parquet

WORKBOOK, DESCRIPTION = "data.xlsx", "datapackage.json"
LARGE = (ANSWERS.name, FINDINGS.name)  # tables that are worth a process of their own, the largest first
FEW = 6  # of the others that a process takes at a time: who is done first takes more


class Export(NamedTuple):
    """What a worker has to know: the dataset, its spec and the day."""

    dataset: str
    spec: str | None
    today: date


def derive(stores: Sequence[Store], export: Export, pool: Workers) -> None:
    """Fill the tables that are made out of others. Figures come from the file, several groups of them at once."""
    for store in stores:
        _replace(store, _of_the_spec(store))
    found = [*pool.map(figures, GROUPS, export)]  # while they read nobody writes
    for store in stores:
        for rows in found:
            _replace(store, rows)


def derive_here(store: Store, today: date) -> None:
    """The same for a dataset that is in use in this process only."""
    _replace(store, _of_the_spec(store))
    _replace(store, aggregates(store, today, [name for group in GROUPS for name in group]))


def figures(wanted: Sequence[str], export: Export) -> Rows:
    """Some of the tables of figures, worked out by a worker."""
    with _opened(export) as store:
        return aggregates(store, export.today, wanted)


def _of_the_spec(store: Store) -> Rows:
    return {CODEBOOK.name: codebook(store.schema), ITEMS.name: items(store.schema)}


def _replace(store: Store, tables: Rows) -> None:
    with store.transaction() as connection:
        for name, rows in tables.items():
            store.replace(connection, name, rows)


@contextmanager
def _opened(export: Export) -> Iterator[Store]:
    with open_file(Path(export.dataset), write=False) as store:
        store.use(Schema(load(export.spec) if export.spec else None), write=False)
        yield store


def names(store: Store, out: Path) -> list[Path]:
    """Every file that `write` leaves."""
    tables = [table.name for table in store.schema.tables]
    suffixes = ("csv", "parquet") if has_parquet() else ("csv",)
    return [out / WORKBOOK, out / DESCRIPTION] + [
        out / suffix / f"{name}.{suffix}" for suffix in suffixes for name in tables
    ]


def write(store: Store, export: Export, pool: Workers) -> list[str]:
    """The files beside the dataset, several at once; what is said of those that could not be written."""
    rest = [DESCRIPTION, *(table.name for table in store.schema.tables if table.name not in LARGE)]
    few = [rest[first : first + FEW] for first in range(0, len(rest), FEW)]
    parts = [[LARGE[0]], [WORKBOOK], *([name] for name in LARGE[1:]), *few]
    return [failed for some in pool.map(part, parts, export) for failed in some]


def part(wanted: Sequence[str], export: Export) -> list[str]:
    """Some of the files: the workbook, the description, or tables as CSV and Parquet.

    One that somebody has open does not keep the others from being written; what is said of it comes back.
    """
    failed = []
    with _opened(export) as store:
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
    table, source = store.schema.by_name[name], out / "csv" / f"{name}.csv"
    changed = write_csv(source, table, store)
    if not has_parquet():
        return
    target = out / "parquet" / f"{name}.parquet"
    with parts_of(target) as parts:  # Parquet has every text as it came
        if changed:
            source = parts / "rows.csv"
            write_raw_csv(source, table, store)
        write_csv_as_parquet(source, target, table)
