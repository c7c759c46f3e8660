"""Figures by period, in total and by country."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from ...fields import Kind, kind_of
from ...spec.model import Field, FieldType, RegisterBlock, Spec, Tool
from ..dimensions import labels
from ..schema import Row, field_column
from ..store import Store
from .common import BY_COUNTRY, TOTAL, distinct, rounded


def numbers(store: Store, spec: Spec) -> Iterator[Row]:
    """Every number that teams fill in or that is worked out."""
    label = labels(store.schema)
    for by in (TOTAL, BY_COUNTRY):
        for tool, wide in store.schema.wide.items():
            fields = [f for f in spec.tool[tool].fields.values() if kind_of(f) is Kind.NUMBER and not f.fixed]
            open_rows = has_open_rows(spec.tool[tool])
            for line in _figures(store, wide.name, fields, by, open_rows=open_rows) if fields else ():
                yield (by, tool, *line[:2], line[2], label[tool, str(line[2])], *line[3:])


def has_open_rows(tool: Tool) -> bool:
    """Whether the rows of a sheet mean something else in every return, so that all of them go together."""
    return any(isinstance(block, RegisterBlock) for block in tool.field_blocks)


def _figures(store: Store, name: str, fields: Sequence[Field], by: str, *, open_rows: bool) -> Iterator[Row]:
    table = store.tables[name]
    row = sa.literal(None) if open_rows else table.c.row
    country = table.c.country if by == BY_COUNTRY else sa.literal(None)
    keys = [
        key for key in (row, table.c.about, country, table.c.period) if not isinstance(key, sa.BindParameter)
    ]
    figures = [
        figure
        for field in fields
        for column in (table.c[field_column(field.code)],)
        for figure in (
            sa.func.count(column),
            distinct(sa.case((column.is_not(None), table.c.team))),
            sa.func.sum(column) if field.type is FieldType.INTEGER else sa.null(),
            sa.func.avg(column), sa.func.min(column), sa.func.max(column),
        )
    ]  # fmt: skip
    wanted = (
        sa.select(row, table.c.about, country, table.c.period, *figures)
        .where(table.c.current)
        .group_by(*keys)
    )
    found = sorted(store.select(wanted), key=lambda line: tuple(str(part or "") for part in line[:4]))
    for at, field in enumerate(fields):
        for line in found:
            count, teams, *rest = line[4 + 6 * at : 10 + 6 * at]
            if count:
                yield (*line[:2], field.code, *line[2:4], count, teams, *(rounded(each) for each in rest))
