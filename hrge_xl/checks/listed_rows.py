"""Which rows a collected list keeps: what its sheet shows, worked out over all submissions at once."""

from __future__ import annotations

import numpy as np

from ..spec.compiled import Keeping, Source
from .cell_index import table_key
from .evaluator import Evaluator


def kept(run: Evaluator) -> list[dict[Source, tuple[str, ...]]]:
    """For each submission and source of a collected list the codes of the rows (or records) to keep."""
    found: list[dict[Source, tuple[str, ...]]] = [{} for _ in range(run.batch.size)]
    for key, keeping in run.program.lists.items():
        for submission, rows in enumerate(_rows(run, keeping)):
            found[submission][key] = rows
    return found


def _rows(run: Evaluator, keeping: Keeping) -> list[tuple[str, ...]]:
    if keeping.scope.block is None:  # spec.load refuses such a spec
        raise ValueError(f"{keeping.source.keep}: not a condition over {keeping.source.tool}")
    tool = run.program.spec.tool[keeping.source.tool]
    table = run.batch.cell_index.tables[table_key(tool, keeping.scope.block)]
    where = run.over_rows(run.holds(keeping.condition), table) & run.batch.active(table)
    return [tuple(table.rows[row] for row in np.flatnonzero(each).tolist()) for each in where]
