"""How consolidating grows with the number of files and of workers: `make scale`. Figures of one run, no test.

Processor time is that of all processes, those that were left behind too, beside what openpyxl takes to load one of the
same files. One more file is taken in again and again: its figures are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import openpyxl
from python_calamine import CalamineWorkbook

from hrge_xl import ExpectedReturn, ValidationRequest
from hrge_xl.exchange.validation import Source
from tests.answers import TODAY
from tests.bench_commands import adopt_processes, processor_seconds, wait_for_all
from tests.different_returns import SPEC, write_returns
from tests.face import Options, ingest

CLUSTERED = 100  # files that a cluster takes in
LATE = 7  # files that come one by one when all others are there
ALL_FILES = ["--write"]  # and all pages


class Run(NamedTuple):
    """One run over some files."""

    files: int
    seconds: float
    processor: float  # seconds of all its processes
    peak: int  # bytes of the program and all its processes, shared pages counted once
    one_more: float  # seconds of processor time of a run to which one more file is given
    one_more_waited: float  # seconds that one waits for it


class Cluster(NamedTuple):
    """What taking files into a dataset costs a cluster, and the one process in it that all others wait for."""

    workers: int
    seconds: float
    coordinator: float  # seconds of processor time
    read: int  # bytes, by that process
    written: int


def descendants(root: int) -> Iterator[int]:
    """A process and all that came from it."""
    yield root
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it ended meanwhile
            continue
        for child in children:
            yield from descendants(int(child))


def memory(root: int) -> int:
    """Bytes in use by a process and its descendants, shared pages divided among them."""
    total = 0
    for process in descendants(root):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def consolidate(paths: list[Path], jobs: int, options: list[str]) -> Run:
    """The command over all files but the last ones, in a process of its own, and once more as each of these comes."""
    count = len(paths) - LATE
    with tempfile.TemporaryDirectory() as out:
        first, processor, peak = _consolidate(paths[:count], Path(out), jobs, options)
        later = [
            _consolidate(paths[: count + number], Path(out), jobs, options)
            for number in range(1, LATE + 1)
        ]
    one_more = statistics.median(used for _, used, _ in later)
    waited = statistics.median(seconds for seconds, _, _ in later)
    return Run(count, first, processor, peak, one_more, waited)


def _consolidate(
    paths: list[Path], out: Path, jobs: int, options: list[str]
) -> tuple[float, float, int]:
    """Seconds, seconds of processor time, and the most memory that it took."""
    listed = out / "files.txt"
    listed.write_text("".join(f"{path}\n" for path in paths))
    command = [sys.executable, "-m", "hrge_xl", "consolidate", f"@{listed}", *options]
    command += ["-o", str(out / "data"), "--jobs", str(jobs)]
    before = processor_seconds()
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peaks = [0]
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peaks, done))
    watcher.start()
    process.wait()
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    if process.returncode not in (0, 1):
        raise SystemExit(f"consolidate ended with {process.returncode}")
    wait_for_all()
    return seconds, processor_seconds() - before, max(peaks)


def load(path: Path) -> float:
    """Seconds of processor time that openpyxl takes to load a file, a median."""
    warnings.filterwarnings("ignore", module="openpyxl")  # of extensions that it leaves out
    used = []
    for _ in range(LATE):
        start = time.process_time()
        openpyxl.load_workbook(path)
        used.append(time.process_time() - start)
    return statistics.median(used)


def clustered(paths: list[Path], number: int) -> Cluster:
    """Take files into a dataset by so many workers of a cluster on this machine, in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        listed = Path(out, "files.txt")
        listed.write_text("".join(f"{path}\n" for path in paths))
        command = [
            sys.executable,
            "-m",
            "tests.bench_scale",
            "--take-in",
            str(listed),
            "--jobs",
            str(number),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Cluster(number, *json.loads(done.stdout.splitlines()[-1]))


def taken_in(listed: Path, number: int) -> tuple[float, float, int, int]:
    """Do that here. Gives seconds, processor time of this process, and what it read and wrote."""
    paths = [Path(line) for line in listed.read_text().splitlines()]
    source = Source(paths, ValidationRequest(ExpectedReturn(SPEC), TODAY))
    start, processor, (read, written) = time.perf_counter(), time.process_time(), _moved()
    with ingest([source], listed.parent / "data", options=Options(engine="dask", jobs=number)):
        seconds = time.perf_counter() - start
        used, (read_then, written_then) = time.process_time() - processor, _moved()
    return seconds, used, read_then - read, written_then - written


def _moved() -> tuple[int, int]:
    """Bytes that this process has read and written, from whatever it was: disk, network, pipe."""
    lines = Path("/proc/self/io").read_text().splitlines()
    told = {name: int(value) for name, value in (line.split(": ") for line in lines)}
    return told["rchar"], told["wchar"]


def _watch(process: int, peaks: list[int], done: threading.Event) -> None:
    while not done.wait(0.25):
        peaks.append(memory(process))


def loop(paths: list[Path]) -> float:
    """Seconds a file of what one would write without this program: openpyxl, a frame a sheet, pandera, concat."""
    import pandas as pd
    import pandera.pandas as pa

    warnings.filterwarnings("ignore", module="openpyxl")  # of extensions that it leaves out
    fits = pa.Check(lambda values: values.astype(str).str.len() < 32_768)
    schema = pa.DataFrameSchema({"value": pa.Column(None, fits, nullable=True)})
    start = time.perf_counter()
    frames = []
    for path in paths:
        book = openpyxl.load_workbook(path, data_only=True)
        for sheet in book.worksheets:
            frame = pd.DataFrame(sheet.values)
            long = frame.melt(ignore_index=False, var_name="column", value_name="value")
            frames.append(
                schema.validate(long.assign(file=path.name, sheet=sheet.title), lazy=True)
            )
    pd.concat(frames)
    return (time.perf_counter() - start) / len(paths)


def limit(paths: list[Path], jobs: int) -> float:
    """Files a second of a reader in machine code that keeps nothing but values, checks nothing and writes nothing."""
    start = time.perf_counter()
    with ThreadPoolExecutor(jobs) as threads:  # it leaves Python's lock alone
        list(threads.map(_values, paths))
    return len(paths) / (time.perf_counter() - start)


def _values(path: Path) -> int:
    book = CalamineWorkbook.from_path(path)
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--counts", type=int, nargs="+", default=[48, 120, 400, 1000])
    asked.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument(
        "--keep", type=Path, help="a folder for the workbooks, used again by a later run"
    )
    asked.add_argument("--take-in", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.take_in:
        sys.stdout.write(json.dumps(taken_in(given.take_in, given.jobs)) + "\n")
        return
    adopt_processes()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        paths = sorted(folder.glob("*.xlsx"))
        most = max(given.counts) + LATE
        paths = paths if len(paths) >= most else write_returns(folder, most)
        measure(paths, given.counts, given.workers, given.jobs)


def measure(paths: list[Path], counts: list[int], numbers: list[int], jobs: int) -> None:
    """Print what so many files cost on one machine, and what so many workers make of fifty."""
    plain = loop(paths[:20])
    sys.stdout.write(f"plain loop over 20: {plain * 1000:.0f} ms a file\n")
    values = limit(paths[:100], jobs)
    sys.stdout.write(f"values alone, by calamine in {jobs} threads: {values:.1f} a second\n")
    one_load = load(paths[0])
    sys.stdout.write(f"one file loaded by openpyxl: {one_load * 1000:.0f} ms of processor time\n")
    for count in counts:
        for options in ([], ALL_FILES):
            run = consolidate(paths[: count + LATE], jobs, options)
            each = run.seconds / run.files
            sys.stdout.write(
                f"{run.files:5d} files {' '.join(options) or 'dataset':<8}: {1 / each:6.1f} a second, "
                f"{plain / each:5.1f} times the loop, {run.processor / one_load:6.1f} loads, "
                f"{run.peak / 1e6:.0f} MB; one more: {run.one_more / one_load:5.2f} loads, "
                f"{run.one_more_waited:.1f} s\n"
            )
            sys.stdout.flush()
    for number in numbers:
        found, few = clustered(paths[:CLUSTERED], number), len(paths[:CLUSTERED])
        sys.stdout.write(
            f"cluster of {number}: {few / found.seconds:5.1f} a second into the dataset; what all wait for: "
            f"{found.coordinator / few * 1000:.0f} ms, {found.read / few / 1000:.0f} KB read, "
            f"{found.written / few / 1000:.0f} KB written a file\n"
        )


if __name__ == "__main__":
    main()
