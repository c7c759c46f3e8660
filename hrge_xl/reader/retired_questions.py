"""Sheets that this program would draw otherwise: what is an answer and what was issued, told by their own codes.

That is so in workbooks of an older version, and in those of this version whose stamp names another edition: they were
drawn by another state of the program, or from another state of the spec. Such a sheet describes itself: every cell to
fill in has a hidden check cell in its row, under the code of its question. So labels, calculated cells and checks of a
question that is gone are not news, and its answer is. Whatever `drawing` a spec states, one rule holds:

| what stands there                           | in drawing | is told by                                               |
|---------------------------------------------|------------|----------------------------------------------------------|
| an answer                                   | 1, 2, 3    | the codes of its row and column, and its check cell      |
| a code, a head, a label, a calculated cell  | 1, 2, 3    | the area of the codes, on a protected sheet              |
| how to fill in, beside the table            | 1, 2       | columns without codes before the checks, if protected    |
| how to fill in, on a sheet of its own       | 3          | the key of the sheet, on a protected sheet               |
| a sheet of an older version that asks nothing | 1, 2, 3  | its key, on a protected sheet                            |

Nobody could type elsewhere on a protected sheet; where the protection is gone, everything else is kept and told.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from ..core.work import grouped
from ..layout.model import Place
from ..spec.supplements import KEYS
from .raw import CellKind, RawSheet, RawWorkbook
from .tool_sheets import HOME, area_of

CHECK = "check."
ANSWER = "answer."


class OldSheet:
    """What the hidden codes of a sheet say about it; `known` are the cells that the version in force reads too."""

    def __init__(self, raw: RawSheet, corner: Place = HOME) -> None:
        self.raw = raw
        self.corner = corner
        self.known: frozenset[tuple[int, int]] = frozenset()
        self._heads: dict[
            int, list[int]
        ] = {}  # of a column: the rows without a code in which it has a text

    @cached_property
    def rows(self) -> dict[int, str]:
        """The code of each row that has one."""
        top, left = self.corner
        return {
            row: code
            for row in self.raw.cells
            if row > top and (code := self.raw.text_at(row, left))
        }

    @cached_property
    def columns(self) -> dict[int, list[str]]:
        """The codes of each column that has some; stacked blocks share columns."""
        top, left = self.corner
        heads = self.raw.cells.get(top, {})
        return {c: codes for c in heads if c > left and (codes := self.raw.text_at(top, c).split())}

    @cached_property
    def checks(self) -> dict[str, list[int]]:
        """For each question of a table, or record of a form, the columns of its checks, one a block."""
        return grouped(
            (code.removeprefix(CHECK), column)
            for column, codes in self.columns.items()
            for code in codes
            if code.startswith(CHECK)
        )

    def is_retired(self, row: int, column: int) -> bool:
        """Say whether a cell was to be filled in and nobody reads it any more."""
        return (row, column) not in self.known and self.question(row, column) is not None

    def question(self, row: int, column: int) -> str | None:
        """Return the code under which a cell was to be filled in; None where nothing was asked."""
        codes_checked = [code for code in self.columns.get(column, []) if self._checks(code)]
        if row not in self.rows or not codes_checked:
            return None
        checked = self._checked(row)
        confirmed_codes = [
            code
            for code in codes_checked
            if any(self._holds(checked, check) for check in self._checks(code))
        ]
        lost = [
            code for code in codes_checked if not self._checking.intersection(self._checks(code))
        ]
        # where no check is left to tell by: rather too much
        return next(iter(confirmed_codes or lost), None)

    def label(self, row: int, column: int) -> str:
        """Return the question as the sheet words it: that of the row in a form, row code and head in a table."""
        question = self.question(row, column) or ""
        code = self.rows.get(row, "")
        checked = self._checked(row)
        if question.startswith(ANSWER):
            number = self.corner.column + 1
            labels = (
                self.raw.text_at(checked, place)
                for place, cell in sorted(self.raw.cells.get(checked, {}).items())
                if number < place < column and cell.formula is None
            )
            return _first_line(next(filter(None, labels), "")) or code
        check = next(
            (check for check in self._checks(question) if self._holds(checked, check)), column
        )
        return f"{code} {_first_line(self._head(row, check) or question)}"

    def ours(self, row: int, column: int) -> bool:
        """Say whether a cell that asks nothing was part of the sheet: a label, a code, a calculated cell, a check.

        That is the area of the codes, but for rows that somebody inserted. Nobody could type into the guide beside it
        while the sheet was protected, nor anywhere on a sheet that asks nothing.
        """
        if not self.rows or not self.checks or column in self._guide_columns:
            return self.raw.protected
        first, last, last_column = self._bounds
        if row > last or column > last_column:
            return False
        # titles and heads stand above, or where others have their number
        is_head = row < first or self.raw.text_at(row, self.corner.column + 1)
        return row in self.rows or column not in self.columns or bool(is_head)

    @cached_property
    def _bounds(self) -> tuple[int, int, int]:
        """The first and the last row with a code, and the last such column."""
        return min(self.rows), max(self.rows), max(self.columns, default=0)

    @cached_property
    def _guide_columns(self) -> range:
        """The columns that said how to fill in the sheet: without codes, between its questions and its checks."""
        checks = [column for columns in self.checks.values() for column in columns]
        first_check = min(checks, default=0)
        question_columns = (column for column in self.columns if column < first_check)
        return range(max(question_columns, default=first_check) + 1, first_check)

    def _checks(self, code: str) -> list[int]:
        """Return the columns of the checks of a code; several cells of one question share one."""
        stem, _, part = code.rpartition(".")
        return self.checks.get(code) or (self.checks.get(stem, []) if part.isdecimal() else [])

    def _checked(self, row: int) -> int:
        """Return the row with the checks of a row: the first one of a question with several answers."""
        stem, _, part = self.rows.get(row, "").rpartition(".")
        return self._row_of.get(f"{stem}.1", row) if part.isdecimal() else row

    @cached_property
    def _checking(self) -> frozenset[int]:
        """The columns of checks that still hold some."""
        columns = {column for columns in self.checks.values() for column in columns}
        return frozenset(
            column for column in columns if any(self._holds(row, column) for row in self.rows)
        )

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {code: row for row, code in self.rows.items()}

    def _holds(self, row: int, column: int) -> bool:
        cell = self.raw.cell(row, column)
        return cell is not None and cell.kind is not CellKind.BLANK

    def _head(self, row: int, column: int) -> str:
        """Return the text of a column in the nearest row above that has one and no code, below the codes of columns."""
        if column not in self._heads:
            free = (row for row in self.raw.cells if row > self.corner.row and row not in self.rows)
            self._heads[column] = sorted(row for row in free if self.raw.text_at(row, column))
        at = bisect_left(self._heads[column], row)
        return self.raw.text_at(self._heads[column][at - 1], column) if at else ""


def was_issued(sheet: RawSheet, workbook: RawWorkbook) -> bool:
    """Whether a sheet that no tool claims was drawn otherwise: by its key, or by the name that its area has."""
    key = sheet.text_at(1, 1)
    if key in KEYS:
        return True
    return bool(key) and area_of(workbook, "sheet_" + key.replace(".", "_"), sheet) is not None


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0].strip()
