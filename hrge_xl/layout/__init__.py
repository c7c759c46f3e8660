"""From a spec and a language to the exact place of everything; the only layer that knows addresses."""

from .lists import offered_rows, reference_name
from .model import (
    CellOfSlot,
    Column,
    Drawn,
    Grid,
    Layout,
    ListPlace,
    Place,
    Row,
    Sheet,
    Slot,
    address,
    column_letters,
    quoted,
)
from .sheets import build

__all__ = [
    "CellOfSlot",
    "Column",
    "Drawn",
    "Grid",
    "Layout",
    "ListPlace",
    "Place",
    "Row",
    "Sheet",
    "Slot",
    "address",
    "build",
    "column_letters",
    "offered_rows",
    "quoted",
    "reference_name",
]
