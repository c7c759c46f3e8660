"""The trip of one returned file from its bytes to the rows of a dataset: which functions and modules it goes through.

`python -m tests.trip [FILE]` takes a file in twice, and traces the second time, when everything is loaded and compiled:
in the process that reads files and in the one that asked for it. Without a file it is a workbook of the
Toolkit in which everything is answered.
"""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

HERE = Path(__file__).resolve().parent.parent
HOME = str(HERE / "hrge_xl") + os.sep
SIZE = 1 << 20  # bytes of what a process notes; a number takes eight, and then come the names
IDLE, CALLS, MOVES, USED, NAMES = 0, 8, 16, 24, 32
COUNTRIES, DAY = ("AFG", "PAK"), date(2026, 7, 1)


class Notes:
    """What a process notes of its calls, in memory that it shares with the process that reads it."""

    def __init__(self, file: int) -> None:
        self._memory = mmap.mmap(file, SIZE)

    def number(self, at: int) -> int:
        return int.from_bytes(self._memory[at : at + 8], "little")

    def set(self, at: int, number: int) -> None:
        self._memory[at : at + 8] = number.to_bytes(8, "little")

    def add(self, name: str) -> None:
        """Note the name of a function."""
        line, used = f"{name}\n".encode(), self.number(USED)
        self._memory[NAMES + used : NAMES + used + len(line)] = line
        self.set(USED, used + len(line))

    def names(self) -> list[str]:
        return self._memory[NAMES : NAMES + self.number(USED)].decode().splitlines()


def follow(file: int) -> None:
    """Note every function of the program that is called in this process from now on, while the notes ask for it."""
    notes, seen, names = Notes(file), set[CodeType](), dict[CodeType, str]()
    before = [""]

    def called(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event != "call" or not notes.number(IDLE) or not code.co_filename.startswith(HOME):
            return
        notes.set(CALLS, notes.number(CALLS) + 1)
        if code.co_filename != before[0]:
            before[0] = code.co_filename
            notes.set(MOVES, notes.number(MOVES) + 1)
        if code not in seen:
            seen.add(code)
            names[code] = f"{code.co_filename.removeprefix(HOME)}:{code.co_qualname}"
            notes.add(names[code])

    threading.setprofile(called)
    sys.setprofile(called)


@contextmanager
def followed_processes() -> Iterator[dict[str, Notes]]:
    """Follow this process, and each Python that it starts, from its first line; gives the notes of each."""
    found, start = dict[str, Notes](), subprocess.Popen.__init__
    with tempfile.TemporaryDirectory() as name:

        def file_of(process: str) -> int:
            path = Path(name) / process
            path.write_bytes(bytes(SIZE))
            file = os.open(path, os.O_RDWR)
            found[process] = Notes(file)
            return file

        def started(self: Any, command: Any, *args: Any, **options: Any) -> None:
            if isinstance(command, list) and command[:1] == [sys.executable] and "-c" in command:
                file = file_of(f"reading process {len(found)}")
                at = command.index("-c") + 1
                first = f"import sys; sys.path.insert(0, {str(HERE)!r})"
                tracer = f"{first}; from tests.trip import follow; follow({file}); {command[at]}"
                command = [*command[:at], tracer, *command[at + 1 :]]
                options["pass_fds"] = (*options.get("pass_fds", ()), file)
            start(self, command, *args, **options)

        subprocess.Popen.__init__ = started  # type: ignore[assignment, method-assign]
        try:
            follow(file_of("command"))
            yield found
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            subprocess.Popen.__init__ = start  # type: ignore[method-assign]


def trip(round_: Path, files: list[Path]) -> dict[str, Notes]:
    """Let files come in a round one after the other, and trace the last."""
    from hrge_xl import one_dataset

    with followed_processes() as processes:
        for file in files:
            shutil.copy(file, round_ / "returned")
            for notes in processes.values():
                notes.set(IDLE, int(file == files[-1]))
            with one_dataset(round_, DAY):
                pass
        for notes in processes.values():
            notes.set(IDLE, 0)
    return processes


def begun(folder: Path) -> tuple[Path, list[Path]]:
    """Give a round, and the workbooks that its teams have filled in."""
    from hrge_xl import Order, generate, load
    from hrge_xl.cli import run
    from tests.answers import full, layout

    teams, round_, spec = folder / "teams.csv", folder / "round", load("hrge_toolkit")
    teams.write_text(
        "team,country\n" + "".join(f"{country},{country}\n" for country in COUNTRIES), "utf-8"
    )
    assert (
        run(["-q", "round", "init", str(round_), "--spec", spec.name, "--teams", str(teams)]) == 0
    )
    key, files = (round_ / "signing.key").read_bytes(), []
    for country in COUNTRIES:
        order = Order(
            country, DAY, country, round=round_.name, key=key, answers=full(layout(spec.name))
        )
        files.append(folder / f"{country}.xlsx")
        files[-1].write_bytes(generate(spec, order))
    return round_, files


def told(processes: dict[str, Notes]) -> Iterator[str]:
    """Say how many functions and modules there were: of each process, by package, and of all."""
    yield f"{'':<24}{'functions':>10}{'modules':>10}{'calls':>10}{'moves':>10}"
    every: set[str] = set()
    for process, notes in processes.items():
        names = set(notes.names())
        every |= names
        modules = {name.partition(":")[0] for name in names}
        numbers = (len(names), len(modules), notes.number(CALLS), notes.number(MOVES))
        yield f"{process:<24}" + "".join(f"{number:>10,}" for number in numbers)
    modules = {name.partition(":")[0] for name in every}
    calls, moves = (sum(notes.number(at) for notes in processes.values()) for at in (CALLS, MOVES))
    yield f"{'together':<24}" + "".join(
        f"{number:>10,}" for number in (len(every), len(modules), calls, moves)
    )
    functions = Counter(name.partition("/")[0] if "/" in name else "." for name in every)
    by_package = Counter(name.partition("/")[0] if "/" in name else "." for name in modules)
    yield from (
        f"  {package:<22}{count:>10,}{by_package[package]:>10,}"
        for package, count in functions.most_common()
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        round_, files = begun(Path(home))
        given = [Path(name).resolve() for name in sys.argv[1:]]
        sys.stdout.writelines(f"{line}\n" for line in told(trip(round_, [*files, *given])))
