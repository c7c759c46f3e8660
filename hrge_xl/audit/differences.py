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
# what an item of a list is known by, to read
SHOWN = (
    "path",
    "code",
    "number",
    "title",
    "down",
    "across",
)
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
        prefix = f"{self.file}: " if self.file else ""
        if self.kind == CHANGED:
            change = f": “{_short(self.then)}” in the {self.source}, “{_short(self.now)}” now"
            if redacted or not (_is_plain(self.then) and _is_plain(self.now)):
                change = " differs"
            return f"{prefix}{self.place}{change}."
        side = f"found now, not in the {self.source}"
        if self.kind == GONE:
            side = f"in the {self.source}, not found again"
        return f"{prefix}{self.kind}: {self.place}, {side}.{'' if redacted else self._message()}"

    def data(self, *, redacted: bool) -> dict[str, Any]:
        """Return the same as JSON data."""
        row: dict[str, Any] = {"kind": self.kind, "file": self.file, "what": self.place}
        for name, side in () if redacted else (("then", self.then), ("now", self.now)):
            row[name] = None if side is ABSENT else side
        return row

    def _message(self) -> str:
        value = self.then if self.kind == GONE else self.now
        if isinstance(value, dict):
            plain = (f"{key} {part}" for key, part in value.items() if _is_plain(part))
            return f" {value['message']}" if "message" in value else f" {_short(', '.join(plain))}"
        return f" It says “{_short(value)}”." if _is_plain(value) else ""


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"


def of_document(
    stored: Any,
    remade: Any,
    place: str = "",
    *,
    file: str | None = None,
    aside: Collection[str] = (),
) -> Iterator[Difference]:
    """Yield what a JSON document, or the part of it about a file, says otherwise than the same made again.

    At the places `aside` values are not compared, only whether they are there.
    """
    inside = tuple(place + mark for place in aside for mark in ".[")
    for difference in differences(stored, remade, place):
        is_aside = difference.kind == CHANGED and difference.place in aside
        if not is_aside and not difference.place.startswith(inside):
            yield replace(difference, file=file)


def differences(stored: Any, remade: Any, place: str = "") -> Iterator[Difference]:
    """Yield every difference between two JSON values; 1, 1.0 and true are three values."""
    if isinstance(stored, dict) and isinstance(remade, dict):
        # a later version notes more
        keys = stored if place.endswith(".details") else dict.fromkeys([*stored, *remade])
        for key in keys:
            inner = f"{place}.{key}" if place else key
            yield from differences(stored.get(key, ABSENT), remade.get(key, ABSENT), inner)
    elif isinstance(stored, list) and isinstance(remade, list):
        yield from _in_lists(stored, remade, place)
    elif type(stored) is not type(remade) or stored != remade:
        yield Difference(place, stored, remade)


def _in_lists(stored: Sequence[Any], remade: Sequence[Any], place: str) -> Iterator[Difference]:
    """Match items in their order by what identifies them; one that has moved is gone here and new there."""
    stored_keys, remade_keys = (
        [_identity(element) for element in side] for side in (stored, remade)
    )
    for same, first, last, start, stop in SequenceMatcher(
        None, stored_keys, remade_keys, autojunk=False
    ).get_opcodes():
        if same == "equal":
            for number, (stored_item, remade_item) in enumerate(
                zip(stored[first:last], remade[start:stop], strict=True), first
            ):
                yield from differences(
                    stored_item, remade_item, _in_place(place, number, stored_item)
                )
            continue
        for number, stored_item in enumerate(stored[first:last], first):
            yield Difference(_in_place(place, number, stored_item), then=stored_item)
        for number, remade_item in enumerate(remade[start:stop], start):
            yield Difference(_in_place(place, number, remade_item), now=remade_item)


def _identity(element: Any) -> str:
    return json.dumps(
        _words(element, IDENTIFYING) if isinstance(element, dict) else element, sort_keys=True
    )


def _in_place(place: str, number: int, element: Any) -> str:
    """Name an item as a reader would: `findings[V002 Plan!E18]`, else by its number."""
    cell = "!".join(_words(element, ("sheet", "cell")))
    return f"{place}[{' '.join([*_words(element, SHOWN), *([cell] if cell else [])]) or number}]"


def _words(element: Any, keys: Sequence[str]) -> list[str]:
    values = [element.get(key) for key in keys] if isinstance(element, dict) else []
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
        words = [f"{key} {values[key]}" for key in keys if not (cell and key == "n")]
        if table.key == ("n",):  # a figure: its number alone says nothing
            text_columns = (column.name for column in table.columns if column.kind == TEXT)
            words += [str(values[name]) for name in text_columns if name not in TYPED][:MOST_WORDS]
        return " ".join(part for part in (cell, *words) if part and part != "None"), file

    def _cell(self, table: Table, values: Mapping[str, Any]) -> str:
        sheet, cell = (values.get(name) for name in SAYS_WHERE)
        slot = (
            values.get("slot", values.get("n"))
            if table.name in ("answers_fact", "answers")
            else None
        )
        if slot and not sheet:  # facts and CSV do not repeat the sheet
            slot_cell = self.cells.get(int(slot), f"slot {slot}")
            return f"{slot_cell.partition('!')[0]}!{cell}" if cell else slot_cell
        return f"{sheet}!{cell}" if sheet and cell else ""


def of_tables(file: Path, stored: Store, remade: Store) -> Iterator[Difference]:
    """Yield what the tables of a SQLite file hold otherwise than the dataset made again."""
    names = RowNames(remade), RowNames(stored)
    differing = remade.rows_apart(file, [table.name for table in remade.schema.base])
    for name, (stored_rows, remade_rows) in differing.items():
        yield from row_differences(
            stored_rows, remade_rows, remade.schema.by_name[name], names, name
        )


def of_database(stored: Store, remade: Store) -> Iterator[Difference]:
    """Yield the same of a database, whose views are compared too: what they say cannot be read there."""
    names = RowNames(remade), RowNames(remade)
    for table in remade.schema.by_name.values():
        stored_rows, remade_rows = (set(store.rows(table.name)) for store in (stored, remade))
        yield from row_differences(
            stored_rows - remade_rows, remade_rows - stored_rows, table, names, table.name
        )


def row_differences(
    stored: Iterable[RowValues],
    remade: Iterable[RowValues],
    table: Table,
    names: Sequence[RowNames],
    holder: str,
) -> Iterator[Difference]:
    """Pair the rows that only one side has by their keys, and yield what differs, column by column.

    `holder` is what the rows stand in. A row is called by the first names that know its file: one that was put in may
    be of none.
    """
    at = [table.at[key] for key in table.key]
    stored_rows, remade_rows = (
        {tuple(row[place] for place in at): row for row in rows} for rows in (stored, remade)
    )
    for key in sorted(stored_rows.keys() | remade_rows.keys(), key=str):
        stored_row = stored_rows.get(key)
        remade_row = remade_rows.get(key)
        candidates = [row_names.place(table, stored_row or remade_row or ()) for row_names in names]
        row_name, file = next(
            (place for place in candidates if place[1] is not None), candidates[0]
        )
        # what a file holds of one return has no further place
        place = f"{holder}[{row_name}]" if row_name else holder or " "
        whole = stored_row is not None and remade_row is not None
        stored_record, remade_record = (
            _record(table, side, whole=whole) for side in (stored_row, remade_row)
        )
        for difference in of_document(stored_record, remade_record, place, file=file):
            yield replace(difference, place=difference.place.removeprefix(" "))


def _record(table: Table, row: RowValues | None, *, whole: bool) -> Any:
    if row is None:
        return ABSENT
    record = zip(table.names, row, strict=True)
    return {name: value for name, value in record if whole or value not in (None, "")}


def of_schema(stored: Store, remade: Store) -> Iterator[Difference]:
    """Yield what of the shape of a SQLite file is not as this program makes it, and its version where that differs."""
    yield from sorted(
        differences(_schema(stored), _schema(remade)), key=lambda difference: difference.place
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
    stored: Path, remade: Path, table: Table | None, names: Sequence[RowNames], name: str
) -> Iterator[Difference]:
    """Yield what a file says otherwise than the same file written again; nothing where both are the same bytes.

    `table` is whose rows it holds, where it holds those of one. It is called by its `name`.
    """
    if stored.read_bytes() == remade.read_bytes():
        return
    try:
        all_differences = list(_differences(stored, remade, table, names))
    except Unreadable as error:
        all_differences = [Difference("", f"cannot be read ({type(error).__name__})", "whole")]
    same = Difference("", "the same, as another program writes it", "as hrge-xl writes it")
    for difference in all_differences or [same]:
        yield replace(difference, place=name + difference.place)


def _differences(
    stored: Path, remade: Path, table: Table | None, names: Sequence[RowNames]
) -> Iterator[Difference]:
    """Yield the differences, each with its place behind the name of the file."""
    match stored.suffix:
        case ".csv" | ".parquet" as suffix:
            read, table = (
                (read_rows, table) if suffix == ".parquet" else (_csv_rows, table and table.as_csv)
            )
            yield from _rows(list(read(stored)), list(read(remade)), table, names)
        case ".json":
            stored_part, remade_part = (
                json.loads(path.read_text(encoding="utf-8")) for path in (stored, remade)
            )
            for difference in differences(stored_part, remade_part):
                yield replace(difference, place=f": {difference.place}")
        case ".xlsx":
            job = (stored.read_bytes(), remade.read_bytes())
            cells = next(iter(run_guarded(cells_apart, [job], jobs=1, limits=PATIENCE)))
            if isinstance(cells, Died):
                raise ValueError(stored.name)
            for sheet, cell, stored_text, remade_text in cells:
                place = f": {sheet}!{cell}" if cell else f": the sheet {sheet}"
                yield Difference(place, stored_text or ABSENT, remade_text or ABSENT)
        case _:
            texts = (path.read_text(encoding="utf-8").splitlines() for path in (stored, remade))
            for number, (stored_part, remade_part) in enumerate(
                zip_longest(*texts, fillvalue=ABSENT), start=1
            ):
                if stored_part != remade_part:
                    yield Difference(f", line {number}", stored_part, remade_part)


def _csv_rows(path: Path) -> Iterator[tuple[str, ...]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from map(tuple, csv.reader(stream, strict=True))


def _rows(
    stored_rows: Sequence[RowValues],
    remade_rows: Sequence[RowValues],
    table: Table | None,
    names: Sequence[RowNames],
) -> Iterator[Difference]:
    """Yield rows in one set only, then those that stand in another order or more than once."""
    if table is None or any(len(row) != len(table.names) for row in stored_rows):
        raise ValueError("rows of another table")
    stored_set = set(stored_rows)
    remade_set = set(remade_rows)
    yield from row_differences(stored_set - remade_set, remade_set - stored_set, table, names, "")
    if stored_set == remade_set:
        pairs = enumerate(zip_longest(stored_rows, remade_rows), start=1)
        yield from islice(
            (
                Difference(f", row {n}", str(stored_row), str(remade_row))
                for n, (stored_row, remade_row) in pairs
                if stored_row != remade_row
            ),
            1,
        )


def cells_apart(
    books: tuple[bytes, bytes],
) -> list[tuple[BoundedText, BoundedText, BoundedText, BoundedText]]:
    """Return sheet, cell and both values where two workbooks differ, up to a number. Runs in a worker."""
    from openpyxl import load_workbook

    stored, remade = (
        load_workbook(io.BytesIO(content), read_only=True, data_only=False) for content in books
    )
    differing: list[tuple[str, str, str, str]] = []
    for name in dict.fromkeys([*stored.sheetnames, *remade.sheetnames]):
        stored_name, remade_name = (
            name if name in book.sheetnames else "" for book in (stored, remade)
        )
        if not stored_name or not remade_name:
            differing.append((name, "", stored_name, remade_name))
            continue
        for book in (stored, remade):
            book[name].reset_dimensions()  # what a file says of its own size is not to be trusted
        pairs = zip_longest(
            stored[name].iter_rows(values_only=True), remade[name].iter_rows(values_only=True)
        )
        differing += islice(_cells(name, pairs), max(0, MOST_CELLS - len(differing)))
    return differing


def _cells(sheet: str, pairs: Any) -> Iterator[tuple[str, str, str, str]]:
    from openpyxl.utils import get_column_letter

    for row, (stored_row, remade_row) in enumerate(pairs, start=1):
        for at, (stored_value, remade_value) in enumerate(
            zip_longest(stored_row or (), remade_row or ()), start=1
        ):
            # blank and an empty text are one
            if stored_value != remade_value and _text(stored_value) != _text(remade_value):
                yield (
                    sheet,
                    f"{get_column_letter(at)}{row}",
                    _text(stored_value),
                    _text(remade_value),
                )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
