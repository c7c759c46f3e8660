"""What differs between the rows of two datasets, of two CSV files or of two Parquet files: rows paired by their key."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..dataset.schema import ANSWERS_FACT, SLOTS, SUBMISSIONS
from ..dataset.store import Store
from ..dataset.table import SUBMISSION_ID, TEXT, Table
from .comparison import ABSENT, Difference

SOURCE = "dataset"
MOST_WORDS = 6  # of the texts of a figure
TYPED = ("name", "label", "title", "unit")  # columns that may hold what a team typed
SAYS_WHERE = ("sheet", "cell")
Rows = Collection[tuple[Any, ...]]


@dataclass(frozen=True)
class Names:
    """What rows are called for people: files and cells in place of numbers."""

    store: Store

    @cached_property
    def files(self) -> dict[Any, str]:
        """The path of each return, by its number and by its short name."""
        columns = self.store.raw(SUBMISSIONS.name, (SUBMISSION_ID, "submission", "path"))
        return {key: str(path) for number, name, path in columns for key in (number, name)}

    @cached_property
    def cells(self) -> dict[Any, str]:
        """The place of each slot in the workbook as it was issued."""
        return {
            slot: f"{sheet}!{cell}" for slot, sheet, cell in self.store.raw(SLOTS.name, ("slot", *SAYS_WHERE))
        }

    def place(self, table: Table, row: Sequence[Any]) -> tuple[str, str | None]:
        """Say which row it is within its table, and of which file."""
        values = dict(zip(table.names, row, strict=True))
        owner = values.get(SUBMISSION_ID, values.get("submission"))
        file = self.files.get(owner) if table.name != SUBMISSIONS.name else str(values["path"])
        cell = self._cell(table, values)
        keys = [key for key in table.key if key not in (SUBMISSION_ID, "submission", "slot") or file is None]
        said = [f"{key} {values[key]}" for key in keys if not (cell and key == "n")]
        if table.key == ("n",):  # a figure: its number alone says nothing
            told = (column.name for column in table.columns if column.kind == TEXT)
            said += [str(values[name]) for name in told if name not in TYPED][:MOST_WORDS]
        return " ".join(part for part in (cell, *said) if part and part != "None"), file

    def _cell(self, table: Table, values: Mapping[str, Any]) -> str:
        if table.name == ANSWERS_FACT.name:
            known = self.cells.get(values["slot"], f"slot {values['slot']}")
            return f"{known.partition('!')[0]}!{values['cell']}" if values["cell"] else known
        sheet, cell = (values.get(name) for name in SAYS_WHERE)
        return f"{sheet}!{cell}" if sheet and cell else ""


def of_tables(file: Path, here: Store, made: Store) -> Iterator[Difference]:
    """Yield what the tables of a SQLite file hold otherwise than the dataset made again."""
    names = Names(made), Names(here)
    apart = made.rows_apart(file, [table.name for table in made.schema.base])
    for name, (ours, theirs) in apart.items():
        yield from differences(ours, theirs, made.schema.by_name[name], names)


def of_database(here: Store, made: Store) -> Iterator[Difference]:
    """Yield the same of a database, whose views are compared too: what they say cannot be read there."""
    names = Names(made), Names(made)
    for table in made.schema.by_name.values():
        ours, theirs = (set(store.rows(table.name)) for store in (here, made))
        yield from differences(ours - theirs, theirs - ours, table, names)


def differences(
    here: Rows, made: Rows, table: Table, names: Sequence[Names], holder: tuple[str, str] | None = None
) -> Iterator[Difference]:  # fmt: skip
    """Pair the rows that only one side has by their keys, and yield what differs, column by column.

    `holder` is what the rows stand in and what it is called, where that is not a table of the dataset.
    """
    place, source = holder or (table.name, SOURCE)
    ours, theirs = _by_key(here, table), _by_key(made, table)
    for key in sorted(ours.keys() | theirs.keys(), key=str):
        row, other = ours.get(key), theirs.get(key)
        where, file = _place(table, row or other or (), names)
        at = f"{place}[{where}]" if where else place
        if row is None or other is None:
            yield Difference(at, _record(table, row), _record(table, other), file, source)
            continue
        for name, one, two in zip(table.names, row, other, strict=True):
            if one != two:
                yield Difference(f"{at}.{name}", one, two, file, source)


def _by_key(rows: Iterable[tuple[Any, ...]], table: Table) -> dict[Hashable, tuple[Any, ...]]:
    at = [table.at[key] for key in table.key]
    return {tuple(row[place] for place in at): row for row in rows}


def _place(table: Table, row: Sequence[Any], names: Sequence[Names]) -> tuple[str, str | None]:
    """Give the names that the first knows, else those of the next: a row that was put in may be of no file."""
    found = [each.place(table, row) for each in names]
    return next(((where, file) for where, file in found if file is not None), found[0])


def _record(table: Table, row: Sequence[Any] | None) -> Any:
    if row is None:
        return ABSENT
    return {name: value for name, value in zip(table.names, row, strict=True) if value not in (None, "")}


def of_schema(here: Store, made: Store) -> Iterator[Difference]:
    """Yield tables, views and triggers of a SQLite file that are not as this program makes them."""
    ours, theirs = (_schema(store) for store in (here, made))
    for name in sorted(ours.keys() | theirs.keys()):
        one, two = ours.get(name, ABSENT), theirs.get(name, ABSENT)
        if one != two:
            yield Difference(name, one, two, source=SOURCE)


def _schema(store: Store) -> dict[str, str]:
    master: Any = sa.select(sa.text("type, name, sql")).select_from(sa.table("sqlite_master"))
    return {
        f"{kind} {name}": str(sql)
        for kind, name, sql in store.select(master)
        if not str(name).startswith("sqlite_")
    }
