"""Kinds of damage to the full Toolkit workbook, in families, with all that must be found of each."""

from tests.damages import (
    heads,
    identity,
    on_top,
    own_sheets,
    remarks,
    rows,
    seen,
    settings,
    shown,
    texts,
    values,
)
from tests.damages.kinds import Kind

FAMILIES = (heads, texts, rows, remarks, shown, own_sheets, seen, on_top, values, identity, settings)
KINDS: tuple[Kind, ...] = tuple(kind for family in FAMILIES for kind in family.KINDS)
