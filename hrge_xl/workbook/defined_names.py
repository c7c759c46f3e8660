"""The names by which formulas call cells of other sheets."""

from __future__ import annotations

from ..fields import TICK
from ..fields import ticked as is_ticked
from ..layout import Layout, column_letters
from ..layout.model import CODE_COLUMN
from .cell_ranges import entry


def last_of_row(tool: str, code: str, row: str) -> str:
    """Write what an answer of this row was, found by the code of the row, so that the formula can be shared."""
    return f"INDEX({last_name(tool, code)},MATCH(${column_letters(CODE_COLUMN)}{row},{last_rows(tool)},0))"


def row_codes(layout: Layout, tool: str) -> str:
    """Give the defined name of the row codes of a tool's table."""
    return "rows_of_" + tool.replace(".", "_")


def ticked(layout: Layout, tool: str) -> str:
    """Say whether a tool counts: ticked in the form, or such that it always does."""
    if tool not in layout.sheet:
        return "FALSE"
    own = layout.spec.tick_of(tool)
    if own is None or layout.spec.tick_field is None:
        return "TRUE"
    where, field = layout.spec.tick_field
    if (where, own, field) not in layout.slots:
        return "FALSE"
    of = layout.slots[where, own, field].field
    if of.list_name == TICK:
        return is_ticked(tick_name(own), "Y")
    return f"IFERROR({tick_name(own)}={entry(layout, str(of.list_name), 'Y')},FALSE)"


def tick_name(tool: str) -> str:
    """Give the defined name of the cell that ticks a tool."""
    return "tick_" + tool.replace(".", "_")


def answer_name(code: str) -> str:
    """Give the defined name of the cell of a question that is asked once."""
    return f"answer_{code}"


def column_name(tool: str, code: str, part: int = 0) -> str:
    """Give the defined name of a column that references look something up in, one of several where it has parts."""
    return f"column_{tool}_{code}{f'_part_{part}' if part else ''}".replace(".", "_")


def active_name(tool: str) -> str:
    """Give the defined name of the helper cells that count the answers of each row of a register."""
    return "answers_in_rows_of_" + tool.replace(".", "_")


def last_name(tool: str, code: str) -> str:
    """Give the defined name of a column that says what answers were in the round before."""
    return f"last_{tool}_{code or 'closed'}".replace(".", "_")


def last_rows(tool: str) -> str:
    """Give the defined name of the row codes beside these columns."""
    return "last_rows_of_" + tool.replace(".", "_")
