"""LibreOffice as a test drives it: open a workbook, type, paste, move things about, save, and look.

    with Office() as office, office.open(path) as book:
        book.fill({("T1.1 Legislation", "D12"): "Yes", ("T1.1 Legislation", "E12"): date(2024, 3, 5)})
        book.recalculate()
        book.save_as(out)

The tests run in a virtual environment, which knows nothing of `uno`; `server.py` runs under the Python that
does, starts one LibreOffice on a private profile, and obeys JSON commands over a pipe.
"""

import contextlib
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tests.office.screen import Closing, Screen

START_SECONDS = 120.0
COMMAND_SECONDS = 60.0
END_SECONDS = 20.0
SERVER = Path(__file__).with_name("server.py")
OFFICE_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
EPOCH = datetime(1899, 12, 30)

Format = Literal["xlsx", "xlsm", "xls", "ods", "fods", "csv", "html", "pdf"]
Plain = float | str | None


class OfficeError(Exception):
    """LibreOffice did not do what the test asked for."""


class OfficeMissing(OfficeError):
    """LibreOffice, or a Python that can talk to it, is not installed."""


class OfficeCrashed(OfficeError):
    """LibreOffice went away; documents that were open are lost."""


class OfficeTimeout(OfficeCrashed):
    """LibreOffice did not answer in time and was ended."""


class LockedCell(OfficeError):
    """A user could not do this: the cell is locked, or the sheet or the workbook is protected."""


class UnreadableFile(OfficeError):
    """LibreOffice cannot open the file as a spreadsheet."""


ERRORS: dict[str, type[OfficeError]] = {
    "crashed": OfficeCrashed,
    "locked": LockedCell,
    "unreadable": UnreadableFile,
}


class Typed(str):
    """A text that is typed at the keyboard: LibreOffice makes of it what it likes (date, number, formula)."""


Entry = str | int | float | bool | date | datetime | Typed | None


@dataclass(frozen=True)
class Cell:
    """What a cell holds (`value`) and shows (`text`)."""

    type: Literal["empty", "text", "number", "error"]
    value: Plain
    text: str
    formula: str
    error: int

    @property
    def date(self) -> date:
        if self.type != "number" or not isinstance(self.value, float | int):
            raise OfficeError(f"not a date: {self}")
        return (EPOCH + timedelta(days=self.value)).date()


@dataclass(frozen=True)
class View:
    """What is seen of a sheet beside its frozen cells: columns and rows, counted from 0, as [column, row]."""

    first: list[int]
    last: list[int]
    end: list[int]

    def beyond(self, axis: int) -> int | None:
        """Give the first column (axis 0) or row (axis 1) of the next screen, if there is one."""
        following = max(self.last[axis], self.first[axis]) + 1
        return following if following <= self.end[axis] else None


@cache
def find_office() -> str:
    named = shutil.which("soffice") or shutil.which("libreoffice")
    found = named or next((place for place in OFFICE_PLACES if Path(place).is_file()), None)
    if found is None:
        raise OfficeMissing("LibreOffice is not installed (no soffice on the path)")
    return found


@cache
def find_python() -> str:
    program = Path(find_office()).resolve().parent
    candidates = [
        "/usr/bin/python3",
        str(program / "python"),
        str(program / "python.exe"),
        str(program.parent / "Resources" / "python"),
        shutil.which("python3") or sys.executable,
        sys.executable,
    ]
    for candidate in dict.fromkeys(candidates):
        if not Path(candidate).is_file():
            continue
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            command = [candidate, "-c", "import uno"]
            if (
                subprocess.run(
                    command, capture_output=True, timeout=30, env=bare(), check=False
                ).returncode
                == 0
            ):
                return candidate
    raise OfficeMissing("no Python can import uno (on Debian: python3-uno)")


def why_missing() -> str | None:
    try:
        find_python()
    except OfficeMissing as missing:
        return str(missing)
    return None


def bare() -> dict[str, str]:
    """Give the environment without what a virtual environment put there."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }


def kill_group(pid: int) -> None:
    """End a process that leads its own session, and all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


def entry(value: Entry) -> tuple[str, Plain]:
    match value:
        case None:
            made: tuple[str, Plain] = ("clear", None)
        case Typed():
            made = ("type", str(value))
        case bool():
            made = ("type", "TRUE" if value else "FALSE")
        case str():
            made = ("text", value)
        case datetime():
            made = ("type", value.isoformat(" ", "seconds"))
        case date():
            made = ("type", value.isoformat())
        case _:
            made = ("number", float(value))
    return made


def column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def offset_in(cells: str, column: str) -> int:
    first = re.match(r"\$?([A-Za-z]+)", cells)
    if first is None:
        raise OfficeError(f"not a range: {cells!r}")
    return column_number(column) - column_number(first[1])


class Connection:
    """One bridge process with its LibreOffice."""

    def __init__(self, locale: str, screen: Screen | None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hrge-xl-office-"))
        self.log = self.folder / "log.txt"
        self.answers: queue.Queue[str | None] = queue.Queue()
        self.office_pid: int | None = None
        command = [find_python(), str(SERVER), find_office(), str(self.folder), locale]
        command.append("hidden" if screen is None else "shown")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=bare() | ({} if screen is None else {"DISPLAY": screen.name}),
                encoding="utf-8",
                start_new_session=True,
            )
        threading.Thread(target=self.listen, daemon=True).start()
        try:
            self.office_pid = self.receive("start", START_SECONDS)["pid"]
            self.receive("start", START_SECONDS)
        except BaseException:
            self.kill()
            raise

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put(None)

    def ask(self, verb: str, arguments: dict[str, Any], seconds: float) -> Any:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"verb": verb, "args": arguments}) + "\n")
            self.process.stdin.flush()
        except (OSError, ValueError) as problem:
            raise OfficeCrashed(f"{verb}: LibreOffice is gone{self.last_words()}") from problem
        return self.receive(verb, seconds)

    def receive(self, verb: str, seconds: float) -> Any:
        try:
            line = self.answers.get(timeout=seconds)
        except queue.Empty:
            raise OfficeTimeout(
                f"{verb}: no answer from LibreOffice in {seconds:g} s{self.last_words()}"
            ) from None
        if line is None:
            raise OfficeCrashed(f"{verb}: the bridge to LibreOffice ended{self.last_words()}")
        answer = json.loads(line)
        if "error" in answer:
            raise ERRORS.get(answer["error"], OfficeError)(answer["message"])
        return answer["ok"]

    def last_words(self) -> str:
        with contextlib.suppress(OSError):
            text = self.log.read_text(encoding="utf-8", errors="replace").strip()
            return f"; it said: {text[-1000:]}" if text else ""
        return ""

    def close(self) -> None:
        with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait(END_SECONDS)
        self.kill()

    def kill(self) -> None:
        kill_group(self.process.pid)
        if self.office_pid is not None:
            kill_group(self.office_pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(END_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)


class Office(Closing):
    """One private LibreOffice, started at the first `open` and started again once when it crashes.

    Nobody sees it, unless it is given a screen: then each document opens in a window on that.
    """

    def __init__(
        self, locale: str = "en-US", timeout: float = COMMAND_SECONDS, screen: Screen | None = None
    ) -> None:
        self.locale = locale
        self.timeout = timeout
        self.screen = screen
        self.connection: Connection | None = None

    def close(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def start(self) -> Connection:
        if self.connection is None:
            self.connection = Connection(self.locale, self.screen)
        return self.connection

    def ask(
        self, connection: Connection, verb: str, arguments: dict[str, Any], timeout: float | None
    ) -> Any:
        if connection is not self.connection:
            raise OfficeCrashed(f"{verb}: the document was lost when LibreOffice ended")
        try:
            return connection.ask(verb, arguments, timeout or self.timeout)
        except OfficeCrashed:
            self.connection = None
            connection.kill()
            raise

    def open(self, path: Path | str, timeout: float | None = None) -> "Document":
        """Open a workbook; when LibreOffice turns out to have crashed, start it once more."""
        if not Path(path).is_file():
            raise UnreadableFile(f"no such file: {path}")
        arguments = {"path": str(Path(path).resolve())}
        try:
            answer = self.ask(self.start(), "open", arguments, timeout)
        except OfficeTimeout:
            raise
        except OfficeCrashed:
            answer = self.ask(self.start(), "open", arguments, timeout)
        return Document(self, answer["book"], Path(path))

    def recalculate(self, path: Path | str, out: Path | str) -> Path:
        with self.open(path) as document:
            document.recalculate()
            return document.save_as(out)

    def resave(self, path: Path | str, out: Path | str) -> Path:
        with self.open(path) as document:
            return document.save_as(out)


class Document(Closing):
    """One open workbook."""

    def __init__(self, office: Office, number: int, path: Path) -> None:
        self.office = office
        self.number = number
        self.path = path
        self.connection = office.start()

    def ask(self, verb: str, timeout: float | None = None, **arguments: Any) -> Any:
        return self.office.ask(self.connection, verb, {"book": self.number, **arguments}, timeout)

    def close(self) -> None:
        if self.connection is self.office.connection:
            self.ask("close")

    # Writing.

    def fill(self, entries: Mapping[tuple[str, str], Entry]) -> int:
        """Write many cells at once, or none at all when a user could not write one of them.

        A text stays a text, a date becomes a date, `None` clears the cell, and `Typed("3/4/24")` is left to
        LibreOffice, as at the keyboard. Validation rules do not stop it: a paste passes them too.
        """
        cells = [[sheet, cell, *entry(value)] for (sheet, cell), value in entries.items()]
        return int(self.ask("fill", cells=cells))

    def type(self, sheet: str, cell: str, value: str) -> None:
        """Type at the keyboard: the cell's format and the locale decide what comes of it."""
        self.fill({(sheet, cell): Typed(value)})

    def type_text(self, sheet: str, cell: str, value: str) -> None:
        """Write a text that stays a text, also `=1+1` and `007`."""
        self.fill({(sheet, cell): value})

    def type_number(self, sheet: str, cell: str, value: float) -> None:
        self.fill({(sheet, cell): value})

    def clear(self, sheet: str, cells: str) -> None:
        """Press Delete on a range."""
        self.ask("clear", sheet=sheet, address=cells)

    def paste(
        self, sheet: str, source_range: str, target_cell: str, *, source_sheet: str | None = None
    ) -> None:
        """Copy a range of this workbook elsewhere: dropdowns, formats and locks come from the source."""
        self.ask(
            "paste", sheet=sheet, source=source_range, target=target_cell, source_sheet=source_sheet
        )

    # Moving things about.

    def cut(self, sheet: str, source_range: str, target_cell: str) -> None:
        """Cut a range and paste it elsewhere on its sheet: what refers to its cells goes along."""
        self.ask("cut", sheet=sheet, source=source_range, target=target_cell)

    def drag_down(self, sheet: str, cells: str) -> None:
        """Drag the first row of a range over the others: LibreOffice goes on counting what it can."""
        self.ask("drag", sheet=sheet, address=cells)

    def insert_rows(self, sheet: str, row: int, count: int = 1) -> None:
        """Insert rows above a row, counted from 1."""
        self.ask("insert", sheet=sheet, axis="Rows", index=row - 1, count=count)

    def delete_rows(self, sheet: str, row: int, count: int = 1) -> None:
        """Delete rows from a row on, counted from 1."""
        self.ask("delete", sheet=sheet, axis="Rows", index=row - 1, count=count)

    def insert_columns(self, sheet: str, column: str, count: int = 1) -> None:
        """Insert columns to the left of a column, named by its letters."""
        self.ask(
            "insert", sheet=sheet, axis="Columns", index=column_number(column) - 1, count=count
        )

    def delete_columns(self, sheet: str, column: str, count: int = 1) -> None:
        """Delete columns from a column on, named by its letters."""
        self.ask(
            "delete", sheet=sheet, axis="Columns", index=column_number(column) - 1, count=count
        )

    def rename_sheet(self, sheet: str, name: str) -> None:
        self.ask("rename_sheet", sheet=sheet, name=name)

    def delete_sheet(self, sheet: str) -> None:
        self.ask("delete_sheet", sheet=sheet)

    def move_sheet(self, sheet: str, position: int) -> None:
        """Move a sheet; afterwards it stands at this position, counted from 0."""
        self.ask("move_sheet", sheet=sheet, position=position)

    def unprotect(self, sheet: str, password: str = "") -> None:
        self.ask("unprotect", sheet=sheet, password=password)

    def protect(self, sheet: str, password: str = "") -> None:
        self.ask("protect", sheet=sheet, password=password)

    def sort(
        self, sheet: str, cells: str, column: str, *, ascending: bool = True, header: bool = False
    ) -> None:
        """Sort the rows of a range by a column, named by its letters on the sheet."""
        offset = offset_in(cells, column)
        self.ask(
            "sort", sheet=sheet, address=cells, column=offset, ascending=ascending, header=header
        )

    def filter(self, sheet: str, cells: str, column: str, value: str) -> None:
        """Show only the rows of a range (heads included) that have a text in a column."""
        self.ask("filter", sheet=sheet, address=cells, column=offset_in(cells, column), value=value)

    def merge(self, sheet: str, cells: str, merged: bool = True) -> None:
        self.ask("merge", sheet=sheet, address=cells, merged=merged)

    def set_hidden(
        self,
        sheet: str,
        hidden: bool = True,
        *,
        rows: str | None = None,
        columns: str | None = None,
    ) -> None:
        """Hide or show a sheet, or its rows ("3:5") or columns ("B:C")."""
        axis, span = ("Rows", rows) if rows else ("Columns", columns) if columns else (None, None)
        if span is not None:
            start, _, end = span.partition(":")
            end = end or start
            span = f"A{start}:A{end}" if rows else f"{start}1:{end}1"
        self.ask("hide", sheet=sheet, axis=axis, address=span or "", hidden=hidden)

    # In the window, where LibreOffice has a screen.

    def show(self, sheet: str, column: int = 0, row: int = 0) -> View:
        """Scroll a sheet to a column and a row, counted from 0, and say what is seen of it."""
        return View(**self.ask("show", sheet=sheet, column=column, row=row))

    def go_to(self, sheet: str, cells: str) -> None:
        """Put the cursor on a cell or a range, as the name box does."""
        self.ask("go_to", sheet=sheet, address=cells)

    def cursor(self) -> tuple[str, str]:
        """Say on which sheet the cursor is, and which cells it has selected."""
        answer = self.ask("cursor")
        return answer["sheet"], answer["cells"]

    # Looking.

    def recalculate(self) -> None:
        self.ask("recalculate")

    def sheets(self, *, shown: bool = False) -> list[str]:
        """Name the sheets in their order, hidden ones too; or only those that are shown."""
        return list(self.ask("sheets", shown=shown))

    def value(self, sheet: str, cell: str) -> Cell:
        return Cell(**self.ask("value", sheet=sheet, address=cell))

    def values(self, sheet: str, cells: str) -> list[list[Plain]]:
        """Give the values of a range: number, text, the text of an error, or None where a cell is empty."""
        return list(self.ask("values", sheet=sheet, address=cells))

    def formulas(self, sheet: str, cells: str) -> list[list[str]]:
        """Give the formulas of a range; other cells as they would be typed."""
        return list(self.ask("formulas", sheet=sheet, address=cells))

    def set_list(self, sheet: str, cells: str, source: str) -> None:
        """Let cells choose from another list: `"Yes";"No"`, an area, or a name."""
        self.ask("set_list", sheet=sheet, address=cells, source=source)

    def save_as(
        self, path: Path | str, format: Format | None = None, *, sheet: str | None = None
    ) -> Path:
        """Save a copy, by default in the format of the suffix; `sheet` limits a PDF to one sheet."""
        target = Path(path).resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        chosen = format or target.suffix.lstrip(".").lower() or "xlsx"
        self.ask("save", path=str(target), format=chosen, sheet=sheet)
        return target
