"""Which rows a collected list keeps: what its sheet shows, worked out over all submissions at once."""

from __future__ import annotations

import numpy as np

from ..spec.compiled import Keeping, Source
from .cell_index import table_key
from .evaluator import Evaluator


def kept(run: Evaluator) -> list[dict[Source, dict[str, float]]]:
    """Give for each submission and source of a collected list the rows (or records) to keep, each with its rank."""
    found: list[dict[Source, dict[str, float]]] = [{} for _ in range(run.batch.size)]
    for key, keeping in run.program.lists.items():
        for submission, rows in enumerate(_rows(run, keeping)):
            found[submission][key] = rows
    return found


def _rows(run: Evaluator, keeping: Keeping) -> list[dict[str, float]]:
    if keeping.scope.block is None:  # spec.load refuses such a spec
        raise ValueError(f"{keeping.source.keep}: not a condition over {keeping.source.tool}")
    tool = run.program.spec.tool[keeping.source.tool]
    table = run.batch.cell_index.tables[table_key(tool, keeping.scope.block)]
    where = run.over_rows(run.holds(keeping.condition), table) & run.batch.active(table)
    ranks = np.zeros(where.shape)
    if keeping.rank is not None:
        ranks = np.nan_to_num(run.rows(run.of(keeping.rank), table))  # what has none comes last
    return [
        {table.rows[row]: float(rank[row]) for row in np.flatnonzero(each).tolist()}
        for each, rank in zip(where, ranks, strict=True)
    ]
