"""Which rows of registers are over: what the option `closed` says of them, over all submissions at once."""

from __future__ import annotations

import numpy as np

from .cell_index import table_key
from .evaluator import Evaluator

Row = tuple[str, str]  # tool and row


def rows_that_are_over(run: Evaluator) -> list[frozenset[Row]]:
    """Give for each submission the rows in use that are closed."""
    found: list[set[Row]] = [set() for _ in range(run.batch.size)]
    for (code, number), condition in run.program.closed.items():
        tool = run.program.spec.tool[code]
        block = next(block for block in tool.field_blocks if block is tool.blocks[number])
        table = run.batch.cell_index.tables[table_key(tool, block)]
        closed = run.over_rows(run.holds(condition), table) & run.batch.active(table)
        for submission, row in zip(*(axis.tolist() for axis in np.nonzero(closed)), strict=True):
            found[submission].add((code, table.rows[row]))
    return [frozenset(rows) for rows in found]
