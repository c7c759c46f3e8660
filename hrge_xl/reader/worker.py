"""Work on untrusted files in child processes that can be killed, within limits of memory and time.

A child is a fresh interpreter that reads pickled items from its standard input and writes results to what was its
standard output, in a format that can hold nothing but data. It shares no memory, no thread and no open file with the
parent, starts in an empty folder without an environment, and then puts itself into a sandbox.
"""

from __future__ import annotations

import math
import os
import pickle
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from queue import LifoQueue
from types import UnionType
from typing import (
    IO,
    Any,
    BinaryIO,
    Generic,
    Literal,
    Self,
    TextIO,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from msgspec import msgpack

from ..core.bounds import BoundedText
from ..core.errors import Exit, HrgeError
from ..core.interpreter import Interpreter, module_path, next_interpreter
from ..core.work import gc_paused
from ..findings import Finding, Kind
from ..findings.file import MEMORY_LIMIT, READER_CRASHED, READER_FAILED, TIME_LIMIT
from .limits import LIMITS, MEBIBYTE, ReadLimits
from .sandbox import confine, import_places, limit_by_job

if sys.platform != "win32":
    import resource

Item = TypeVar("Item")
Result = TypeVar("Result")
Reason = Literal["time", "memory", "killed", "crash", "exception"]

_AHEAD = 2  # items in hand for each worker, so that a slow one does not make the results pile up
_START_SECONDS = 120.0  # a slow disk or a busy computer is not the fault of any file
_SIZE_BYTES = 8  # before each answer stands how long it is
_PIECE = 1024 * 1024  # bytes that are taken of an answer at a time
_OUT_OF_MEMORY = 86  # exit code of a child that could not even say so
_FINDINGS: dict[Reason, Kind] = {
    "time": TIME_LIMIT,
    "memory": MEMORY_LIMIT,
    "crash": READER_CRASHED,
    "exception": READER_FAILED,
}


@dataclass(frozen=True, slots=True)
class Died:
    """Why there is no result for an item; `detail` never holds anything out of the item."""

    reason: Reason
    detail: BoundedText = ""  # the type of the exception

    @property
    def observation(self) -> Finding:
        """The finding for the file that this happened to."""
        return _FINDINGS[self.reason].at(reason=self.detail)


class NotStarted(HrgeError):
    """A child did not come up: no fault of any file."""

    exit_code = Exit.OUTPUT


def cores() -> int:
    """Return how many processes this machine can run at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_guarded(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    jobs: int,
    limits: ReadLimits = LIMITS,
) -> Iterator[Result | Died]:
    """Yield the results of `function` over `items`, in their order, each from a child under `limits` and in a sandbox.

    `function` must be importable (children start from nothing), items picklable, and results of the types that its
    annotation names. No file is open to it: what it needs is in the item. A child that dies costs its own item only.
    Leaving the iteration, by Ctrl-C too, ends every child.
    """
    with WorkerPool(function, jobs, limits) as pool:
        yield from pool.work(items)


class WorkerPool(Generic[Item, Result]):
    """A fixed number of workers, each driven by a thread that does nothing but wait for it.

    A pool may work through one lot of items after another; its children live until it is closed.
    """

    def __init__(
        self,
        function: Callable[[Item], Result],
        jobs: int = 1,
        limits: ReadLimits = LIMITS,
        readable: Iterable[str | Path] = (),
        believed: Callable[[Item, Result], Result] | None = None,
    ) -> None:
        """Start nothing yet; `readable` are folders that `function` reads.

        `believed` gives of an answer what is to be taken as true. A child whose answer it raises an error for was taken
        over, and gets no other item; an `HrgeError` is about something else, and is raised here.
        """
        if function.__module__ == "__main__":
            raise ValueError(
                "a guarded function must live in a module that a new process can import"
            )
        jobs = max(jobs, 1)
        self._readable = set(map(str, readable))
        self._workers: list[_Worker[Item, Result]] = [
            _Worker(function, limits, self._readable, believed) for _ in range(jobs)
        ]
        self._idle: LifoQueue[_Worker[Item, Result]] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="reader")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def allow(self, folder: str | Path) -> None:
        """Let the function read a folder from now on; a child that began without is replaced."""
        self._readable.add(str(folder))

    def work(self, jobs: Iterable[Item]) -> Iterator[Result | Died]:
        """Results in order, with a bounded number of items in hand.

        Nobody waits for what is in hand where the work is left early, and none of it reaches other work of the pool.
        """
        pending: deque[Future[Result | Died]] = deque()
        try:
            for job in jobs:
                pending.append(self._threads.submit(self._work_on, job))
                if len(pending) >= _AHEAD * len(self._workers):
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()

    def _work_on(self, job: Item) -> Result | Died:
        worker = self._idle.get()
        try:
            return worker.run(job)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End every child, whatever it is doing."""
        for worker in self._workers:
            worker.close()
        self._threads.shutdown(wait=True, cancel_futures=True)


class _Worker(Generic[Item, Result]):
    """One child process, started when it is first needed and again after it died."""

    def __init__(
        self,
        function: Callable[[Item], Result],
        limits: ReadLimits,
        readable: set[str],
        believed: Callable[[Item, Result], Result] | None,
    ) -> None:
        self._function = function
        self._believed = believed
        self._kinds = (Died, *kinds_of(function))
        self._limits = limits
        self._readable = readable  # by now; the pool adds to it
        self._granted: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._closed = False
        self._process: Interpreter | None = None

    def run(self, job: Item) -> Result | Died:
        """Return the result for one item, or why there is none.

        A child that somebody killed says nothing of its item, which is tried once more.
        """
        outcome = self._attempt(job)
        if outcome == Died("killed"):
            outcome = self._attempt(job)
        # killed again: by a system that is short of memory
        return Died("memory") if outcome == Died("killed") else outcome

    def _attempt(self, job: Item) -> Result | Died:
        message = pickle.dumps(job)
        process = self._ready()
        if process is None:
            return Died("crash")
        answer, overdue = _ask(process, message, self._limits.wall_seconds)
        if answer is None:
            self._discard(process)
            return Died("time") if overdue else _cause_of_death(process.returncode)
        try:
            outcome = cast("Result | Died", loads(answer, self._kinds))
            if self._believed and not isinstance(outcome, Died):
                outcome = self._believed(job, outcome)
        except HrgeError:
            raise
        except Exception:  # noqa: BLE001 - whatever a child that was taken over writes: it costs its own item
            outcome = Died("crash")
        if overdue or (isinstance(outcome, Died) and outcome.reason != "exception"):
            self._discard(process)
        return outcome

    def _ready(self, tries: int = 2) -> Interpreter | None:
        """Return a child that waits for an item; None once the pool is being dismissed.

        Raises `NotStarted`, for one that was killed while it started after another try.
        """
        readable = frozenset(self._readable)
        with self._lock:
            process = self._process
            closed = self._closed
            if closed or (process is not None and self._granted == readable):
                return process
            if process is not None:
                process.end()
            process = self._process = next_interpreter()
            self._granted = readable
        answer, _ = _ask(process, _greeting(self._function, self._limits, readable), _START_SECONDS)
        if answer is None and not self._closed:
            self._discard(process)
            if tries > 1 and _cause_of_death(process.returncode) == Died("killed"):
                return self._ready(tries - 1)
            raise NotStarted(
                "A process for reading files could not be started. See what this computer lacks with hrge-xl doctor."
            )
        return process

    def _discard(self, process: Interpreter) -> None:
        with self._lock:
            self._process = None
        process.end()

    def close(self) -> None:
        """End the child for good."""
        with self._lock:
            self._closed = True
            process = self._process
            self._process = None
        if process is not None:
            process.end()


def _greeting(
    function: Callable[..., object], limits: ReadLimits, readable: Iterable[str]
) -> bytes:
    """Pack what a child is told first: what it may read, its limits and its task."""
    return b"".join(
        map(pickle.dumps, ((*import_places(module_path()), *readable), limits, function))
    )


def _ask(process: Interpreter, message: bytes, seconds: float) -> tuple[bytes | None, bool]:
    """Hand a message over and wait for the answer, None if the child died; and whether it was overdue."""
    overdue = threading.Event()

    def end() -> None:
        overdue.set()
        process.kill()

    patience = threading.Timer(seconds, end)
    patience.daemon = True
    patience.start()
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(message)
        process.stdin.flush()
        size = int.from_bytes(_whole(process.stdout, _SIZE_BYTES), "big")
        answer = _whole(process.stdout, size) if size <= LIMITS.answer_bytes else b""
    except (OSError, EOFError):
        process.wait()
        answer = None
    finally:
        patience.cancel()
    return answer, overdue.is_set()


def _whole(source: IO[bytes], size: int) -> bytes:
    """Return so many bytes; room is made for no more than came. Raises `EOFError` where the child is gone before."""
    pieces = []
    while size > 0:
        pieces.append(source.read(min(size, _PIECE)))
        if not pieces[-1]:
            raise EOFError
        size -= len(pieces[-1])
    return b"".join(pieces)


def _cause_of_death(code: int) -> Died:
    """Read an exit code: limits of the operating system end a child by signals."""
    if sys.platform != "win32":
        if code == -signal.SIGXCPU:
            return Died("time")
        if code == -signal.SIGKILL:  # not by us
            return Died("killed")
    return Died("memory") if code == _OUT_OF_MEMORY else Died("crash")


def serve() -> None:
    """Answer items until the parent is gone: what a child does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    answers = os.fdopen(
        os.dup(1), "wb"
    )  # what else is printed, by a library for example, goes nowhere
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    source = sys.stdin.buffer
    readable: tuple[str, ...] = pickle.load(source)
    statm = Path(
        "/proc/self/statm"
    )  # what tells how much memory this process holds; macOS has none
    with (
        statm.open(encoding="ascii") if statm.exists() else nullcontext() as meter
    ):  # opened while it may be
        confine(readable)
        limits: ReadLimits = pickle.load(source)
        function: Callable[[Any], object] = pickle.load(source)
        _limit_memory(limits, meter)
        kinds = (Died, *kinds_of(function))
    _answer(answers, b"ready")
    while True:
        try:
            job = pickle.load(source)
        except EOFError:
            return
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        _limit_time(limits)
        with gc_paused():
            message = _outcome(function, job, kinds)
        _answer(answers, message)


def _outcome(function: Callable[[Any], object], job: object, kinds: tuple[Any, ...]) -> bytes:
    """Return a result, or what kept us from it; all that it took is gone again on return."""
    try:
        outcome = function(job)
        message = dumps(outcome, kinds)
        check_weight(message)
    except MemoryError:  # the parent does not use this process again
        return dumps(Died("memory"), kinds)
    except Exception as error:  # noqa: BLE001 - whatever it is becomes a finding; its text may hold answers
        return dumps(Died("exception", type(error).__name__), kinds)
    return message


def _answer(answers: BinaryIO, message: bytes) -> None:
    answers.write(len(message).to_bytes(_SIZE_BYTES, "big"))
    answers.write(message)
    answers.flush()


def _limit_memory(limits: ReadLimits, meter: TextIO | None) -> None:
    """Allow so much more than the child holds now; and no core dump, which would hold answers."""
    limit_by_job(limits.worker_bytes)  # on Windows
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if meter is not None:
            held_bytes = int(meter.read().split()[0]) * resource.getpagesize()  # address space
            most = held_bytes + limits.worker_bytes
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _limit_time(limits: ReadLimits) -> None:
    """Move the limit ahead for each item, as processor time counts over the life of a process.

    Windows has no such limit; the parent's patience remains.
    """
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        soft = math.ceil(time.process_time()) + limits.cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


# The format in which a child answers. A file may take it over, so its answer is MessagePack, decoded into the types
# that its function declares: anything else is refused, and no room is made for what is claimed and not there.


Kinds = tuple[Any, ...]


def kinds_of(function: Callable[..., object]) -> Kinds:
    """Return the types of what a function may return, by its annotation."""
    while isinstance(function, partial):
        function = function.func
    returned = get_type_hints(function, include_extras=True)["return"]
    kinds = get_args(returned) if get_origin(returned) in (Union, UnionType) else (returned,)
    return tuple(Any if kind is object else kind for kind in kinds)


def dumps(answer: object, kinds: Kinds) -> bytes:
    """Write an answer: the number of its type, then the answer. Raises TypeError where it is of none of them."""
    for number, kind in enumerate(kinds):
        if kind is None or isinstance(answer, object if kind is Any else get_origin(kind) or kind):
            return bytes([number]) + msgpack.encode(answer)
    raise TypeError(type(answer).__qualname__)


def loads(message: bytes, kinds: Kinds) -> Any:
    """Read an answer. Raises ValueError where it is not what one of the types says, IndexError where it is of none.

    And MemoryError, before anything is made of it, where it would take too much.
    """
    check_weight(message)
    return _decoder(kinds[message[0]]).decode(memoryview(message)[1:])


_decoder = cache(msgpack.Decoder)  # of a type

# An empty list is one byte there and fifty here, so that it is values that are counted, not bytes. A short answer is
# no danger however many it has, and most are short.

_LIGHT = 4 * MEBIBYTE  # an answer of so many bytes takes at most a quarter of a gigabyte
_STRINGS = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 2, 0xC8: 3, 0xC9: 5, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_FIXED = {
    0xCA: 4,
    0xCB: 8,
    0xCC: 1,
    0xCD: 2,
    0xCE: 4,
    0xCF: 8,
    0xD0: 1,
    0xD1: 2,
    0xD2: 4,
    0xD3: 8,
    0xD4: 2,
    0xD5: 3,
    0xD6: 5,
    0xD7: 9,
    0xD8: 17,
    0xDC: 2,
    0xDD: 4,
    0xDE: 2,
    0xDF: 4,
}
# by the first byte of a value: how long it is, but for what a list or table holds, which are values of their own
_STEPS = [1 + (head & 0x1F if 0xA0 <= head <= 0xBF else _FIXED.get(head, 0)) for head in range(256)]


def check_weight(message: bytes) -> None:
    """Raise MemoryError where an answer is longer, or holds more values, than any honest one."""
    if len(message) <= _LIGHT:
        return
    if len(message) > LIMITS.answer_bytes:
        raise MemoryError("an answer that is too long")
    values = 0
    place = 1
    end = len(message)
    while place < end:
        head = message[place]
        width = _STRINGS.get(head)
        if width is None:
            place += _STEPS[head]
        else:
            ext = 0xC7 <= head <= 0xC9  # has its type besides
            place += 1 + width + int.from_bytes(message[place + 1 : place + 1 + width - ext], "big")
        values += 1
        if values > LIMITS.answer_values:
            raise MemoryError("too many values in an answer")
