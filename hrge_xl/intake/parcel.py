"""A submission on its way between processes: only what the layout does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..answer import CellKey
from ..answer_columns import AnswerColumns, Columns, Place
from ..submission import Submission
from .keys import Plan


class Parcel(NamedTuple):
    """A submission without its answers, and without the cells of the sheets where nothing has moved."""

    submission: Submission
    unmoved: tuple[str, ...]
    answers: Columns


def pack(submission: Submission, plan: Plan) -> Parcel:
    """Say what the child process sends."""
    moved = {
        tool: cells
        for tool, cells in submission.cells.items()
        if cells is not (home := plan.sheets[tool].home_cells) and (cells or home)
    }
    unmoved = tuple(tool for tool in submission.cells if tool not in moved)
    columns = AnswerColumns.of(submission.answers).columns
    return Parcel(replace(submission, answers=(), cells=moved), unmoved, columns)


def unpack(parcel: Parcel, plan: Plan) -> Submission:
    """Say what the parent process makes of it."""
    submission = parcel.submission
    submission.cells |= {tool: plan.sheets[tool].home_cells for tool in parcel.unmoved}
    return with_answers(submission, parcel.answers, plan)


def with_answers(submission: Submission, columns: Columns, plan: Plan) -> Submission:
    """Give a submission the answers that were read, each at its place in the file."""
    submission.answers = AnswerColumns(columns, _places(submission.sheets, submission.cells, plan))
    return submission


def _places(
    sheets: Mapping[str, str], cells: Mapping[str, Mapping[CellKey, str]], plan: Plan
) -> Sequence[Place]:
    """Say where every cell of the plan is in a file: the very same list for all files in which nothing has moved."""
    if all(plan.sheets[tool].home_cells is its for tool, its in cells.items()) and all(
        plan.sheets[tool].sheet.name == name for tool, name in sheets.items()
    ):
        return plan.places
    return [
        each._replace(sheet=sheets.get(each.tool, ""), cell=cells.get(each.tool, {}).get(each.key, ""))
        for each in plan.places
    ]
