"""Where answers stand, as formulas write it: cells, runs of cells, columns, entries of lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..language import Ref
from ..language.sheet_text import answers_in
from ..layout import Grid, Layout, Place, Slot, column_letters, quoted
from ..spec.own_sheets import LAST_SHEET


def cells_of(cells: Sequence[Place], *, row: str | None = None) -> str:
    """Write a cell, or a run of cells, of this sheet; with `row` in place of the row number."""
    return _run(cells[0], cells[-1], row)


def _run(first: Place, last: Place, row: str | None) -> str:
    start = f"${column_letters(first.column)}{row or first.row}"
    return start if first == last else f"{start}:${column_letters(last.column)}{row or last.row}"


def count_answers(slots: Iterable[Slot], *, row: str | None = None) -> str:
    """Write how many cells of some slots are answered; cells side by side are counted together."""
    runs: list[tuple[Place, Place]] = []
    for cell in (cell for slot in slots for cell in slot.cells):
        if runs and _continues(*runs[-1], cell):
            runs[-1] = runs[-1][0], cell
        else:
            runs.append((cell, cell))
    return "+".join(answers_in(_run(first, last, row)) for first, last in runs)


def _continues(first: Place, last: Place, cell: Place) -> bool:
    """Say whether a cell stands at the end of a run, in its row or in its column."""
    beside = first.row == last.row and cell == Place(last.row, last.column + 1)
    return beside or (first.column == last.column and cell == Place(last.row + 1, last.column))


def absolute(layout: Layout, tool: str, cells: Sequence[Place], *, row: str | None = None) -> str:
    """Write a cell, or a run of cells, of a sheet from any other one."""
    first, last = cells[0], cells[-1]
    start = f"{quoted(layout.sheet[tool].name)}!${column_letters(first.column)}${row or first.row}"
    return start if first == last else f"{start}:${column_letters(last.column)}${row or last.row}"


def column_range(layout: Layout, grid: Grid, column: int) -> str:
    """Give a whole column of a grid's data rows, from any sheet."""
    letters, rows = column_letters(column), grid.data_rows
    return (
        f"{quoted(layout.sheet[grid.tool.code].name)}!${letters}${rows[0].index}:${letters}${rows[-1].index}"
    )


def last_cells(first: Place, last: Place, *, row: str | None = None) -> str:
    """Write cells of the hidden sheet with the answers of the round before, from any other sheet."""
    start = f"{quoted(LAST_SHEET)}!${column_letters(first.column)}${row or first.row}"
    return start if first == last else f"{start}:${column_letters(last.column)}${row or last.row}"


def record_range(layout: Layout, ref: Ref) -> str:
    """Give the cells of a question that is asked once a record, side by side, from any sheet."""
    slots = [slot for key, slot in layout.slots.items() if (key[0], key[2]) == ref.key]
    first, last = slots[0].cells[0], slots[-1].cells[-1]
    sheet = quoted(layout.sheet[ref.tool].name)
    return f"{sheet}!${column_letters(first.column)}${first.row}:${column_letters(last.column)}${last.row}"


def entry(layout: Layout, name: str, code: str) -> str | None:
    """Give the entry of a list that shows the label of a code."""
    place = layout.lists.get(name)
    return f"INDEX(list_{name},{place.codes.index(code) + 1})" if place and code in place.codes else None
