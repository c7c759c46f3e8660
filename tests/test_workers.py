"""Batches of work, here, in processes, in an executor or in a cluster: in order, and done again where one dies."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hrge_xl.core.errors import HrgeError, UsageError
from tests.face import in_batches, workers, workers_elsewhere

BATCHES = [[number, number + 1] for number in range(0, 20, 2)]
SUMS = [sum(batch) + 100 for batch in BATCHES]


def sum_of(batch: Sequence[int], more: int) -> int:
    """What is done with a batch."""
    return sum(batch) + more


def process_of(_: object) -> int:
    return os.getpid()


def thread_of(_: object) -> int:
    return threading.get_ident()


def memory_pool_of(_: object) -> str | None:
    return os.environ.get("ARROW_DEFAULT_MEMORY_POOL")


def crash(number: int, at: int) -> int:
    if number == at:
        os._exit(1)
    return number


# on this machine


@pytest.mark.deep
def test_in_processes() -> None:
    with workers(2) as pool:
        assert list(pool.map(sum_of, BATCHES, 100)) == SUMS
        first = set(pool.map(process_of, BATCHES))
        assert os.getpid() not in first
        assert 1 <= len(first) <= 2
        assert set(pool.map(memory_pool_of, BATCHES)) == {"system"}
        pool.shutdown()
        assert not set(pool.map(process_of, BATCHES)) & first, "they were to begin anew"


def wait_for_the_last(number: int, folder: Path, last: int) -> int:
    """Take as long as it takes another worker to come to the last batch; the others are done at once."""
    if number == last:
        (folder / "last").touch()
    for _ in range(2_000 if number == 0 else 0):
        if (folder / "last").exists():
            return number
        time.sleep(0.01)
    return number if number else -1


@pytest.mark.deep
def test_a_long_batch_keeps_none_of_the_others_waiting(tmp_path: Path) -> None:
    batches = range(12)
    with workers(2) as pool:
        done = [*pool.map(wait_for_the_last, batches, tmp_path, batches[-1], all_at_once=True)]
    assert done == [*batches]


@pytest.mark.deep
def test_processes_that_die_whatever_is_tried_are_told() -> None:
    done: list[int] = []
    with (
        workers(2) as pool,
        pytest.raises(HrgeError, match=r"keep crashing.*Run again with --jobs 1\."),
    ):
        done.extend(pool.map(crash, list(range(20)), 10))
    assert done == list(range(len(done)))
    assert len(done) <= 10


def test_in_an_executor_of_the_caller() -> None:
    """An error ends the run: what is not begun is not begun any more."""
    begun: list[int] = []
    first, told = threading.Event(), threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        if number == 1:
            first.wait(30)
            raise KeyError("the second")
        if number == 2:  # it begins before anybody hears of the error
            told.wait(30)
        return number

    with ThreadPoolExecutor(1) as threads:
        pool = workers_elsewhere("local", 1, threads)
        assert pool is not None
        results = pool.map(work, list(range(100)))
        assert next(results) == 0
        first.set()
        with pytest.raises(KeyError, match="the second"):
            list(results)
        told.set()
        assert set(pool.map(thread_of, BATCHES)) != {threading.get_ident()}
    assert begun in ([0, 1], [0, 1, 2])


@pytest.mark.parametrize(
    ("number", "jobs", "sizes"),
    [(0, 1, []), (1, 4, [1]), (3, 4, [1, 1, 1]), (5, 2, [3, 2]), (40, 2, [16, 16, 8]), (7, 0, [7])],
)
def test_batches(number: int, jobs: int, sizes: list[int]) -> None:
    """Not more than sixteen, and some for every process."""
    batches = in_batches(list(range(number)), jobs)
    assert [len(batch) for batch in batches] == sizes
    assert [item for batch in batches for item in batch] == list(range(number))


def test_a_cluster_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    pool = workers_elsewhere("dask", 1, None)
    assert pool is not None
    with pytest.raises(UsageError, match=r"install the extra: pip install 'hrge-xl\[cluster\]'"):
        list(pool.map(sum_of, BATCHES, 100))
