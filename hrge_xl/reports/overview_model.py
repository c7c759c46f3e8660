"""The overview as data: every figure with the number of teams behind it and the rows that it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ..dataset.periods import PeriodFigures
from ..dataset.reconciliation import Reconciliation

MOST_ROWS = 200  # listed behind one figure; the page says how many more there are


@dataclass(frozen=True, slots=True)
class Source:
    """One row behind a figure: whose it is, and the cell that it stands in."""

    team: str
    file: str
    sheet: str
    cell: str
    row: str = ""
    text: str | None = ""  # what stands there; None where it is masked
    aim: tuple[float, float] | None = None  # baseline and target of a value


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows behind a figure. `anchor` is where the page lists them; `total` counts those left out too."""

    anchor: str
    sources: Sequence[Source]
    total: int
    teams: int


@dataclass(frozen=True, slots=True)
class Team:
    """Where a team stands."""

    code: str
    country: str
    state: str  # accepted, returned, conflict, missing, unexpected
    deadline: date | None
    days_late: int
    required: int
    answered: int
    errors: int
    files: tuple[str, ...]
    tools: dict[str, tuple[int, int]] = field(default_factory=dict)  # sheet → answered, required


@dataclass(frozen=True, slots=True)
class Tool:
    """How far one sheet is, over all teams."""

    code: str
    title: str
    answered: int
    required: int
    teams: int


@dataclass(frozen=True, slots=True)
class Level:
    """One band of the matrix."""

    code: str
    label: str
    colour: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """How many risks stand where, at one stage."""

    stage: str
    down_label: str
    across_label: str
    down: Sequence[tuple[str, str]]
    across: Sequence[tuple[str, str]]
    levels: dict[tuple[str, str], str]
    cells: dict[tuple[str, str], Behind]

    @property
    def rows(self) -> int:
        """How many risks stand in it."""
        return sum(each.total for each in self.cells.values())


@dataclass(frozen=True, slots=True)
class RiskPart:
    """One part of a breakdown: risks by level, before and after."""

    label: str
    counts: dict[str, dict[str, int]]  # stage → level → risks
    teams: int


@dataclass(frozen=True, slots=True)
class TopRisk:
    """One of the risks that weigh most."""

    name: str | None
    before: str | None  # levels
    after: str | None
    facts: Sequence[tuple[str, str]]
    source: Source


@dataclass(frozen=True, slots=True)
class Risks:
    """Everything about risks."""

    levels: Sequence[Level]
    maps: Sequence[HeatMap]
    breakdowns: Sequence[tuple[str, Sequence[RiskPart]]]
    top: Sequence[TopRisk]
    open_risks: int  # that could stand in the list
    teams: int

    def level(self, code: str | None) -> Level | None:
        """A level by its code."""
        return next((level for level in self.levels if level.code == code), None)


@dataclass(frozen=True, slots=True)
class SplitPart:
    """One part of a split; no number where it is masked."""

    label: str
    number: float | None
    behind: Behind


@dataclass(frozen=True, slots=True)
class Period:
    """One period of an indicator. Figures are None where there is none, or where they are masked."""

    code: str
    label: str
    how: str | None
    why: str | None
    total: float | None
    teams: int
    missing: int
    least: float | None
    most: float | None
    baseline: float | None
    target: float | None
    progress: float | None
    previous: str | None
    same_teams: int
    previous_total: float | None
    same_total: float | None
    change: float | None
    statuses: Sequence[tuple[str, int]]
    behind: Behind
    splits: Sequence[tuple[str, Sequence[SplitPart]]]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator with its periods, the last one first."""

    code: str
    label: str
    unit: str | None
    kind: str | None
    periods: Sequence[Period]
    trend: Sequence[tuple[str, float, int]]  # total and teams of periods of one length, the first one first


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that was answered with no."""

    tool: str
    question: str
    no: int
    answered: int
    teams_no: int
    teams: int
    behind: Behind


@dataclass(frozen=True, slots=True)
class Overdue:
    """An action that is past its day."""

    list_title: str
    due: date
    days: int
    facts: Sequence[tuple[str, str | None]]
    source: Source


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page, which is about one period."""

    title: str
    round: str | None
    period: str | None  # empty where its returns state none; None where there is no return
    periods: Sequence[PeriodFigures]  # every period that has figures, the latest one first
    language: str
    today: date
    spec: str
    spec_version: str
    spec_digest: str
    masked: bool
    received: Reconciliation  # of the whole dataset
    counted: int  # files whose figures go in
    from_returned: int  # of these, files that were returned with errors
    expected: bool  # whether it is known who was to answer
    teams: Sequence[Team]
    tools: Sequence[Tool]
    risks: Risks | None
    indicators: Sequence[Indicator] | None
    gaps: Sequence[Gap] | None
    all_gaps: int
    overdue: Sequence[Overdue] | None  # the first of them
    all_overdue: int
