"""Timings as ratios within one run: `make bench`. Figures are medians; nothing here is a test."""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl

from hrge_xl.bulk import issue
from hrge_xl.checks import check
from hrge_xl.intake import Wanted, layout_of, read_bytes
from hrge_xl.issuing import Order, generate
from hrge_xl.spec.model import FieldType
from hrge_xl.submission import Submission
from hrge_xl.validation import Validation, validate
from tests.answers import TODAY, full, layout, spec

RUNS = 5
BARE_CLICK = "import click\n@click.command()\ndef main(): pass\nmain(['--help'], standalone_mode=False)"


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
    """One line of the table."""
    sys.stdout.write(
        f"{what:<46} {ours * 1000:9.1f} ms   {beside:<34} {other * 1000:9.1f} ms   ratio {ours / other:6.2f}\n"
    )


def process(*arguments: str) -> Callable[[], object]:
    """A fresh process, as a call."""
    return lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True)


def filled_workbook() -> bytes:
    """A full Toolkit workbook with about half of its registers filled."""
    return generate(spec("hrge_toolkit"), Order("PAK", TODAY, answers=full(layout("hrge_toolkit"), rows=6)))


def read(data: bytes) -> Submission:
    """Read one workbook with structure checks."""
    digest = hashlib.sha256(data).hexdigest()
    found = read_bytes(data, path="x.xlsx", sha256=digest, size=len(data), format="xlsx", want=Wanted())
    assert isinstance(found, Submission)
    return found


def loop(paths: list[Path]) -> None:
    """What one would write without this program: openpyxl, a frame a sheet, one after the other."""
    import pandas as pd

    frames = []
    for path in paths:
        book = openpyxl.load_workbook(path, data_only=True)
        frames += [pd.DataFrame(sheet.values) for sheet in book.worksheets]
    pd.concat(frames)


def many(data: bytes, number: int, folder: Path) -> list[Path]:
    """Copies of a workbook that differ by a byte at the end of the zip comment."""
    paths = []
    for index in range(number):
        comment = f"{index:06d}".encode()
        path = folder / f"{index:04d}.xlsx"
        path.write_bytes(data[:-2] + len(comment).to_bytes(2, "little") + comment)
        paths.append(path)
    return paths


def orders(prefilled: bool, teams: int = 200) -> list[Order]:
    """A workbook for each of many teams; prefilled ones with texts of their own."""
    where = layout("hrge_toolkit")
    name = where.spec.countries
    countries = list(where.spec.vocabularies[name].by_code) if name else [""]
    answers = full(where) if prefilled else {}
    own = [key for key in answers if where.slots[key].field.type in (FieldType.TEXT, FieldType.LONG)]
    return [
        Order(
            f"Team {number}", TODAY, countries[number % len(countries)], round="2026-H1", key=b"k" * 32,
            answers=answers | {key: f"{answers[key]} of team {number}" for key in own},
        )
        for number in range(teams)
    ]  # fmt: skip


def stamping(what: str, wanted: list[Order]) -> None:
    """A workbook of many that are issued together beside one that is rendered alone."""
    alone = median(lambda: generate(spec("hrge_toolkit"), wanted[0]))
    start = time.perf_counter()
    for _ in issue(spec("hrge_toolkit"), wanted):
        pass
    each = (time.perf_counter() - start) / len(wanted)
    say(f"issue {len(wanted)} {what}, per workbook", each, alone, f"a full render, {alone / each:.0f} times")


def main() -> None:
    """Measure and print."""
    sys.stdout.write(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, medians of {RUNS}\n")
    say(
        "hrge-xl --help",
        median(process("-m", "hrge_xl", "--help")),
        median(process("-c", BARE_CLICK)),
        "bare click program",
    )
    data = filled_workbook()
    book = openpyxl.load_workbook(BytesIO(data))
    order = Order("PAK", TODAY)
    say(
        "generate a blank full workbook",
        median(lambda: generate(spec("hrge_toolkit"), order), 3),
        median(lambda: book.save(BytesIO()), 3),
        "openpyxl save of the same sheets",
    )
    stamping("blank workbooks", orders(prefilled=False))
    stamping("prefilled workbooks", orders(prefilled=True))
    reading = median(lambda: read(data))
    say(
        "read and check the structure of one",
        reading,
        median(lambda: openpyxl.load_workbook(BytesIO(data)), 3),
        "openpyxl.load_workbook",
    )
    submission = read(data)
    pairs = [(submission, layout_of(submission, Wanted()))] * 50
    checking = median(lambda: check(pairs, today=TODAY), 3) / 50
    one = median(lambda: check(pairs[:1], today=TODAY), 3)
    say("check, per workbook of 50", checking, one, "one alone")
    with tempfile.TemporaryDirectory() as folder:
        paths = many(data, 200, Path(folder))
        asked = Validation(Wanted(), TODAY, jobs=2)
        start = time.perf_counter()
        validate(paths, asked)
        ours = (time.perf_counter() - start) / len(paths)
        start = time.perf_counter()
        loop(paths[:10])
        other = (time.perf_counter() - start) / 10
    say("200 files read and checked, per file", ours, other, "openpyxl and concat, per file")


if __name__ == "__main__":
    main()
