"""How often each code was answered, in total and by country."""

from __future__ import annotations

import sqlalchemy as sa

from ...fields import FIELD_TYPES
from ..schema import AGGREGATE_ANSWERS, ANSWERS
from . import sql
from .common import BY_COUNTRY, TOTAL


def _of_own_rows() -> list[str]:
    """Give the names of the field types whose codes are those of rows: they mean nothing elsewhere."""
    return [kind.name for kind in FIELD_TYPES.values() if "to" in kind.needs]


def answers(source: sql.Sources) -> sql.Select:
    """Give every code by question; questions that stand on fixed rows by row."""
    found = _counted(source).subquery()
    question, code = sql.questions(source), sql.codes(source)
    told = (
        sa.select(found, question.c.label, code.c.code_label, question.c.n.label("asked"))
        .select_from(found)
        .join(question, sql.same(question, found, "tool", "field"))
        .outerjoin(code, sql.same(code, found, "tool", "field", "code"))
        .where(question.c.type.not_in(_of_own_rows()))
    )
    return sql.numbered(AGGREGATE_ANSWERS.names, told, "period", "place", "asked", "row", "code", "country")


def _counted(source: sql.Sources) -> sql.Select:
    """Give every code by question, and by fixed row where there is one."""
    given, items, ways = source[ANSWERS], sql.fixed_rows(source), sql.breakdowns(TOTAL, BY_COUNTRY)
    lines = (
        sa.select(
            given.c.period, ways.c.by, ways.c.place, given.c.tool, items.c.row, given.c.field, given.c.code,
            sa.case((ways.c.by == BY_COUNTRY, sa.func.nullif(given.c.country, ""))).label("country"),
            given.c.submission, given.c.team,
        )
        .select_from(given)
        .join(ways, sa.true())
        .outerjoin(items, sql.same(items, given, "tool", "row"))
        .where(given.c.current, given.c.code.is_not(None))
        .subquery()
    )  # fmt: skip
    keys = ("period", "by", "place", "tool", "row", "field", "code", "country")
    return sql.grouped(lines, keys, *sql.counts(lines))
