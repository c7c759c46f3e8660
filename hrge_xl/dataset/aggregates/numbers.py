"""Figures of numbers, in total and by country."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ...fields import FIELD_TYPES
from ...spec.model import RegisterBlock, Tool
from ..schema import AGGREGATE_NUMBERS, ANSWERS, PLACED, ROW_REFERENCES, SUBMISSIONS
from . import sql
from .common import BY_COUNTRY, TOTAL


def has_open_rows(tool: Tool) -> bool:
    """Say whether the rows of a sheet mean something else in every return, so that all of them go together."""
    return any(isinstance(block, RegisterBlock) for block in tool.field_blocks)


def _adding_up() -> list[str]:
    """Give the names of the field types whose answers make a total."""
    return [kind.name for kind in FIELD_TYPES.values() if kind.adds_up]


def numbers(source: sql.Sources) -> sql.Select:
    """Give every number that teams fill in or that is worked out; totals only of whole numbers."""
    lines = _lines(source).subquery()
    number = lines.c.number
    found = sql.grouped(
        lines, ("period", "by", "place", "tool", "row", "about", "field", "asked", "label", "country"),
        sa.func.count().label("count"), sql.distinct(lines.c.team).label("teams"),
        sa.func.sum(sa.case((lines.c.type.in_(_adding_up()), number))).label("total"),
        sql.steady(sa.func.avg(number)).label("mean"), sa.func.min(number).label("least"),
        sa.func.max(number).label("most"),
    )  # fmt: skip
    return sql.numbered(AGGREGATE_NUMBERS.names, found, "period", "place", "asked", "row", "about", "country")


def _lines(source: sql.Sources) -> sql.Select:
    """Give every number with what its row is about."""
    given, rows, question = source[ANSWERS], _rows(source), sql.questions(source)
    ways = sql.breakdowns(TOTAL, BY_COUNTRY)
    open_rows = [tool.code for tool in source.spec.tools if has_open_rows(tool)]
    return (
        sa.select(
            given.c.period, ways.c.by, ways.c.place, given.c.tool,
            sa.case((given.c.tool.not_in(open_rows), given.c.row)).label("row"), rows.c.about, given.c.field,
            question.c.n.label("asked"), question.c.label, question.c.type,
            sa.case((ways.c.by == BY_COUNTRY, given.c.country)).label("country"), given.c.team, given.c.number,
        )
        .select_from(given)
        .join(rows, sql.same(rows, given, "submission", "tool", "row"))
        .join(question, sql.same(question, given, "tool", "field"))
        .join(ways, sa.true())
        .where(given.c.current, given.c.number.is_not(None))
    )  # fmt: skip


def _rows(source: sql.Sources) -> sa.Subquery:
    """Select the rows of all sheets in which somebody typed something, with what they refer to in the end."""
    placed, told, whose = source[PLACED], source[ROW_REFERENCES], source[SUBMISSIONS]
    keys: tuple[Any, ...] = (placed.c.submission_id, placed.c.tool, placed.c.row)
    typed = sa.select(*keys).where(placed.c.typed.is_not(None)).distinct().subquery()
    return (
        sa.select(whose.c.submission, typed.c.tool, typed.c.row, told.c.about)
        .select_from(typed.join(whose, whose.c.submission_id == typed.c.submission_id))
        .outerjoin(told, sql.same(told, typed, "submission_id", "tool", "row"))
        .subquery()
    )
