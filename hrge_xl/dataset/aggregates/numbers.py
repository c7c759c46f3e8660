"""Figures of numbers, in total and by country."""

from __future__ import annotations

import sqlalchemy as sa

from ...fields import FIELD_TYPES
from ...spec.model import RegisterBlock, Tool
from ..schema import AGGREGATE_NUMBERS, ANSWERS_FACT, ROW_REFERENCES, SLOTS, SUBMISSIONS
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
    lines, question = _lines(source).subquery(), sql.questions(source)
    number = lines.c.number
    found = sql.grouped(
        lines, ("asked", "row", "about", "period", "by", "place", "country"),
        sa.func.count().label("count"), sql.distinct(lines.c.team).label("teams"), sa.func.sum(number).label("sum"),
        sql.steady(sa.func.avg(number)).label("mean"), sa.func.min(number).label("least"),
        sa.func.max(number).label("most"),
    ).subquery()  # fmt: skip
    total = sa.case((question.c.type.in_(_adding_up()), found.c.sum)).label("total")
    told = sa.select(found, question.c.tool, question.c.field, question.c.label, total).join(
        question, question.c.n == found.c.asked
    )
    return sql.numbered(AGGREGATE_NUMBERS.names, told, "period", "place", "asked", "row", "about", "country")


def _lines(source: sql.Sources) -> sql.Select:
    """Give every number in a row in which somebody typed something, with what this row is about."""
    given, files, about = source[ANSWERS_FACT], source[SUBMISSIONS], source[ROW_REFERENCES]
    cell, ways = sql.cells(source), sql.breakdowns(TOTAL, BY_COUNTRY)
    open_rows = [tool.code for tool in source.spec.tools if has_open_rows(tool)]
    return (
        sa.select(
            cell.c.asked, sa.case((cell.c.tool.not_in(open_rows), cell.c.row)).label("row"), about.c.about,
            files.c.period, ways.c.by, ways.c.place, sql.country(ways, files), files.c.team, given.c.number,
        )
        .select_from(sql.by_file(files, given, cell))
        .outerjoin(about, sa.and_(sql.same(about, given, "submission_id"), sql.same(about, cell, "tool", "row")))
        .join(ways, sa.true())
        .where(files.c.current, given.c.number.is_not(None))
        .where(sa.or_(sa.not_(cell.c.calculated), _typed_beside(source, given, cell)))
    )  # fmt: skip


def _typed_beside(source: sql.Sources, given: sa.FromClause, cell: sa.CTE) -> sql.Expression:
    """Say whether somebody typed something in the row of a value that is worked out."""
    other, place = source[ANSWERS_FACT].alias("other"), source[SLOTS].alias("other_slot")
    return (
        sa.select(sa.literal(1))
        .select_from(other.join(place, sql.same(place, other, "slot")))
        .where(sql.same(other, given, "submission_id"), sql.same(place, cell, "tool", "row"))
        .where(sa.not_(place.c.calculated))
        .where(sa.or_(*(other.c[name].is_not(None) for name in ("code", "text", "number", "date"))))
        .exists()
    )
