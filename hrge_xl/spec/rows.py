"""The rows of blocks, and what the workbook of the next round has of them: option `carry` of fields, and `closed`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..core.spec_parts import NO_TEXT, Text
from ..fields import Field
from .model import (
    FieldBlock,
    FormBlock,
    Item,
    ItemBlock,
    ItemsFrom,
    RegisterBlock,
    Spec,
    Tool,
)

ANSWER, LAST, BOTH, NOTHING = "answer", "last", "both", "nothing"  # what the next workbook has of an answer
MOST_ROWS = 500  # of a register, whatever it is issued with


def items_of(spec: Spec, block: ItemBlock, issued: Iterable[str] | None = None) -> tuple[Item, ...]:
    """Give the fixed rows of a block; those that come from the tools are the tools `issued`, or all of them."""
    if not isinstance(block.items, ItemsFrom):
        return block.items
    if block.items.vocabulary is not None:
        entries = spec.vocabularies[block.items.vocabulary].items
        return tuple(Item(code=entry.code, label=entry.label, help=entry.help) for entry in entries)
    codes = spec.tool if issued is None else issued
    tools = [spec.tool[code] for code in codes if spec.tool[code].can_be_ticked]
    parts = [NO_TEXT, *(tool.part for tool in tools)]
    return tuple(
        Item(code=tool.code, label=tool.title, section=tool.part if tool.part != before else NO_TEXT)
        for before, tool in zip(parts, tools, strict=False)
    )


def rows_of(spec: Spec, block: FieldBlock) -> dict[str, Text]:
    """Give the codes of the rows that a block is issued with, with their labels."""
    if isinstance(block, ItemBlock):
        return {item.code: item.label for item in items_of(spec, block)}
    if isinstance(block, RegisterBlock):
        return dict.fromkeys(_numbered(block.id)[: block.rows], NO_TEXT)
    assert isinstance(block, FormBlock)
    return {str(number): NO_TEXT for number in range(1, block.records + 1)}


def row_codes(spec: Spec, block: FieldBlock) -> tuple[str, ...]:
    """Give the code of every row that a block may have in any workbook."""
    return _numbered(block.id) if isinstance(block, RegisterBlock) else tuple(rows_of(spec, block))


@lru_cache(maxsize=64)
def _numbered(start: str) -> tuple[str, ...]:
    return tuple(f"{start}{number:02d}" for number in range(1, MOST_ROWS + 1))


def closing(spec: Spec) -> Iterator[tuple[Tool, RegisterBlock]]:
    """Yield the registers whose rows may be closed."""
    for tool in spec.tools:
        for block in tool.field_blocks:
            if isinstance(block, RegisterBlock) and block.closed is not None:
                yield tool, block


def carry_of(spec: Spec, field: Field) -> str:
    """Give what `carry` says, else its default: every answer goes on, but for the days of the period."""
    if field.carry is not None:
        return field.carry
    return NOTHING if not field.asked or field.code in spec.identity.of_the_period else ANSWER


def goes_on(spec: Spec, field: Field) -> bool:
    """Say whether an answer stands in the next workbook as its answer."""
    return carry_of(spec, field) in (ANSWER, BOTH)


def is_shown(spec: Spec, field: Field) -> bool:
    """Say whether an answer stands in the next workbook beside the cell to answer anew."""
    return carry_of(spec, field) in (LAST, BOTH)
