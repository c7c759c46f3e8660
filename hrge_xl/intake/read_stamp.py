"""A first look at a workbook: its stamp as the document properties have it, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from ..stamp import PROPERTY_PREFIX, from_pairs
from ..submission import Identity
from .limits import LIMITS
from .ooxml_parts import Parts
from .raw import Unreadable
from .zip_package import ZipPackage

PART = "docProps/custom.xml"
BRIEF = replace(LIMITS, elements=10_000)  # in this very process: a stamp has a few dozen


def stamp_alone(data: bytes) -> Identity | None:
    """Give the stamp of a workbook that was issued and has come through no other program since; None without one."""
    try:
        properties = Parts(ZipPackage(data), BRIEF).custom_properties(PART)
    except Unreadable:
        return None
    return from_pairs({name.removeprefix(PROPERTY_PREFIX): value for name, value in properties.items()})
