"""The second opinion: every cell of a return read with openpyxl and compared with what our own reader saw.

Which cells belong to questions is taken from our reading; what stands in them is not. openpyxl runs in a killable
worker, for the files are as untrusted as ever, and hands over plain values.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..answers.submission import Answer, State, Submission
from ..core.bounds import BoundedText
from ..core.numerals import shown
from ..core.program import isolate_failures
from ..core.words import tidy
from ..exchange.validation import stopped
from ..findings import sentence
from ..findings.file import STOPPED_BY_THIS_FILE
from ..reader.gate import File, open_untrusted
from ..reader.raw import unescape
from ..reader.worker import Died, run_guarded

if TYPE_CHECKING:
    from openpyxl import Workbook

CLOSED = "closed without its password"
READS = ("xlsx", "xlsm")
TEXT = "text"
NUMBER = "number"
DAY = "date"
TRUTH = "truth value"
ERROR = "error"
NOTHING = "nothing"
MILLISECOND = 1 / 86_400_000  # of a day: what openpyxl rounds moments to
PHANTOM = 60  # 29 February 1900, which only Excel knows
NO_DAY = "#VALUE!"  # what openpyxl makes of a number that is not a date of the calendar

# Where openpyxl legitimately says the same in another way, by name; each is counted and told.
EQUAL = {
    "day": "dates: openpyxl gives a day or time; turned back into the stored number they agree",
    "phantom": "29 February 1900, which only Excel knows: openpyxl gives the day before",
    "no-day": f"numbers outside the calendar in a date cell: openpyxl gives {NO_DAY}, ours the number",
    "escape": "texts with characters that XML cannot hold: openpyxl leaves their _xHHHH_ signs",
    "spaces": "texts of nothing but spaces: openpyxl gives them, ours counts them as blank",
    "not-calculated": "formulas without a result: openpyxl gives nothing, and the formula where asked for it",
    "empty": "formulas whose result is an empty text: openpyxl gives nothing or the empty text",
}

Place = tuple[BoundedText, BoundedText]  # sheet, cell
Seeing = Mapping[Place, "Seen"]


class Seen(NamedTuple):
    """What stands in a cell: of which kind, and the value."""

    kind: BoundedText
    value: BoundedText | float | bool | None = None
    formula: bool = False

    @property
    def shown(self) -> str:
        """To read, with its kind."""
        return "nothing" if self.kind == NOTHING else f"{self.kind} “{shown(self.value)}”"


BLANK = Seen(NOTHING)
Job = tuple[bytes, dict[str, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A cell in which the two readers see different things."""

    file: str
    sheet: str
    cell: str
    by_reader: Seen
    by_openpyxl: Seen

    def line(self, *, redacted: bool) -> str:
        """Return the difference to read; redacted, without the values."""
        place = f"{self.file}: {self.sheet}!{self.cell}"
        if redacted:
            kinds = f"({self.by_reader.kind}, {self.by_openpyxl.kind})"
            return f"{place}: our reader and openpyxl see different values {kinds}."
        return f"{place}: our reader sees {self.by_reader.shown}, openpyxl sees {self.by_openpyxl.shown}."

    def data(self, *, redacted: bool) -> dict[str, Any]:
        """Return the same as JSON data."""
        row: dict[str, Any] = {"file": self.file, "sheet": self.sheet, "cell": self.cell}
        for name, seen in (("ours", self.by_reader), ("openpyxl", self.by_openpyxl)):
            row |= {f"{name}_kind": seen.kind} | ({} if redacted else {name: seen.value})
        return row


@dataclass(slots=True)
class Opinion:
    """How far two readers agree on some files."""

    cells: int = 0
    files: int = 0
    differences: list[CellDifference] = field(default_factory=list)
    explained: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)  # openpyxl could not read what we read
    not_read: list[str] = field(default_factory=list)  # of a format that openpyxl does not know

    @property
    def agrees(self) -> bool:
        """Whether openpyxl read every file, and nothing differs."""
        return not self.differences and not self.failed

    def data(self, *, redacted: bool) -> dict[str, Any]:
        """Return what was compared, and what differs, as JSON data."""
        return {
            "files": self.files,
            "cells": self.cells,
            "explained": dict(sorted(self.explained.items())),
            "failed": self.failed,
            "differences": [difference.data(redacted=redacted) for difference in self.differences],
        }


def second_opinion(
    readings: Iterable[tuple[Submission, Path]], *, jobs: int = 1, passwords: Sequence[str] = ()
) -> Opinion:
    """Read files once more with openpyxl and compare every cell that belongs to a question."""
    opinion = Opinion()
    waiting: list[Submission] = []

    def work() -> Iterator[Job]:
        for submission, path in readings:
            admitted = open_untrusted(path, passwords)
            if not isinstance(admitted, File) or admitted.format not in READS:
                reason = (
                    f"of the format .{admitted.format}" if isinstance(admitted, File) else CLOSED
                )
                opinion.not_read.append(
                    f"{submission.path}: no second opinion, because it is {reason}, which openpyxl does not read."
                )
            elif admitted.sha256 != submission.sha256:
                opinion.failed.append(
                    f"{submission.path}: no second opinion, because it was changed while it was read."
                )
            else:
                waiting.append(submission)
                yield admitted.data, _wanted(submission)

    for openpyxl_cells in run_guarded(cells_of, work(), jobs=jobs):
        submission = waiting.pop(0)
        if isinstance(openpyxl_cells, Died) or openpyxl_cells is None:
            opinion.failed.append(_failed(submission.path, openpyxl_cells))
            continue
        for of_file in isolate_failures(
            lambda pairs: [_opinion(*pair) for pair in pairs],
            [(submission, openpyxl_cells)],
            _stopped,
        ):
            for part in fields(Opinion):
                setattr(
                    opinion, part.name, getattr(opinion, part.name) + getattr(of_file, part.name)
                )
    return opinion


def _stopped(pair: tuple[Submission, Seeing], fault: Exception) -> list[Opinion]:
    path = pair[0].path
    remedy = sentence(STOPPED_BY_THIS_FILE.remedy, stopped(path, fault).details)
    why = f"because of an error in this program ({STOPPED_BY_THIS_FILE.code})"
    return [Opinion(failed=[f"{path}: no second opinion, {why}. {remedy}"])]


def _failed(path: str, died: Died | None) -> str:
    if died is None:
        return f"{path}: no second opinion, because openpyxl finds no sheet in it (as in “Strict Open XML”)."
    why = {"time": "took too long", "memory": "needed too much memory", "crash": "crashed"}
    reason = why.get(died.reason, f"gave up ({died.detail})")
    return f"{path}: no second opinion, because openpyxl {reason}."


def _wanted(submission: Submission) -> dict[str, frozenset[str]]:
    """Return the cells of every sheet that belong to questions."""
    return {
        submission.sheets[tool]: frozenset(some.values())
        for tool, some in submission.cells.items()
        if some
    }


# ours


def _seen(answer: Answer) -> Seen:
    if answer.state is State.NOT_CALCULATED:
        return Seen(NOTHING, None, True)
    if answer.original is None and answer.state is State.BLANK:
        return BLANK
    value = answer.original
    kind = TEXT if isinstance(answer.original, str) else NUMBER
    if answer.state is State.ERROR:
        kind = ERROR
    elif isinstance(value, bool):
        kind = TRUTH
    return Seen(kind, value, answer.formula)


# theirs


def cells_of(job: Job) -> dict[Place, Seen] | None:
    """Read some cells with openpyxl; those that it does not name hold nothing. None where it finds no sheet.

    Runs in a worker, for it may fail in any way. It reads twice, as openpyxl gives results or formulas.
    """
    content, cells_by_sheet = job
    import openpyxl

    # read-only, for otherwise openpyxl hides what stands below merged cells
    results, formulas = (
        openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
        )
        for data_only in (True, False)
    )
    if not results.sheetnames:
        return None
    seen_cells = {place: _theirs(cell) for place, cell in _cells(results, cells_by_sheet)}
    for place, cell in _cells(formulas, cells_by_sheet):
        if cell.data_type == "f" and place not in seen_cells:
            seen_cells[place] = Seen(NOTHING, None, True)
    return seen_cells


def _cells(
    book: Workbook, cells_by_sheet: Mapping[str, frozenset[str]]
) -> Iterator[tuple[Place, Any]]:
    """Yield the wanted cells that hold something, as far as the last wanted row and column.

    Sheets may be endless, and what a file says of its own size is not to be trusted.
    """
    from openpyxl.utils.cell import coordinate_to_tuple

    for sheet in book.worksheets:
        cells = cells_by_sheet.get(sheet.title, frozenset())
        if not cells:
            continue
        rows, columns = zip(*map(coordinate_to_tuple, cells), strict=True)
        for row in sheet.iter_rows(max_row=max(rows), max_col=max(columns)):
            for cell in row:
                if cell.value is not None and cell.coordinate in cells:
                    yield (sheet.title, str(cell.coordinate)), cell


def _theirs(cell: Any) -> Seen:
    from openpyxl.utils import datetime as moments

    value = cell.value
    if isinstance(value, date | time | timedelta):
        return Seen(DAY, float(cast("Any", moments.to_excel)(value)))
    if isinstance(value, bool):
        return Seen(TRUTH, value)
    if isinstance(value, int | float):
        return Seen(NUMBER, float(value))
    return Seen(ERROR if cell.data_type == "e" else TEXT, str(value))


# both


def _opinion(submission: Submission, openpyxl_cells: Seeing) -> Opinion:
    opinion = Opinion(files=1)
    seen_by_reader = {
        (sheet, cell): BLANK for sheet, cells in _wanted(submission).items() for cell in cells
    }
    as_came = (*submission.answers, *submission.replaced_by_office)
    seen_by_reader |= {(answer.sheet, answer.cell): _seen(answer) for answer in as_came}
    for place, reader_seen in seen_by_reader.items():
        openpyxl_seen = openpyxl_cells.get(place, BLANK)
        opinion.cells += 1
        why = equality(reader_seen, openpyxl_seen)
        if why is None:
            opinion.differences.append(
                CellDifference(submission.path, *place, reader_seen, openpyxl_seen)
            )
        elif why:
            opinion.explained[why] += 1
    return opinion


def equality(reader_seen: Seen, openpyxl_seen: Seen) -> str | None:
    """'' when two readers see the same; the name in `EQUAL` when openpyxl says it otherwise; else None."""
    reader_value = reader_seen.value
    openpyxl_value = openpyxl_seen.value
    if reader_seen.kind == openpyxl_seen.kind == NOTHING:
        return (
            None
            if reader_seen.formula != openpyxl_seen.formula
            else "not-calculated"
            if reader_seen.formula
            else ""
        )
    if reader_seen.kind == openpyxl_seen.kind and reader_value == openpyxl_value:
        return ""
    if reader_seen.kind == NUMBER and isinstance(reader_value, int | float):
        return _as_day(reader_value, openpyxl_seen)
    if reader_seen.kind == openpyxl_seen.kind == TEXT:
        return "escape" if reader_value == unescape(str(openpyxl_value)) else None
    if reader_seen == BLANK and openpyxl_seen.kind == TEXT:
        return "spaces" if not tidy(str(openpyxl_value)) else None
    if reader_seen.kind == TEXT and reader_seen.formula and openpyxl_seen.kind == NOTHING:
        return "empty" if not tidy(str(reader_value)) else None
    return None


def _as_day(number: float, openpyxl_seen: Seen) -> str | None:
    if openpyxl_seen == Seen(ERROR, NO_DAY):
        return "no-day"
    if openpyxl_seen.kind != DAY or not isinstance(openpyxl_seen.value, float):
        return None
    off = number - openpyxl_seen.value
    if abs(off) <= MILLISECOND:
        return "day"
    return "phantom" if int(number) == PHANTOM and abs(off - 1) <= MILLISECOND else None


def explanations(opinion: Opinion) -> Sequence[str]:
    """Explain what was equal in another way, one line each."""
    return [f"{count:,} {EQUAL[name]}." for name, count in sorted(opinion.explained.items())]
