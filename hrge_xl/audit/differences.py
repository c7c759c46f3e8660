"""What differs between two things that should be the same: documents, tables, files; each place is a `Difference`.

Items of a list in a document are paired by what identifies them, in their order; rows by their key, each then compared
as a small document; cells and lines by place.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from ..core.bounds import BoundedText
from ..dataset.schema import SUBMISSION_ID, TEXT, Table
from ..dataset.store import Store
from ..outputs.table_files import read_rows
from ..reader.limits import LIMITS
from ..reader.worker import Died, run_guarded

GONE = "gone"
NEW = "new"
CHANGED = "changed"
ABSENT: Final[Any] = object()  # on this side there is nothing, not even null
SHOWN = (
    "path",
    "code",
    "number",
    "title",
    "down",
    "across",
)  # what an item of a list is known by, to read
IDENTIFYING = (*SHOWN, "team", "file", "tool", "sheet", "cell", "row", "field")
LONGEST = 80  # of a value that is shown


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the report (`then`) and the same report made again (`now`) say different things."""

    place: str  # `summary.info`; in a file `findings[V002 Plan!E18].value`
    then: Any = ABSENT
    now: Any = ABSENT
    file: str | None = None
    source: str = "report"  # what `then` is said by

    @property
    def kind(self) -> str:
        """Whether it is in the report only, in the report made again only, or in both and changed."""
        return GONE if self.now is ABSENT else NEW if self.then is ABSENT else CHANGED

    def line(self, *, redacted: bool) -> str:
        """Return the difference to read; redacted, without anything that may have come out of a file."""
        where = f"{self.file}: " if self.file else ""
        if self.kind == CHANGED:
            change = f": “{_short(self.then)}” in the {self.source}, “{_short(self.now)}” now"
            if redacted or not (_is_plain(self.then) and _is_plain(self.now)):
                change = " differs"
            return f"{where}{self.place}{change}."
        side = f"found now, not in the {self.source}"
        if self.kind == GONE:
            side = f"in the {self.source}, not found again"
        return f"{where}{self.kind}: {self.place}, {side}.{'' if redacted else self._message()}"

    def data(self, *, redacted: bool) -> dict[str, Any]:
        """Return the same as JSON data."""
        row: dict[str, Any] = {"kind": self.kind, "file": self.file, "what": self.place}
        for name, side in () if redacted else (("then", self.then), ("now", self.now)):
            row[name] = None if side is ABSENT else side
        return row

    def _message(self) -> str:
        item = self.then if self.kind == GONE else self.now
        if isinstance(item, dict):
            plain = (f"{key} {value}" for key, value in item.items() if _is_plain(value))
            return f" {item['message']}" if "message" in item else f" {_short(', '.join(plain))}"
        return f" It says “{_short(item)}”." if _is_plain(item) else ""


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"


def of_document(
    then: Any, now: Any, place: str = "", *, file: str | None = None, aside: Collection[str] = ()
) -> Iterator[Difference]:
    """Yield what a JSON document, or the part of it about a file, says otherwise than the same made again.

    At the places `aside` values are not compared, only whether they are there.
    """
    inside = tuple(place + mark for place in aside for mark in ".[")
    for found in differences(then, now, place):
        is_aside = found.kind == CHANGED and found.place in aside
        if not is_aside and not found.place.startswith(inside):
            yield replace(found, file=file)


def differences(then: Any, now: Any, place: str = "") -> Iterator[Difference]:
    """Yield every difference between two JSON values; 1, 1.0 and true are three values."""
    if isinstance(then, dict) and isinstance(now, dict):
        # a later version notes more
        keys = then if place.endswith(".details") else dict.fromkeys([*then, *now])
        for key in keys:
            inner = f"{place}.{key}" if place else key
            yield from differences(then.get(key, ABSENT), now.get(key, ABSENT), inner)
    elif isinstance(then, list) and isinstance(now, list):
        yield from _in_lists(then, now, place)
    elif type(then) is not type(now) or then != now:
        yield Difference(place, then, now)


def _in_lists(then: Sequence[Any], now: Sequence[Any], place: str) -> Iterator[Difference]:
    """Match items in their order by what identifies them; one that has moved is gone here and new there."""
    before, after = ([_identity(item) for item in side] for side in (then, now))
    for same, first, last, start, stop in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if same == "equal":
            for number, (item, other) in enumerate(
                zip(then[first:last], now[start:stop], strict=True), first
            ):
                yield from differences(item, other, _in_place(place, number, item))
            continue
        for number, item in enumerate(then[first:last], first):
            yield Difference(_in_place(place, number, item), then=item)
        for number, item in enumerate(now[start:stop], start):
            yield Difference(_in_place(place, number, item), now=item)


def _identity(item: Any) -> str:
    return json.dumps(_words(item, IDENTIFYING) if isinstance(item, dict) else item, sort_keys=True)


def _in_place(place: str, number: int, item: Any) -> str:
    """Name an item as a reader would: `findings[V002 Plan!E18]`, else by its number."""
    cell = "!".join(_words(item, ("sheet", "cell")))
    return f"{place}[{' '.join([*_words(item, SHOWN), *([cell] if cell else [])]) or number}]"


def _words(item: Any, keys: Sequence[str]) -> list[str]:
    values = [item.get(key) for key in keys] if isinstance(item, dict) else []
    return [str(value) for value in values if isinstance(value, str | int)]


# two datasets, or the tables of a ledger

MOST_WORDS = 6  # of the texts of a figure
TYPED = ("name", "label", "title", "unit")  # columns that may hold what a team typed
SAYS_WHERE = ("sheet", "cell")
RowValues = tuple[Any, ...]


@dataclass(frozen=True)
class RowNames:
    """What rows are called for people: files and cells in place of numbers."""

    store: Store

    @cached_property
    def files(self) -> dict[Any, str]:
        """The path of each return, by its number and by its short name."""
        columns = self.store.raw("submissions", (SUBMISSION_ID, "submission", "path"))
        return {key: str(path) for number, name, path in columns for key in (number, name)}

    @cached_property
    def cells(self) -> dict[Any, str]:
        """The place of each slot in the workbook as it was issued."""
        return {
            slot: f"{sheet}!{cell}"
            for slot, sheet, cell in self.store.raw("slots", ("slot", *SAYS_WHERE))
        }

    def place(self, table: Table, row: Sequence[Any]) -> tuple[str, str | None]:
        """Say which row it is within its table, and of which file."""
        values = dict(zip(table.names, row, strict=True))
        owner = values.get(SUBMISSION_ID, values.get("submission"))
        file = self.files.get(owner) if table.name != "submissions" else str(values["path"])
        cell = self._cell(table, values)
        keys = [
            key
            for key in table.key
            if key not in (SUBMISSION_ID, "submission", "slot") or file is None
        ]
        said = [f"{key} {values[key]}" for key in keys if not (cell and key == "n")]
        if table.key == ("n",):  # a figure: its number alone says nothing
            told = (column.name for column in table.columns if column.kind == TEXT)
            said += [str(values[name]) for name in told if name not in TYPED][:MOST_WORDS]
        return " ".join(part for part in (cell, *said) if part and part != "None"), file

    def _cell(self, table: Table, values: Mapping[str, Any]) -> str:
        sheet, cell = (values.get(name) for name in SAYS_WHERE)
        slot = (
            values.get("slot", values.get("n"))
            if table.name in ("answers_fact", "answers")
            else None
        )
        if slot and not sheet:  # facts and CSV do not repeat the sheet
            known = self.cells.get(int(slot), f"slot {slot}")
            return f"{known.partition('!')[0]}!{cell}" if cell else known
        return f"{sheet}!{cell}" if sheet and cell else ""


def of_tables(file: Path, here: Store, made: Store) -> Iterator[Difference]:
    """Yield what the tables of a SQLite file hold otherwise than the dataset made again."""
    names = RowNames(made), RowNames(here)
    apart = made.rows_apart(file, [table.name for table in made.schema.base])
    for name, (ours, theirs) in apart.items():
        yield from row_differences(ours, theirs, made.schema.by_name[name], names, name)


def of_database(here: Store, made: Store) -> Iterator[Difference]:
    """Yield the same of a database, whose views are compared too: what they say cannot be read there."""
    names = RowNames(made), RowNames(made)
    for table in made.schema.by_name.values():
        ours, theirs = (set(store.rows(table.name)) for store in (here, made))
        yield from row_differences(ours - theirs, theirs - ours, table, names, table.name)


def row_differences(
    here: Iterable[RowValues],
    made: Iterable[RowValues],
    table: Table,
    names: Sequence[RowNames],
    holder: str,
) -> Iterator[Difference]:
    """Pair the rows that only one side has by their keys, and yield what differs, column by column.

    `holder` is what the rows stand in. A row is called by the first names that know its file: one that was put in may
    be of none.
    """
    at = [table.at[key] for key in table.key]
    ours, theirs = (
        {tuple(row[place] for place in at): row for row in rows} for rows in (here, made)
    )
    for key in sorted(ours.keys() | theirs.keys(), key=str):
        row = ours.get(key)
        other = theirs.get(key)
        called = [known.place(table, row or other or ()) for known in names]
        where, file = next((place for place in called if place[1] is not None), called[0])
        # what a file holds of one return has no further place
        place = f"{holder}[{where}]" if where else holder or " "
        whole = row is not None and other is not None
        then, now = (_record(table, side, whole=whole) for side in (row, other))
        for found in of_document(then, now, place, file=file):
            yield replace(found, place=found.place.removeprefix(" "))


def _record(table: Table, row: RowValues | None, *, whole: bool) -> Any:
    if row is None:
        return ABSENT
    record = zip(table.names, row, strict=True)
    return {name: value for name, value in record if whole or value not in (None, "")}


def of_schema(here: Store, made: Store) -> Iterator[Difference]:
    """Yield what of the shape of a SQLite file is not as this program makes it, and its version where that differs."""
    yield from sorted(
        differences(_schema(here), _schema(made)), key=lambda difference: difference.place
    )


def _schema(store: Store) -> dict[str, str]:
    master: Any = sa.select(sa.text("type, name, sql")).select_from(sa.table("sqlite_master"))
    definitions = {
        f"{kind} {name}": str(sql)
        for kind, name, sql in store.select(master)
        if not str(name).startswith("sqlite_")
    }
    version, *_ = next(iter(store.select(sa.text("PRAGMA user_version"))))
    return definitions | {"user_version": str(version)}


# the files beside a dataset, and the same files written again


# A workbook of two million cells takes its time.
PATIENCE = replace(LIMITS, cpu_seconds=600, wall_seconds=1_200)
MOST_CELLS = 10_000  # that are looked for: more of them say nothing new
Unreadable = (OSError, ValueError, csv.Error)  # pyarrow's errors are ValueErrors


def of_file(
    here: Path, made: Path, table: Table | None, names: Sequence[RowNames], name: str
) -> Iterator[Difference]:
    """Yield what a file says otherwise than the same file written again; nothing where both are the same bytes.

    `table` is whose rows it holds, where it holds those of one. It is called by its `name`.
    """
    if here.read_bytes() == made.read_bytes():
        return
    try:
        found = list(_differences(here, made, table, names))
    except Unreadable as error:
        found = [Difference("", f"cannot be read ({type(error).__name__})", "whole")]
    same = Difference("", "the same, as another program writes it", "as hrge-xl writes it")
    for difference in found or [same]:
        yield replace(difference, place=name + difference.place)


def _differences(
    here: Path, made: Path, table: Table | None, names: Sequence[RowNames]
) -> Iterator[Difference]:
    """Yield the differences, each with its place behind the name of the file."""
    match here.suffix:
        case ".csv" | ".parquet" as suffix:
            read, table = (
                (read_rows, table) if suffix == ".parquet" else (_csv_rows, table and table.as_csv)
            )
            yield from _rows(list(read(here)), list(read(made)), table, names)
        case ".json":
            one, two = (json.loads(path.read_text(encoding="utf-8")) for path in (here, made))
            for difference in differences(one, two):
                yield replace(difference, place=f": {difference.place}")
        case ".xlsx":
            job = (here.read_bytes(), made.read_bytes())
            cells = next(iter(run_guarded(cells_apart, [job], jobs=1, limits=PATIENCE)))
            if isinstance(cells, Died):
                raise ValueError(here.name)
            for sheet, cell, ours, theirs in cells:
                place = f": {sheet}!{cell}" if cell else f": the sheet {sheet}"
                yield Difference(place, ours or ABSENT, theirs or ABSENT)
        case _:
            texts = (path.read_text(encoding="utf-8").splitlines() for path in (here, made))
            for number, (one, two) in enumerate(zip_longest(*texts, fillvalue=ABSENT), start=1):
                if one != two:
                    yield Difference(f", line {number}", one, two)


def _csv_rows(path: Path) -> Iterator[tuple[str, ...]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from map(tuple, csv.reader(stream, strict=True))


def _rows(
    ours: Sequence[RowValues],
    theirs: Sequence[RowValues],
    table: Table | None,
    names: Sequence[RowNames],
) -> Iterator[Difference]:
    """Yield rows in one set only, then those that stand in another order or more than once."""
    if table is None or any(len(row) != len(table.names) for row in ours):
        raise ValueError("rows of another table")
    here = set(ours)
    made = set(theirs)
    yield from row_differences(here - made, made - here, table, names, "")
    if here == made:
        pairs = enumerate(zip_longest(ours, theirs), start=1)
        yield from islice(
            (Difference(f", row {n}", str(one), str(two)) for n, (one, two) in pairs if one != two),
            1,
        )


def cells_apart(
    books: tuple[bytes, bytes],
) -> list[tuple[BoundedText, BoundedText, BoundedText, BoundedText]]:
    """Return sheet, cell and both values where two workbooks differ, up to a number. Runs in a worker."""
    from openpyxl import load_workbook

    here, made = (
        load_workbook(io.BytesIO(data), read_only=True, data_only=False) for data in books
    )
    found: list[tuple[str, str, str, str]] = []
    for name in dict.fromkeys([*here.sheetnames, *made.sheetnames]):
        ours, theirs = (name if name in book.sheetnames else "" for book in (here, made))
        if not ours or not theirs:
            found.append((name, "", ours, theirs))
            continue
        for book in (here, made):
            book[name].reset_dimensions()  # what a file says of its own size is not to be trusted
        pairs = zip_longest(
            here[name].iter_rows(values_only=True), made[name].iter_rows(values_only=True)
        )
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
