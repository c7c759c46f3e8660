"""The rows of checklists and catalogues: written out, or those of a list, or one for each tool."""

from __future__ import annotations

from collections.abc import Iterable

from ..texts import NO_TEXT
from .model import CatalogueBlock, ChecklistBlock, Item, ItemsFrom, Spec


def items_of(
    spec: Spec, block: ChecklistBlock | CatalogueBlock, issued: Iterable[str] | None = None
) -> tuple[Item, ...]:
    """Give the fixed rows of a block; those that come from the tools are the tools `issued`, or all of them."""
    if not isinstance(block.items, ItemsFrom):
        return block.items
    if block.items.vocabulary is not None:
        entries = spec.vocabularies[block.items.vocabulary].items
        return tuple(Item(code=each.code, label=each.label, help=each.help) for each in entries)
    codes = spec.tool if issued is None else issued
    tools = [spec.tool[code] for code in codes if spec.tool[code].can_be_ticked]
    parts = [NO_TEXT, *(tool.part for tool in tools)]
    return tuple(
        Item(code=tool.code, label=tool.title, section=tool.part if tool.part != before else NO_TEXT)
        for before, tool in zip(parts, tools, strict=False)
    )
