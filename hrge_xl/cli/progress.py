"""How far a command is: a bar on stderr for whatever takes longer than a second, and nothing where that is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock, Timer
from typing import TYPE_CHECKING

from ..under_way import Advance
from .terminal import beside_a_bar

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds


class Bar:
    """A bar that shows once somebody has waited for a second."""

    def __init__(self, text: str, total: int | None, patience: float = PATIENCE) -> None:
        self._text, self._total, self._done = text, total, 0
        self._bar: Progress | None = None
        self._lock, self._timer = Lock(), Timer(patience, self.show)
        self._timer.daemon = True

    def start(self) -> None:
        """Begin to wait."""
        self._timer.start()

    def show(self) -> None:
        """Draw it."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        counted = () if self._total is None else (MofNCompleteColumn(),)
        columns = (TextColumn("{task.description}"), BarColumn(), *counted, TimeElapsedColumn())
        with self._lock:
            self._bar = Progress(
                *columns,
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._bar.add_task(self._text, total=self._total, completed=self._done)
            self._bar.start()

    def advance(self, steps: int) -> None:
        """Note that so many steps more are done."""
        with self._lock:
            self._done += steps
            if self._bar is not None:
                self._bar.advance(self._bar.task_ids[0], steps)

    def stop(self) -> None:
        """Take it away."""
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take it away for as long as something else is printed."""
        with self._lock:
            if self._bar is not None:
                self._bar.stop()
            yield
            if self._bar is not None:
                self._bar.start()


@contextmanager
def shown(text: str, total: int | None) -> Iterator[Advance]:
    """Show how far a piece of work is, where stderr is a terminal; of pieces within each other the outermost."""
    bar = Bar(text, total)
    with beside_a_bar(bar.aside) if sys.stderr.isatty() else nullcontext(False) as ours:
        if not ours:
            yield lambda _: None
            return
        bar.start()
        try:
            yield bar.advance
        finally:
            bar.stop()
