"""Processes that read files live on from test to test, as they do from batch to batch of one run.

A process is handed on only to whoever would have started the very same one: same function and limits. So that this
happens often, all of them may read the folder of temporary files, where tests keep their specs. Those that were ended
in the midst of a file are ended.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hrge_xl.core.interpreter import Interpreter
from hrge_xl.reader import worker
from hrge_xl.reader.limits import ReadLimits

MOST = 4  # that wait for the same kind of work
TEMPORARY = Path(tempfile.gettempdir())


class Shelf:
    """Processes that wait, by how they were greeted."""

    def __init__(self) -> None:
        self.waiting: dict[bytes, list[Interpreter]] = defaultdict(list)

    def take(self, greeting: bytes) -> Interpreter | None:
        """Give a process that waits, if there is one."""
        while self.waiting[greeting]:
            process = self.waiting[greeting].pop()
            if process.poll() is None:
                return process
        return None

    def put(self, greeting: bytes, process: Interpreter) -> bool:
        """Take a process in, while there is room."""
        room = process.poll() is None and len(self.waiting[greeting]) < MOST
        if room:
            self.waiting[greeting].append(process)
        return room

    def clear(self) -> None:
        """End all that wait."""
        for process in (each for some in self.waiting.values() for each in some):
            process.end()
        self.waiting.clear()


@contextmanager
def kept_workers(shelf: Shelf) -> Iterator[None]:
    """Let workers take their processes from a shelf, and put them back."""
    usual = worker._Worker

    class Kept(usual[Any, Any]):  # type: ignore[valid-type, misc]
        """A worker whose process outlives it."""

        _busy = False

        def __init__(
            self, function: Callable[[Any], Any], limits: ReadLimits, readable: set[str], *more: Any
        ) -> None:
            super().__init__(function, limits, readable, *more)
            readable.add(str(TEMPORARY))

        def _greeting(self) -> bytes:
            return worker._greeting(self._function, self._limits, sorted(self._readable))

        def _ready(self) -> Interpreter | None:
            self._readable -= {
                each for each in tuple(self._readable) if TEMPORARY in Path(each).parents
            }
            with self._lock:
                if self._process is None and not self._closed:
                    self._process = shelf.take(self._greeting())
                    self._granted = frozenset(self._readable)
            return super()._ready()

        def run(self, item: Any) -> Any:
            self._busy = True
            try:
                return super().run(item)
            finally:
                self._busy = False

        def close(self) -> None:
            with self._lock:
                self._closed = True
                process, self._process = self._process, None
            if process is not None and (
                self._busy
                or self._granted != frozenset(self._readable)
                or not shelf.put(self._greeting(), process)
            ):
                process.end()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "_Worker", Kept)
        patch.setattr("hrge_xl.cli.common.start_ahead", lambda *_: None)  # there are enough
        yield
