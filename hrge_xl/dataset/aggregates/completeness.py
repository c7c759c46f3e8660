"""How far each sheet is, over all teams and by country."""

from __future__ import annotations

import sqlalchemy as sa

from ..schema import AGGREGATE_COMPLETENESS, COMPLETENESS, SUBMISSIONS
from . import sql
from .common import BY_COUNTRY, TOTAL


def completeness(source: sql.Sources) -> sql.Select:
    """Select the required answers given and asked, sheet by sheet."""
    sheets, files, ways = source[COMPLETENESS], source[SUBMISSIONS], sql.breakdowns(TOTAL, BY_COUNTRY)
    counted = ("required", "answered", "errors", "warnings")
    lines = (
        sa.select(
            files.c.period, ways.c.by, ways.c.place, sheets.c.tool, sql.country(ways, sheets),
            sheets.c.submission, sheets.c.team, *(sheets.c[name] for name in counted),
        )
        .select_from(sheets)
        .join(files, sql.same(files, sheets, "submission"))
        .join(ways, sa.true())
        .where(sheets.c.current)
        .subquery()
    )  # fmt: skip
    found = sql.grouped(
        lines, ("period", "by", "place", "tool", "country"),
        sql.distinct(lines.c.submission).label("files"), sql.distinct(lines.c.team).label("teams"),
        *(sql.whole(sa.func.sum(lines.c[name])).label(name) for name in counted),
    ).subquery()  # fmt: skip
    told = sa.select(found, sql.share(found.c.answered, found.c.required).label("share"))
    return sql.numbered(AGGREGATE_COMPLETENESS.names, told, "period", "place", "tool", "country")
