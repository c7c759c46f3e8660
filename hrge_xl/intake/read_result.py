"""What is known of a file beyond its sheets, and everything that was found on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..answer import Answers, CellKey
from ..findings import Finding
from ..submission import Identity, Unplaced
from .expected import CellSpec
from .issued_cells import SheetResults
from .raw import RawCell
from .unplaced import UnplacedTexts


@dataclass(slots=True)
class ReadResult:
    """Everything that was found: cells with their values, where all cells are, and what was noticed."""

    cells: dict[str, Mapping[CellKey, str]] = field(default_factory=dict)  # by tool
    # part, sheet, address, cell
    filled: list[tuple[CellSpec, str, str, RawCell]] = field(default_factory=list)
    sheets: dict[str, str] = field(default_factory=dict)
    observations: list[Finding] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    comments: list[Unplaced] = field(default_factory=list)
    replaced: list[Unplaced] = field(default_factory=list)  # what was typed over texts and formulas
    no_longer: frozenset[CellKey] = frozenset()  # calculated answers with another formula
    # of formulas, by the issued name of the sheet
    results: dict[str, SheetResults] = field(default_factory=dict)

    def add(self, left: UnplacedTexts) -> None:
        """Note what was found beside the answers."""
        self.unplaced += left.unplaced
        self.observations += left.observations


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What is known about a file beyond its sheets."""

    same_layout: bool = True  # it was issued with this very layout: positions can be trusted
    older: bool = False  # what is missing may never have been there
    lost: frozenset[str] = frozenset()  # what the format of the file does not keep
    identity: Identity | None = None  # of a file whose every text and formula is known
    last: Answers | None = None  # of the round before; None where nobody knows what they were
