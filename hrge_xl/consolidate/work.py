"""The work as batches of files for an executor: processes here, or a cluster; done again where a worker died."""

from __future__ import annotations

import hashlib
import stat
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from ..errors import HrgeError, UsageError
from ..spec.load import load
from ..validation import Validation, validate_batch
from .ledger import Arrival, keep
from .schema import Rows, Schema
from .tables import Writer

BATCH = 25  # files: enough for the checks to pay off, few enough for every process to have some
TRIES = 3  # of a batch whose worker dies

In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker has to know besides the files."""

    asked: Validation
    folder: str | None = None  # where the received bytes are kept


def arrivals(paths: Sequence[str]) -> list[Arrival]:
    """Hash and size of files; nothing of one that is no ordinary file or cannot be read."""
    return [_arrival(Path(path)) for path in paths]


def _arrival(path: Path) -> Arrival:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Arrival(str(path), None, None)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return Arrival(str(path), digest, status.st_size)
    except OSError:
        return Arrival(str(path), None, None)


def tables_of(files: Sequence[Arrival], task: Task) -> Rows:
    """Read and check some files: the rows that they bring. Keeps their bytes where a folder is named."""
    results = validate_batch([Path(each.path) for each in files], replace(task.asked, jobs=1))
    for each in files if task.folder is not None else ():
        if each.sha256 is not None:
            keep(Path(each.path), each.sha256, Path(task.folder or ""))
    return _writer(task.asked.wanted.spec, task.asked.today).rows(results)


@lru_cache(maxsize=4)
def _writer(spec: str | None, today: date) -> Writer:
    return Writer(Schema(load(spec) if spec else None), today)


class Workers:
    """Gives batches to an executor and takes the results back in order, a few at a time."""

    def __init__(
        self,
        start: Callable[[], AbstractContextManager[Executor | None]],
        width: int,
        here: Workers | None = None,
    ) -> None:
        self._start, self._width, self._here = start, width, here

    @property
    def here(self) -> Workers:
        """Workers on this machine, for what is written here."""
        return self._here or self

    def map(self, function: Callable[..., Out], batches: Sequence[In], *more: Any) -> Iterator[Out]:
        """The result of each batch, in the order of the batches."""
        done, tries = 0, 0
        while done < len(batches):
            try:
                with self._start() as executor:
                    for result in self._run(executor, function, batches[done:], more):
                        yield result
                        done, tries = done + 1, 0
            except BrokenExecutor as error:
                tries += 1
                if tries >= TRIES:
                    raise HrgeError("The worker processes die again and again. Run with --jobs 1.") from error

    def _run(
        self,
        executor: Executor | None,
        function: Callable[..., Out],
        batches: Sequence[In],
        more: Sequence[Any],
    ) -> Iterator[Out]:
        if executor is None:
            yield from (function(batch, *more) for batch in batches)
            return
        waiting: deque[Future[Out]] = deque()
        for batch in batches:
            waiting.append(executor.submit(function, batch, *more))
            if len(waiting) > self._width:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def workers(engine: str, jobs: int, executor: Executor | None = None) -> Workers:
    """Where the work is done: in an executor that is given, in this process, in processes, or in a cluster."""
    alone = Workers(lambda: nullcontext(None), 1)
    if executor is not None:
        return Workers(lambda: nullcontext(executor), 2 * jobs + 2, alone)
    if engine == "local":
        return Workers(lambda: ProcessPoolExecutor(jobs), jobs + 1) if jobs > 1 else alone
    return Workers(lambda: _cluster(engine, jobs), 4 * jobs + 4, alone)


@contextmanager
def _cluster(engine: str, jobs: int) -> Iterator[Executor]:
    """The executor of a dask cluster: of its own for `dask`, else the one at an address."""
    with ExitStack() as stack:
        try:
            client = _client(engine, jobs, stack)
        except ImportError as error:
            raise UsageError("For a cluster install the extra: pip install 'hrge-xl[cluster]'.") from error
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(
                f"--engine {engine}: no cluster can be reached there. Use local, dask, or tcp://host:8786."
            ) from error
        yield stack.enter_context(client.get_executor(retries=TRIES))


def _client(engine: str, jobs: int, stack: ExitStack) -> Any:
    distributed: Any = import_module("distributed")
    where: Any = engine
    if engine == "dask":
        options = {"n_workers": max(jobs, 1), "threads_per_worker": 1, "dashboard_address": None}
        where = stack.enter_context(distributed.LocalCluster(**options))
    return stack.enter_context(distributed.Client(where, timeout=20))


def in_batches(items: Sequence[In], jobs: int) -> list[Sequence[In]]:
    """The items in batches, at least one for each process."""
    size = max(1, min(BATCH, -(-len(items) // max(jobs, 1))))
    return [items[start : start + size] for start in range(0, len(items), size)]
