"""Where calculated blocks stand: how many rows and columns each takes on its sheet, and how wide these are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..fields import ColumnKind, kind_of
from ..spec.model import (
    Block,
    CalculatedBlock,
    CollectBlock,
    MatrixBlock,
    PivotBlock,
    ProblemsBlock,
    ProgressBlock,
    Spec,
    Tool,
)
from .model import MARK_COLUMN, Drawn

LABEL_WIDTH, COUNT_WIDTH, STEP_WIDTH, GAP_WIDTH = 40, 19, 17, 2
SCALE_WIDTH, CODES_WIDTH, CODE_WIDTH = 8, 8, 9
PROGRESS_WIDTHS = [18, 10, 8, 8]
NUMBER_WIDTH, DAY_WIDTH, TEXT_WIDTH, FIRST_TEXT_WIDTH = 6, 13, 26, 52
COMPACT_STATE_WIDTH = 9
STATE_WIDTH, SHEET_WIDTH, ROW_WIDTH = 15, 24, 16
PROBLEMS_WIDTHS = [NUMBER_WIDTH, STATE_WIDTH, SHEET_WIDTH, ROW_WIDTH, 48, 60]  # … question, what to do


def drawn_blocks(spec: Spec, tool: Tool, first: int, issued: Sequence[str]) -> tuple[Drawn, ...]:
    """Place the calculated blocks of a sheet that have sources, below each other or beside those before."""
    drawn: list[Drawn] = []
    top, left = first, MARK_COLUMN
    for number, block in enumerate(tool.blocks):
        if not isinstance(block, CalculatedBlock) or not sources_of(block, issued):
            continue
        if block.beside and drawn:
            first, left = top, max(column for before in drawn for column in before.widths) + 2
        below, of_columns = _size(spec, block, issued)
        rows = bool(block.title) + bool(block.help) + below
        widths = dict(enumerate(of_columns, start=left))
        if left > MARK_COLUMN:
            widths[left - 1] = GAP_WIDTH
        drawn.append(Drawn(block, number, first, first + rows - 1, widths, left))
        first += rows
    return tuple(drawn)


def sources_of(block: Block, issued: Sequence[str]) -> list[str]:
    """Give the tools that a calculated block draws from, as far as they were issued."""
    match block:
        case MatrixBlock():
            tools: Iterable[str] = block.sources
        case PivotBlock():
            tools = [block.source]
        case CollectBlock():
            tools = [source.tool for source in block.sources]
        case _:
            tools = issued
    return [code for code in tools if code in issued]


def to_fill_in(spec: Spec, issued: Sequence[str]) -> list[str]:
    """Give the tools with something to fill in, as far as they were issued."""
    return [code for code in issued if any(field.asked for field in spec.tool[code].fields.values())]


def kind_of_column(spec: Spec, block: CollectBlock, column: str) -> ColumnKind | None:
    """Give the kind of what a column of a collected list shows; None where its sources differ."""
    of = [spec.tool[s.tool].fields[s.columns[column]] for s in block.sources if column in s.columns]
    kinds = set(map(kind_of, of))
    return kinds.pop() if len(kinds) == 1 else None


def _size(spec: Spec, block: Block, issued: Sequence[str]) -> tuple[int, list[int]]:
    """Give the rows of a block below its title, and the widths of its visible columns.

    The rows are heads, the rows themselves, and what stands above and below them.
    """
    match block, spec.matrix:
        case MatrixBlock(), matrix if matrix is not None:
            label, cell = (SCALE_WIDTH, CODES_WIDTH) if block.codes else (LABEL_WIDTH, COUNT_WIDTH)
            down, across = (spec.vocabularies[scale].items for scale in (matrix.down, matrix.across))
            below = 0 if block.codes else 1 + len(matrix.levels)
            return 1 + len(down) + below, [label, *[cell] * len(across)]
        case PivotBlock(), matrix:
            rows = 1 + len(_entries(spec, block, block.down))
            if block.highest is not None:
                of_levels = spec.tool[block.source].fields[block.highest].calculated
                steps = matrix.levels if matrix and of_levels else _entries(spec, block, block.highest)
                rows += 1 + len(steps)
            return rows, [LABEL_WIDTH, *[STEP_WIDTH] * len(_entries(spec, block, block.across))]
        case CollectBlock(), _:
            widths = [CODE_WIDTH if block.compact else NUMBER_WIDTH]
            text = FIRST_TEXT_WIDTH
            for column in block.columns:
                usual = DAY_WIDTH if kind_of_column(spec, block, column) is ColumnKind.DATE else text
                widths.append(block.widths.get(column, usual))
                text = TEXT_WIDTH
            if block.due is not None:
                widths.append(COMPACT_STATE_WIDTH if block.compact else STATE_WIDTH)
            return 2 + block.rows, widths if block.compact else [*widths, SHEET_WIDTH, ROW_WIDTH]
        case ProblemsBlock(), _:
            return 2 + block.rows, PROBLEMS_WIDTHS
        case ProgressBlock(), _:
            return 1 + len(to_fill_in(spec, issued)), PROGRESS_WIDTHS
    return 1, [LABEL_WIDTH]


def _entries(spec: Spec, block: PivotBlock, code: str) -> list[str]:
    field = spec.tool[block.source].fields[code]
    return [item.code for item in spec.vocabularies[str(field.vocabulary)].items]
