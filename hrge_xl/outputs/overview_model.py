"""The figures of a round as data, with the rows behind them: lines, blocks that are drawn, and the whole overview."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from ..dataset.aggregates.sql import rounded
from ..dataset.reconciliation import PeriodFigures, Reconciliation
from ..dataset.run_history import RunChange
from ..dataset.schema import Record
from ..fields import FieldType
from ..spec.model import Spec

MOST_ROWS = 200  # listed behind one figure; the page says how many more there are


Aim = tuple[float, float]  # the baseline and the target of a value


class FigureSource(NamedTuple):
    """One row behind a figure: whose it is, and the cell that it stands in."""

    team: str
    file: str
    sheet: str
    cell: str
    text: str | None = ""  # what stands there; None where it is masked
    aim: Aim | None = None


class Drilldown(NamedTuple):
    """The rows behind a figure. `anchor` is where the page lists them; `total` counts those left out too."""

    anchor: str
    sources: Sequence[FigureSource]
    total: int
    teams: int


NOT_LISTED = Drilldown("", (), 0, 0)  # of a figure whose rows the page does not list


class FigureLine(NamedTuple):
    """A line of figures: what it is about, its figures by name, the rows behind them, and what it splits into."""

    code: str
    label: str
    figures: Record  # of a table of figures its line, if it is one; None where a figure is masked
    behind: Drilldown = NOT_LISTED
    parts: Sequence[FigureLine] = ()


Number = float | None  # None where it is not known
BLUE = "#2C6A8F"


class FigureBlock(NamedTuple):
    """Figures that are drawn: a title, heads, rows of a label and numbers, and how. Numbers below a head are a series.

    Each series has a colour; where there is one series, its rows may have one each.

    `share` says that they are shares of 1, which is the end of the axis, `progress` that they are shares which may be
    more.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Number]]]
    kind: str = "bar"  # bar, column, line
    colours: Sequence[str] = (BLUE,)
    share: bool = False
    progress: bool = False

    @property
    def percent(self) -> bool:
        """Whether its numbers are shown in percent."""
        return self.share or self.progress

    @property
    def by_row(self) -> bool:
        """Whether each row has a colour of its own."""
        return not self.several and len(self.colours) > 1

    @property
    def several(self) -> bool:
        """Whether there are several series."""
        return len(self.heads) > 2

    def describe_row(
        self, label: str, numbers: Sequence[Number], write: Callable[[float], str]
    ) -> str:
        """Say a row in words: its label, and each number that is known with its head."""
        pairs = zip(self.heads[1:], numbers, strict=True)
        texts = [f"{head} {write(number)}" for head, number in pairs if number is not None]
        return f"{label}: {', '.join(texts)}"


class ListLine(NamedTuple):
    """A row of a list: its line in the table, what is said of it under headings (None: masked), and its cell."""

    figures: Record
    facts: Sequence[tuple[str, str | None]]
    source: FigureSource


@dataclass(frozen=True, slots=True)
class TeamProgress:
    """Where a team stands."""

    code: str
    country: str
    state: str  # accepted, returned, waiting, blank, missing, unexpected
    deadline: date | None
    days_late: int
    arrived_late: bool
    late_now: bool
    correction_overdue: int  # days
    required: int
    answered: int
    errors: int
    files: tuple[str, ...]
    tools: dict[str, tuple[int, int]] = field(default_factory=dict)  # sheet → answered, required


class HeatMap(NamedTuple):
    """How many risks stand where, at one stage."""

    stage: str
    down_label: str
    across_label: str
    down: Sequence[tuple[str, str]]
    across: Sequence[tuple[str, str]]
    levels: dict[tuple[str, str], str]
    cells: dict[tuple[str, str], Drilldown]
    unplaced: int  # risks without a level


class Risks(NamedTuple):
    """Everything about risks."""

    levels: Mapping[str, str]  # labels by code, the lowest first
    maps: Sequence[HeatMap]
    breakdowns: Sequence[FigureLine]  # each part has by stage its risks by level, and `teams`
    by_team: Sequence[FigureLine]  # risks by level at the last stage
    top: Sequence[ListLine]
    open_risks: int  # that could stand in the list
    teams: int


def added_up(numbers: Sequence[float | None]) -> float | None:
    """Add up some figures; None where there is none, or one is masked."""
    unmasked = [number for number in numbers if number is not None]
    return rounded(sum(unmasked)) if unmasked and len(unmasked) == len(numbers) else None


def mean_of(lines: Sequence[Record]) -> float | None:
    """Return the mean of the numbers behind lines of figures; None where the mean of one is masked."""
    sums = [None if line["mean"] is None else line["mean"] * line["frequency"] for line in lines]
    total = added_up(sums)
    return None if total is None else rounded(total / sum(line["frequency"] for line in lines))


QuestionKey = tuple[str, str | None, str]  # sheet, fixed row, question


@dataclass(slots=True)
class QuestionProfile:
    """How the answers to one question are distributed: to a choice by answer, to a number its range."""

    tool: str
    text: str
    key: QuestionKey
    type: FieldType
    answers: list[FigureLine] = field(default_factory=list)  # with `frequency` and `is_no`
    lines: list[Record] = field(
        default_factory=list
    )  # of `aggregate_numbers`, which add up to one figure
    missing: int = 0
    behind: Drilldown = field(init=False)

    @property
    def numbers(self) -> int:
        """How many numbers there are."""
        return sum(line["frequency"] for line in self.lines)

    @property
    def least(self) -> float | None:
        """The smallest of the numbers."""
        return min((line["minimum"] for line in self.lines), default=None)

    @property
    def most(self) -> float | None:
        """The largest of the numbers."""
        return max((line["maximum"] for line in self.lines), default=None)

    @property
    def total(self) -> float | None:
        """What the numbers add up to, where they may be added."""
        return added_up([line["total"] for line in self.lines])

    @property
    def mean(self) -> float | None:
        """The mean of the numbers, where it means something."""
        return mean_of(self.lines) if self.type.measures else None

    @property
    def given(self) -> int:
        """How many answers there are."""
        return self.numbers + sum(answer.figures["frequency"] or 0 for answer in self.answers)

    @property
    def weight(self) -> tuple[float, float, float]:
        """What it is sorted by: the shares of no, of missing answers, and of answers unlike the most common one.

        Numbers are as unlike as they are far apart, as a share of the largest.
        """
        of = self.given + self.missing
        spread = 0.0
        if not of:
            return 0.0, 0.0, 0.0
        counts = [answer.figures["frequency"] or 0 for answer in self.answers]
        if counts and self.given:
            spread = 1 - max(counts) / self.given
        elif self.least is not None and self.most is not None:
            spread = (self.most - self.least) / (max(abs(self.most), abs(self.least)) or 1)
        no = sum(
            count
            for answer, count in zip(self.answers, counts, strict=True)
            if answer.figures["is_no"]
        )
        return no / of, self.missing / of, spread


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page, which is about one period."""

    language: str
    today: date
    round: str | None
    period: str | None  # empty where its returns state none; None where there is no return
    periods: Sequence[PeriodFigures]  # every period that has figures, the latest one first
    round_before: PeriodFigures | None  # what the round before came to, which may be kept elsewhere
    spec: Spec | None  # None where no file could be read
    masked: bool
    received: Reconciliation  # of the whole dataset
    counted: int  # files whose figures go in
    from_returned: int  # of these, files that were returned with errors
    expected: bool  # whether it is known who was to answer
    teams: Sequence[TeamProgress]
    countries: Sequence[FigureLine]  # teams by state, the least far first; `answered`, `required`
    arrivals: Sequence[tuple[date, int]]  # returns that count, by the day that lateness goes by
    in_time: int  # of these, by the deadline of their team
    deadlines: Sequence[tuple[date, int]]  # with how many teams have each
    change: RunChange | None  # since the run before the last
    tools: Sequence[FigureLine] = ()
    risks: Risks | None = None
    indicators: Sequence[FigureLine] | None = None  # its parts are periods, periods split further
    gaps: Sequence[FigureLine] | None = None  # with the title of its sheet as code
    all_gaps: int = 0
    overdue: Sequence[ListLine] | None = None  # the first of them
    all_overdue: int = 0
    questions: Sequence[QuestionProfile] | None = None
    numbers: Sequence[
        Record
    ] = ()  # lines of `aggregate_numbers` of the questions that the brief shows
    # from a page that may be shared: table of figures → titles of sheets
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    # file, sheet and cell of the answers behind figures that the office corrected
    corrected: Sequence[tuple[str, str, str]] = ()

    @property
    def title(self) -> str:
        """The title of the spec."""
        return self.spec.title.say(self.language) if self.spec else ""


def whole_percents(answered: int, required: int) -> int:
    """Return whole percents, 100 only where nothing is missing."""
    return percents_of(answered / required) if required else 0


def percents_of(share: float) -> int:
    """Return a share in whole percents, 100 only where nothing is missing."""
    percents = round(100 * share, 9)  # 57.5 of 115 / 200, which is a bit less as a float
    return 100 if share >= 1 else min(99, round(percents))
