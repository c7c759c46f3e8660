"""What the figures over all teams are about: which rows are risks, which indicators, and which answer is a gap."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Option

from ..core.spec_parts import NO_TEXT, Code, Codes, Model, Text, Whole


class Crossing(Model):
    """The two scale fields that place a risk in the matrix."""

    down: Code
    across: Code


USUAL_BREAKDOWNS = "tool", "country"  # of risks, whatever a spec says


class Breakdown(Model):
    """A way to break risks down: by the codes of a `field`, or by what each of the `tools` stands for."""

    label: Text
    field: Code | None = None
    tools: dict[Code, Code] = Option(default={})
    vocabulary: Code | None = None


class RiskFigures(Model):
    """Which rows are risks. `shows` are fields that a list of them shows; `closed` says which are over."""

    tools: Codes = Option(min_length=1)
    name: Code
    before: Crossing
    after: Crossing | None = None
    shows: Codes = ()
    closed: dict[Code, Codes] = Option(default={})
    by: dict[str, Breakdown] = Option(default={})


class Split(Model):
    """Fields that add up to another one: to the field `of`, else to the count that the row is about."""

    code: Code
    label: Text = NO_TEXT
    parts: Codes = Option(min_length=2)
    of: Code | None = None


class IndicatorFigures(Model):
    """The register with one row per value, and what is known of its indicator.

    The value is typed, or `calculated` by another field where it is not. A field may stand in the row itself, in the
    row that it refers to, and so on; of several the first that is filled in counts. `sums` are the kinds whose values
    may be added up; `ratios` those that are worked out from numerator and denominator, with the factor. Where two
    teams of one country report, there is no total, for it may be counted twice: `add_over_teams` names the indicators
    whose values add up all the same, or says `all`. In rows of the `harmless` indicators no figure leads to a person
    who has to be protected.
    """

    tool: Code
    of: Code
    value: Code
    calculated: Code | None = None
    period: Code
    kind: Code
    country: Code | None = None
    numerator: Code | None = None
    denominator: Code | None = None
    unit: Codes = ()
    name: Codes = ()
    baseline: Code | None = None
    baseline_year: Code | None = None
    target: Code | None = None
    target_year: Code | None = None
    progress: Code | None = None
    status: Code | None = None
    sums: Codes = ()
    ratios: dict[Code, float] = Option(default={})
    splits: tuple[Split, ...] = ()
    add_over_teams: Literal["all"] | Codes = ()
    harmless: Codes = ()

    def adds_over_teams(self, indicator: str) -> bool:
        """Say whether the values of several teams of one country may be added up."""
        return self.add_over_teams == "all" or indicator in self.add_over_teams


class QuestionFigures(Model):
    """Questions that are answered from one list, where the codes `no` show a gap and `left_out` do not count."""

    vocabulary: Code
    no: Codes = Option(min_length=1)
    left_out: Codes = ()


Part = Literal["risks", "indicators", "questions", "overdue"]


class OverviewFigures(Model):
    """What the overview shows: of long lists the first so many, and no part that is left out."""

    leave_out: tuple[Part, ...] = ()
    top_risks: Whole = Option(default=15, ge=1, le=200)
    top_gaps: Whole = Option(default=15, ge=1, le=200)


class Figures(Model):
    """The figures of a spec, as far as it has any."""

    risks: RiskFigures | None = None
    indicators: IndicatorFigures | None = None
    questions: QuestionFigures | None = None
    overview: OverviewFigures = OverviewFigures()
