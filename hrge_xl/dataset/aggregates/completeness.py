"""How far each sheet is, over all teams and by country."""

from __future__ import annotations

import sqlalchemy as sa

from ..schema import AGGREGATE_COMPLETENESS, COMPLETENESS, SUBMISSIONS
from .common import BY_COUNTRY, TOTAL
from .sql import Select, Sources, breakdowns, distinct, grouped, numbered, same, share, whole


def completeness(source: Sources) -> Select:
    """Required answers given and asked, sheet by sheet."""
    sheets, files, ways = source[COMPLETENESS], source[SUBMISSIONS], breakdowns(TOTAL, BY_COUNTRY)
    counted = ("required", "answered", "errors", "warnings")
    lines = (
        sa.select(
            files.c.period, ways.c.by, ways.c.place, sheets.c.tool,
            sa.case((ways.c.by == BY_COUNTRY, sheets.c.country)).label("country"),
            sheets.c.submission, sheets.c.team, *(sheets.c[name] for name in counted),
        )
        .select_from(sheets)
        .join(files, same(files, sheets, "submission"))
        .join(ways, sa.true())
        .where(sheets.c.current)
        .subquery()
    )  # fmt: skip
    found = grouped(
        lines, ("period", "by", "place", "tool", "country"),
        distinct(lines.c.submission).label("files"), distinct(lines.c.team).label("teams"),
        *(whole(sa.func.sum(lines.c[name])).label(name) for name in counted),
    ).subquery()  # fmt: skip
    told = sa.select(found, share(found.c.answered, found.c.required).label("share"))
    return numbered(AGGREGATE_COMPLETENESS.names, told, "period", "place", "tool", "country")
