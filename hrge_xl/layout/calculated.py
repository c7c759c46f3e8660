"""Where calculated blocks stand: how many rows and columns each takes on its sheet, and how wide these are."""

from __future__ import annotations

from collections.abc import Sequence

from ..fields import ColumnKind, kind_of
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
from .model import MARK_COLUMN, Drawn

LABEL_WIDTH, COUNT_WIDTH, STEP_WIDTH = 40, 19, 17
NUMBER_WIDTH, DAY_WIDTH, TEXT_WIDTH, FIRST_TEXT_WIDTH = 6, 13, 26, 52
STATE_WIDTH, SHEET_WIDTH, ROW_WIDTH, ABOUT_WIDTH, MESSAGE_WIDTH = 15, 24, 16, 48, 60


def drawn_blocks(spec: Spec, tool: Tool, first: int, issued: Sequence[str]) -> tuple[Drawn, ...]:
    """The calculated blocks of a sheet below each other; those whose sources were not issued are left out."""
    drawn = []
    for number, block in enumerate(tool.blocks):
        if isinstance(block, FieldBlock) or not sources_of(block, issued):
            continue
        rows = bool(block.title) + bool(block.help) + _height(spec, block)
        widths = dict(enumerate(_widths(spec, block), start=MARK_COLUMN))
        drawn.append(Drawn(block, number, first, first + rows - 1, widths))
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


def is_dated(spec: Spec, block: CollectBlock, column: str) -> bool:
    """Whether a column of a collected list holds days."""
    fields = [spec.tool[s.tool].fields[s.columns[column]] for s in block.sources if column in s.columns]
    return bool(fields) and all(kind_of(each) is ColumnKind.DATE for each in fields)


def steps_of(spec: Spec, block: PivotBlock) -> list[tuple[str, str]]:
    """What the third field of a pivot can hold, lowest first: list and code; nothing where rows are counted."""
    if block.highest is None:
        return []
    field = spec.tool[block.source].fields[block.highest]
    if field.calculated and spec.matrix is not None:
        return [("_LEVEL", code) for code in spec.matrix.level]
    name = str(field.vocabulary)
    return [(name, item.code) for item in spec.vocabularies[name].items]


def _height(spec: Spec, block: Block) -> int:
    """Heads, the rows, and what stands above and below them."""
    if isinstance(block, MatrixBlock) and spec.matrix is not None:
        scale = spec.vocabularies[spec.matrix.down].items
        return 1 + len(scale) + 1 + len(spec.matrix.levels)
    if isinstance(block, PivotBlock):
        steps = steps_of(spec, block)
        return 1 + len(_entries(spec, block, block.down)) + (1 + len(steps) if steps else 0)
    if isinstance(block, CollectBlock | ProblemsBlock):
        return 2 + block.rows
    return 1


def _widths(spec: Spec, block: Block) -> list[int]:
    """The widths of the visible columns from the first one on."""
    if isinstance(block, MatrixBlock) and spec.matrix is not None:
        return [LABEL_WIDTH, *[COUNT_WIDTH] * len(spec.vocabularies[spec.matrix.across].items)]
    if isinstance(block, PivotBlock):
        return [LABEL_WIDTH, *[STEP_WIDTH] * len(_entries(spec, block, block.across))]
    if isinstance(block, CollectBlock):
        kinds = [DAY_WIDTH if is_dated(spec, block, column) else TEXT_WIDTH for column in block.columns]
        first = kinds[0] if kinds[0] == DAY_WIDTH else FIRST_TEXT_WIDTH
        state = [STATE_WIDTH] if block.due is not None else []
        return [NUMBER_WIDTH, first, *kinds[1:], *state, SHEET_WIDTH, ROW_WIDTH]
    if isinstance(block, ProblemsBlock):
        return [NUMBER_WIDTH, STATE_WIDTH, SHEET_WIDTH, ROW_WIDTH, ABOUT_WIDTH, MESSAGE_WIDTH]
    return [LABEL_WIDTH]


def _entries(spec: Spec, block: PivotBlock, code: str) -> list[str]:
    field = spec.tool[block.source].fields[code]
    return [item.code for item in spec.vocabularies[str(field.vocabulary)].items]
