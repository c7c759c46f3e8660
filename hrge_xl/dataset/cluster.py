"""Processes of a dask cluster, on this machine or on many, as an executor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from ..errors import UsageError

RETRIES = 3  # of a batch that fails
PATIENCE = 20  # seconds for a scheduler to answer
QUIET, WORKERLESS = 5, 60  # seconds without a worker: until we say so, and until we give up

_log = logging.getLogger(__name__)


class Cluster(NamedTuple):
    """An executor, how many batches keep it busy, what results raise whose workers died, and a look at the workers."""

    executor: Executor
    width: int
    lost: tuple[type[Exception], ...]
    check: Callable[
        [], None
    ]  # while results are waited for; raises `UsageError` when no worker is left for long


@contextmanager
def cluster(engine: str, jobs: int) -> Iterator[Cluster]:
    """Open a cluster of processes to work in.

    `engine` is `dask` for a cluster of our own, else the address of a scheduler. Raises `UsageError`.
    """
    with ExitStack() as stack:
        try:
            distributed: Any = import_module("distributed")
            _quiet()
            client = stack.enter_context(_client(distributed, engine, jobs, stack))
        except ImportError as error:
            raise UsageError("For a cluster install the extra: pip install 'hrge-xl[cluster]'.") from error
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(
                f"--engine {engine}: no cluster can be reached there. Use local, dask, or tcp://host:8786."
            ) from error
        _await_workers(client, engine)
        width = 2 * sum(client.nthreads().values()) + 2
        executor = client.get_executor(retries=RETRIES)
        stack.callback(executor.shutdown, wait=False)  # what is in hand when we leave may never come
        lost = (distributed.KilledWorker, CancelledError)
        yield Cluster(executor, width, lost, partial(_await_workers, client, engine))


def _await_workers(client: Any, engine: str) -> None:
    """Wait until a worker is there, not without a word and not for ever. Raises `UsageError`."""
    try:
        client.wait_for_workers(1, timeout=QUIET)
    except TimeoutError:
        where = "" if engine == "dask" else f" Start one with: dask worker {engine}"
        _log.warning("The cluster at %s has no worker yet; waiting for one.%s", engine, where)
        try:
            client.wait_for_workers(1, timeout=WORKERLESS - QUIET)
        except TimeoutError as error:
            raise UsageError(
                f"--engine {engine}: no worker joined the cluster within {WORKERLESS} seconds.{where}, or run with "
                "--engine local."
            ) from error


def _quiet() -> None:
    """Silence the log of the cluster: what goes wrong there reaches us as an exception, and need not be read twice."""
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _client(distributed: Any, engine: str, jobs: int, stack: ExitStack) -> Any:
    where: Any = engine
    if engine == "dask":
        options = {"n_workers": max(jobs, 1), "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
        where = stack.enter_context(distributed.LocalCluster(**options))
    return distributed.Client(where, timeout=PATIENCE)
