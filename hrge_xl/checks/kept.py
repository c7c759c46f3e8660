"""Which rows a collected list keeps: what its sheet shows, worked out over all submissions at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..spec.check import rule_scope
from ..spec.expression import Problem, parse_condition
from ..spec.model import CollectBlock, Collected
from .universe import table_key
from .vectorised import Evaluator

Source = tuple[str, int, int]  # tool of the list, number of its block, number of the source


def kept(run: Evaluator) -> list[dict[Source, tuple[str, ...]]]:
    """For each submission and source of a collected list the codes of the rows (or records) to keep."""
    found: list[dict[Source, tuple[str, ...]]] = [{} for _ in range(run.batch.size)]
    for key, source in _sources(run):
        for submission, rows in enumerate(_rows(run, source)):
            found[submission][key] = rows
    return found


def _sources(run: Evaluator) -> Iterator[tuple[Source, Collected]]:
    for tool in run.program.spec.tools:
        for block_number, block in enumerate(tool.blocks):
            if isinstance(block, CollectBlock):
                for number, source in enumerate(block.sources):
                    yield (tool.code, block_number, number), source


def _rows(run: Evaluator, source: Collected) -> list[tuple[str, ...]]:
    spec = run.program.spec
    tool = spec.tool[source.tool]
    scope = rule_scope(spec, tool, tuple(source.columns.values()))
    condition = parse_condition(source.keep, scope)
    if isinstance(condition, Problem) or scope.block is None:  # spec.load refuses such a spec
        raise ValueError(f"{source.keep}: not a condition over {source.tool}")
    table = run.batch.universe.tables[table_key(tool, scope.block)]
    where = run.over_rows(run.holds(condition), table) & run.batch.active(table)
    return [tuple(table.rows[row] for row in np.flatnonzero(each).tolist()) for each in where]
