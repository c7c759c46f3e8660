"""What is wrong with an answer that a spec writes down itself: its place, and what it says."""

from __future__ import annotations

from functools import lru_cache

from ..fields import Field
from ..suggest import NoSuch, remedy_for
from .defaults import Wrong, wrong_answer
from .fixed_rows import items_of
from .model import CatalogueBlock, ChecklistBlock, FieldBlock, FormBlock, RegisterBlock, Spec, Tool
from .scope import Scope

MOST_ROWS = 500  # of a register, whatever it is issued with
SHOWN_ROWS = 3  # of a register in a remedy


def no_tool(spec: Spec, tool: str) -> Wrong:
    """Say so where there is no such tool, or one in which nothing is answered."""
    if tool not in spec.tool:
        yield NoSuch(f"There is no tool '{tool}'.", tool), remedy_for(tool, list(spec.tool))
    elif spec.tool[tool].calculated:
        yield f"The sheet '{tool}' has nothing to fill in.", "Name one that has."


def no_field(tool: Tool, code: str) -> Wrong:
    """Say so where a tool has no such field, or one that nobody answers."""
    field = tool.fields.get(code)
    if field is None:
        known = [each.code for each in tool.fields.values() if each.asked]
        yield NoSuch(f"The tool '{tool.code}' has no field '{code}'.", code), remedy_for(code, known)
    elif not field.asked:
        what = "is calculated" if field.calculated else "is filled in by `values` of the items"
        yield f"The field '{code}' {what}.", "Leave it out."


def no_row(spec: Spec, tool: Tool, row: str, field: str) -> Wrong:
    """Say so where a field is not asked in such a row."""
    block = next(each for each in tool.field_blocks if any(one.code == field for one in each.fields))
    known = row_codes(spec, block)
    if row not in known:
        shown = known[:SHOWN_ROWS] if isinstance(block, RegisterBlock) else known
        yield NoSuch(f"There is no row '{row}' for this in {tool.code}.", row), remedy_for(row, list(shown))


def wrong_value(spec: Spec, field: Field, written: tuple[str, ...]) -> Wrong:
    """Find what is wrong with an answer, also where it refers to a row."""
    if not field.to:
        yield from wrong_answer(spec, field, written)
        return
    if any(tool not in spec.tool for tool in field.to):  # which is told where it stands
        return
    known = {row for tool in field.to for row in _rows_meant(spec, tool)}
    for code in written:
        if code not in known:
            yield (
                f"'{code}' is not a row of {', '.join(field.to)}.",
                "Write the code of one, for example K-01.",
            )


def _rows_meant(spec: Spec, tool: str) -> tuple[str, ...]:
    scope = Scope(spec, spec.tool[tool]).rows_of(tool)
    return () if scope is None or scope.block is None else row_codes(spec, scope.block)


def row_codes(spec: Spec, block: FieldBlock) -> tuple[str, ...]:
    """Give the code of every row that a block may have in any workbook."""
    if isinstance(block, FormBlock):
        return tuple(str(record) for record in range(1, block.records + 1))
    if isinstance(block, RegisterBlock):
        return _numbered(block.id)
    if isinstance(block, ChecklistBlock | CatalogueBlock):
        return tuple(item.code for item in items_of(spec, block))
    return ()


@lru_cache(maxsize=64)
def _numbered(start: str) -> tuple[str, ...]:
    return tuple(f"{start}{number:02d}" for number in range(1, MOST_ROWS + 1))
