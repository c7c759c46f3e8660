"""The exceptions of hrge_xl and the exit code that each one ends the command line with.

    HrgeError
    ├── UsageError          2   what was asked for cannot be done as asked
    ├── SpecError           3   a spec has mistakes; carries all of them
    ├── RoundError          3   a round folder is missing, broken or contradicts itself
    ├── LimitError          3   a text or a list does not fit into what Excel allows
    ├── OutputError         5   a file or store cannot be written
    ├── StoreError          5   a dataset cannot be reached or is of another version
    └── NotStarted          5   a process for reading files does not come up (see `hrge_xl.reader.worker`)

Bad returned files never raise: they become findings (see `hrge_xl.findings`). What is said of a name that nothing has
is made here too: which one may have been meant, or else all that are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

ERROR_CONTEXT = "While looking at: "


@contextmanager
def error_context(*paths: str) -> Iterator[None]:
    """Have whatever goes wrong meanwhile say which files it was about; a log of our own bugs tells it."""
    try:
        yield
    except Exception as error:
        error.add_note(f"{ERROR_CONTEXT}{', '.join(paths)}")
        raise


class Exit(IntEnum):
    """Exit codes of every command (fixed)."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    SPEC = 3
    REFUSED = 4
    OUTPUT = 5
    BUG = 70
    INTERRUPTED = 130


class HrgeError(Exception):
    """Base of all our errors: one sentence with the place, the reason and the remedy; or several, a line each.

    Programs find them apart: `code` is the kind of error, `place` what it is about (a file, a parameter), `value` what
    was given there; each is empty where there is none, as where several are told.
    """

    exit_code = Exit.BUG

    def __init__(
        self, *lines: object, place: object = "", value: object = None, remedy: object = ""
    ) -> None:
        *first_lines, last = lines or ("",)
        before = f"{place}: " if place else ""
        behind = f" {remedy}" if remedy else ""
        super().__init__(*first_lines, f"{before}{last}{behind}")
        self.place = str(place)
        self.value = value
        self.remedy = str(remedy)

    @property
    def code(self) -> str:
        """The kind of error, by the exit code of the command line: `usage`, `spec`, `output`, `bug`."""
        return self.exit_code.name.lower()

    def __str__(self) -> str:
        """Return every line."""
        return "\n".join(self.lines)

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says: a line break in one of these came with a name or a value."""
        return tuple(map(str, self.args))


class UsageError(HrgeError):
    """What was asked for cannot be done as asked, for example an unknown country code."""

    exit_code = Exit.USAGE


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a spec: where it stands (1-based line and column), why it is one, what to do."""

    file: str
    line: int
    column: int
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.reason} {self.remedy}".rstrip()


class SpecError(HrgeError):
    """A spec has mistakes; `mistakes` holds every one of them, in file order."""

    exit_code = Exit.SPEC

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__(*map(str, self.mistakes))

    def __reduce__(self) -> tuple[type[SpecError], tuple[tuple[Mistake, ...]]]:
        """Keep the mistakes when the error is pickled, so that it comes whole out of another process."""
        return SpecError, (self.mistakes,)


class RoundError(HrgeError):
    """A round folder is missing, broken or contradicts itself."""

    exit_code = Exit.SPEC


class LimitError(HrgeError):
    """A text, list or formula does not fit into what Excel allows; nothing was cut or dropped.

    `at` is the sheet with row and column of the cell, where it is one cell that something does not fit into.
    """

    exit_code = Exit.SPEC

    def __init__(self, *lines: str, at: tuple[str, int, int] | None = None) -> None:
        super().__init__(*lines)
        self.at = at


class OutputError(HrgeError):
    """A file or folder cannot be written."""

    exit_code = Exit.OUTPUT


class StoreError(HrgeError):
    """A dataset cannot be reached, or was written by a newer version."""

    exit_code = Exit.OUTPUT


# names that nothing has

CLOSE = 65  # how alike a misspelt name must be to be taken for one, of 100
SLIP = 85  # how alike it is where a letter or two are wrong
MOST = 40  # names that are listed
_NUMBER = re.compile(r"\d+")


def alike(wrong: object, names: Sequence[str], most: int = 3, close: int = CLOSE) -> list[str]:
    """Return the known names that are most like a wrong one, the nearest first."""
    return [name for _, name in _by_distance(wrong, names, close)[:most]]


def _by_distance(
    wrong: object, names: Sequence[str], close: int
) -> list[tuple[tuple[float, ...], str]]:
    """Return the names that are like a wrong one with how far they are from it, the nearest first."""
    from rapidfuzz import fuzz, process  # only once something is wrong

    text, folded = str(wrong).casefold(), {name.casefold(): name for name in names}
    matches = process.extract(text, list(folded), limit=None, score_cutoff=close)

    def distance(name: str, score: float) -> tuple[float, ...]:
        # a slip of the finger is nearer than a name that has the wrong one within; of equals those that begin alike
        slip = fuzz.ratio(text, name, score_cutoff=SLIP)
        return plain(text) != plain(name), -slip, -score, name[:1] != text[:1]

    return sorted(
        ((distance(name, score), folded[name]) for name, score, _ in matches),
        key=lambda ranked: ranked[0],
    )


def nearest(wrong: object, names: Sequence[str], close: int = CLOSE) -> str | None:
    """Return the known name that is most like a wrong one; None where none is, several are as like, or it is one."""
    candidates = _by_distance(wrong, names, close) if str(wrong) not in names else []
    is_one = len(candidates) == 1 or (len(candidates) > 1 and candidates[0][0] < candidates[1][0])
    return candidates[0][1] if is_one else None


def did_you_mean(wrong: object, names: Sequence[str], close: int = CLOSE) -> str:
    """Ask whether the nearest name was meant, with a space behind; nothing where none is near."""
    name = nearest(wrong, names, close)
    return f"Did you mean '{name}'? " if name else ""


def remedy_for(wrong: object, names: Sequence[str]) -> str:
    """Ask for a comma between several, or whether the nearest name was meant; else list what is known, if anything."""
    if len(words := str(wrong).split()) > 1 and set(words) <= set(names):
        return f"A comma is missing: {', '.join(words)}."
    return did_you_mean(wrong, names).rstrip() or f"Known are: {listed(names)}."


def plain(code: str) -> str:
    """Return a code or name as it is compared: without case, marks between, and zeros before a number."""
    letters = "".join(letter for letter in code.casefold() if letter.isalnum())
    return _NUMBER.sub(lambda match: match[0].lstrip("0") or "0", letters)


def listed(names: Sequence[str], most: int = MOST) -> str:
    """Return some names in their order, with how many more there are."""
    unlisted = len(names) - most
    return ", ".join(names[:most]) + (f" and {unlisted} more" if unlisted > 0 else "") or "none"


class UsedTwice(str):
    """The reason of a mistake that others may follow from: one name stands for two things.

    Where they name the one of them that should have another name, they miss it.
    """

    __slots__ = ()

    def explains(self, reason: str, remedy: str) -> bool:
        """Say whether another mistake may follow from this one: it misses a thing of its kind, and none is near."""
        (_, kind, *_) = self.split()
        is_missed = isinstance(reason, NoSuch) and f" {kind} " in reason
        return is_missed and "Did you mean" not in remedy


class NoSuch(str):
    """The reason of a mistake that lies in a name: nothing is called by it.

    Where the part that bears the name could not be read, it is no mistake of its own.
    """

    __slots__ = ("name",)
    name: str

    def __new__(cls, reason: str, name: str) -> NoSuch:
        """Return the reason, with the name."""
        text = super().__new__(cls, reason)
        text.name = name
        return text


def no_such(reason: str, name: str, names: Iterable[str]) -> tuple[str, str]:
    """Return reason and remedy of a mistake that lies in a name: it is none of those known."""
    return NoSuch(reason, name), remedy_for(name, list(names))


def reworded(reason: str, words: str) -> str:
    """Return the same reason in other words."""
    return NoSuch(words, reason.name) if isinstance(reason, NoSuch) else words
