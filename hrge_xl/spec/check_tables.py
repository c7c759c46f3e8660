"""Mistakes in what stands together on a sheet: one table below one header, or a form, or calculated blocks."""

from __future__ import annotations

from ..frozen import Found, Path
from .model import Block, ChecklistBlock, FieldBlock, FormBlock, Spec, Tool

OWN_SHEET = "Give it a sheet of its own: a file in tools/, with `goes_with` where it belongs to a tool."


def check_tables(spec: Spec) -> Found:
    """Check every sheet."""
    for index, tool in enumerate(spec.tools):
        path: Path = ("tools", index)
        forms = [block for block in tool.blocks if isinstance(block, FormBlock)]
        yield from (_beside_forms(tool, forms[0], path) if forms else _tables(tool, path))
        if tool.goes_with is not None and (
            tool.goes_with not in spec.tool or not spec.tool[tool.goes_with].can_be_ticked
        ):
            reason = f"'{tool.goes_with}' is not a tool that can be ticked, so that nothing goes with it."
            yield (*path, "goes_with"), reason, "Name the tool that this sheet belongs to."


def _beside_forms(tool: Tool, first: FormBlock, path: Path) -> Found:
    """Give a form shares its header with other forms about as many records, and with lists of one answer each."""
    for number, block in enumerate(tool.blocks):
        where: Path = (*path, "blocks", number)
        if isinstance(block, FormBlock):
            if block.records != first.records:
                reason = f"The forms of a sheet share one header, and have {first.records} and {block.records} records."
                yield (*where, "records"), reason, OWN_SHEET
        elif not _is_list(block) or first.records > 1:
            reason = "The sheet of a form holds nothing but forms and, beside one record, lists of one answer each."
            yield (*where, "kind"), reason, OWN_SHEET


def _is_list(block: Block) -> bool:
    """Say whether a block is a list of items with one answer each."""
    return isinstance(block, ChecklistBlock) and len(block.fields) == 1 and block.fields[0].asked


def _tables(tool: Tool, path: Path) -> Found:
    """Give a table is alone on its sheet, and called as the sheet is."""
    if not tool.field_blocks:
        return
    for number, block in enumerate(tool.blocks):
        where: Path = (*path, "blocks", number)
        if number:
            yield (*where, "kind"), "A sheet has one table.", OWN_SHEET
        elif isinstance(block, FieldBlock) and (block.title or block.help):
            option = "title" if block.title else "help"
            reason = f"The `{option}` of a table is shown nowhere: its sheet has a title and a purpose."
            yield (*where, option), reason, "Leave it out."
