"""The work: files to rows, wherever it runs; what they bring is checked before it is written.

Files are read and checked side by side by the processes of a `Reader`; whoever asked for their rows is the only one
that writes. A worker of a cluster does the same with a reader of its own, and hands the rows back. See
docs/decisions/0099; for the check of rows before they are written 0034.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ..core.errors import HrgeError, UsageError
from ..core.numerals import shown
from ..core.paths import path_text
from ..core.program import UnfitRow, isolate_failures, program_digest
from ..core.words import beginning
from ..core.work import gc_paused
from ..exchange.validation import (
    REFUSED,
    Reader,
    Result,
    ValidationRequest,
    changed_result,
    stopped_result,
    validated,
)
from ..fields import kind_of
from ..ledger.events import Arrival
from ..ledger.files import copy_as_it_came, keep
from ..reader import fingerprint
from ..spec.load import load
from ..spec.model import Spec
from .dimensions import allowed_values, codes_of, least_and_most, pattern, slots_of
from .rows import RowBuilder
from .schema import (
    ANSWERS_FACT,
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    SLOTS,
    TEXT,
    Cell,
    Row,
    Rows,
    Schema,
    Table,
    TableColumn,
)
from .store import Store

SAME = "Install the same hrge-xl on all machines of the cluster, and start its workers again."
SHARED = (
    "Put the returned files and the output folder on a disk that all machines of the cluster share"
)


@dataclass(frozen=True, slots=True)
class Task:
    """What has to be known besides the files, wherever they are read."""

    request: ValidationRequest
    # of the dataset, which may be a newer version than the one that files are read by
    spec: str | None
    digest: str  # of that spec, which a worker on another machine must have too
    base_folder: Path  # the folder that paths of files start from
    out: Path | None  # where the received bytes are kept; None where nothing is written
    # of workers that may be on other machines: version and digest that they must have too
    engine: str = ""
    # contents that stay as they were read where they cannot be opened now
    read: frozenset[str] = frozenset()


class FileRows(NamedTuple):
    """What a file brings to a dataset: rows by table, none where it stays as it was read before."""

    file: Arrival
    rows: Rows
    # whether it is not what it was when it came: then it is refused without a hash
    is_changed: bool = False
    is_closed: bool = False  # whether it was read before and cannot be opened now


def arrivals(paths: Sequence[str], base_folder: Path) -> list[Arrival]:
    """Return hash and size of files; nothing of one that is not an ordinary file or cannot be read."""
    texts = ((path, path_text(path)) for path in paths)
    return [
        Arrival(text, *fingerprint(file_at(base_folder, path)), "" if text == path else path)
        for path, text in texts
    ]


def file_at(base_folder: Path, path: str) -> Path:
    """Return the file that a way from a folder leads to, whether that folder is there yet or not."""
    return Path(os.path.normpath(base_folder / path))


def rows_of(files: Iterable[Arrival], task: Task, reader: Reader) -> Iterator[FileRows]:
    """Read and check files, keep their bytes, and yield what each brings, in order. Raises `OutputError`."""
    for file, result in _read(files, task, reader):
        is_closed = result.verdict == REFUSED and result.sha256 in task.read
        rows = {} if is_closed else _checked_rows(file, result, task)
        yield FileRows(file, rows, result.sha256 != file.sha256, is_closed)


def _checked_rows(file: Arrival, result: Result, task: Task) -> Rows:
    """Return the rows of a result; where a fault of ours shows with it, those of a file that is refused for it."""
    builder, check = _builder_and_check(task.spec)
    try:
        rows = builder.rows(result)
        check(rows)
    except (HrgeError, OSError, MemoryError):  # the fault of no file
        raise
    except Exception as fault:  # noqa: BLE001 - whatever nobody foresaw costs this file, and leaves a log
        return _stopped_rows(file, fault, task)
    return rows


def take_in(store: Store, files: Sequence[FileRows], task: Task) -> None:
    """Take what files bring into a dataset, all at once; one that a fault of ours shows with is refused."""

    def take(some: Sequence[FileRows]) -> Sequence[None]:
        store.take([file_rows.rows for file_rows in some])
        return ()

    def take_as_stopped(file_rows: FileRows, fault: Exception) -> Sequence[None]:
        file = file_rows.file
        return take([FileRows(file, _stopped_rows(file, fault, task))])

    isolate_failures(take, files, take_as_stopped)


def rows_on_worker(files: Sequence[Arrival], task: Task) -> tuple[str, list[FileRows]]:
    """Do as `rows_of`, in a worker that may be on another machine; its program comes along.

    Raises `OutputError`, and `UsageError` on a machine that sees other files, or has another program or spec.
    """
    _check_sight(files, task)
    _check_program(task)
    with gc_paused(), _kept_reader() as reader:
        return program_digest(), list(rows_of(files, task, reader))


def _check_sight(files: Sequence[Arrival], task: Task) -> None:
    """Raise `UsageError` on a machine that does not see the files: it would refuse every one of them."""
    places = [file_at(task.base_folder, file.place) for file in files if file.sha256]
    if task.out is not None:
        places.append(task.out)
    for place in places:
        if not os.path.exists(place):  # noqa: PTH110 (also where it may not look)
            raise UsageError(
                f"A worker on {socket.gethostname()} cannot see {place}.",
                remedy=f"{SHARED}, under the same path.",
            )


def _check_program(task: Task) -> None:
    """Raise `UsageError` on a machine with another program or spec: it would silently take in something else."""
    worker_name = f"The worker on {socket.gethostname()}"
    if task.engine != program_digest():
        raise UsageError(
            f"{worker_name} has another hrge-xl ({program_digest()}) than this machine ({task.engine}).",
            remedy=SAME,
        )
    builder, _ = _builder_and_check(task.spec)
    spec: Spec | None = builder.schema.spec
    if spec is not None and spec.digest != task.digest:
        raise UsageError(
            f"{worker_name} has another version of the spec “{spec.name}”.", remedy=SAME
        )


def check_engine(engine: str) -> None:
    """Raise `UsageError` for rows of another program: such a worker may not ask what it was given."""
    if engine != program_digest():
        raise UsageError(
            (
                f"A worker of the cluster has another hrge-xl ({engine}) than this machine ({program_digest()})."
            ),
            remedy=SAME,
        )


def _stopped_rows(file: Arrival, fault: Exception, task: Task) -> Rows:
    """Return the rows of a file on which a fault of this program shows."""
    day = task.request.day_of(file.sha256)
    round_ = task.request.wanted.round
    unread = Result(file.path, file.sha256, file.size, REFUSED, [], checked=day, read_for=round_)
    builder, _ = _builder_and_check(task.spec)
    return builder.rows(stopped_result(unread, fault))


def _read(files: Iterable[Arrival], task: Task, reader: Reader) -> Iterator[tuple[Arrival, Result]]:
    """Yield each file and its result as soon as it is there, under the path that was given, wherever it was read.

    Of one that is not what it was when it came, nothing is believed. Its bytes are kept before anything is said of it.
    """
    in_hand: list[Arrival] = []
    gone = set[str]()

    def paths(copies: Path) -> Iterator[Path]:
        for number, file in enumerate(files):
            if task.out is not None and file.sha256 is not None:
                place = file_at(task.base_folder, file.place)
                if not keep(place, file.sha256, task.out):
                    gone.add(file.path)
            in_hand.append(file)
            if file.kept_path:  # findings speak of the name that it came with
                kept_file = file_at(task.base_folder, file.kept_path)
                yield copy_as_it_came(kept_file, file.path, copies / str(number))
            else:
                yield file_at(task.base_folder, file.path)

    with TemporaryDirectory(prefix="hrge-xl-") as folder:
        results = validated(paths(Path(folder)), task.request, reader)
        for number, result in enumerate(results):
            file = in_hand.pop(0)
            if file.kept_path:
                shutil.rmtree(Path(folder) / str(number), ignore_errors=True)
            result.path = file.path
            if result.submission is not None:
                result.submission.path = file.path
            has_changed = result.sha256 != file.sha256 or file.path in gone
            yield file, changed_result(result) if has_changed else result


_readers: dict[int, Reader] = {}


@contextmanager
def _kept_reader() -> Iterator[Reader]:
    """Yield the reading process of a worker, kept from batch to batch; a forked process has its own."""
    process = os.getpid()
    if process not in _readers:
        _readers[process] = Reader()
        atexit.register(_readers[process].close)
    try:
        yield _readers[process]
    except BaseException:  # also when the batch is given up: nobody waits for what is in hand
        _readers.pop(process).close()
        raise


@lru_cache(maxsize=4)
def _builder_and_check(spec: str | None) -> tuple[RowBuilder, RowCheck]:
    schema = Schema(load(spec) if spec else None)
    return RowBuilder(schema), RowCheck(schema)


# the rows of a file before they are written: what does not fit the dataset is a fault of ours

# what has to stand in `answers_fact` by the cell that an answer is in
SLOT = "the number of a cell that the spec has"
EMPTY = "empty, because its question is answered in another column"
LISTED = "a code of the list that its question is answered from"
VALUES = ("code", "text", "number", "date")  # one of these columns holds what is answered
# the column that a cell has its value in, and the codes that it can have
Takes = tuple[str, frozenset[Cell] | None]
LONGEST = 80  # characters of a value that is told
TYPES: dict[str, tuple[type, ...]] = {
    TEXT: (str,),
    INTEGER: (int,),
    NUMBER: (float, int),
    BOOLEAN: (bool,),
    DATE: (date,),
}


class ColumnRule:
    """What a column takes: values of Python's own types, nothing turned into another one; codes, patterns, ends."""

    def __init__(self, schema: Schema, table: Table, column: TableColumn) -> None:
        self.name = column.name
        self._kind = column.kind
        self._is_required = column.name in (*table.key, *table.unique)
        self._allowed = allowed_values(schema, column)
        self._pattern = pattern(schema, column)
        self._least, self._most = least_and_most(column)
        limits = (self._allowed, self._pattern, self._least, self._most)
        self._is_limited = any(limit not in ((), None) for limit in limits)
        self._plain_types = {*TYPES[column.kind], *([] if self._is_required else [type(None)])}

    def fault(self, value: Cell) -> str:
        """Say what a value would have to be; empty where it is right."""
        if value is None:
            return "filled in" if self._is_required else ""
        if not isinstance(value, TYPES[self._kind]) or (
            isinstance(value, bool) and self._kind != BOOLEAN
        ):
            return f"a value of type {self._kind}"
        if self._allowed and value not in self._allowed:
            return f"one of {', '.join(self._allowed)}"
        if self._pattern and not re.fullmatch(self._pattern, str(value)):
            return f"written as {self._pattern}"
        if self._least is not None and value < self._least:  # type: ignore[operator]
            return f"at least {shown(self._least)}"
        if self._most is not None and value > self._most:  # type: ignore[operator]
            return f"at most {shown(self._most)}"
        return ""

    def first_fault(self, values: Sequence[Cell]) -> tuple[int, str] | None:
        """Return where the first wrong one of some values stands, and what it would have to be."""
        if not self._is_limited and self._plain_types.issuperset(map(type, values)):
            return None
        # one among equal values is not enough: True is 1
        wrong = {}
        for kind, value in set(zip(map(type, values), values, strict=True)):
            needed = self.fault(value)
            if needed:
                wrong[kind, value] = needed
        if not wrong:
            return None
        for n, value in enumerate(values):
            if (type(value), value) in wrong:
                return n, wrong[type(value), value]
        return None


class RowCheck:
    """Looks over the rows of files of one spec. What depends on the spec only is worked out once."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._rules: dict[str, list[ColumnRule]] = {}

    def __call__(self, tables: Rows) -> None:
        """Raise `UnfitRow` where a row of a file has no place in the dataset."""
        for name, rows in tables.items():
            if rows:
                self._check_columns(self._schema.by_name[name], rows)
        if tables.get("answers_fact"):
            further_cells = self._accepted_values(tables.get("slots", ()))
            cells = self._accepted_by_spec | further_cells
            self._check_answers(tables["answers_fact"], cells)

    def _check_columns(self, table: Table, rows: Sequence[Row]) -> None:
        """Raise `UnfitRow` for the first row with a value that its column does not take, or with a key of another."""
        if table.name not in self._rules:
            self._rules[table.name] = [
                ColumnRule(self._schema, table, column) for column in table.columns
            ]
        first_fault: tuple[int, str, str] | None = None
        for position, rule in enumerate(self._rules[table.name]):
            fault = rule.first_fault([row[position] for row in rows])
            if fault is None:
                continue
            n, needed = fault
            if first_fault is None or n < first_fault[0]:
                first_fault = n, rule.name, needed
        if first_fault is not None:
            n, column, needed = first_fault
            raise _unfit(table, rows[n], column, needed)
        key_of = itemgetter(*(table.at[column] for column in table.key))
        keys = set()
        for row in rows:
            if key_of(row) in keys:
                raise _unfit(table, row, table.key[0], "a key that no other row has")
            keys.add(key_of(row))

    # an answer and its cell

    @cached_property
    def _accepted_by_spec(self) -> dict[Cell, Takes]:
        """What the cells that every workbook has take."""
        spec = self._schema.spec
        return self._accepted_values(slots_of(spec).rows() if spec else ())

    def _accepted_values(self, slots: Iterable[Row]) -> dict[Cell, Takes]:
        """Return what cells take, by their numbers."""
        accepted_values: dict[Cell, Takes] = {}
        codes: dict[Cell, frozenset[Cell] | None] = {None: None}
        columns = [SLOTS.at[column] for column in ("slot", "tool", "field", "list")]
        for slot, tool, field, list_name in map(itemgetter(*columns), slots):
            assert self._schema.spec is not None
            if list_name not in codes:
                codes[list_name] = frozenset(codes_of(self._schema, str(list_name)))
            kind = kind_of(self._schema.spec.tool[str(tool)].fields[str(field)])
            accepted_values[slot] = kind.value, codes[list_name]
        return accepted_values

    def _check_answers(self, rows: Iterable[Row], cells: Mapping[Cell, Takes]) -> None:
        """Raise `UnfitRow` for the first answer that its cell does not take."""
        slot = ANSWERS_FACT.at["slot"]
        code = ANSWERS_FACT.at["code"]
        empty_columns = {
            value_column: [(name, ANSWERS_FACT.at[name]) for name in VALUES if name != value_column]
            for value_column in VALUES
        }
        for row in rows:
            if row[slot] not in cells:
                raise _unfit(ANSWERS_FACT, row, "slot", SLOT)
            column, codes = cells[row[slot]]
            for name, at in empty_columns[column]:
                if row[at] is not None:
                    raise _unfit(ANSWERS_FACT, row, name, EMPTY)
            if codes is not None and row[code] is not None and row[code] not in codes:
                raise _unfit(ANSWERS_FACT, row, "code", LISTED)


def _unfit(table: Table, row: Row, column: str, needed: str) -> UnfitRow:
    value = row[table.at[column]]
    value_text = "" if value is None else beginning(shown(value), LONGEST)
    return UnfitRow({"column": f"{table.name}.{column}", "value": value_text, "needed": needed})
