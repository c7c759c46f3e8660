"""A submission on its way between processes: only what the layout does not say, answers as columns."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from ..submission import Answer, State, Submission
from .keys import Plan

STATES = tuple(State)
NUMBER_OF = {state: number for number, state in enumerate(STATES)}
Seldom = tuple[bool, str | None, str | None, tuple[str, ...]]  # formula, problem, suggestion, notes
NOTHING: Seldom = (False, None, None, ())


class Columns(NamedTuple):
    """Answers one below the other: `parts` and `states` by number, `seldom` what few of them have, by place."""

    parts: array[int]
    states: bytes
    originals: list[str | float | bool | None]
    codes: list[str | None]
    texts: list[str | None]
    numbers: list[float | None]
    days: list[date | None]
    seldom: dict[int, Seldom]


class Parcel(NamedTuple):
    """A submission without its answers, and without the cells of the sheets where nothing has moved."""

    submission: Submission
    unmoved: tuple[str, ...]
    answers: Columns


def pack(submission: Submission, plan: Plan) -> Parcel:
    """What the child process sends."""
    moved = {
        tool: cells
        for tool, cells in submission.cells.items()
        if cells is not (home := plan.sheets[tool].home_cells) and (cells or home)
    }
    unmoved = tuple(tool for tool in submission.cells if tool not in moved)
    return Parcel(replace(submission, answers=[], cells=moved), unmoved, _columns(submission.answers, plan))


def _columns(answers: list[Answer], plan: Plan) -> Columns:
    numbers = plan.numbers
    rest = ((each.formula, each.problem, each.suggestion, each.notes) for each in answers)
    return Columns(
        array("L", [numbers[each.tool, each.row, each.field, each.part] for each in answers]),
        bytes([NUMBER_OF[each.state] for each in answers]),
        [each.original for each in answers],
        [each.code for each in answers],
        [each.text for each in answers],
        [each.number for each in answers],
        [each.day for each in answers],
        {place: each for place, each in enumerate(rest) if each != NOTHING},
    )


def unpack(parcel: Parcel, plan: Plan) -> Submission:
    """What the parent process makes of it."""
    submission = parcel.submission
    submission.cells |= {tool: plan.sheets[tool].home_cells for tool in parcel.unmoved}
    submission.answers = _answers(parcel.answers, submission, plan)
    return submission


def _answers(columns: Columns, submission: Submission, plan: Plan) -> list[Answer]:
    parts, cells, sheets = plan.parts, submission.cells, submission.sheets
    seldom, found = columns.seldom.get, []
    for place, (number, state, original, code, text, figure, day) in enumerate(
        zip(*columns[:-1], strict=True)
    ):
        part = parts[number]
        key, (formula, problem, suggestion, notes) = part.key, seldom(place, NOTHING)
        tool, row, field, which = key
        found.append(
            Answer(
                tool, row, field, which, sheets[tool], cells[tool][key], STATES[state], original, formula,
                code, text, figure, day, problem, suggestion, notes, part.calculated,
            )
        )  # fmt: skip
    return found
