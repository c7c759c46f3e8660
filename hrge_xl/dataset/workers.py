"""Workers: batches go to an executor and results come back in order; what a dead worker had in hand is done again."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from importlib import import_module
from multiprocessing.connection import wait
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from ..core.errors import HrgeError, UsageError
from ..core.work import batched

BATCH = 16  # files: enough for the checks to pay off, few enough for memory to stay small
LOOK = 5  # seconds between two looks whether a cluster still has workers
TRIES = 3  # of a batch whose worker dies

In = TypeVar("In")
Out = TypeVar("Out")


class Running(NamedTuple):
    """An executor at work."""

    executor: Executor
    width: int  # batches in hand at a time
    lost: tuple[type[Exception], ...] = (BrokenExecutor,)  # what a result raises whose worker died
    # looks whether there is anybody to work, while results are waited for
    check: Callable[[], None] | None = None


class Workers:
    """Gives batches to an executor and takes the results back in order, a few at a time.

    The executor is started with the first batch and ends with the context. Without one, and of a single batch where it
    is not worth it (`single_here`), the work is done in this process.
    """

    def __init__(
        self,
        start: Callable[[], AbstractContextManager[Running]] | None,
        *,
        single_here: bool = False,
    ) -> None:
        self._start = start
        self._single_here = single_here
        self._stack = ExitStack()
        self._running: Running | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()

    def shutdown(self) -> None:
        """End the processes, and give back what they hold; new ones start with the next batch."""
        self._running = None
        self._stack.close()

    def map(
        self,
        function: Callable[..., Out],
        batches: Sequence[In],
        *arguments: Any,
        all_at_once: bool = False,
    ) -> Iterator[Out]:
        """Yield the result of each batch, in the order of the batches. Raises `HrgeError` when workers keep dying.

        With `all_at_once` none waits for the result of an earlier one to be taken: they differ in length, and what
        comes back is small.
        """
        is_worth_it = self._running is not None or not self._single_here or len(batches) > 1
        if self._start is None or not is_worth_it:
            for batch in batches:
                yield function(batch, *arguments)
            return
        completed = 0
        tries = 0
        while completed < len(batches):
            if self._running is None:
                self._running = self._stack.enter_context(self._start())
            running = self._running
            try:
                width = len(batches) if all_at_once else running.width
                for batch_result in _results(
                    running._replace(width=width), function, batches[completed:], arguments
                ):
                    yield batch_result
                    completed = completed + 1
                    tries = 0
            except running.lost as error:
                self.shutdown()
                tries += 1
                if tries >= TRIES:
                    raise HrgeError(
                        "The workers keep crashing; what they have done is kept.",
                        remedy="Run again with --jobs 1.",
                    ) from error


def _results(
    running: Running, function: Callable[..., Out], batches: Sequence[In], arguments: Sequence[Any]
) -> Iterator[Out]:
    waiting: deque[Future[Out]] = deque()
    try:
        for batch in batches:
            waiting.append(running.executor.submit(function, batch, *arguments))
            if len(waiting) > running.width:
                yield _result(waiting.popleft(), running)
        while waiting:
            yield _result(waiting.popleft(), running)
    finally:
        for future in waiting:  # an error ends the run: what is not begun need not be
            future.cancel()


def _result(future: Future[Out], running: Running) -> Out:
    """Wait for a result, and look from time to time whether it can still come."""
    if running.check is None:
        return future.result()
    while not wait_for([future], timeout=LOOK).done:
        running.check()
    return future.result()


def workers(jobs: int) -> Workers:
    """Return so many processes of this machine; for one job, this process."""
    return Workers((lambda: _processes(jobs)) if jobs > 1 else None, single_here=True)


def workers_elsewhere(engine: str, jobs: int, executor: Executor | None) -> Workers | None:
    """Return what reads files in place of a run: an executor that is given, or a cluster; None for nobody."""
    if executor is not None:
        return Workers(lambda: nullcontext(Running(executor, 2 * jobs + 2)))
    if engine == "local":
        return None
    return Workers(lambda: cluster(engine, jobs))


@contextmanager
def _processes(jobs: int) -> Iterator[Running]:
    gc.collect()
    gc.freeze()  # where processes are forked, what is there already stays shared
    try:
        with ProcessPoolExecutor(jobs, initializer=_begin) as pool:
            yield Running(pool, jobs + 1)
    finally:
        gc.unfreeze()


def _begin() -> None:
    """Begin a process, which ends with its parent: where that was killed it would wait for work without end."""
    # Arrow's own keeper of memory, under the texts of pandas, gives less back than the system's.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    parent = multiprocessing.parent_process()

    def watch() -> None:
        wait([parent.sentinel] if parent else [])
        os._exit(1)

    if parent is not None:
        Thread(target=watch, daemon=True).start()


def in_batches(items: Sequence[In], jobs: int) -> list[list[In]]:
    """Return the items in batches, at least one for each process."""
    size = max(1, min(BATCH, -(-len(items) // max(jobs, 1))))
    return [*batched(items, size)]


# processes of a dask cluster, on this machine or on many, as an executor

RETRIES = 3  # of a batch that fails
PATIENCE = 20  # seconds for a scheduler to answer
# seconds without a worker: until we say so, and until we give up
QUIET = 5
WORKERLESS = 60

_log = logging.getLogger(__name__)


@contextmanager
def cluster(engine: str, jobs: int) -> Iterator[Running]:
    """Open a cluster of processes to work in.

    `engine` is `dask` for a cluster of our own, else the address of a scheduler. Raises `UsageError`.
    """
    with ExitStack() as stack:
        try:
            distributed: Any = import_module("distributed")
            # what goes wrong there reaches us as an exception, and need not be read twice
            for name in ("distributed", "distributed.client"):
                logging.getLogger(name).setLevel(logging.CRITICAL)
            address: Any = engine
            if engine == "dask":
                cluster_options = {
                    "n_workers": max(jobs, 1),
                    "threads_per_worker": 1,
                    "dashboard_address": "127.0.0.1:0",
                }
                address = stack.enter_context(distributed.LocalCluster(**cluster_options))
            client = stack.enter_context(distributed.Client(address, timeout=PATIENCE))
        except ImportError as error:
            raise UsageError(
                "For a cluster install the extra: pip install 'hrge-xl[cluster]'."
            ) from error
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(
                f"--engine {engine}: no cluster can be reached there.",
                remedy="Use local, dask, or tcp://host:8786.",
            ) from error
        _await_workers(client, engine)
        width = 2 * sum(client.nthreads().values()) + 2
        executor = client.get_executor(retries=RETRIES)
        stack.callback(
            executor.shutdown, wait=False
        )  # what is in hand when we leave may never come
        lost = (BrokenExecutor, distributed.KilledWorker, CancelledError)
        yield Running(executor, width, lost, partial(_await_workers, client, engine))


def _await_workers(client: Any, engine: str) -> None:
    """Wait until a worker is there, not without a word and not for ever. Raises `UsageError`."""
    try:
        client.wait_for_workers(1, timeout=QUIET)
    except TimeoutError:
        hint = "" if engine == "dask" else f" Start one with: dask worker {engine}"
        _log.warning("The cluster at %s has no worker yet; waiting for one.%s", engine, hint)
        try:
            client.wait_for_workers(1, timeout=WORKERLESS - QUIET)
        except TimeoutError as error:
            raise UsageError(
                f"--engine {engine}: no worker joined the cluster within {WORKERLESS} seconds.{hint}, or run with "
                "--engine local."
            ) from error
