"""How often each code was answered, in total and by country."""

from __future__ import annotations

import sqlalchemy as sa

from ...spec.model import FieldType
from ..schema import AGGREGATE_ANSWERS, ANSWERS
from .common import BY_COUNTRY, TOTAL
from .sql import (
    Select,
    Sources,
    breakdowns,
    codes,
    counts,
    fixed_rows,
    grouped,
    numbered,
    questions,
    same,
)


def answers(source: Sources) -> Select:
    """Every code by question; questions that stand on fixed rows by row."""
    found = _counted(source).subquery()
    question, code = questions(source), codes(source)
    told = (
        sa.select(found, question.c.label, code.c.code_label, question.c.n.label("asked"))
        .select_from(found)
        .join(question, same(question, found, "tool", "field"))
        .outerjoin(code, same(code, found, "tool", "field", "code"))
        .where(question.c.type != FieldType.REFERENCE.value)  # codes of own rows mean nothing elsewhere
    )
    return numbered(AGGREGATE_ANSWERS.names, told, "period", "place", "asked", "row", "code", "country")


def _counted(source: Sources) -> Select:
    """Every code by question, and by fixed row where there is one."""
    given, items, ways = source[ANSWERS], fixed_rows(source), breakdowns(TOTAL, BY_COUNTRY)
    lines = (
        sa.select(
            given.c.period, ways.c.by, ways.c.place, given.c.tool, items.c.row, given.c.field, given.c.code,
            sa.case((ways.c.by == BY_COUNTRY, sa.func.nullif(given.c.country, ""))).label("country"),
            given.c.submission, given.c.team,
        )
        .select_from(given)
        .join(ways, sa.true())
        .outerjoin(items, same(items, given, "tool", "row"))
        .where(given.c.current, given.c.code.is_not(None))
        .subquery()
    )  # fmt: skip
    keys = ("period", "by", "place", "tool", "row", "field", "code", "country")
    return grouped(lines, keys, *counts(lines))
