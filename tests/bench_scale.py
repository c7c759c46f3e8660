"""How consolidating grows with the number of files: `make scale`. Figures of one run; nothing here is a test."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import openpyxl
from python_calamine import CalamineWorkbook

from tests.different_returns import write_returns


class Run(NamedTuple):
    """One run over some files."""

    files: int
    seconds: float
    peak: int  # bytes of the program and all its processes, shared pages counted once


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


def consolidate(paths: list[Path], jobs: int) -> Run:
    """The command over some files, in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        listed = Path(out, "files.txt")
        listed.write_text("".join(f"{path}\n" for path in paths))
        command = [sys.executable, "-m", "hrge_xl", "consolidate", f"@{listed}", "-o", f"{out}/data"]
        start = time.perf_counter()
        process = subprocess.Popen([*command, "--jobs", str(jobs)], stdout=subprocess.DEVNULL)
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
    return Run(len(paths), seconds, max(peaks))


def _watch(process: int, peaks: list[int], done: threading.Event) -> None:
    while not done.wait(0.25):
        peaks.append(memory(process))


def loop(paths: list[Path]) -> float:
    """Seconds a file of what one would write without this program: openpyxl, a frame a sheet, pandera, concat."""
    import pandas as pd
    import pandera.pandas as pa

    fits = pa.Check(lambda values: values.astype(str).str.len() < 32_768)
    schema = pa.DataFrameSchema({"value": pa.Column(None, fits, nullable=True)})
    start = time.perf_counter()
    frames = []
    for path in paths:
        book = openpyxl.load_workbook(path, data_only=True)
        for sheet in book.worksheets:
            frame = pd.DataFrame(sheet.values)
            long = frame.melt(ignore_index=False, var_name="column", value_name="value")
            frames.append(schema.validate(long.assign(file=path.name, sheet=sheet.title), lazy=True))
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
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--counts", type=int, nargs="+", default=[50, 200, 1000])
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--keep", type=Path, help="a folder for the workbooks, used again by a later run")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        paths = sorted(folder.glob("*.xlsx"))
        paths = paths if len(paths) >= max(given.counts) else write_returns(folder, max(given.counts))
        plain = loop(paths[:20])
        sys.stdout.write(f"plain loop over 20: {plain * 1000:.0f} ms a file\n")
        values = limit(paths[:100], given.jobs)
        sys.stdout.write(f"values alone, by calamine in {given.jobs} threads: {values:.1f} a second\n")
        for count in given.counts:
            run = consolidate(paths[:count], given.jobs)
            each = run.seconds / run.files
            sys.stdout.write(
                f"{run.files:5d} files: {1 / each:6.1f} a second, {plain / each:5.1f} times the loop, "
                f"{run.peak / 1e6:.0f} MB\n"
            )


if __name__ == "__main__":
    main()
