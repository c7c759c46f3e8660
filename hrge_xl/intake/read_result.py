"""What is known of a file beyond its sheets, and everything that was found on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..answer import Answers, CellKey
from ..findings import Finding
from ..submission import Identity, Unplaced
from .expected import CellSpec, ExpectedWorkbook
from .issued_cells import SheetResults
from .raw import RawCell

Filled = tuple[CellSpec, str, str, RawCell]  # cell of the layout, sheet, address, what stands there


@dataclass(slots=True)
class ReadResult:
    """What a file is read against, and what was found: cells with their values, where all cells are, what was noticed.

    `identity` is the stamp of a file whose every text and formula is known; None for any other.
    """

    plan: ExpectedWorkbook
    same_layout: bool  # it was issued with this very layout: positions can be trusted
    older: bool  # it was issued from an older version: what is missing may never have been there
    lost: frozenset[str]  # what the format of the file does not keep
    identity: Identity | None
    last: Answers | None  # of the round before; None where nobody knows what they were

    cells: dict[str, Mapping[CellKey, str]] = field(default_factory=dict)  # by tool
    filled: list[Filled] = field(default_factory=list)
    sheets: dict[str, str] = field(default_factory=dict)
    observations: list[Finding] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    comments: list[Unplaced] = field(default_factory=list)
    replaced: list[Unplaced] = field(default_factory=list)  # what was typed over texts and formulas
    no_longer: frozenset[CellKey] = frozenset()  # calculated answers with another formula
    # of formulas, by the issued name of the sheet
    results: dict[str, SheetResults] = field(default_factory=dict)
