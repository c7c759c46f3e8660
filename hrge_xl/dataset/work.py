"""The work: a function over a batch of files, wherever it runs; what it brings is written as a shard."""

from __future__ import annotations

import atexit
import os
import socket
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import Thread

from ..core.errors import UsageError
from ..core.paths import path_text
from ..core.program import isolate_failures, program_digest
from ..core.work import gc_paused
from ..exchange.validation import (
    REFUSED,
    Readers,
    Result,
    ValidationRequest,
    changed_result,
    readers,
    stopped_result,
    validated,
)
from ..ledger.events import Arrival
from ..ledger.files import keep, under_their_names
from ..reader import fingerprint
from ..spec.load import load
from ..spec.model import Spec
from .row_check import RowCheck
from .rows import RowBuilder
from .schema import Schema
from .shards import Shard, write_shard
from .table import Row

SAME = "Install the same hrge-xl on all machines of the cluster, and start its workers again."
SHARED = "Put the returned files and the output folder on a disk that all machines of the cluster share"


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker has to know besides the files."""

    asked: ValidationRequest
    spec: str | None  # of the dataset, which may be a newer version than the one that files are read by
    digest: str  # of that spec, which a worker on another machine must have too
    here: Path  # the folder that paths of files start from
    out: Path  # where the received bytes are kept
    engine: str = ""  # of workers that may be on other machines: version and digest that they must have too
    read: frozenset[str] = frozenset()  # contents that stay as they were read where they cannot be opened now

    @property
    def far(self) -> bool:
        """Whether workers may be on other machines."""
        return bool(self.engine)


def arrivals(paths: Sequence[str], here: Path) -> list[Arrival]:
    """Give hash and size of files; nothing of one that is not an ordinary file or cannot be read."""
    texts = ((path, path_text(path)) for path in paths)
    return [
        Arrival(text, *fingerprint(file_at(here, path)), "" if text == path else path) for path, text in texts
    ]


def file_at(here: Path, path: str) -> Path:
    """Give the file that a way from a folder leads to, whether that folder is there yet or not."""
    return Path(os.path.normpath(here / path))


def shards_of(files: Sequence[Arrival], task: Task, folder: Path) -> list[Shard]:
    """Do as `shard_of`, in several shards where a fault of ours shows with some of the files: those are refused."""

    def instead(file: Arrival, fault: Exception) -> list[Shard]:
        builder = _row_builder(task.spec)
        rows = builder.rows(_stopped(file, fault, task))
        return [_signed(write_shard([rows], builder.schema, folder), task)]

    return isolate_failures(lambda some: [shard_of(some, task, folder)], files, instead)


def shard_of(files: Sequence[Arrival], task: Task, folder: Path) -> Shard:
    """Read and check some files, keep their bytes, and write the rows that they bring.

    Raises `OutputError`, and `UsageError` on a machine that sees other files, or has another program or spec.
    """
    builder = _row_builder(task.spec)
    if task.far:
        _must_see([*(file_at(task.here, each.place) for each in files if each.sha256), folder])
        _must_know(task, builder.schema.spec)
    with gc_paused():
        gone = {
            each.path
            for each in files
            if each.sha256 is not None and not keep(file_at(task.here, each.place), each.sha256, task.out)
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

        rows = _row_check(task.spec)(map(builder.rows, taken_in()))
        shard = write_shard(rows, builder.schema, folder)
    return _signed(replace(shard, changed=tuple(changed), closed=tuple(closed)), task)


def _signed(shard: Shard, task: Task) -> Shard:
    """Give a shard that says which program made it, where it may be another one."""
    return replace(shard, engine=program_digest()) if task.far else shard


def submissions_of(files: Sequence[Arrival], task: Task) -> list[Row]:
    """Read and check some files: what the dataset would say of each. Nothing is written. Raises as `shard_of`."""
    builder, check = _row_builder(task.spec), _row_check(task.spec)
    if task.far:
        _must_know(task, builder.schema.spec)

    def rows(some: Sequence[Arrival]) -> list[Row]:
        found = check(map(builder.rows, _read(some, task)))
        return [row for each in found for row in each["submissions"]]

    return isolate_failures(
        rows, files, lambda file, fault: builder.rows(_stopped(file, fault, task))["submissions"]
    )


def _stopped(file: Arrival, fault: Exception, task: Task) -> Result:
    """Give the result for a file on which a fault of this program shows."""
    day, round_ = task.asked.today, task.asked.wanted.round
    unread = Result(file.path, file.sha256, file.size, REFUSED, [], checked=day, read_for=round_)
    return stopped_result(unread, fault)


def _read(files: Sequence[Arrival], task: Task, gone: Collection[str] = ()) -> Iterator[Result]:
    """Give each result as soon as it is there, under the path that was given, wherever a worker found the file.

    Of one that is not what it was when it came, or is `gone`, nothing is believed.
    """
    # while it waits
    Thread(target=import_module, args=(f"{__package__}.frame_schemas",), daemon=True).start()
    with ExitStack() as stack:
        kept = [(file_at(task.here, each.kept), each.path) for each in files if each.kept]
        copies = iter(stack.enter_context(under_their_names(kept)))
        paths = [next(copies) if each.kept else file_at(task.here, each.path) for each in files]
        for file, result in zip(files, validated(paths, task.asked, _pool()), strict=True):
            result.path = file.path
            if result.submission is not None:
                result.submission.path = file.path
            unlike = result.sha256 != file.sha256 or file.path in gone
            yield changed_result(result) if unlike else result


def _must_see(places: Sequence[Path]) -> None:
    """Make sure that this worker sees the places: one that sees nothing would refuse every file."""
    unseen = next((place for place in places if not os.path.exists(place)), None)  # noqa: PTH110 (also where it may not look)
    if unseen is not None:
        raise UsageError(
            f"A worker on {socket.gethostname()} cannot see {unseen}. {SHARED}, under the same path."
        )


def _must_know(task: Task, spec: Spec | None) -> None:
    """Make sure that this worker has our program and spec: with others it would silently take in something else."""
    here = f"The worker on {socket.gethostname()}"
    if task.engine != program_digest():
        raise UsageError(
            f"{here} has another hrge-xl ({program_digest()}) than this machine ({task.engine}). {SAME}"
        )
    if spec is not None and spec.digest != task.digest:
        raise UsageError(f"{here} has another version of the spec “{spec.name}”. {SAME}")


def check_engine(shard: Shard) -> None:
    """Raise `UsageError` for a shard of another program: such a worker may not ask what it was given."""
    if shard.engine != program_digest():
        raise UsageError(
            f"A worker of the cluster has another hrge-xl ({shard.engine}) than this machine "
            f"({program_digest()}). {SAME}"
        )


_pools: dict[int, Readers] = {}


def _pool() -> Readers:
    """Give the reading process of this process, kept from batch to batch; a forked process has its own."""
    pool = _pools.get(os.getpid())
    if pool is None or pool.closed:
        pool = _pools[os.getpid()] = readers()
        atexit.register(pool.close)
    return pool


@lru_cache(maxsize=4)
def _row_builder(spec: str | None) -> RowBuilder:
    return RowBuilder(Schema(load(spec) if spec else None))


@lru_cache(maxsize=4)
def _row_check(spec: str | None) -> RowCheck:
    return RowCheck(_row_builder(spec).schema)
