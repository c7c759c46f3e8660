"""Whatever happens to a run, the next one completes the dataset: killed, out of room, shut out, two at once."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa

from hrge_xl import load
from hrge_xl.core.errors import OutputError, StoreError
from hrge_xl.ledger.files import LOCK
from tests.command_line import hrge
from tests.conftest import emptied, missing
from tests.databases import queried, tampered
from tests.face import DATASET, Schema, open_file, open_url
from tests.fixture_types import Folders, Patch
from tests.small_returns import LEDGER, SPEC, TODAY, dataset, returns, run

pytestmark = pytest.mark.deep

ROOT = Path(__file__).resolve().parent.parent
WRITTEN = ("--write", "--formats", "csv")
OTHERWISE = ("--today", str(TODAY), "--jobs", "2")
PROGRAM = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); import hrge_xl; from hrge_xl.cli import run; "
    "print('ready', flush=True); sys.exit(run())"
)
OVERVIEW = "reports/overview.html"
Calm = tuple[dict[str, Any], float]  # a dataset, and how long it took
FEW = 4  # returns: enough for two batches, few enough for many runs


def start(*arguments: object) -> subprocess.Popen[str]:
    """The command line in a process group of its own, everything imported."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "consolidate", *map(str, arguments), *WRITTEN, *OTHERWISE],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def again(*arguments: object) -> int:
    """The same command in this process, where everything is imported already: its exit code."""
    return hrge("consolidate", *arguments, *WRITTEN, "--today", TODAY, "--jobs", "1")


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a run: its exit code and what it says on stderr."""
    _, said = process.communicate(timeout=120)
    return process.returncode, said


def kill_after(process: subprocess.Popen[str], seconds: float) -> float | None:
    """Kill a run and its workers after some time; None, or how long it took where it had ended by then."""
    began = time.monotonic()
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    took = time.monotonic() - began
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return None if process.returncode == -signal.SIGKILL else took


def one_line(said: str) -> str:
    """What a user is told: a single line, and no traceback."""
    (line,) = said.splitlines()
    assert "Traceback" not in line
    return line


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Folders) -> Path:
    place = tmp_path_factory.mktemp("returned")
    returns(place, FEW)
    return place


@pytest.fixture(scope="module")
def calm(folder: Path, tmp_path_factory: Folders) -> Calm:
    """The dataset of an undisturbed run, and how long one takes."""
    out = tmp_path_factory.mktemp("calm") / "out"
    process = start(folder, "-o", out)
    began = time.monotonic()
    assert end(process) == (4, "")
    return dataset(out), time.monotonic() - began


# killed


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_any_moment(folder: Path, calm: Calm, tmp_path: Path, kills: int) -> None:
    whole, seconds = calm
    chance, hit, tries = random.Random(kills), 0, 0
    while hit < kills:
        out = tmp_path / "out"
        for _ in range(chance.choice((1, 1, 2))):
            took = kill_after(start(folder, "-o", out), chance.uniform(0, 1.1 * seconds))
            hit, tries = hit + (took is None), tries + 1
            seconds = took or seconds  # a computer that was busy before may be idle now
        assert again(folder, "-o", out) == 4
        assert dataset(out) == whole
        shutil.rmtree(out)
        assert tries < 10 * kills  # some runs end before they are killed, not nearly all


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.long)])
def test_killed_while_a_database_is_filled(
    folder: Path, calm: Calm, tmp_path: Path, kills: int, database: str
) -> None:
    whole, seconds = calm
    chance, hit, tries = random.Random(kills), 0, 0
    while hit < kills:
        tries += 1
        out = tmp_path / "out"
        process = start(folder, "-o", out, "--store", database)
        took = kill_after(process, chance.uniform(0.2, 1.3) * seconds)
        hit, seconds = hit + (took is None), took or seconds
        assert again(folder, "-o", out, "--store", database) == 4
        assert dataset(out) == whole
        assert same_content(out, database)
        shutil.rmtree(out)
        emptied(database)
        assert tries < 10 * kills


def same_content(out: Path, address: str) -> bool:
    """Whether every table of a database holds what the file holds."""
    schema = Schema(load(SPEC))
    with open_file(out / DATASET, write=False) as file, open_url(address) as other:
        assert file.use(schema, write=False)
        assert other.use(schema, write=False)
        return all(
            list(file.rows(table.name)) == list(other.rows(table.name)) for table in schema.shown
        )


def test_workers_end_with_a_run_that_is_killed(folder: Path, tmp_path: Path) -> None:
    process = start(folder, "-o", tmp_path / "out")
    parent = psutil.Process(process.pid)
    while len(workers := parent.children()) < 2:
        assert process.poll() is None
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert alive == []


def test_what_a_killed_worker_had_in_hand_is_done_again(
    folder: Path, calm: Calm, tmp_path: Path
) -> None:
    process = start(folder, "-o", tmp_path / "out")
    parent = psutil.Process(process.pid)
    while len(workers := parent.children()) < 2:
        assert process.poll() is None
    workers[0].kill()
    assert end(process) == (4, "")
    assert dataset(tmp_path / "out") == calm[0]


def test_made_anew_and_cut_off_nothing_of_earlier_runs_is_lost(
    folder: Path, calm: Calm, tmp_path: Path
) -> None:
    out, files = tmp_path / "out", sorted(folder.iterdir())
    run(files, out)
    tampered(out, "UPDATE meta SET value = 'older' WHERE name = 'spec_digest'")
    with open_file(out / DATASET) as store:  # as far as a run comes that is killed now
        assert not store.use(Schema(load(SPEC)))
    assert again(files[0], "-o", out) == 0
    assert dataset(out) == calm[0]


# no room


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A real file system that is soon full."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        missing(f"no file system can be mounted here ({made.stderr.strip()})")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)


@pytest.mark.parametrize(
    "size",
    ["700k", *(pytest.param(f"{n}k", marks=pytest.mark.long) for n in (64, *range(100, 1200, 50)))],
)
def test_a_disk_that_fills(folder: Path, tmp_path: Path, size: str) -> None:
    with small_disk(tmp_path / "disk", size) as disk:
        code, said = end(start(folder, "-o", disk / "out"))
        assert code == 5, said
        assert "run again: nothing was lost" in one_line(said)
        enlarge(disk)
        assert (
            again(folder, "-o", disk / "out") == again(folder, "-o", tmp_path / "calm" / "out") == 4
        )
        assert dataset(disk / "out") == dataset(tmp_path / "calm" / "out")  # from as far away


@pytest.mark.deep
def test_a_disk_that_fills_under_a_dataset(folder: Path, calm: Calm, tmp_path: Path) -> None:
    files = sorted(folder.iterdir())
    with small_disk(tmp_path / "disk", "64m") as disk:
        run(files[:2], disk / "out")
        subprocess.run(
            ["mount", "-o", f"remount,size={used(disk) + 40_000}", str(disk)], check=True
        )
        before = queried(disk / "out", "SELECT count(*) FROM submissions")
        code, said = end(start(folder, "-o", disk / "out"))
        assert (code, before) == (5, [(2,)])
        assert "run again: nothing was lost" in one_line(said)
        enlarge(disk)
        assert again(folder, "-o", disk / "out") == 4
        assert dataset(disk / "out").keys() == calm[0].keys()
        assert dataset(disk / "out")["csv/answers.csv"] == calm[0]["csv/answers.csv"]


def used(disk: Path) -> int:
    about = os.statvfs(disk)
    return (about.f_blocks - about.f_bfree) * about.f_frsize


# shut out


def test_a_workbook_that_is_open_in_excel(
    folder: Path, calm: Calm, tmp_path: Path, monkeypatch: Patch
) -> None:
    files, out = sorted(folder.iterdir()), tmp_path / "out"
    run(files[:1], out)
    before = dataset(out)["data.xlsx"]
    with monkeypatch.context() as shut:
        shut.setattr(Path, "replace", as_windows_does(Path.replace, out / "data.xlsx"))
        with pytest.raises(OutputError) as caught:
            run(files, out)
    assert "data.xlsx cannot be written: it is open in another program" in one_line(
        str(caught.value)
    )
    assert "Close it and run again" in str(caught.value)
    assert caught.value.exit_code == 5
    after = dataset(out)
    assert after["data.xlsx"] == before
    changed = {name for name in after if after[name] != calm[0][name]}
    # The dataset says that something is left to do; the ledger does not say that a run left it like that.
    assert changed == {"data.xlsx", DATASET, LEDGER}
    assert again(folder, "-o", out) == 4
    assert but_for_history(dataset(out)) == but_for_history(calm[0])


def but_for_history(found: dict[str, Any]) -> dict[str, Any]:
    """A dataset without what its ledger and its overview say of earlier runs, and of which of them each file is."""
    of_runs = ('INSERT INTO "runs"', 'INSERT INTO "datasets"')
    ledger = [line for line in found[LEDGER] if not line.startswith(of_runs)]
    return {name: each for name, each in found.items() if name != OVERVIEW} | {LEDGER: ledger}


def as_windows_does(replace: Any, shown: Path) -> Any:
    """A file that a program shows cannot be replaced."""

    def instead(self: Path, target: Path) -> Path:
        if Path(target) == shown:
            raise PermissionError(errno.EACCES, "Access is denied", str(target))
        return Path(replace(self, target))

    return instead


@pytest.mark.parametrize("place", ["csv", "reports"])
def test_a_file_that_may_not_be_changed(
    folder: Path, calm: Calm, tmp_path: Path, place: str
) -> None:
    out = tmp_path / "out"
    assert again(*sorted(folder.iterdir())[:1], "-o", out) == 0
    with unchangeable(out / place):
        code, said = end(start(folder, "-o", out))
    assert code == 5
    assert "it is open in another program, or may not be changed. Close it" in one_line(said)
    assert "The rest is done." in said
    assert again(folder, "-o", out) == 4
    assert but_for_history(dataset(out)) == but_for_history(calm[0])


@contextmanager
def unchangeable(place: Path) -> Iterator[None]:
    """A folder that nothing can be written into, for root neither where the file system knows how."""
    place.chmod(0o555)
    sealed = (
        os.geteuid() == 0 and subprocess.run(["chattr", "+i", place], check=False).returncode == 0
    )
    if os.geteuid() == 0 and not sealed:
        missing("root can write everywhere, and chattr does not work here")
    try:
        yield
    finally:
        if sealed:
            subprocess.run(["chattr", "-i", place], check=True)
        place.chmod(0o755)


# two at once


def test_two_runs_at_once(folder: Path, calm: Calm, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with stopped(start(folder, "-o", out), out / LOCK) as first:
        code, said = end(start(folder, "-o", out))
        assert code == 5
        assert (
            f"Another run is writing into {out}. Wait for it to end, then run again."
            in one_line(said)
        )
    assert end(first) == (4, "")
    assert dataset(out) == calm[0]


@contextmanager
def stopped(process: subprocess.Popen[str], when: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that is halted as soon as a file is there, and goes on afterwards."""
    while not when.exists():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGCONT)


@pytest.mark.deep
def test_two_runs_into_one_database(folder: Path, tmp_path: Path, database: str) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    first = start(folder, "-o", one, "--store", database)
    with stopped(first, one / "received"):
        code, said = end(start(folder, "-o", other, "--store", database))
        assert code == 5
        assert "Another run is writing into it; wait for it to end, then run again." in one_line(
            said
        )
    assert end(first) == (4, "")
    assert same_content(one, database)


# databases


def test_a_database_of_a_newer_program(folder: Path, tmp_path: Path, database: str) -> None:
    files = sorted(folder.iterdir())
    run(files, tmp_path / "out", store=database)
    engine = sa.create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
        before = connection.exec_driver_sql("SELECT count(*) FROM answers").scalar()
    with pytest.raises(StoreError, match="newer version of hrge-xl") as caught:
        run(files, tmp_path / "out", store=database)
    assert caught.value.exit_code == 5
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM answers").scalar() == before
    engine.dispose()


def test_a_database_that_goes_away(folder: Path, calm: Calm, tmp_path: Path, database: str) -> None:
    out = tmp_path / "out"
    process = start(folder, "-o", out, "--store", database)
    with stopped(process, out / "received"):
        thrown_out(database)
    code, said = end(process)
    assert code == 5
    assert "the dataset cannot be used" in one_line(said)
    assert "run again: nothing was lost" in said
    assert again(folder, "-o", out, "--store", database) == 4
    assert dataset(out) == calm[0]
    assert same_content(out, database)


def thrown_out(address: str) -> None:
    """End every other connection, as a server does that is shut down."""
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    engine.dispose()


# only looking


def test_a_dry_run_leaves_everything_as_it_is(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(sorted(folder.iterdir())[:2], out)
    before = tree(tmp_path)
    process = start(folder, "-o", out, "--dry-run")
    told, said = process.communicate()
    assert (process.returncode, said) == (4, "")
    assert (
        f"{FEW + 1} files: 0 accepted, {FEW} returned, 1 refused.\n{FEW - 1} new in this run."
        in told
    )
    place = os.path.relpath(folder, out)
    assert f"{place}/03.xlsx: would be taken in as returned\n" in told
    assert f"{place}/broken.xlsx: would be taken in as refused\n" in told
    assert "Nothing was written (dry run)." in told
    assert tree(tmp_path) == before


def tree(place: Path) -> dict[str, tuple[Any, ...]]:
    """Everything in a folder: bytes, and when it was changed."""
    return {
        str(path.relative_to(place)): (
            path.stat().st_mtime_ns,
            path.read_bytes() if path.is_file() else None,
        )
        for path in sorted(place.rglob("*"))
    }


@pytest.mark.deep
def test_a_dry_run_after_a_kill(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(sorted(folder.iterdir())[:2], out)
    cut_off(out / DATASET)
    with suppress(StoreError):
        run(sorted(folder.iterdir()), out, dry_run=True)
    assert run(sorted(folder.iterdir()), out).new == FEW - 1


def cut_off(file: Path) -> None:
    """What a run leaves that is killed while it writes: a journal that undoes what is half written."""
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN'); c.execute('DELETE FROM answers_fact'); "
        "c.execute('DELETE FROM findings_fact'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(file)], check=False)
    assert file.with_name(file.name + "-journal").is_file()
