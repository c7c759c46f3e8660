"""How far a command is: a bar on stderr for what takes longer than a second; nothing where that is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock, Timer
from typing import TYPE_CHECKING

from ..core.work import Advance, listening
from .terminal import printing_beside

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds
AT_WORK = "Working"
Piece = tuple[str, int | None, int]  # what is being done, how many steps it has, how many of these are done


class Bar:
    """A bar that shows once somebody has waited for a second. It goes where something is printed, and comes back."""

    def __init__(self, patience: float) -> None:
        self._pieces: list[Piece] = []  # of work, within each other
        self._bar: Progress | None = None
        self._patient, self._printed = True, False
        self._lock, self._timer = RLock(), Timer(patience, self.lose_patience)
        self._timer.daemon = True

    def start(self) -> None:
        """Begin to wait."""
        self._timer.start()

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
            text, total, done = self._pieces[-1]
            self._pieces[-1] = text, total, done + steps
            self._draw()

    def _draw(self) -> None:
        if self._patient or not self._pieces:
            return
        text, total, done = self._pieces[-1]
        if self._bar is None:
            self._bar = _bar()
            self._bar.add_task(text, how_far="")
            self._bar.start()
        how_far = "" if total is None else f"{done} of {total}"
        self._bar.update(
            self._bar.task_ids[0], description=text, total=total, completed=done, how_far=how_far
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
        self._timer.cancel()
        with self._lock:
            self._patient = True
            self.hide()


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[how_far]}"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)


@contextmanager
def progress_shown(patience: float | None = None) -> Iterator[None]:
    """Show meanwhile how far the command is, where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    bar = Bar(PATIENCE if patience is None else patience)
    with printing_beside(bar.hide), listening(bar.piece), bar.piece(AT_WORK, None):
        bar.start()
        try:
            yield
        finally:
            bar.stop()
