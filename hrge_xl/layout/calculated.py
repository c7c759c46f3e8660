"""How many rows a calculated block takes on its sheet."""

from __future__ import annotations

from collections.abc import Sequence

from ..spec.model import (
    Block,
    CollectBlock,
    FieldBlock,
    MatrixBlock,
    PivotBlock,
    ProblemsBlock,
    Spec,
    Tool,
)
from .model import Drawn


def drawn_blocks(spec: Spec, tool: Tool, first: int, issued: Sequence[str]) -> tuple[Drawn, ...]:
    """The calculated blocks of a sheet below each other; those whose sources were not issued are left out."""
    drawn = []
    for number, block in enumerate(tool.blocks):
        if isinstance(block, FieldBlock) or not sources_of(block, issued):
            continue
        rows = _height(spec, block)
        drawn.append(Drawn(block, number, first, first + rows - 1))
        first += rows
    return tuple(drawn)


def sources_of(block: Block, issued: Sequence[str]) -> list[str]:
    """The tools that a calculated block draws from, as far as they were issued."""
    if isinstance(block, MatrixBlock):
        return [code for code in block.sources if code in issued]
    if isinstance(block, PivotBlock):
        return [block.source] if block.source in issued else []
    if isinstance(block, CollectBlock):
        return [source.tool for source in block.sources if source.tool in issued]
    return list(issued)


def _height(spec: Spec, block: Block) -> int:
    """Title and heads, the rows, and what stands below them."""
    if isinstance(block, MatrixBlock) and spec.matrix is not None:
        scale = spec.vocabularies[spec.matrix.down].items
        return 2 + len(scale) + 1 + len(spec.matrix.levels)
    if isinstance(block, PivotBlock):
        field = spec.tool[block.source].fields[block.down]
        return 2 + len(spec.vocabularies[str(field.vocabulary)].items)
    if isinstance(block, CollectBlock | ProblemsBlock):
        return 2 + block.rows
    return 1
