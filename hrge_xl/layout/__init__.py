"""From a spec and a language to the exact place of everything; the only layer that knows addresses."""

from .model import (
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
    "quoted",
]
