"""Questions by how many teams answered with no."""

from __future__ import annotations

import sqlalchemy as sa

from ...spec.figures import QuestionFigures
from ..schema import AGGREGATE_GAPS, ANSWERS
from . import sql


def gaps(source: sql.Sources) -> sql.Select:
    """Give one line per question with at least one no, the most frequent first."""
    asked = source.spec.figures.questions
    assert asked is not None
    lines = _answers(source, asked).subquery()
    found = sql.grouped(
        lines, ("period", "tool", "row", "field", "label", "item", "asked"),
        sa.func.count(lines.c.no).label("no"), sa.func.count().label("answered"),
        sql.distinct(lines.c.team_no).label("teams_no"), sql.distinct(lines.c.team).label("teams"),
    ).subquery()  # fmt: skip
    told = sa.select(found, sql.share(found.c.no, found.c.answered).label("share")).where(found.c.no > 0)
    return sql.numbered(
        AGGREGATE_GAPS.names, told, "period", "-teams_no", "-share", "asked", "tool", "row", "field"
    )


def _answers(source: sql.Sources, asked: QuestionFigures) -> sql.Select:
    """Give every answer to one of the questions that counts; `no` and `team_no` are blank where it is another one."""
    given, question, items = source[ANSWERS], sql.questions(source), sql.fixed_rows(source)
    is_no = given.c.code.in_(asked.no)
    return (
        sa.select(
            given.c.period, given.c.tool, items.c.row, given.c.field, given.c.team,
            sa.case((is_no, given.c.code)).label("no"), sa.case((is_no, given.c.team)).label("team_no"),
            question.c.label, items.c.label.label("item"), question.c.n.label("asked"),
        )
        .select_from(given)
        .join(question, sql.same(question, given, "tool", "field"))
        .outerjoin(items, sql.same(items, given, "tool", "row"))
        .where(question.c.vocabulary == asked.vocabulary, given.c.code.not_in(asked.left_out), given.c.current)
    )  # fmt: skip
