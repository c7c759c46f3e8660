"""The program itself: which one it is, to the last byte; and a fault of its own, which costs one file and is logged.

What fails together is done again in halves, so that a fault costs the one file that it shows with. What is no fault of
any file passes on and ends the run: a place that cannot be written, a wrong spec, no memory.

A log holds the version, the command without its values, the files that were being read, and where each exception was
raised: what is needed to mend it, and nothing that anybody typed or sent. What an exception says is left out, since it
may quote an answer; the values of variables are never looked at.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from .. import __version__
from .errors import ERROR_CONTEXT, HrgeError

Item = TypeVar("Item")
Out = TypeVar("Out")

HOME = Path(__file__).parent.parent
# what is made of the files, and specs, which have digests of their own
NOT_OF_THE_PROGRAM = frozenset({"__pycache__", "workbook_specs"})
MOST_BYTES = 1_000_000  # of a log to which more is added
_FRAME = re.compile(r'  File ".+", line \d+, in \S+')
# what this process was told to do, without values; the last one counts
_COMMANDS: list[Callable[[], str]] = []


@cache
def program_digest() -> str:
    """Return the version with a digest of the package: only the same program gives the same on two machines."""
    digest = hashlib.sha256()
    files = ((path.relative_to(HOME), path) for path in HOME.rglob("*") if path.is_file())
    for name, file in sorted(
        (place.as_posix(), path)
        for place, path in files
        if NOT_OF_THE_PROGRAM.isdisjoint(place.parts)
    ):
        content = file.read_bytes().replace(b"\r\n", b"\n")  # as some systems check files out
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return f"{__version__} {digest.hexdigest()[:32]}"


# a fault costs one file


class UnfitRow(Exception):
    """A row that the dataset has no place for; `told` says which column, what stands there, and what is needed."""

    def __init__(self, problem: Mapping[str, str]) -> None:
        self.problem = problem
        super().__init__(problem["column"])


def isolate_failures(
    work: Callable[[Sequence[Item]], Sequence[Out]],
    items: Sequence[Item],
    instead: Callable[[Item, Exception], Sequence[Out]],
) -> list[Out]:
    """Return what `work` gives for some items together, and what `instead` gives for each that it fails for alone."""
    if not items:
        return []
    try:
        return list(work(items))
    except (HrgeError, OSError, MemoryError):  # the fault of no item
        raise
    except Exception as error:  # noqa: BLE001 (whatever nobody foresaw)
        fault = error
    if len(items) == 1:
        return list(instead(items[0], fault))
    middle = len(items) // 2
    halves = items[:middle], items[middle:]
    return [outcome for half in halves for outcome in isolate_failures(work, half, instead)]


# the log of a fault


@contextmanager
def running(command: Callable[[], str]) -> Iterator[None]:
    """Have every log that is written meanwhile say which command it was."""
    _COMMANDS.append(command)
    try:
        yield
    finally:
        _COMMANDS.pop()


def write_log(error: BaseException, about: Iterable[object] = ()) -> Path:
    """Write what is known of a fault into a file that its owner alone may read; `about` are files being read.

    A fault has the same file whenever it shows, so that what names it stays the same too.
    """
    text = log_text(error, about)
    raised = []  # where, whichever files and commands it showed with
    for cause in _chain(error):
        frames = [*traceback.extract_tb(cause.__traceback__)][-1:]
        raised += [
            type(cause).__name__,
            *(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames),
        ]
    digest = hashlib.sha256(" ".join(raised).encode()).hexdigest()[:16]
    try:
        return _append(Path(tempfile.gettempdir()) / f"hrge-xl-{digest}.log", text)
    except OSError:  # somebody else's file is there
        handle, name = tempfile.mkstemp(".log", "hrge-xl-")
        os.close(handle)
        return _append(Path(name), text)


def log_text(error: BaseException, about: Iterable[object] = ()) -> str:
    """Return version, command and files; then, the first cause first, where each exception was raised, and its type."""
    python = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    command = _COMMANDS[-1]() if _COMMANDS else "called as a library"
    lines = [
        f"hrge-xl {program_digest()}, {python}\n{command}\n",
        *(f"{ERROR_CONTEXT}{path}\n" for path in about),
        "\n",
    ]
    for cause in reversed([*_chain(error)]):
        # in another process
        lines += [f"{line}\n" for line in str(cause).splitlines() if _FRAME.fullmatch(line)]
        lines += traceback.format_tb(cause.__traceback__)
        lines += [
            f"{note}\n"
            for note in getattr(cause, "__notes__", ())
            if note.startswith(ERROR_CONTEXT)
        ]
        lines.append(f"{type(cause).__name__}\n\n")
    return "".join(lines)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that led to it, the last one first."""
    before: BaseException | None = error
    while before is not None:
        yield before
        before = before.__cause__ or (None if before.__suppress_context__ else before.__context__)


def _append(place: Path, text: str) -> Path:
    """Add a text to a file of ours, unless it stands there already or there is much of it. Raises `OSError`."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(
        os.open(place, flags, 0o600), "r+", encoding="utf-8", errors="backslashreplace"
    ) as log:
        status = os.fstat(log.fileno())
        if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
            raise PermissionError(f"{place} is not ours")
        if status.st_size < MOST_BYTES and text not in log.read():
            log.write(text)
    return place
