"""Workbooks of an office that are not returns: behind the same gate, and read in a process of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from itertools import islice
from pathlib import Path
from typing import TypeVar

from ..core.bounds import BoundedText
from ..core.errors import UsageError
from ..core.numerals import from_serial, shown
from ..findings import Finding, codes
from ..findings.file import ENCRYPTED_WORKBOOK, PASSWORD_SUPPORT_MISSING, WRONG_PASSWORD
from ..layout.wording import text
from .gate import Refusal, ending_of, open_untrusted, opened
from .limits import LIMITS, ReadLimits
from .raw import ORDINARY, CellKind, RawSheet, RawWorkbook, Unreadable, shown_cell
from .worker import Died, run_guarded

Result = TypeVar("Result")
Job = tuple[bytes, str]  # a file that was let in, and its format
Table = list[
    tuple[int, list[BoundedText]]
]  # rows that hold something: their numbers, and what their cells show

MOST_HEADS = 256
MOST_TITLES = 25  # rows in which heads may stand, below titles and notes
# they say themselves what to do
PASSWORDS = codes(ENCRYPTED_WORKBOOK, WRONG_PASSWORD, PASSWORD_SUPPORT_MISSING)
_ZEROS = re.compile("0{2,}")


def look_into(
    function: Callable[[Job], Result | Finding],
    path: Path,
    remedy: str,
    password: str | None = None,
    *,
    texts: Collection[str] = (),
    limits: ReadLimits = LIMITS,
) -> Result:
    """Return what a function makes of a workbook. Raises `UsageError`, with this remedy, where it can make nothing.

    The function runs in a process that may die, and answers with what went wrong instead of raising it. A file with
    one of the endings of `texts` is read as it is, and its ending is its format.
    """
    file = Path(os.path.realpath(path))
    ending = ending_of(path.name).removeprefix(".")
    plain = ending in texts
    admitted = (
        opened(file, limits) if plain else open_untrusted(file, [password] if password else ())
    )
    if isinstance(admitted, Refusal):
        raise _why_not(path, admitted.observations[0], remedy)
    format = ending if plain else admitted.format
    outcome = next(run_guarded(function, [(admitted.data, format)], jobs=1, limits=limits))
    if isinstance(outcome, Died | Finding):
        raise _why_not(path, outcome.observation if isinstance(outcome, Died) else outcome, remedy)
    return outcome


def _why_not(path: Path, observation: Finding, remedy: str) -> UsageError:
    rendered = text(observation, path=path.name)
    return UsageError(
        f"{rendered.message} {rendered.remedy if observation.code in PASSWORDS else remedy}"
    )


def first_table(path: Path, remedy: str, password: str | None = None) -> Table:
    """Read the first sheet that holds anything, row by row, in the columns of its first rows. Raises as `look_into`."""
    return look_into(table_of, path, remedy, password)


def table_of(job: Job) -> Table | Finding:
    """Return the table of a file that was let in. Runs in a worker.

    Only the columns of the first rows count, so that one far cell does not make all rows wide.
    """
    content = content_of(job)
    if isinstance(content, Finding):
        return content
    rows: dict[int, dict[int, str]] = {}
    for sheet in [sheet for sheet in content.sheets if sheet.cells][:1]:
        for row, cells in sorted(sheet.cells.items()):
            texts = {
                column: text for column in cells if (text := _text(sheet, row, column)).strip()
            }
            if texts:
                rows[row] = texts
    heads = sorted({column for texts in islice(rows.values(), MOST_TITLES) for column in texts})[
        :MOST_HEADS
    ]
    return [(row, [texts.get(column, "") for column in heads]) for row, texts in rows.items()]


def content_of(job: Job) -> RawWorkbook | Finding:
    """Return all that a file holds that was let in, or why it cannot be read."""
    from .read import raw_workbook

    try:
        return raw_workbook(*job)
    except Unreadable as problem:
        return problem.observation


def _text(sheet: RawSheet, row: int, column: int) -> str:
    """Return a cell as it is seen: 7 under the format 000 is the code 007, a moment is its day."""
    cell = sheet.cells[row][column]
    if isinstance(cell.value, float) and cell.kind is CellKind.DATE:
        return shown(from_serial(cell.value) or cell.value)
    text = shown_cell(cell)
    format = sheet.looks.get((row, column), ORDINARY).number_format
    return text.zfill(len(format)) if _ZEROS.fullmatch(format) and text.isdecimal() else text
