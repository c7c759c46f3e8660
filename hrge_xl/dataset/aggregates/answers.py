"""How often each code was answered, in total and by country."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ...spec.model import FieldType, Spec
from ..dimensions import code_labels, labels
from ..schema import ANSWERS, ITEMS, Row
from ..store import Store
from .common import BY_COUNTRY, TOTAL, distinct


def answers(store: Store, spec: Spec) -> Iterator[Row]:
    """Every code by question; questions that stand on fixed rows by row."""
    label, code_label = labels(store.schema), code_labels(store.schema)
    order = {(t.code, f.code): n for n, (t, _, f) in enumerate(spec.places())}
    own_rows = {(t.code, f.code) for t, _, f in spec.places() if f.type is FieldType.REFERENCE}
    for by in (TOTAL, BY_COUNTRY):
        counted = (line for line in _counted(store, by) if (line[0], line[2]) not in own_rows)
        for tool, row, field, code, country, *counts in sorted(
            counted, key=lambda line: (order[line[0], line[2]], line[1], line[3], line[4])
        ):
            yield (
                by, tool, row or None, field, label.get((tool, field)), code,
                code_label.get((tool, field, code)), country or None, *counts,
            )  # fmt: skip


def _counted(store: Store, by: str) -> Iterator[tuple[Any, ...]]:
    """Every code by question, and by fixed row where there is one; codes of own rows mean nothing elsewhere."""
    table, items = store.tables[ANSWERS.name], store.tables[ITEMS.name]
    listed = sa.tuple_(table.c.tool, table.c.row).in_(sa.select(items.c.tool, items.c.row))
    row = sa.case((listed, table.c.row), else_=sa.literal_column("''")).label("place")
    country = table.c.country if by == BY_COUNTRY else sa.literal_column("''").label("everywhere")
    keys = [table.c.tool, row, table.c.field, table.c.code, country]
    return store.select(
        sa.select(*keys, sa.func.count(), distinct(table.c.team), distinct(table.c.submission))
        .where(table.c.current, table.c.code.is_not(None))
        .group_by(*keys)
    )
