"""The matrices over all teams, in total, by tool and by country."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from ...spec.model import MatrixBlock, Spec
from ...validation import RETURNED
from ..matrix_rows import matrix_blocks
from ..schema import MATRIX_ROWS, SUBMISSIONS, Row, spec_language
from ..store import Store
from .common import BY_COUNTRY, BY_TOOL, TOTAL, distinct


def matrices(store: Store, spec: Spec) -> Iterator[Row]:
    """Every matrix of the spec."""
    for number, block in enumerate(matrix_blocks(spec), start=1):
        yield from _matrix(store, spec, block, number)


def _matrix(store: Store, spec: Spec, block: MatrixBlock, number: int) -> Iterator[Row]:
    """All crossings in total, also those without a row; then those with one, by tool and by country."""
    matrix, language = spec.matrix, spec_language(spec)
    if matrix is None:
        return
    steps = {name: spec.vocabularies[name].by_code for name in (matrix.down, matrix.across)}

    def line(by: str, tools: str, country: str | None, at: tuple[str, str], counts: Sequence[Any]) -> Row:
        level = matrix.level[matrix.cells[at[0]][at[1]]]
        names = [
            steps[name][code].label.say(language)
            for name, code in zip((matrix.down, matrix.across), at, strict=True)
        ]
        return (
            number, block.title.say(language), by, tools, country, at[0], names[0], at[1], names[1],
            level.code, level.label.say(language), *counts,
        )  # fmt: skip

    every = " ".join(block.sources)
    totals = {(row[0], row[1]): row[2:] for row in _crossed(store, block, ())}
    for down in steps[matrix.down]:
        for across in steps[matrix.across]:
            yield line(TOTAL, every, None, (down, across), totals.get((down, across), (0, 0, 0, 0)))
    for tool, down, across, *counts in _crossed(store, block, ("tool",)) if len(block.sources) > 1 else ():
        yield line(BY_TOOL, tool, None, (down, across), counts)
    for country, down, across, *counts in _crossed(store, block, ("country",)):
        yield line(BY_COUNTRY, every, country, (down, across), counts)


def _crossed(store: Store, block: MatrixBlock, by: Sequence[str]) -> list[Any]:
    table, files = store.tables[MATRIX_ROWS.name], store.tables[SUBMISSIONS.name]
    keys = [table.c[name] for name in (*by, "down", "across")]
    wanted = (
        sa.select(
            *keys, sa.func.count(), distinct(table.c.team), distinct(table.c.submission),
            sa.func.sum(sa.case((files.c.verdict == RETURNED, 1), else_=0)),
        )
        .join(files, files.c.submission == table.c.submission)
        .where(
            table.c.current, table.c.tool.in_(block.sources),
            table.c.down_field == block.down, table.c.across_field == block.across,
        )
        .group_by(*keys)
    )  # fmt: skip
    return sorted(store.select(wanted))
