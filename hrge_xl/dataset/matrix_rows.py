"""What a spec crosses in its matrices: the pairs of scale fields, and the level of each pair of steps."""

from __future__ import annotations

from ..spec.model import MatrixBlock, Spec
from .table import Row

Pair = tuple[str, str]  # the fields down and across


def matrix_blocks(spec: Spec) -> list[MatrixBlock]:
    """Give every matrix of the spec."""
    return [block for tool in spec.tools for block in tool.blocks if isinstance(block, MatrixBlock)]


def crossed_pairs(spec: Spec) -> dict[str, list[Pair]]:
    """Give for each tool the pairs of fields that are crossed somewhere, in a matrix or as risks."""
    if spec.matrix is None:
        return {}
    found: dict[str, dict[Pair, None]] = {}
    for block in matrix_blocks(spec):
        for tool in block.sources:
            found.setdefault(tool, {})[block.down, block.across] = None
    risks = spec.figures.risks
    stages = [stage for stage in (risks.before, risks.after) if stage] if risks else []
    for tool in risks.tools if risks else ():
        found.setdefault(tool, {}).update(dict.fromkeys((stage.down, stage.across) for stage in stages))
    return {tool: list(pairs) for tool, pairs in found.items()}


def matrix_levels(spec: Spec | None) -> list[Row]:
    """Give the level of each pair of steps: codes, numbers, level."""
    if spec is None or spec.matrix is None:
        return []
    return [
        (down, across, float(down), float(across), level)
        for down, levels in spec.matrix.cells.items()
        for across, level in levels.items()
    ]
