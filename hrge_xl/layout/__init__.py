"""From a spec and a language to the exact place of everything; the only layer that knows addresses.

In go a spec, a language, and which tools and how many rows are wanted; out comes one `Layout`: sheets, cells, lists,
and messages of the checks, which the writer draws and the reader reads by. Findings are put into words here, too.
"""

from .lists import keeps_others, offered_rows, reference_name
from .model import (
    COLUMNS,
    LAST_COLUMN,
    LAST_ROW,
    CellOfSlot,
    Drawn,
    Grid,
    GridColumn,
    Layout,
    ListPlace,
    Place,
    Row,
    Sheet,
    Slot,
    address,
    column_letters,
    column_number,
    parse_cell,
    quoted,
)
from .sheets import build

__all__ = [
    "COLUMNS",
    "LAST_COLUMN",
    "LAST_ROW",
    "CellOfSlot",
    "Drawn",
    "Grid",
    "GridColumn",
    "Layout",
    "ListPlace",
    "Place",
    "Row",
    "Sheet",
    "Slot",
    "address",
    "build",
    "column_letters",
    "column_number",
    "keeps_others",
    "offered_rows",
    "parse_cell",
    "quoted",
    "reference_name",
]
