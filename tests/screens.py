"""How much of a workbook a small laptop shows: screens a sheet, what the frozen part takes, cells to fill in.

python -m tests.screens FILE…

Everything is read from the file itself with openpyxl. Groups of columns are counted as unfolded; what stands right of
the printed area (a panel that explains) is counted by itself.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

WINDOW_WIDTH, WINDOW_HEIGHT = 1250, 550  # pixels of cells at 1366 × 768
PIXELS_A_CHARACTER, PIXELS_A_LINE, PIXELS_A_POINT = 7, 17, 4 / 3
USUAL_WIDTH = 9.0  # characters of a column of which the file says nothing


@dataclass(frozen=True)
class Sheet:
    """What a laptop shows of one sheet."""

    name: str
    key: str
    zoom: int
    pixels: float  # width of the table, all groups open
    screens: int
    panel_screens: int  # further screens, for what stands right of what is printed
    frozen_width: float  # share of the window
    frozen_height: float
    inputs: int
    formulas: int
    header_rows: list[int]
    doubled_heads: list[str]


def width(sheet: Worksheet, column: int) -> float:
    """Give the width of a column in pixels; nothing when it is hidden."""
    dimension = dimension_of(sheet, column)
    if dimension is None:
        return USUAL_WIDTH * PIXELS_A_CHARACTER
    return 0 if dimension.hidden else dimension.width * PIXELS_A_CHARACTER


def open_width(sheet: Worksheet, column: int) -> float:
    """Give the width of a column in pixels when all groups are open."""
    dimension = dimension_of(sheet, column)
    folded = dimension is not None and dimension.hidden and dimension.outlineLevel
    return dimension.width * PIXELS_A_CHARACTER if dimension and folded else width(sheet, column)


def dimension_of(sheet: Worksheet, column: int) -> ColumnDimension | None:
    """Find what the file says of a column."""
    dimensions = sheet.column_dimensions.values()
    return next((each for each in dimensions if (each.min or 0) <= column <= (each.max or 0)), None)


def height(sheet: Worksheet, row: int) -> float:
    """Give the height of a row in pixels: as set, or as its longest text needs."""
    dimension = sheet.row_dimensions[row]
    if dimension.hidden:
        return 0
    if dimension.height is not None and dimension.customHeight:
        return float(dimension.height) * PIXELS_A_POINT
    return max((lines(sheet, cell) for cell in sheet[row]), default=1.0) * PIXELS_A_LINE


def lines(sheet: Worksheet, cell: Cell) -> float:
    """Say how many lines the text of a cell takes."""
    if not (cell.alignment.wrap_text and isinstance(cell.value, str)) or cell.value.startswith("="):
        return 1
    room = width(sheet, cell.column) / PIXELS_A_CHARACTER or 1
    return sum(max(1, -(-len(line) * 1.05 // room)) for line in cell.value.split("\n"))


def screens(widths: list[float], leading: float, room: float) -> int:
    """Say how many screens columns take, the frozen ones on each of them; no column is cut unless it is too wide."""
    count, used = 1, leading
    for column in widths:
        if used + column > room and used > leading:
            count, used = count + 1, leading
        used += column
    return count


def frozen(sheet: Worksheet) -> tuple[int, int]:
    """Give the last row and column that are frozen."""
    if not sheet.freeze_panes:
        return 0, 0
    corner = sheet[sheet.freeze_panes]
    return corner.row - 1, corner.column - 1


def last_columns(sheet: Worksheet) -> tuple[int, int]:
    """Give the last column of the table, which is printed, and the last that holds something and can be seen."""
    printed = [
        column_index_from_string(letters) for letters in re.findall(r"\$([A-Z]+)\$\d", str(sheet.print_area))
    ]
    used = {
        cell.column
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and open_width(sheet, cell.column)
    }
    last = max(used, default=1)
    return max(printed, default=last), last


def measure(sheet: Worksheet) -> Sheet:
    """Measure one sheet."""
    rows, columns = frozen(sheet)
    zoom = sheet.sheet_view.zoomScale or 100
    room = WINDOW_WIDTH * 100 / zoom
    table_end, end = last_columns(sheet)
    leading = sum(open_width(sheet, column) for column in range(1, columns + 1))
    table = [open_width(sheet, column) for column in range(columns + 1, table_end + 1)]
    panel = [open_width(sheet, column) for column in range(table_end + 1, end + 1)]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    return Sheet(
        name=sheet.title,
        key=str(sheet["A1"].value or ""),
        zoom=zoom,
        pixels=leading + sum(table),
        screens=screens(table, leading, room),
        panel_screens=screens(table + panel, leading, room) - screens(table, leading, room),
        frozen_width=leading / room,
        frozen_height=sum(height(sheet, row) for row in range(1, rows + 1)) * zoom / 100 / WINDOW_HEIGHT,
        inputs=sum(not cell.protection.locked for cell in cells),
        formulas=sum(cell.data_type == "f" for cell in cells),
        header_rows=header_rows(sheet, rows),
        doubled_heads=doubled_heads(sheet, rows),
    )


def header_rows(sheet: Worksheet, row: int) -> list[int]:
    """Find the rows that look like the heads in the last frozen row: two cells or more, bold on the same ground."""
    looks = [look(cell) for cell in heads(sheet, row)]
    if not looks:
        return []
    below = range(row + 1, sheet.max_row + 1)
    return [
        row,
        *(number for number in below if sum(look(cell) in looks for cell in heads(sheet, number)) > 1),
    ]


def look(cell: Cell) -> tuple[bool, str]:
    """Say how a head looks."""
    return bool(cell.font.bold), str(cell.fill.fgColor.rgb)


def heads(sheet: Worksheet, row: int) -> list[Cell]:
    """Give the coloured cells of a row that show something."""
    if row < 1:
        return []
    return [
        cell
        for cell in sheet[row]
        if cell.value is not None and cell.fill.fill_type == "solid" and open_width(sheet, cell.column)
    ]


def doubled_heads(sheet: Worksheet, row: int) -> list[str]:
    """Give the names that several columns have in the last frozen row; the first line of a head is its name."""
    names = Counter(str(cell.value).split("\n")[0].strip() for cell in heads(sheet, row))
    return [name for name, count in names.items() if count > 1]


def measure_all(book: Workbook) -> list[Sheet]:
    """Measure every sheet that is shown."""
    return [measure(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]


HEADS = f"{'sheet':32}{'zoom':>5}{'pixels':>8}{'screens':>9}{'frozen':>12}{'inputs':>8}{'formulas':>10}  remarks\n"


def table_of(sheets: list[Sheet]) -> str:
    """Write what was measured, one line per sheet and one for all."""
    rows = [
        f"{sheet.name:32}{sheet.zoom:5}{sheet.pixels:8.0f}"
        f"{f'{sheet.screens}+{sheet.panel_screens}' if sheet.panel_screens else sheet.screens:>9}"
        f"{f'{sheet.frozen_width:.0%} × {sheet.frozen_height:.0%}':>12}"
        f"{sheet.inputs:8,}{sheet.formulas:10,}  {remarks(sheet)}".rstrip()
        + "\n"
        for sheet in sheets
    ]
    inputs, formulas = sum(sheet.inputs for sheet in sheets), sum(sheet.formulas for sheet in sheets)
    return f"{HEADS}{''.join(rows)}{f'{len(sheets)} tabs':66}{inputs:8,}{formulas:10,}\n"


def remarks(sheet: Sheet) -> str:
    """Say what is wrong with the heads of a sheet."""
    found = []
    if len(sheet.header_rows) > 1:
        found.append(f"heads in rows {', '.join(map(str, sheet.header_rows))}")
    if sheet.doubled_heads:
        found.append(f"several columns are named {', '.join(sheet.doubled_heads)}")
    return "; ".join(found)


def main(arguments: list[str] | None = None) -> int:
    """Measure the files named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    for path in parser.parse_args(arguments).files:
        sys.stdout.write(f"{path.name}, {path.stat().st_size / 1000:.0f} kB\n")
        sys.stdout.write(table_of(measure_all(openpyxl.load_workbook(path))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
