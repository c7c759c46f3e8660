"""What is printed: the one place through which everything goes that people read on a terminal.

Cells and file names can hold what a terminal obeys: escape sequences that fill the clipboard or clear the screen, marks
that turn the order of letters round. Such characters are shown as pictures of themselves. Colours are ours alone: they
stand on a terminal only, unless NO_COLOR, FORCE_COLOR or `--no-color` say otherwise, and never say anything alone.
A bar on stderr says how far a command is that takes longer than a second, where that is a terminal.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from threading import RLock, Timer
from typing import IO, TYPE_CHECKING, Any

import click
from rich.cells import cell_len, chop_cells, set_cell_size

from ..core.work import Advance, listening

if TYPE_CHECKING:
    from rich.progress import Progress

LIBRARY = "hrge_xl"
NARROWEST = 40  # columns: what is narrower is written as if it had so many
STDOUT = Path("-")
# begins an escape sequence of our own: nobody outside can know it
_OURS = f"\x1b{os.urandom(8).hex()}"
_LIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_LIVE_OR_BREAK = re.compile(f"\n|{_LIVE.pattern}")


@dataclass
class _Screen:
    """Where text goes, and how."""

    coloured: bool | None = None  # None: where it is a terminal
    file: StringIO | None = None  # what standard output is written into, where not there
    bar: Bar | None = None  # how far the command is

    def out(self) -> IO[str]:
        """Return what stands for standard output."""
        return sys.stdout if self.file is None else self.file

    def hide_bar(self) -> None:
        """Have room for what is printed now."""
        if self.bar:
            self.bar.hide()


_SCREEN = _Screen()


def colours(enabled: bool | None) -> None:
    """Have colours or none; None: where it is a terminal."""
    _SCREEN.coloured = enabled


def colours_of_environment() -> bool | None:
    """Tell what the environment says of colours: https://no-color.org, https://force-color.org."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def width() -> int | None:
    """Tell how many columns standard output has; None where it is not a terminal, and lines may be of any length."""
    if not _SCREEN.out().isatty():
        return None
    return max(shutil.get_terminal_size().columns, NARROWEST)


@contextmanager
def output_to(file: Path | None) -> Iterator[None]:
    """Have what goes to standard output written into a file: whole, once all of it is there. `-` and None: as usual.

    Raises `OutputError`.
    """
    from ..core.paths import write_whole

    if file is None or file == STDOUT:
        yield
        return
    _SCREEN.file = StringIO()
    try:
        yield
        text = _SCREEN.file.getvalue()
    finally:
        _SCREEN.file = None
    write_whole(file, text.encode("utf-8", "backslashreplace"))


def shown(text: str, *, one_line: bool = True) -> str:
    """Return a text with a picture in place of each character that a terminal would obey: ␛, or <202E>.

    A line break is one of these where the text is `one_line`.
    """
    return (_LIVE_OR_BREAK if one_line else _LIVE).sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    point = ord(match[0])
    if point < 0x20:
        return chr(0x2400 + point)
    return "\u2421" if point == 0x7F else f"<{point:02X}>"


def style(text: str, **attributes: Any) -> str:
    """Return a text in a colour or in bold, to be printed by `line` or `block`."""
    return click.style(shown(text), **attributes).replace("\x1b", _OURS)


def line(text: object = "", *, err: bool = False) -> None:
    """Print one line: whatever stands in it, it stays one."""
    _print(str(text), one_line=True, err=err)


def print_lines(texts: Iterable[object], *, err: bool = False) -> None:
    """Print a line for each text."""
    for text in texts:
        line(text, err=err)


def block(text: str, *, err: bool = False) -> None:
    """Print several lines that were put together here."""
    _print(text, one_line=False, err=err)


def _print(text: str, *, one_line: bool, err: bool) -> None:
    pieces = (shown(piece, one_line=one_line) for piece in text.split(_OURS))
    file = sys.stderr if err else _SCREEN.out()
    _SCREEN.hide_bar()
    click.echo(
        "\x1b".join(pieces),
        file=file,
        color=_SCREEN.coloured if file is not _SCREEN.file else False,
    )


class _Teller(logging.Handler):
    """Prints what the library has to say while it works."""

    def emit(self, record: logging.LogRecord) -> None:
        line(record.getMessage(), err=True)


def listen() -> None:
    """Print what the library has to say on stderr, in the same way as all else."""
    logger = logging.getLogger(LIBRARY)
    logger.handlers = [_Teller()]
    logger.propagate = False


def data(text: str, *, nl: bool = True) -> None:
    """Print JSON as it is. On a terminal, what would be obeyed is written as JSON itself can write it."""
    file = _SCREEN.out()
    _SCREEN.hide_bar()
    click.echo(_LIVE.sub(_escaped, text) if file.isatty() else text, file=file, nl=nl, color=True)


def print_json(value: object) -> None:
    """Print a value as JSON, set in."""
    import json  # not needed for the help of a command

    data(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


class Rows:
    """Where rows of a table go, one after the other: standard output.

    They go as they are; on a terminal CSV shows pictures, and JSON what `data` does.
    """

    def __init__(self, *, json: bool) -> None:
        _SCREEN.hide_bar()
        picture = _escaped if json else _picture
        self._picture = picture if sys.stdout.isatty() else None

    def write(self, text: str) -> int:
        """Write a piece."""
        return sys.stdout.write(_LIVE.sub(self._picture, text) if self._picture else text)

    def writelines(self, texts: Iterable[str]) -> None:
        """Write several pieces."""
        for text in texts:
            self.write(text)


# columns of a terminal

MARK = "…"
READABLE = 100  # columns of a text that is read line by line, however wide the terminal is
HANG = 4  # columns that lines after the first are set in


def cut(text: str, width: int) -> str:
    """Return a text cut to a width, with a mark where something is left out."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + MARK


def wrapped(text: str, width: int | None) -> list[str]:
    """Break a text into lines of a width, between words where that can be; without a width it is one."""
    if width is None:
        return [text]
    lines = [""]
    for word in text.split():
        for piece in [word] if cell_len(word) <= width else chop_cells(word, width):
            if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(piece) > width:
                lines.append(piece)
            else:
                lines[-1] = f"{lines[-1]} {piece}".lstrip()
    return lines


def hanging(text: str, width: int | None) -> list[str]:
    """Break a text into lines, all but the first set in: no piece of it stands where a line of ours begins."""
    text = shown(text)
    if width is None or cell_len(text) <= width:
        return [text]
    first, *continuation = wrapped(text, width - HANG)
    return [first, *(" " * HANG + below for below in continuation)]


def has_room(start: int, width: int | None) -> bool:
    """Tell whether there is room for a text beside what takes so many columns."""
    return width is None or width - start >= width // 3


def beside(first: str, text: str, width: int | None, *, indent: int | None = None) -> Iterator[str]:
    """Yield a text in lines behind what stands first, below which it is set in.

    `first` may hold colours where `indent`, the columns that it takes, is given.
    """
    start = cell_len(first) if indent is None else indent
    if not has_room(start, width):
        yield first.rstrip()
        first = "  "
        start = 2
    behind, *below = wrapped(shown(text), None if width is None else width - start)
    yield f"{first}{behind}"
    yield from (" " * start + under for under in below)


def print_text(*lines: str, err: bool = False) -> None:
    """Print lines, each broken between words where it is longer than the terminal is wide."""
    columns = width()
    for text in lines:
        print_lines(hanging(text, None if columns is None else min(columns, READABLE)), err=err)


# how far the command is

PATIENCE = 1.0  # seconds
AT_WORK = "Working"
# what is being done, how many steps it has, how many of these are done
Piece = tuple[str, int | None, int]


class Bar:
    """A bar that shows once somebody has waited for a second. It goes where something is printed, and comes back."""

    def __init__(self, patience: float) -> None:
        self._pieces: list[Piece] = []  # of work, within each other
        self._bar: Progress | None = None
        self._patient = True
        self._printed = False
        self._lock = RLock()
        self.timer = Timer(patience, self.lose_patience)
        self.timer.daemon = True

    def lose_patience(self) -> None:
        """Draw it from now on."""
        with self._lock:
            self._patient = False
            if not self._printed:  # else at the next step: a long list may be under way
                self._draw()

    @contextmanager
    def piece(self, text: str, total: int | None) -> Iterator[Advance]:
        """Show a piece of work while it is being done."""
        with self._lock:
            self._pieces.append((text, total, 0))
            self._draw()
        try:
            yield self._advance
        finally:
            with self._lock:
                self._pieces.pop()
                self._draw()

    def _advance(self, steps: int) -> None:
        with self._lock:
            text, total, completed = self._pieces[-1]
            self._pieces[-1] = text, total, completed + steps
            self._draw()

    def _draw(self) -> None:
        if self._patient or not self._pieces:
            return
        text, total, completed = self._pieces[-1]
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            how_far = TextColumn("{task.fields[how_far]}")
            columns = TextColumn("{task.description}"), BarColumn(), how_far, TimeElapsedColumn()
            console = Console(stderr=True)
            self._bar = Progress(
                *columns,
                console=console,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._bar.add_task(text, how_far="")
            self._bar.start()
        progress_text = "" if total is None else f"{completed} of {total}"
        self._bar.update(
            self._bar.task_ids[0],
            description=text,
            total=total,
            completed=completed,
            how_far=progress_text,
        )

    def hide(self) -> None:
        """Take it away until there is something new to say."""
        with self._lock:
            self._printed = True
            if self._bar is not None:
                self._bar.stop()
                self._bar = None

    def stop(self) -> None:
        """Take it away for good."""
        self.timer.cancel()
        with self._lock:
            self._patient = True
            self.hide()


@contextmanager
def progress_shown(patience: float | None = None) -> Iterator[None]:
    """Show meanwhile how far the command is, where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    _SCREEN.bar = bar = Bar(PATIENCE if patience is None else patience)
    try:
        with listening(bar.piece), bar.piece(AT_WORK, None):
            bar.timer.start()
            yield
    finally:
        bar.stop()
        _SCREEN.bar = None
