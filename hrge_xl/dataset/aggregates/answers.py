"""How often each code was answered, in total and by country."""

from __future__ import annotations

import sqlalchemy as sa

from ...fields import FIELD_TYPES
from ..schema import AGGREGATE_ANSWERS, ANSWERS_FACT, ITEMS, SUBMISSIONS
from . import sql
from .common import BY_COUNTRY, TOTAL


def _of_own_rows() -> list[str]:
    """Give the names of the field types whose codes are those of rows: they mean nothing elsewhere."""
    return [kind.name for kind in FIELD_TYPES.values() if "to" in kind.needs]


def answers(source: sql.Sources) -> sql.Select:
    """Give every code by question; questions that stand on fixed rows by row."""
    found, question, code = _counted(source).subquery(), sql.questions(source), sql.codes(source)
    item = source[ITEMS]
    told = (
        sa.select(found, question.c.tool, question.c.field, question.c.label, item.c.row, code.c.code_label)
        .join(question, question.c.n == found.c.asked)
        .outerjoin(item, item.c.n == found.c.item)
        .outerjoin(code, sa.and_(sql.same(code, question, "tool", "field"), code.c.code == found.c.code))
    )
    return sql.numbered(AGGREGATE_ANSWERS.names, told, "period", "place", "asked", "row", "code", "country")


def _counted(source: sql.Sources) -> sql.Select:
    """Give every code by the number of its question, and of its fixed row where there is one."""
    given, files = source[ANSWERS_FACT], source[SUBMISSIONS]
    cell, ways = sql.cells(source), sql.breakdowns(TOTAL, BY_COUNTRY)
    lines = (
        sa.select(
            cell.c.asked, cell.c.item, given.c.code, files.c.period, ways.c.by, ways.c.place,
            sql.country(ways, files), files.c.submission_id.label("submission"), files.c.team,
        )
        .select_from(sql.by_file(files, given, cell))
        .join(ways, sa.true())
        .where(files.c.current, given.c.code.is_not(None), cell.c.type.not_in(_of_own_rows()))
        .subquery()
    )  # fmt: skip
    keys = ("asked", "item", "code", "period", "by", "place", "country")
    return sql.grouped(lines, keys, *sql.counts(lines))
