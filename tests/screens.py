"""What a window shows of a sheet: widths of columns and heights of rows in pixels, as the file has them."""

from __future__ import annotations

from openpyxl.cell.cell import Cell
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

PIXELS_A_CHARACTER, PIXELS_A_LINE, PIXELS_A_POINT = 7, 17, 4 / 3
USUAL_WIDTH = 9.0  # characters of a column of which the file says nothing


def width(sheet: Worksheet, column: int) -> float:
    """Give the width of a column in pixels; nothing when it is hidden."""
    dimension = dimension_of(sheet, column)
    if dimension is None:
        return USUAL_WIDTH * PIXELS_A_CHARACTER
    return 0 if dimension.hidden else dimension.width * PIXELS_A_CHARACTER


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
