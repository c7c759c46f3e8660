"""Timings as ratios within one run: `make bench`. Figures are medians; nothing here is a test."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, generate, issue
from hrge_xl import read as read_file
from tests.answers import TODAY, full, layout, spec
from tests.damages.as_excel import as_excel
from tests.different_returns import SPEC, saved_by_office, write_returns
from tests.face import FIELD_TYPES, Submission, find
from tests.read_and_check import check, layout_of, read_many

RUNS = 5
COMPARISON = (
    "hrge_xl.reader.comparison.WorkbookComparison.compare"  # of every cell with the issued one
)
RETURNS = 60  # files, as issued and saved by LibreOffice
BARE_CLICK = (
    "import click\n@click.command()\ndef main(): pass\nmain(['--help'], standalone_mode=False)"
)


def median(function: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds of a call, the median of some runs after one that warms up."""
    function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def say(what: str, ours: float, other: float, beside: str) -> None:
    both = f"{what:<46} {ours * 1000:9.1f} ms   {beside:<34} {other * 1000:9.1f} ms"
    sys.stdout.write(f"{both}   ratio {ours / other:6.2f}\n")


def process(*arguments: str) -> Callable[[], object]:
    """A fresh process, as a call."""
    return lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True)


def read(path: Path) -> Submission:
    """Read one workbook with structure checks."""
    found = read_file(path, ExpectedReturn())
    assert isinstance(found, Submission)
    return found


def each(function: Callable[[Path], object], paths: Sequence[Path]) -> float:
    """Seconds of a call, the median over files that are all seen for the first time."""
    times = []
    for path in paths:
        start = time.perf_counter()
        function(path)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def reading(what: str, paths: Sequence[Path]) -> None:
    """Files read one by one, and many on all cores, beside openpyxl. No two hold the same answers."""
    few = paths[-20:]
    say(
        f"read one, {what}",
        each(read, few),
        each(openpyxl.load_workbook, few),
        "openpyxl.load_workbook",
    )
    start = time.perf_counter()
    assert all(
        result.submission for result in read_many(paths, ExpectedReturn(), jobs=os.cpu_count() or 1)
    )
    ours = (time.perf_counter() - start) / len(paths)
    start = time.perf_counter()
    loop(few)
    other = (time.perf_counter() - start) / len(few)
    beside = f"openpyxl and concat, {other / ours:.1f} times"
    say(f"read and check {len(paths)}, {what}, per file", ours, other, beside)


def producers(paths: Sequence[Path], folder: Path) -> Iterator[tuple[str, Sequence[Path]]]:
    """The same files as several programs save them; Excel's way is imitated, and openpyxl's takes long."""
    yield "as issued", paths
    yield "saved by LibreOffice", [*saved_by_office(list(paths), folder / "saved")]
    yield "as Excel saves them", [_rewritten(path, folder / "excel", as_excel) for path in paths]
    yield (
        "saved by openpyxl",
        [_rewritten(path, folder / "openpyxl", _by_openpyxl) for path in paths[:60]],
    )


def _rewritten(path: Path, folder: Path, saved: Callable[[bytes], bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    target.write_bytes(saved(path.read_bytes()))
    return target


def _by_openpyxl(data: bytes) -> bytes:
    target = BytesIO()
    openpyxl.load_workbook(BytesIO(data)).save(target)
    return target.getvalue()


def comparing(what: str, paths: Sequence[Path]) -> None:
    """What it costs to compare every cell with the issued one: the same files with and without, in turn."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number, path in enumerate(paths):
        for compared in (True, False) if number % 2 else (False, True):
            with pytest.MonkeyPatch.context() as patch:
                if not compared:
                    patch.setattr(COMPARISON, lambda *_: None)
                start = time.process_time()
                read(path)
                times[compared].append(time.process_time() - start)
    later = len(paths) // 4  # the first ones teach both what the files have in common
    ours, other = (statistics.median(times[compared][later:]) for compared in (True, False))
    say(f"read and compare every cell, {what}", ours, other, "read without comparing")


def loop(paths: Sequence[Path]) -> None:
    """What one would write without this program: openpyxl, a frame a sheet, one after the other."""
    import pandas as pd

    frames = []
    for path in paths:
        book = openpyxl.load_workbook(path, data_only=True)
        frames += [pd.DataFrame(sheet.values) for sheet in book.worksheets]
    pd.concat(frames)


def orders(prefilled: bool, teams: int = 200) -> list[Order]:
    """A workbook for each of many teams; prefilled ones with texts of their own."""
    where = layout(SPEC)
    name = where.spec.countries
    countries = list(where.spec.vocabularies[name].by_code) if name else [""]
    answers = full(where) if prefilled else {}
    texts = (FIELD_TYPES["text"], FIELD_TYPES["long"])
    own = [key for key in answers if where.slots[key].field.type in texts]
    return [
        Order(
            f"Team {number}",
            TODAY,
            countries[number % len(countries)],
            round="2026-H1",
            key=b"k" * 32,
            answers=answers | {key: f"{answers[key]} of team {number}" for key in own},
        )
        for number in range(teams)
    ]


def stamping(what: str, wanted: list[Order]) -> None:
    """A workbook of many that are issued together beside one that is rendered alone."""
    alone = median(lambda: generate(spec(SPEC), wanted[0]))
    start = time.perf_counter()
    for _ in issue(spec(SPEC), wanted):
        pass
    each = (time.perf_counter() - start) / len(wanted)
    say(
        f"issue {len(wanted)} {what}, per workbook",
        each,
        alone,
        f"a full render, {alone / each:.0f} times",
    )


def languages(folder: Path) -> None:
    """The spec with its nine languages, of which none is asked for, and the same without them."""
    without = Path(
        shutil.copytree(find(SPEC), folder / SPEC, ignore=shutil.ignore_patterns("languages*"))
    )
    loading = "import sys; from hrge_xl.spec.load import load; load(sys.argv[1])"
    with_them, alone = (
        median(process("-c", loading, str(place))) for place in (find(SPEC), without)
    )
    say("load the spec with nine languages", with_them, alone, "the same without them")


def main() -> None:
    sys.stdout.write(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, medians of {RUNS}\n"
    )
    ours, bare = median(process("-m", "hrge_xl", "--help")), median(process("-c", BARE_CLICK))
    say("hrge-xl --help", ours, bare, "bare click program")
    with tempfile.TemporaryDirectory() as folder:
        languages(Path(folder))
        measure(Path(folder))


def measure(folder: Path) -> None:
    """What needs returned files."""
    paths = write_returns(folder, RETURNS)
    book = openpyxl.load_workbook(paths[0])
    order = Order("PAK", TODAY)
    ours, other = (
        median(lambda: generate(spec(SPEC), order), 3),
        median(lambda: book.save(BytesIO()), 3),
    )
    say("generate a blank full workbook", ours, other, "openpyxl save of the same sheets")
    stamping("blank workbooks", orders(prefilled=False))
    stamping("prefilled workbooks", orders(prefilled=True))
    for what, files in producers(paths, folder):
        reading(what, files)
        comparing(what, files[:60])
    pairs = [(found, layout_of(found, ExpectedReturn())) for found in map(read, paths[:50])]
    checking = median(lambda: check(pairs, today=TODAY), 3) / len(pairs)
    say(
        "check, per workbook of 50",
        checking,
        median(lambda: check(pairs[:1], today=TODAY), 3),
        "one alone",
    )


if __name__ == "__main__":
    main()
