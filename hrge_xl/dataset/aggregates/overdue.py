"""What stands in a collected list and is past its day."""

from __future__ import annotations

import sqlalchemy as sa

from ..schema import LISTED_ROWS
from . import sql


def overdue(source: sql.Sources) -> sql.Select:
    """Give one line per item, the oldest first, with what its list shows; the place is that of its first column."""
    listed = source[LISTED_ROWS]
    cells = sql.at_hand(sa.select(listed).where(listed.c.current, listed.c.due < source.today))
    shown = [
        sa.func.max(sa.case((cells.c.column_code == column, cells.c.value))).label(f"list_{column}")
        for column in source.schema.list_columns
    ]
    late = (
        sa.select(cells.c.submission, sa.func.min(cells.c.n).label("first"), *shown)
        .group_by(cells.c.submission, cells.c.item)
        .subquery()
    )  # fmt: skip
    days = sql.days_between(source.today, cells.c.due).label("days_late")
    lines = (
        sa.select(cells, days, *(late.c[column.name] for column in shown))
        .select_from(cells)
        .join(late, sa.and_(sql.same(late, cells, "submission"), late.c.first == cells.c.n))
    )
    return sql.numbered(source.schema.overdue.names, lines, "period", "due", "submission", "item")
