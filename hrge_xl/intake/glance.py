"""A first look at a workbook: its stamp as the document properties have it, and nothing else."""

from __future__ import annotations

from ..stamp import PROPERTY_PREFIX, from_pairs
from ..submission import Identity
from .limits import LIMITS
from .ooxml_parts import Parts
from .raw import Unreadable
from .zip_package import ZipPackage

PART = "docProps/custom.xml"


def stamp_at_a_glance(data: bytes) -> Identity | None:
    """The stamp of a workbook that was issued and has come through no other program since; None without one."""
    try:
        properties = Parts(ZipPackage(data), LIMITS).custom_properties(PART)
    except Unreadable:
        return None
    return from_pairs({name.removeprefix(PROPERTY_PREFIX): value for name, value in properties.items()})
