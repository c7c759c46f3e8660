"""Long work, one after the other in a thread of its own, with how far it is: every tab shows the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Lock, Thread

import hrge_xl

from ..core.errors import HrgeError
from ..core.program import write_log


def describe_error(error: Exception) -> str:
    """Say why something was not done, a sentence a line; of a fault of ours where its log lies."""
    if isinstance(error, HrgeError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or ''} {error.strerror or error}. Check the free space, then try again."
    log = write_log(error)  # it holds nothing that was typed or sent
    return f"This is a bug in hrge-xl, not in your files. Please report it with {log}."


@dataclass
class Work:
    """One act: what it is, the command that does the same, and how far it is or what came of it."""

    number: int
    act: str
    command: str
    run: Callable[[], Sequence[str]] = field(repr=False)
    fields: Mapping[str, Sequence[str]] = field(repr=False)  # of the form that asked for it
    progress: str = ""
    steps_done: int = 0
    total: int | None = None
    lines: Sequence[str] = ()
    error: str = ""
    finished: Event = field(default_factory=Event)

    @property
    def state(self) -> dict[str, object]:
        """How far it is, as the script of the page takes it."""
        return {
            "number": self.number,
            "progress": self.progress,
            "done": self.steps_done,
            "total": self.total,
            "finished": self.finished.is_set(),
        }


class Worker:
    """Does one piece of work at a time, each once."""

    def __init__(self) -> None:
        self.works: list[Work] = []
        self._works_by_form: dict[str, Work] = {}
        self._lock = Lock()
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        # work that a killed desk leaves undone is that of a killed command
        self._thread = Thread(target=self._work, daemon=True, name="hrge-xl desk")
        self._thread.start()

    @property
    def last(self) -> Work | None:
        """The piece of work that was begun last."""
        return self.works[-1] if self.works else None

    @property
    def is_busy(self) -> bool:
        """Whether something is being done, or waits for it."""
        return self.last is not None and not self.last.finished.is_set()

    def submit(
        self,
        form: str,
        act: str,
        command: str,
        run: Callable[[], Sequence[str]],
        fields: Mapping[str, Sequence[str]],
    ) -> Work:
        """Have something done, unless it was sent already by the very same `form`."""
        with self._lock:
            if form in self._works_by_form:
                return self._works_by_form[form]
            work = Work(len(self.works) + 1, act, command, run, fields)
            self.works.append(work)
            self._works_by_form[form] = work
        self._queue.put(work)
        return work

    def close(self) -> None:
        """Wait for what is being done."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (work := self._queue.get()) is not None:
            self._do(work)

    @staticmethod
    def _do(work: Work) -> None:
        def report(text: str, steps_done: int, total: int | None) -> None:
            work.progress = text
            work.steps_done = steps_done
            work.total = total

        try:
            with hrge_xl.watch_progress(report):
                work.lines = work.run()
        except Exception as error:  # noqa: BLE001 (whatever it is, the desk goes on)
            work.error = describe_error(error)
        finally:
            work.finished.set()
