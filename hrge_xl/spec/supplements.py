"""What a spec says besides its sheets: the figures over all teams, and the workbooks that are issued from it.

Also what marks the sheets that every workbook has besides those of the spec, and what they are called.
"""

from __future__ import annotations

from datetime import date as Day
from typing import Any, Literal

from pydantic import ConfigDict
from pydantic import Field as Option

from ..core.dates import parse_day
from ..core.spec_parts import NO_TEXT, Code, Codes, Model, Text, Whole

# which rows are risks, which are indicators, and which answer is a gap


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


# the brief: one page for whoever has a minute

BriefPart = Literal["teams", "numbers", "risks", "indicators", "changes", "trust"]
BRIEF_FIGURES = (  # that a sentence of the brief can name in braces
    "answered",
    "late",
    "silent",
    "returns",
    "open_errors",
    "complete",
    "risks",
    "highest",
    "level",
    "targets",
    "reached",
)


class BriefWording(Model):
    """What the brief says in words of the spec; where it says nothing, the program has words of its own.

    A sentence with a figure that a dataset does not have is left out. `numbers` are questions whose numbers it shows
    over all returns; sentences name the total of one by its code.
    """

    title: Text = NO_TEXT
    sentences: tuple[Text, ...] = Option(default=(), max_length=5)
    headings: dict[BriefPart, Text] = Option(default={})
    numbers: tuple[Code, ...] = Option(default=(), max_length=5)


# what workbooks are issued with: profiles, public facts, the sample

BETWEEN = "|"  # several texts in one cell of a CSV file


class Profile(Model):
    """A choice of sheets and rows under a name, for whoever issues workbooks.

    Besides `tools` come those that are named on issue: at least one of `choose_from`, where it names any. Where one of
    `narrowed` is named, the others of these in its part are left out.
    """

    title: Text
    purpose: Text = NO_TEXT
    tools: Codes | None = None  # None: all
    choose_from: Codes = ()
    narrowed: Codes = ()
    rows: int | None = Option(default=None, ge=1, le=500)  # of registers, where not the spec's own


class Fact(Model):
    """What is publicly known of a country, and stands in a cell before anybody has answered; a line of a CSV file."""

    country: Code
    row: Code
    field: Code
    value: str
    source: str
    date: str  # on which the source was looked at

    @property
    def values(self) -> tuple[str, ...]:
        """The value, or each of several."""
        return tuple(value.strip() for value in self.value.split(BETWEEN))

    @property
    def day(self) -> Day | None:
        """The date; None where it is none."""
        return parse_day(self.date)


def _without_rows(schema: dict[str, Any]) -> None:
    """Have the schema leave out what the loader puts there."""
    del schema["properties"]["rows"]


class FactFile(Model):
    """Public facts for one sheet, by country, from a file in `facts/`; the fields that say where they are from."""

    model_config = ConfigDict(json_schema_extra=_without_rows)

    file: str
    tool: Code
    source: Code | None = None
    date: Code | None = None  # without it the date stands behind the source
    rows: tuple[Fact, ...] = ()


class SampleCountry(Model):
    """A country that there is not: in no list but that of the sample."""

    code: Code
    label: Text


SampleAnswers = dict[Code, dict[Code, Any]]  # by tool, row or field


class Sample(Model):
    """A workbook filled in as an example: `answers` by tool, row and field; fields of a form stand under their tool.

    Whose it is and on which day is made up as well. What has no place in a workbook is left out of it. `others` are
    samples of other interventions, for workbooks with other tables of risks.
    """

    today: str
    team: str = "SAMPLE"
    country: SampleCountry | None = None
    answers: SampleAnswers
    others: dict[Code, SampleAnswers] = Option(default={})

    @property
    def every(self) -> dict[str, SampleAnswers]:
        """The answers of each, by the place where they stand."""
        return {
            "answers": self.answers,
            **{f"others/{name}": answers for name, answers in self.others.items()},
        }

    @property
    def day(self) -> Day | None:
        """The day that it is filled in on; None where it is none."""
        return parse_day(self.today)


# the sheets that every workbook has

COVER_KEY = "COVER"
LISTS_KEY = "LISTS"
IDENTITY_KEY = "IDENTITY"
LAST_KEY = "LAST"  # of the answers of the round before, where there are any
GUIDE_KEY = "GUIDE"  # of the sheet that says how to fill in the others
SAMPLE_KEY = "SAMPLE"  # below the key of every sheet of a sample
# sheets of a workbook that was given back
FEEDBACK_KEY = "FEEDBACK"
LEFTOVER_KEY = "LEFTOVER"
KEYS = (COVER_KEY, LISTS_KEY, IDENTITY_KEY, LAST_KEY, GUIDE_KEY, FEEDBACK_KEY, LEFTOVER_KEY)
NAMES = ("Cover", "Lists", "How to fill in", "To correct", "Without a place")  # in English
IDENTITY_SHEET = "_hrge"
LAST_SHEET = "_hrge_last"
