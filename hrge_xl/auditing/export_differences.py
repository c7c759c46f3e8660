"""What differs between the files beside a dataset and the same files written again: rows, cells, lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from ..dataset.parquet import read_rows
from ..dataset.table import Table
from ..intake.limits import LIMITS
from ..intake.worker import Died, run_guarded
from .comparison import ABSENT, Difference
from .comparison import differences as json_differences
from .row_differences import Names
from .row_differences import differences as row_differences

# A workbook of two million cells takes its time.
PATIENCE = replace(LIMITS, cpu_seconds=600, wall_seconds=1_200)
MOST_CELLS = 10_000  # that are looked for: more of them say nothing new
Unreadable = (OSError, ValueError, csv.Error)  # pyarrow's errors are ValueErrors


def of_file(here: Path, made: Path, table: Table | None, names: tuple[Names, ...]) -> Iterator[Difference]:
    """Yield what a file says otherwise than the same file written again; nothing where both are the same bytes.

    `table` is whose rows it holds, where it holds those of one.
    """
    if here.read_bytes() == made.read_bytes():
        return
    try:
        found = list(_BY_SUFFIX.get(here.suffix, _lines)(here, made, table, names))
    except Unreadable as error:
        found = [Difference(here.name, f"cannot be read ({type(error).__name__})", "whole", source="file")]
    same = Difference(
        here.name, "the same, as another program writes it", "as hrge-xl writes it", source="file"
    )
    yield from found or [same]


def _csv(here: Path, made: Path, table: Table | None, names: tuple[Names, ...]) -> Iterator[Difference]:
    ours, theirs = ([tuple(row) for row in _csv_rows(path)] for path in (here, made))
    yield from _rows(ours, theirs, table, names, here.name)


def _csv_rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.reader(stream, strict=True)


def _parquet(here: Path, made: Path, table: Table | None, names: tuple[Names, ...]) -> Iterator[Difference]:
    yield from _rows(list(read_rows(here)), list(read_rows(made)), table, names, here.name)


def _rows(
    ours: list[tuple[Any, ...]], theirs: list[tuple[Any, ...]], table: Table | None, names: tuple[Names, ...], name: str
) -> Iterator[Difference]:  # fmt: skip
    """Give rows in one set only, then those that stand in another order or more than once."""
    if table is None or any(len(row) != len(table.names) for row in ours):
        raise ValueError(name)
    here, made = set(ours), set(theirs)
    yield from row_differences(here - made, made - here, table, names, (name, "file"))
    if here == made:
        for number, (one, two) in enumerate(zip_longest(ours, theirs), start=1):
            if one != two:
                yield Difference(f"{name}, row {number}", str(one), str(two), source="file")
                return


def _json(here: Path, made: Path, _table: Table | None, _names: tuple[Names, ...]) -> Iterator[Difference]:
    one, two = (json.loads(path.read_text(encoding="utf-8")) for path in (here, made))
    for each in json_differences(one, two):
        yield replace(each, place=f"{here.name}: {each.place}", source="file")


def _lines(here: Path, made: Path, _table: Table | None, _names: tuple[Names, ...]) -> Iterator[Difference]:
    texts = (path.read_text(encoding="utf-8").splitlines() for path in (here, made))
    for number, (one, two) in enumerate(zip_longest(*texts, fillvalue=ABSENT), start=1):
        if one != two:
            yield Difference(f"{here.name}, line {number}", one, two, source="file")


def _workbook(
    here: Path, made: Path, _table: Table | None, _names: tuple[Names, ...]
) -> Iterator[Difference]:
    job = (here.read_bytes(), made.read_bytes())
    found = next(iter(run_guarded(cells_apart, [job], jobs=1, limits=PATIENCE)))
    if isinstance(found, Died):
        raise ValueError(here.name)
    for sheet, cell, one, two in found:
        place = f"{here.name}: {sheet}!{cell}" if cell else f"{here.name}: the sheet {sheet}"
        yield Difference(place, one or ABSENT, two or ABSENT, source="file")


def cells_apart(books: tuple[bytes, bytes]) -> list[tuple[str, str, str, str]]:
    """Give sheet, cell and both values where two workbooks differ, up to a number. Runs in a worker."""
    from openpyxl import load_workbook

    here, made = (load_workbook(io.BytesIO(data), read_only=True, data_only=False) for data in books)
    found: list[tuple[str, str, str, str]] = []
    for name in dict.fromkeys([*here.sheetnames, *made.sheetnames]):
        ours, theirs = (name if name in book.sheetnames else "" for book in (here, made))
        if not ours or not theirs:
            found.append((name, "", ours, theirs))
            continue
        for book in (here, made):
            book[name].reset_dimensions()  # what a file says of its own size is not to be trusted
        pairs = zip_longest(here[name].iter_rows(values_only=True), made[name].iter_rows(values_only=True))
        found += islice(_cells(name, pairs), max(0, MOST_CELLS - len(found)))
    return found


def _cells(sheet: str, pairs: Any) -> Iterator[tuple[str, str, str, str]]:
    from openpyxl.utils import get_column_letter

    for row, (ours, theirs) in enumerate(pairs, start=1):
        for at, (one, two) in enumerate(zip_longest(ours or (), theirs or ()), start=1):
            if one != two and _text(one) != _text(two):  # blank and an empty text are one
                yield sheet, f"{get_column_letter(at)}{row}", _text(one), _text(two)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_Compare = Callable[[Path, Path, Table | None, tuple[Names, ...]], Iterator[Difference]]
_BY_SUFFIX: dict[str, _Compare] = {".csv": _csv, ".parquet": _parquet, ".json": _json, ".xlsx": _workbook}
