"""The work in processes, in a cluster of real workers, and after a worker died: the same bytes every time."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import pytest

from hrge_xl import __version__, load
from hrge_xl.core.errors import UsageError
from tests.command_line import hrge
from tests.conftest import missing
from tests.face import (
    Arrival,
    Task,
    check_engine,
    data_xlsx,
    program_digest,
    rows_on_worker,
)
from tests.face import core_program as engines
from tests.fixture_types import Capsys, Folders, Patch
from tests.small_returns import ASKED, SPEC, TODAY, dataset, returns, run

pytestmark = pytest.mark.deep

distributed = pytest.importorskip("distributed")
ROOT = Path(__file__).resolve().parent.parent
ELSEWHERE = (
    "unshare",
    "--mount",
    *(("--map-root-user",) if os.geteuid() else ()),
    "sh",
    "-c",
    'mount -t tmpfs tmpfs "$0" && exec "$@"',
)
NUMBER = 6  # returns, and one file that is none


@pytest.fixture(scope="module")
def files(tmp_path_factory: Folders) -> list[Path]:
    return returns(tmp_path_factory.mktemp("returned"), NUMBER)


@pytest.fixture(scope="module")
def alone(files: list[Path], tmp_path_factory: Folders) -> dict[str, Any]:
    """What one process makes of them."""
    out = tmp_path_factory.mktemp("alone") / "one"  # as far from the files as the others
    run(files, out)
    return dataset(out)


@dataclass
class Cluster:
    """A scheduler at an address, and real workers, each a process of its own."""

    address: str
    client: Any
    folder: Path

    def start(self, number: int, *, blind_to: Path | None = None) -> list[psutil.Process]:
        """New workers, in a folder of their own; they are there when this returns."""
        before = len(self.client.scheduler_info(n_workers=-1)["workers"])
        started = [psutil.Process(self._start(blind_to).pid) for _ in range(number)]
        self.client.wait_for_workers(before + number, timeout=60)
        return started

    def _start(self, blind_to: Path | None) -> subprocess.Popen[bytes]:
        worker = (
            "-m",
            "distributed.cli.dask_worker",
            self.address,
            "--no-nanny",
            "--nthreads",
            "1",
        )
        command = [sys.executable, *worker]
        if blind_to is not None:  # another machine, where this folder is empty
            command = [*ELSEWHERE, str(blind_to), *command]
        return subprocess.Popen(
            [*command, "--no-dashboard"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def at_work(self) -> list[int]:
        """The process ids of workers that have a batch in hand."""
        busy = [
            name
            for name, tasks in self.client.processing().items()
            if any("rows_on_worker" in str(t) for t in tasks)
        ]
        return list(self.client.run(os.getpid, workers=busy).values()) if busy else []


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: Folders) -> Iterator[Cluster]:
    """A scheduler; its workers are ended with it."""
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as local,
        distributed.Client(local) as client,
    ):
        made = Cluster(local.scheduler_address, client, tmp_path_factory.mktemp("elsewhere"))
        yield made
        client.retire_workers()


# the same bytes


def test_number_of_workers_and_order_do_not_matter(
    files: list[Path], alone: Any, tmp_path: Path
) -> None:
    run(files[::-1], tmp_path / "two", jobs=2)
    with ThreadPoolExecutor(2) as pool:
        run(files, tmp_path / "threads", executor=pool, jobs=2)
    run(files[:3], tmp_path / "later")
    run(files, tmp_path / "later")
    assert dataset(tmp_path / "two") == alone
    assert dataset(tmp_path / "threads") == alone
    assert without_order(dataset(tmp_path / "later")) == without_order(alone)


def without_order(found: dict[str, Any]) -> dict[str, Any]:
    """A dataset without its ledger, which also says what came when."""
    return {name: data for name, data in found.items() if name != "ledger.sqlite"}


def test_a_cluster_of_our_own(files: list[Path], alone: Any, tmp_path: Path) -> None:
    run(files, tmp_path / "out", engine="dask", jobs=2)
    assert dataset(tmp_path / "out") == alone


def test_a_cluster_at_an_address(
    files: list[Path], alone: Any, tmp_path: Path, cluster: Cluster, monkeypatch: Patch
) -> None:
    for worker in cluster.start(2):
        assert worker.is_running()
    run(files, tmp_path / "out", engine=cluster.address, jobs=2)
    assert dataset(tmp_path / "out") == alone
    monkeypatch.chdir(tmp_path)  # paths start from here, wherever the workers are
    assert hrge("consolidate", files[0], "-o", "near", "--today", TODAY) == 0
    far = ("-o", "far", "--engine", cluster.address)
    assert hrge("consolidate", files[0], *far, "--today", TODAY) == 0
    assert dataset(tmp_path / "far") == dataset(tmp_path / "near")


def task(out: Path) -> Task:
    asked = replace(ASKED, wanted=replace(ASKED.wanted, spec=SPEC))
    return Task(asked, SPEC, load(SPEC).digest, Path.cwd(), out, program_digest())


def arrival(path: Path) -> Arrival:
    data = path.read_bytes()
    return Arrival(str(path), hashlib.sha256(data).hexdigest(), len(data))


# what goes wrong


@pytest.mark.deep
def test_the_batch_of_a_killed_worker_is_done_again(
    files: list[Path], alone: Any, tmp_path: Path, cluster: Cluster
) -> None:
    cluster.start(2)
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run, files, tmp_path / "out", engine=cluster.address, jobs=2)
        while not (busy := cluster.at_work()):
            assert not running.done()
        victim = psutil.Process(busy[0])
        victim.kill()
        assert running.result().files == NUMBER + 1
    assert not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE
    assert dataset(tmp_path / "out") == alone


def test_a_worker_that_sees_nothing(files: list[Path], tmp_path: Path) -> None:
    gone = Arrival(str(tmp_path / "gone.xlsx"), "0" * 64, 1)
    with pytest.raises(
        UsageError, match=r"A worker on \S+ cannot see .*gone\.xlsx\. Put the returned files"
    ):
        rows_on_worker([gone], task(tmp_path))
    with pytest.raises(UsageError, match=r"cannot see .*out.* on a disk that all machines"):
        rows_on_worker([arrival(files[0])], task(tmp_path / "out"))
    other = replace(task(tmp_path), digest="of another version")
    with pytest.raises(UsageError, match="another version of the spec “example”"):
        rows_on_worker([arrival(files[0])], other)


def test_a_worker_with_another_program(files: list[Path], tmp_path: Path) -> None:
    """Of the same version, but with one line changed: it would read otherwise, and nobody would know."""
    other = replace(task(tmp_path), engine=f"{__version__} 0123456789abcdef")
    said = r"The worker on \S+ has another hrge-xl \(.*\) than this machine \(.*cdef\)"
    with pytest.raises(UsageError, match=said):
        rows_on_worker([arrival(files[0])], other)


@pytest.mark.deep
def test_a_worker_with_another_program_is_known_by_its_rows_too(
    files: list[Path], tmp_path: Path
) -> None:
    engine, rows = rows_on_worker([arrival(path) for path in files], task(tmp_path))
    assert [file_rows.file.path for file_rows in rows] == [str(path) for path in files]
    check_engine(engine)
    with pytest.raises(UsageError, match="another hrge-xl"):
        check_engine("another")


def test_every_byte_of_the_program_counts(tmp_path: Path, monkeypatch: Patch) -> None:
    """But not what is made of it, nor how a system ends its lines."""
    home = shutil.copytree(
        engines.HOME, tmp_path / "hrge_xl", ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(engines, "HOME", home)
    file = home / "reader" / "ooxml.py"

    def now() -> str:
        program_digest.cache_clear()
        return program_digest()

    try:
        before = now()
        (home / "__pycache__").mkdir()
        (home / "__pycache__" / "x.pyc").write_bytes(b"x")
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        assert now() == before
        file.write_bytes(file.read_bytes() + b"#")
        assert now() != before
    finally:
        program_digest.cache_clear()


@pytest.mark.deep
def test_a_real_worker_that_sees_nothing(
    files: list[Path], tmp_path: Path, cluster: Cluster
) -> None:
    if subprocess.run([*ELSEWHERE, str(tmp_path), "true"], check=False).returncode != 0:
        missing("a process cannot have file systems of its own here")
    cluster.client.retire_workers()
    cluster.start(1, blind_to=files[0].parent)
    with pytest.raises(
        UsageError, match=r"A worker of the cluster cannot see .*\.xlsx\. Put the returned files"
    ):
        run(files, tmp_path / "out", engine=cluster.address)
    assert run(files, tmp_path / "out").new == NUMBER + 1


@pytest.fixture
def workerless(monkeypatch: Patch) -> Iterator[str]:
    """The address of a scheduler without any worker; we are less patient with it than usual."""
    monkeypatch.setattr("hrge_xl.dataset.workers.QUIET", 0.2)
    monkeypatch.setattr("hrge_xl.dataset.workers.WORKERLESS", 2)
    with distributed.LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as local:
        yield local.scheduler_address


def test_a_cluster_without_workers_is_told_and_not_waited_for(
    files: list[Path], tmp_path: Path, workerless: str, capfd: Capsys
) -> None:
    started = time.monotonic()
    done = hrge("consolidate", *files, "-o", tmp_path / "out", "--engine", workerless)
    said = capfd.readouterr().err.splitlines()
    assert done == 2
    assert time.monotonic() - started < 30
    assert said == [
        f"The cluster at {workerless} has no worker yet; waiting for one. Start one with: dask worker {workerless}",
        f"Error: --engine {workerless}: no worker joined the cluster within 2 seconds. Start one with: dask worker "
        f"{workerless}, or run with --engine local.",
    ]


@pytest.mark.deep
def test_workers_that_all_leave_are_told_and_not_waited_for(
    files: list[Path], tmp_path: Path, cluster: Cluster, monkeypatch: Patch
) -> None:
    for name, seconds in {"QUIET": 0.2, "WORKERLESS": 2, "LOOK": 0.2}.items():
        monkeypatch.setattr(f"hrge_xl.dataset.workers.{name}", seconds)
    cluster.client.retire_workers()
    (worker,) = cluster.start(1)
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run, files, tmp_path / "out", engine=cluster.address)
        while not cluster.at_work():
            assert not running.done()
        worker.kill()
        with pytest.raises(UsageError, match="no worker joined the cluster within 2 seconds"):
            running.result(timeout=60)


@pytest.mark.deep
def test_a_worker_that_comes_late_is_taken(
    files: list[Path], alone: Any, tmp_path: Path, cluster: Cluster, monkeypatch: Patch
) -> None:
    monkeypatch.setattr("hrge_xl.dataset.workers.QUIET", 0.01)
    cluster.client.retire_workers()
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run, files, tmp_path / "out", engine=cluster.address)
        cluster.start(1)
        running.result(timeout=120)
    assert dataset(tmp_path / "out") == alone


def test_a_workbook_that_would_be_too_large(
    files: list[Path], tmp_path: Path, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(data_xlsx, "MOST_CELLS", 6_000)
    run(files, tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "data.xlsx")
    assert "answers" not in book.sheetnames
    assert "submissions" in book.sheetnames
    (line,) = (row for row in book["Contents"].iter_rows(values_only=True) if row[0] == "answers")
    assert line[2] > 100
    assert line[1].endswith(
        "Too large for this workbook: hrge-xl export FOLDER --table answers -o answers.csv"
    )


def test_everything_is_read_again(files: list[Path], alone: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(files, out)
    assert run(files[:2], out, resume=True).new == 0
    assert run(files[:2], out, resume=False).new == 2
    assert dataset(out) == alone
