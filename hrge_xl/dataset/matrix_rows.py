"""The rows that stand in a matrix: one line for each pair of scale fields that the spec crosses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..spec.model import MatrixBlock, Spec
from ..submission import Answer
from .schema import Row

if TYPE_CHECKING:
    from .rows import ReturnKey

Pair = tuple[str, str]  # the fields down and across


def matrix_blocks(spec: Spec) -> list[MatrixBlock]:
    """Every matrix of the spec."""
    return [block for tool in spec.tools for block in tool.blocks if isinstance(block, MatrixBlock)]


def _pairs(spec: Spec) -> dict[str, list[Pair]]:
    """For each tool the pairs of fields that are crossed somewhere, in a matrix or as risks."""
    found: dict[str, dict[Pair, None]] = {}
    for block in matrix_blocks(spec):
        for tool in block.sources:
            found.setdefault(tool, {})[block.down, block.across] = None
    risks = spec.figures.risks
    stages = [stage for stage in (risks.before, risks.after) if stage] if risks else []
    for tool in risks.tools if risks else ():
        found.setdefault(tool, {}).update(dict.fromkeys((stage.down, stage.across) for stage in stages))
    return {tool: list(pairs) for tool, pairs in found.items()}


def crossings(spec: Spec, answers: Iterable[Answer], owner: ReturnKey, sha256: str) -> Iterator[Row]:
    """The rows of one file that have both steps of a pair."""
    pairs = _pairs(spec)
    steps: dict[tuple[str, str], dict[str, Answer]] = {}
    for answer in answers:
        if answer.tool in pairs and answer.number is not None:
            steps.setdefault((answer.tool, answer.row), {})[answer.field] = answer
    found: list[tuple[Pair, Sequence[Answer]]] = [
        (pair, (fields[pair[0]], fields[pair[1]]))
        for (tool, _), fields in steps.items()
        for pair in pairs[tool]
        if pair[0] in fields and pair[1] in fields
    ]
    for n, (pair, (down, across)) in enumerate(found, start=1):
        one, other = f"{down.number:g}", f"{across.number:g}"
        level = spec.matrix.cells.get(one, {}).get(other) if spec.matrix else None
        if level is not None:
            yield (
                *owner.head, n, down.tool, down.row, *pair, one, other, level, down.sheet, down.cell, True, sha256,
            )  # fmt: skip
