"""What people do every day, timed: `make commands`, or `make commands BASE=COMMIT` beside an earlier commit in one run.

Each program makes a round of its own with full workbooks, by the tests of its own checkout, and has its commands timed
in turn with those of the other. Seconds that one waits, and of all processors: figures of one run, no test.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HOME, LATE, LOOSE = "round", "late", "loose"
DAY = "2026-07-20"
ONE_MORE = "refresh, one more"
BECOME_SUBREAPER = (
    36  # `prctl`: processes that were left behind are ours to wait for, and so to count
)


class Used(NamedTuple):
    """What a command took."""

    seconds: float
    processor: float


def commands() -> Iterator[tuple[str, list[str]]]:
    """Give what is timed, in this order: each finds what the one before left."""
    yield (
        "generate, one full workbook",
        ["generate", "hrge_toolkit", "--country", "PAK", "-o", "issued"],
    )
    yield "spec check, ten languages", ["spec", "check", "hrge_toolkit"]
    yield "validate, one file", ["validate", f"{LOOSE}/T000.xlsx"]
    yield "validate, all", ["validate", LOOSE]
    yield "consolidate, all, data.xlsx", ["consolidate", LOOSE, "-o", "dataset", "--today", DAY]
    yield "refresh, everything new", ["refresh", HOME, "--today", DAY]
    yield "refresh, nothing new", ["refresh", HOME, "--today", DAY]
    yield "status", ["status", HOME, "--today", DAY]
    yield "trace, one row", ["trace", "answers", "12", "--data", HOME]
    yield "decide, shown", ["decide", HOME, "--today", DAY]
    told = ["--reason", "Told by telephone", "--by", "Programme office", "--today", DAY]
    yield "waive", ["waive", "V001", "--file", "T000.xlsx", *told, "--ledger", HOME]
    yield ONE_MORE, ["refresh", HOME, "--today", DAY]
    yield "verify", ["verify", HOME]
    yield "demo", ["demo", "-o", "demo"]


def make(folder: Path, teams: int) -> None:
    """Make a round whose workbooks are filled in, all but the last one among the returned ones."""
    import hrge_xl
    from tests import different_returns as made

    names = [f"T{number:03d}" for number in range(teams)]
    listed = folder / "teams.csv"
    rows = (f"{name},{made.COUNTRY},en,2026-08-01,{name.lower()}@example.org\n" for name in names)
    listed.write_text("team,country,language,deadline,email\n" + "".join(rows), encoding="utf-8")
    init = ["round", "init", str(folder / HOME), "--spec", made.SPEC, "--teams", str(listed)]
    subprocess.run([sys.executable, "-P", "-m", "hrge_xl", *init], check=True, capture_output=True)
    round_ = hrge_xl.load_round(folder / HOME)
    orders = [
        made.Order(
            name,
            made.TODAY,
            made.COUNTRY,
            round=round_.name,
            key=round_.key,
            deadline="2026-08-01",
            answers=made.answers_of(made.layout(made.SPEC), number),
        )
        for number, name in enumerate(names)
    ]
    for place in (f"{HOME}/returned", LATE, LOOSE):
        (folder / place).mkdir(exist_ok=True)
    for order, data in made.issue(made.spec(made.SPEC), orders):
        place = LATE if order.team == names[-1] else f"{HOME}/returned"
        (folder / place / f"{order.team}.xlsx").write_bytes(data)
        if place != LATE:
            shutil.copy(folder / place / f"{order.team}.xlsx", folder / LOOSE)


def run(checkout: Path, folder: Path, arguments: list[str], *, program: list[str]) -> Used:
    """Run the program of a checkout in a folder, and wait for all that it left behind."""
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    before = processor_seconds()
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-P", *program, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    wait_for_all()
    if done.returncode not in (0, 1):
        sys.stderr.write(
            f"{checkout}: {' '.join(arguments)} ended with {done.returncode}: {done.stderr.decode()}\n"
        )
    return Used(seconds, processor_seconds() - before)


def adopt_processes() -> None:
    """Make processes that a command leaves behind ours to wait for."""
    ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1, 0, 0, 0)


def wait_for_all() -> None:
    """Wait for every process that was started from here, or left behind."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def processor_seconds() -> float:
    """Seconds of processor time of all processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(checkouts: list[Path], folder: Path, teams: int) -> None:
    """Print what each command took, by each checkout in turn."""
    places = [folder / f"of-{number}" for number in range(len(checkouts))]
    for checkout, place in zip(checkouts, places, strict=True):
        place.mkdir()
        run(checkout, place, ["--make", str(place), "--teams", str(teams)], program=[__file__])
    for what, arguments in commands():
        for place in places if what == ONE_MORE else ():
            shutil.copytree(place / LATE, place / HOME / "inbox", dirs_exist_ok=True)
        used = [
            run(checkout, place, arguments, program=["-m", "hrge_xl"])
            for checkout, place in zip(checkouts, places, strict=True)
        ]
        now, *earlier = used
        line = f"{what:<30} {now.seconds:7.2f} s waited {now.processor:7.2f} s of processors"
        for then in earlier:
            line += f"   before {then.seconds:7.2f} {then.processor:7.2f}"
            line += (
                f"   ratio {now.seconds / then.seconds:5.2f} {now.processor / then.processor:5.2f}"
            )
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("commit", nargs="?", help="an earlier one")
    asked.add_argument("--teams", type=int, default=40)
    asked.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.make:
        make(given.make, given.teams)
        return
    from tests.golden import (
        HERE,
        checked_out,
    )  # an earlier commit, which makes its round by this file, has none

    adopt_processes()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.commit:
            with checked_out(given.commit, folder / "earlier") as earlier:
                measure([HERE, earlier], folder, given.teams)
        else:
            measure([HERE], folder, given.teams)


if __name__ == "__main__":
    main()
