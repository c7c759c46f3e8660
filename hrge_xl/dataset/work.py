"""The work: a function over a batch of files, wherever it runs; what it brings is checked and written as a shard.

A worker hands back no rows but a `Shard`, its line of the manifest. A shard is a SQLite file, on one machine and on
the shared disk of a cluster alike, which a dataset takes in by a statement a table. See docs/decisions/0016; for the
check of rows before they are written 0034.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import secrets
import socket
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import import_module
from operator import itemgetter
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from ..core.errors import StoreError, UsageError
from ..core.numerals import shown
from ..core.paths import UNFINISHED, not_written, path_text
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
from ..ledger.files import FAST, keep, sha256_of, under_their_names
from ..reader import fingerprint
from ..spec.load import load
from ..spec.model import Spec
from .dimensions import codes_of, slots_of
from .rows import RowBuilder, no_rows
from .schema import ANSWERS_FACT, SLOTS, SUBMISSIONS, Cell, Row, Rows, Schema, Table
from .store import Store, open_file, translate_db_errors

if TYPE_CHECKING:  # pandas and pandera are slow to import
    from .frame_schemas import FrameSchema

SAME = "Install the same hrge-xl on all machines of the cluster, and start its workers again."
SHARED = (
    "Put the returned files and the output folder on a disk that all machines of the cluster share"
)


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker has to know besides the files."""

    request: ValidationRequest
    spec: (
        str | None
    )  # of the dataset, which may be a newer version than the one that files are read by
    digest: str  # of that spec, which a worker on another machine must have too
    base_folder: Path  # the folder that paths of files start from
    out: Path  # where the received bytes are kept
    engine: str = (
        ""  # of workers that may be on other machines: version and digest that they must have too
    )
    read: frozenset[str] = (
        frozenset()
    )  # contents that stay as they were read where they cannot be opened now

    @property
    def far(self) -> bool:
        """Whether workers may be on other machines."""
        return bool(self.engine)


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


def shards_of(files: Sequence[Arrival], task: Task, folder: Path) -> list[Shard]:
    """Do as `shard_of`, in several shards where a fault of ours shows with some of the files: those are refused."""

    def instead(file: Arrival, fault: Exception) -> list[Shard]:
        builder, _ = _builder_and_check(task.spec)
        rows = builder.rows(_stopped(file, fault, task))
        return [
            write_shard([rows], builder.schema, folder, by=program_digest() if task.far else "")
        ]

    return isolate_failures(lambda some: [shard_of(some, task, folder)], files, instead)


def shard_of(files: Sequence[Arrival], task: Task, folder: Path) -> Shard:
    """Read and check some files, keep their bytes, and write the rows that they bring.

    Raises `OutputError`, and `UsageError` on a machine that sees other files, or has another program or spec.
    """
    builder, check = _builder_and_check(task.spec)
    if task.far:
        for place in (
            *(file_at(task.base_folder, file.place) for file in files if file.sha256),
            folder,
        ):
            # one that sees nothing would refuse every file
            if not os.path.exists(place):  # noqa: PTH110 (also where it may not look)
                raise UsageError(
                    f"A worker on {socket.gethostname()} cannot see {place}.",
                    remedy=f"{SHARED}, under the same path.",
                )
        _must_know(task, builder.schema.spec)
    with gc_paused():
        gone = {
            file.path
            for file in files
            if file.sha256 is not None
            and not keep(file_at(task.base_folder, file.place), file.sha256, task.out)
        }
        changed: list[str] = []
        closed: list[str] = []

        def taken_in() -> Iterator[Result]:
            for file, result in zip(files, _read(files, task, gone), strict=True):
                if result.sha256 != file.sha256:
                    changed.append(file.path)
                if result.verdict == REFUSED and result.sha256 in task.read:
                    closed.append(file.path)
                else:
                    yield result

        rows = check(map(builder.rows, taken_in()))
        shard = write_shard(rows, builder.schema, folder, by=program_digest() if task.far else "")
    return replace(shard, changed=tuple(changed), closed=tuple(closed))


def submissions_of(files: Sequence[Arrival], task: Task) -> list[Row]:
    """Read and check some files: what the dataset would say of each. Nothing is written. Raises as `shard_of`."""
    builder, check = _builder_and_check(task.spec)
    if task.far:
        _must_know(task, builder.schema.spec)

    def rows(some: Sequence[Arrival]) -> list[Row]:
        checked_files = check(map(builder.rows, _read(some, task)))
        return [row for tables in checked_files for row in tables["submissions"]]

    return isolate_failures(
        rows, files, lambda file, fault: builder.rows(_stopped(file, fault, task))["submissions"]
    )


def _stopped(file: Arrival, fault: Exception, task: Task) -> Result:
    """Return the result for a file on which a fault of this program shows."""
    day = task.request.day_of(file.sha256)
    round_ = task.request.wanted.round
    unread = Result(file.path, file.sha256, file.size, REFUSED, [], checked=day, read_for=round_)
    return stopped_result(unread, fault)


def _read(files: Sequence[Arrival], task: Task, gone: Collection[str] = ()) -> Iterator[Result]:
    """Yield each result as soon as it is there, under the path that was given, wherever a worker found the file.

    Of one that is not what it was when it came, or is `gone`, nothing is believed.
    """
    # while it waits
    Thread(target=import_module, args=(f"{__package__}.frame_schemas",), daemon=True).start()
    with ExitStack() as stack:
        kept_paths = [
            (file_at(task.base_folder, file.kept_path), file.path)
            for file in files
            if file.kept_path
        ]
        copies = iter(stack.enter_context(under_their_names(kept_paths)))
        paths = [
            next(copies) if file.kept_path else file_at(task.base_folder, file.path)
            for file in files
        ]
        reader = stack.enter_context(_reader())
        for file, result in zip(files, validated(paths, task.request, reader), strict=True):
            result.path = file.path
            if result.submission is not None:
                result.submission.path = file.path
            unlike = result.sha256 != file.sha256 or file.path in gone
            yield changed_result(result) if unlike else result


def _must_know(task: Task, spec: Spec | None) -> None:
    """Make sure that this worker has our program and spec: with others it would silently take in something else."""
    worker_name = f"The worker on {socket.gethostname()}"
    if task.engine != program_digest():
        raise UsageError(
            f"{worker_name} has another hrge-xl ({program_digest()}) than this machine ({task.engine}).",
            remedy=SAME,
        )
    if spec is not None and spec.digest != task.digest:
        raise UsageError(
            f"{worker_name} has another version of the spec “{spec.name}”.", remedy=SAME
        )


def check_engine(shard: Shard) -> None:
    """Raise `UsageError` for a shard of another program: such a worker may not ask what it was given."""
    if shard.engine != program_digest():
        raise UsageError(
            (
                f"A worker of the cluster has another hrge-xl ({shard.engine}) than this machine ({program_digest()})."
            ),
            remedy=SAME,
        )


_readers: dict[int, Reader] = {}


@contextmanager
def _reader() -> Iterator[Reader]:
    """Yield the reading process of this process, kept from batch to batch; a forked process has its own."""
    mine = os.getpid()
    if mine not in _readers:
        _readers[mine] = Reader()
        atexit.register(_readers[mine].close)
    try:
        yield _readers[mine]
    except BaseException:  # also when the batch is given up: nobody waits for what is in hand
        _readers.pop(mine).close()
        raise


@lru_cache(maxsize=4)
def _builder_and_check(spec: str | None) -> tuple[RowBuilder, RowCheck]:
    schema = Schema(load(spec) if spec else None)
    return RowBuilder(schema), RowCheck(schema)


# shards: the rows of a batch, written whole by the worker that read it, and taken into a dataset from there

SHARDS = "shards"  # what their folder is named by
SHARED_OUTPUT = "The output folder must lie on a disk that all machines of the cluster share, under the same path."


@dataclass(frozen=True, slots=True)
class Shard:
    """A line of the manifest: the file with the rows of some submissions, how many there are, and what it hashes to."""

    place: str
    submissions: tuple[str, ...]
    rows: dict[str, int]
    digest: str
    engine: str = ""  # of the worker, where it may be on another machine
    # files that were read before and cannot be opened now: they stay as they are
    closed: tuple[str, ...] = ()
    changed: tuple[
        str, ...
    ] = ()  # files that were no more what they were, by path: refused without a hash


def write_shard(files: Iterable[Rows], schema: Schema, folder: Path, *, by: str = "") -> Shard:
    """Return the rows of some submissions as a shard in a folder that is there. Raises `OutputError`, `StoreError`.

    It is named by the submissions in it and by its content: a batch that is done twice is one shard. `by` is the
    program that made it, where that may be another one.
    """
    unfinished = folder / f"{UNFINISHED}{secrets.token_hex(4)}"
    try:
        names, counts = _write(files, schema, unfinished)
        digest = sha256_of(unfinished)
        names_digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
        place = unfinished.replace(folder / f"{names_digest[:32]}-{digest[:16]}.sqlite")
    except OSError as error:
        raise not_written(unfinished, error) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Shard(str(place), names, counts, digest, by)


def _write(
    files: Iterable[Rows], schema: Schema, path: Path
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Write files, one by one, into the barest SQLite file: only tables that have rows, columns without a type."""
    names: list[str] = []
    counts: Counter[str] = Counter()
    with (
        translate_db_errors(path.name),
        closing(sqlite3.connect(path, isolation_level=None)) as database,
    ):
        for pragma in FAST:
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        for rows in files:
            names += (str(row[SUBMISSIONS.at["submission"]]) for row in rows["submissions"])
            for name, lines in rows.items():
                if not lines:
                    continue
                columns = schema.by_name[name].names
                if not counts[name]:
                    quoted = ", ".join(f'"{column}"' for column in columns)
                    database.execute(f'CREATE TABLE "{name}" ({quoted})')
                marks = ", ".join("?" * len(columns))
                database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', lines)
                counts[name] += len(lines)
        database.execute("COMMIT")
    return tuple(names), dict(counts)


def take(shard: Shard, store: Store) -> None:
    """Take a shard into a dataset, all of it or nothing. Raises `StoreError`."""
    place = Path(shard.place)
    try:
        digest = sha256_of(place)
    except OSError as error:
        raise StoreError(
            f"{place} cannot be read where it was not written.", remedy=SHARED_OUTPUT
        ) from error
    if digest != shard.digest:
        raise StoreError(f"{place} is not as a worker wrote it.", remedy=SHARED_OUTPUT)
    if store.is_file:
        store.merge(shard.submissions, place, list(shard.rows))
    else:
        with open_file(place, write=False) as rows:
            rows.use(store.schema, write=False)
            store.take(shard.submissions, {name: rows.rows(name) for name in shard.rows})


# looks over the rows of a batch before they are written: what does not fit the dataset is a fault of ours

# what has to stand in `answers_fact` by the cell that an answer is in
SLOT = "the number of a cell that the spec has"
EMPTY = "empty, because its question is answered in another column"
LISTED = "a code of the list that its question is answered from"
VALUES = ("code", "text", "number", "date")  # one of these columns holds what is answered
# the column that a cell has its value in, and the codes that it can have
Takes = tuple[str, frozenset[Cell] | None]
LONGEST = 80  # characters of a value that is told


class RowCheck:
    """Looks over rows of many files of one spec. What depends on the spec only is worked out once."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._schemas: dict[str, FrameSchema] = {}

    def __call__(self, files: Iterable[Rows]) -> list[Rows]:
        """Return the rows of files as they came. Raises `UnfitRow` where one of them has no place in the dataset."""
        import pandas as pd

        from .frame_schemas import first_failure, python_schema

        rows = list(files)
        further = list(dict.fromkeys(row for tables in rows for row in tables["slots"]))
        for name in no_rows(self._schema):
            some = further if name == "slots" else [row for tables in rows for row in tables[name]]
            if not some:
                continue
            if name not in self._schemas:
                self._schemas[name] = python_schema(self._schema, self._schema.by_name[name])
            table = self._schema.by_name[name]
            frame = pd.DataFrame(some, columns=list(table.names), dtype=object)
            failure = first_failure(self._schemas[name], frame)
            if failure is not None:
                raise _unfit(table, some[failure.row], failure.column, failure.why)
            if name == "answers_fact":
                self._look_over_answers(some, self._known | self._placed(further))
        return rows

    # an answer and its cell

    @cached_property
    def _known(self) -> dict[Cell, Takes]:
        return self._placed(slots_of(self._schema.spec).rows() if self._schema.spec else ())

    def _placed(self, slots: Iterable[Row]) -> dict[Cell, Takes]:
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

    def _look_over_answers(self, rows: Iterable[Row], cells: Mapping[Cell, Takes]) -> None:
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
