"""A submission on its way between processes: only what the layout does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..answer import CellKey
from ..answer_columns import AnswerColumns, Columns, Place
from ..submission import Submission
from .expected import ExpectedSheet, ExpectedWorkbook


class Transfer(NamedTuple):
    """A submission without its answers, and without the cells of the sheets where nothing has moved."""

    submission: Submission
    unmoved: tuple[str, ...]
    answers: Columns


def pack(submission: Submission, plan: ExpectedWorkbook) -> Transfer:
    """Pack what the child process sends."""
    moved = {
        tool: cells for tool, cells in submission.cells.items() if not _at_home(cells, plan.sheets[tool])
    }
    unmoved = tuple(tool for tool in submission.cells if tool not in moved)
    columns = AnswerColumns.of(submission.answers).columns
    return Transfer(replace(submission, answers=(), cells=moved), unmoved, columns)


def unpack(transfer: Transfer, plan: ExpectedWorkbook) -> Submission:
    """Unpack what was sent, in the parent process."""
    submission = transfer.submission
    submission.cells |= {tool: plan.sheets[tool].home_cells for tool in transfer.unmoved}
    return with_answers(submission, transfer.answers, plan)


def with_answers(submission: Submission, columns: Columns, plan: ExpectedWorkbook) -> Submission:
    """Give a submission the answers that were read, each at its place in the file."""
    submission.answers = AnswerColumns(columns, _places(submission.sheets, submission.cells, plan))
    return submission


def _at_home(cells: Mapping[CellKey, str], plan: ExpectedSheet) -> bool:
    """Say whether nothing on a sheet has moved; many sheets have no cells of their own."""
    return cells is plan.home_cells or not (cells or plan.home_cells)


def _places(
    sheets: Mapping[str, str], cells: Mapping[str, Mapping[CellKey, str]], plan: ExpectedWorkbook
) -> Sequence[Place]:
    """Give where every cell of the plan is in a file: the very same list for all files in which nothing has moved."""
    unmoved = all(_at_home(its, plan.sheets[tool]) for tool, its in cells.items())
    if unmoved and all(plan.sheets[tool].sheet.name == name for tool, name in sheets.items()):
        return plan.places
    return [
        each._replace(sheet=sheets.get(each.tool, ""), cell=cells.get(each.tool, {}).get(each.key, ""))
        for each in plan.places
    ]
