"""What checking gives for one submission: findings, verdicts, recomputed values, progress."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..answer import Key, Value
from ..findings import Finding
from ..kept_texts import Kept

if TYPE_CHECKING:
    from ..spec.compiled import Source


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sheet's own check cell of one slot must say."""

    code: str  # '' for nothing, else the code of a finding ('V001', 'R-E01')
    required: bool  # required and active at the moment


@dataclass(slots=True)
class Progress:
    """How far one sheet is: required answers, those of them given, and its findings by severity."""

    required: int = 0
    answered: int = 0
    errors: int = 0
    warnings: int = 0


@dataclass(slots=True)
class Outcome:
    """Everything that was found out about one submission."""

    findings: list[Finding] = field(default_factory=list)
    verdicts: dict[Key, Verdict] = field(default_factory=dict)  # where they were asked for
    calculated: dict[Key, Value] = field(default_factory=dict)
    kept: dict[Source, dict[str, float]] = field(default_factory=dict)  # see `checks.listed_rows`
    progress: dict[str, Progress] = field(default_factory=dict)
    checks_run: list[str] = field(default_factory=list)
    checks_not_run: dict[str, str | Kept] = field(default_factory=dict)
