"""Everything that is made out of a dataset: data.xlsx, CSV with descriptions, Parquet, and a copy to share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from operator import call
from pathlib import Path
from typing import NamedTuple

from ..core.errors import OutputError, UsageError
from ..core.output_files import parts_of, whole
from ..core.work import track_progress
from ..dataset.opening import open_dataset, opened
from ..dataset.store import Store, open_file
from ..dataset.table_files import has_parquet, need_parquet, write_csv_as_parquet
from ..dataset.workers import Workers
from ..ledger.ledger import DATASET
from ..privacy.sharing import fill_shareable
from .data_xlsx import write_workbook
from .package import described, write_csv, write_description, write_metadata, write_raw_csv

XLSX, CSV, PARQUET = FORMATS = ("xlsx", "csv", "parquet")
USUAL = (XLSX, CSV)
WORKBOOK, DESCRIPTION = "data.xlsx", "datapackage.json"
FILES: dict[str, tuple[str, Callable[[Store, Path, date], None]]] = {
    # what is no table: the kind of files that it goes with, and what writes it
    WORKBOOK: (XLSX, write_workbook),
    DESCRIPTION: (CSV, lambda store, path, _: write_description(store, path)),
    "metadata.yaml": (CSV, lambda store, path, _: write_metadata(store, path)),
}
Task = Callable[[], list[str]]  # what a worker writes; gives what is said of what could not be written
FEW = 6  # of the others that a process takes at a time: who is done first takes more


class Export(NamedTuple):
    """What a worker has to know: the dataset, the day, and which kinds of files are written."""

    dataset: str
    today: date
    formats: Collection[str] = USUAL


def checked_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """Give kinds of files, each once. Raises `UsageError` for one that there is not, or that needs an extra."""
    wanted = tuple(dict.fromkeys(formats))
    wrong = [name for name in wanted if name not in FORMATS]
    if wrong:
        raise UsageError(f"There is no format '{wrong[0]}'. Choose from {', '.join(FORMATS)}.")
    if PARQUET in wanted:
        need_parquet()
    return wanted


def formats_there(out: Path) -> tuple[str, ...]:
    """Give the kinds of files that stand beside a dataset and follow it; Parquet only where it can be written."""
    places = {XLSX: WORKBOOK, CSV: "csv/*.csv", PARQUET: "parquet/*.parquet"}
    found = tuple(name for name, place in places.items() if any(out.glob(place)))
    return tuple(name for name in found if name != PARQUET or has_parquet())


def names(store: Store, out: Path, formats: Collection[str] = FORMATS) -> list[Path]:
    """Give every file that `write` leaves."""
    wanted, kinds = pieces(store, formats), [kind for kind in (CSV, PARQUET) if kind in formats]
    single = [out / name for name in FILES if name in wanted]
    return single + [out / kind / f"{table.name}.{kind}" for kind in kinds for table in store.schema.shown]


def write(store: Store, export: Export, pool: Workers, more: Sequence[Task] = ()) -> list[str]:
    """Write the files beside the dataset, several at once, and `more` meanwhile.

    Gives what is said of those that could not be written.
    """
    _remove_retired(store, Path(export.dataset).parent)
    wanted = pieces(store, export.formats)
    large = {WORKBOOK, *(table.name for table in store.schema.shown if table.large)}
    rest = [name for name in wanted if name not in large]
    few = [rest[first : first + FEW] for first in range(0, len(rest), FEW)]
    alone = [[name] for name in wanted if name in large]
    tasks = [*more, *(partial(part, names, export) for names in (*alone, *few))]
    done = track_progress(pool.map(call, tasks, all_at_once=True), len(tasks), "Writing files")
    return [failed for some in done for failed in some]


def pieces(store: Store, formats: Collection[str]) -> list[str]:
    """Give what `part` writes for these kinds of files: those that are no table, and tables by name."""
    tables = [table.name for table in store.schema.shown] if {CSV, PARQUET} & {*formats} else []
    return [*(name for name, (kind, _) in FILES.items() if kind in formats), *tables]


def _remove_retired(store: Store, out: Path) -> None:
    """Take away the files of tables that an earlier version of the program or of the spec had."""
    retired = described(out / DESCRIPTION) - {table.name for table in store.schema.shown}
    for path in (*out.glob("csv/*.csv"), *out.glob("parquet/*.parquet")):
        if path.stem in retired:
            with suppress(OSError):  # one that somebody has open stays
                path.unlink()


def part(wanted: Sequence[str], export: Export) -> list[str]:
    """Write some of the files: those that are no table, or tables as CSV and Parquet.

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
    if name in FILES:
        _, write_file = FILES[name]
        write_file(store, out / name, export.today)
    else:
        _table(store, name, out, export.formats)


def _table(store: Store, name: str, out: Path, formats: Collection[str]) -> None:
    table, source = store.schema.by_name[name].shown, out / CSV / f"{name}.csv"
    as_it_came = CSV in formats and not write_csv(source, table, store)
    if PARQUET not in formats:
        return
    target = out / PARQUET / f"{name}.parquet"
    with parts_of(target) as temporary:  # Parquet has every text as it came
        if not as_it_came:
            source = temporary / "rows.csv"
            write_raw_csv(source, table, store)
        write_csv_as_parquet(source, target, table)


# the copy of a consolidated folder that may be shared

SHAREABLE = "shareable"


def write_shareable(folder: Path, today: date, formats: Collection[str]) -> Path:
    """Write the copy into `shareable/` of a consolidated folder; gives that folder. Raises `OutputError`."""
    out = folder / SHAREABLE
    with open_dataset(folder) as store:
        with whole(out / DATASET) as unfinished:
            unfinished.unlink(missing_ok=True)
            with open_file(unfinished) as copy:
                fill_shareable(copy, store, today)
        _remove_retired(store, out)
        failed = part(pieces(store, formats), Export(str(out / DATASET), today, formats))
    if failed:
        raise OutputError(*failed)
    return out
