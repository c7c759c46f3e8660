"""How far each sheet is, over all teams and by country."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..schema import COMPLETENESS, Row
from ..store import Store
from .common import BY_COUNTRY, TOTAL, distinct


def completeness(store: Store) -> Iterator[Row]:
    """Required answers given and asked, sheet by sheet."""
    table = store.tables[COMPLETENESS.name]
    sums = [sa.func.sum(table.c[name]) for name in ("required", "answered", "errors", "warnings")]
    for by, keys in ((TOTAL, [table.c.tool]), (BY_COUNTRY, [table.c.tool, table.c.country])):
        wanted = (
            sa.select(*keys, distinct(table.c.submission), distinct(table.c.team), *sums)
            .where(table.c.current)
            .group_by(*keys)
        )
        for row in sorted(store.select(wanted)):
            tool, country = (row[0], row[1]) if by == BY_COUNTRY else (row[0], None)
            files, teams, required, answered, errors, warnings = (int(each) for each in row[len(keys) :])
            share = round(answered / required, 4) if required else None
            yield (by, tool, country, files, teams, required, answered, share, errors, warnings)
