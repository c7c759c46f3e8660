"""The figures that stand on the overview and the brief, each with the rows of the dataset that it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..dataset.aggregates.risks import risk_figures, stages
from ..dataset.reconciliation import PeriodFigures
from ..dataset.schema import OVERDUE, TOP_RISKS
from ..exchange.validation import RETURNED
from ..findings.value import ANSWER_MISSING
from .brief import BriefView
from .overview import OverviewView
from .overview_model import Indicator, ListedRow, Overview, QuestionProfile, Risks, TeamProgress


class FigureRows(NamedTuple):
    """Rows of a table of the dataset: those with these values, of a list any, in columns by name."""

    table: str
    conditions: Mapping[str, Any]


class PageFigure(NamedTuple):
    """A figure as it stands on a page, with the titles that people find it by, and what it is made of."""

    page: str
    block: str
    label: str  # of its row in the block
    column: str
    text: str
    rows: FigureRows


Line = tuple[str, str, str, FigureRows]  # label, column, text and rows of a figure


def page_figures(overview: Overview) -> Iterator[PageFigure]:
    """Yield what the brief and then the overview of a dataset print, block by block, in the language of the pages.

    Left out are drawings, what changed since the last run, and the lists of rows behind figures.
    """
    figures = _PageFigures(overview)
    heading = figures.brief_view.heading
    say = figures.say
    blocks: list[tuple[str, str, Iterator[Line]]] = [
        (say("Brief"), figures.brief_view.title, figures.sentences()),
        (say("Brief"), heading("teams"), figures.teams_of_brief()),
        (say("Brief"), heading("numbers"), figures.numbers()),
        (say("Brief"), heading("risks"), figures.top_risks(figures.brief.risks)),
        (say("Brief"), heading("indicators"), figures.targets()),
        (say("Brief"), heading("changes"), figures.changes()),
        (say("Brief"), heading("trust"), figures.trust()),
        (say("Overview"), say("Summary"), figures.sentences()),
        (say("Overview"), say("Summary"), figures.summary()),
        (say("Overview"), say("Who has answered"), figures.teams()),
        (say("Overview"), say("Countries"), figures.countries()),
        (say("Overview"), say("Completeness"), figures.completeness()),
        (say("Overview"), say("Periods compared"), figures.periods()),
        (say("Overview"), say("Risks"), figures.risks()),
        (say("Overview"), say("Most serious risks"), figures.top_risks()),
        (say("Overview"), say("Indicators"), figures.indicators()),
        (say("Overview"), say("Questions most often answered with no"), figures.gaps()),
        (say("Overview"), say("Overdue actions"), figures.overdue()),
        (say("Overview"), say("Profile of the questions"), figures.questions()),
    ]
    for page, block, lines in blocks:
        for label, column, text, rows in lines:
            yield PageFigure(page, block, label, column, text, rows)


class _PageFigures:
    """Gives the lines of each block of the two pages."""

    def __init__(self, overview: Overview) -> None:
        self.overview = overview
        self.view = OverviewView(overview)
        self.brief_view = BriefView(overview)
        self.brief = self.view.brief
        self.say = self.view.say
        self.number = self.view.number

    def _of_period(self, table: str, **conditions: Any) -> FigureRows:
        return FigureRows(table, {"period": self.overview.period, **conditions})

    # teams

    def sentences(self) -> Iterator[Line]:
        """Yield the figures in the sentences that both pages begin with."""
        brief = self.brief
        targets = [target.periods[0].figures for target in brief.targets]
        reached = [line["n"] for line in targets if line["progress"] >= 1]
        at_last = {"stage": self.overview.risks.maps[-1].stage} if self.overview.risks else {}
        highest = {"level": brief.level} if brief.level else {}
        rows = {
            "answered": self._teams(brief.answered),
            "late": self._teams(brief.arrived_late),
            "silent": self._teams(brief.silent),
            "risks": self._of_period("aggregate_risks", **at_last),
            "highest": self._of_period("aggregate_risks", **at_last, **highest),
            "targets": FigureRows("aggregate_indicators", {"n": [line["n"] for line in targets]}),
            "reached": FigureRows("aggregate_indicators", {"n": reached}),
            "returns": self._of_period("submissions", current=True),
            "open_errors": self._of_period("submissions", current=True, verdict=RETURNED),
            "complete": self._of_period("aggregate_completeness"),
        } | {
            line["field"]: self._of_period("aggregate_numbers", field=line["field"])
            for line in self.overview.numbers
        }
        for sentence, names in brief.worded:
            for name in sorted(rows.keys() & names):
                yield sentence, "", brief.figures[name], rows[name]
            if "answered" in names and brief.expected is not None:  # of how many stands there too
                yield sentence, "", self.number(len(brief.answered)), rows["answered"]
                yield sentence, "", self.number(brief.expected), self._expected()

    def _teams(self, teams: Sequence[TeamProgress]) -> FigureRows:
        return self._of_period("teams", team=[team.code for team in teams])

    def _expected(self) -> FigureRows:
        return self._teams([*self.brief.answered, *self.brief.silent])

    def _counts_of_teams(self) -> Iterator[Line]:
        brief = self.brief
        yield self._count_of_teams("Have answered", brief.answered)
        if brief.expected is not None:
            yield "", self.say("Teams"), self.number(brief.expected), self._expected()
            yield self._count_of_teams("Not answered", brief.silent)

    def _count_of_teams(self, words: str, teams: Sequence[TeamProgress]) -> Line:
        return "", self.say(words), self.number(len(teams)), self._teams(teams)

    def teams_of_brief(self) -> Iterator[Line]:
        """Yield how many teams have answered, and how many of them late."""
        yield from self._counts_of_teams()
        if self.overview.deadlines:
            yield self._count_of_teams("Arrived late", self.brief.arrived_late)
            yield self._count_of_teams("Late now", self.brief.late_now)

    def teams(self) -> Iterator[Line]:
        """Yield how many teams have answered, what came in, and where each team stands."""
        yield from self._counts_of_teams()
        yield from self._received()
        for team in self.overview.teams:
            rows = self._teams([team])
            yield team.code, self.say("Errors"), self.number(team.errors), rows
            if team.days_late:
                yield team.code, self.say("Days late"), self.number(team.days_late), rows
            if team.correction_overdue:
                overdue = self.number(team.correction_overdue)
                yield team.code, self.say("Correction overdue (days)"), overdue, rows
            yield from self._given(team.code, team.answered, team.required, rows)
            if team.deadline:
                yield team.code, self.say("Deadline"), self.view.day(team.deadline), rows

    def _received(self) -> Iterator[Line]:
        counts = self.overview.received
        for part, word in self.view.parts.items():
            if count := getattr(counts, part, 0):
                yield "", word, self.number(count), FigureRows("reconciliation", {})

    def _given(self, label: str, answered: int, required: int, rows: FigureRows) -> Iterator[Line]:
        """Yield how many of the required answers were given, and how many there are."""
        if required:
            yield label, self.say("Required answers given"), self.number(answered), rows
            yield label, self.say("Required answers"), self.number(required), rows

    def countries(self) -> Iterator[Line]:
        """Yield the teams of each country, and what they answered."""
        for country in self.overview.countries:
            rows = self._teams(
                [team for team in self.overview.teams if team.country == country.label]
            )
            figures = country.figures
            count = sum(figures["states"].values())
            yield country.label, self.say("Teams"), self.number(count), rows
            yield from self._given(country.label, figures["answered"], figures["required"], rows)

    def completeness(self) -> Iterator[Line]:
        """Yield how far each sheet is, over all teams and team by team."""
        for tool in self.overview.tools:
            line = tool.figures
            rows = FigureRows("aggregate_completeness", {"n": line["n"]})
            yield from self._given(tool.label, line["answered"], line["required"], rows)
            yield tool.label, self.say("Teams"), self.number(line["teams"]), rows
            share = self.view.share(line["answered"], line["required"])
            yield tool.label, IN_PERCENT, self.number(share), rows
        for team in self.overview.teams:
            for code, (answered, required) in team.tools.items():
                rows = self._of_period("completeness", team=team.code, tool=code, current=True)
                share = self.view.share(answered, required)
                yield f"{team.code} {code}", IN_PERCENT, self.number(share), rows

    # periods

    def _of_same_teams(self, period: PeriodFigures) -> Iterator[Line]:
        """Yield what a period comes to for the teams that it is compared by."""
        teams = {"period": period.name, "team": [*period.by_team]}
        name = self.view.period_name(period.name)
        yield name, self.say("Teams"), self.number(period.teams), FigureRows("teams", teams)
        yield (
            name,
            self.say("Returns that count"),
            self.number(period.returns),
            FigureRows("teams", teams),
        )
        yield from self._given(name, period.answered, period.required, FigureRows("teams", teams))
        if self.overview.risks is None:
            return
        at_last = [*stages(risk_figures(self.overview.spec)).values()][-1]
        risks = teams | {
            "matrix_row_field": at_last.down,
            "matrix_column_field": at_last.across,
            "tool": risk_figures(self.overview.spec).tools,
            "current": True,
        }
        for level, label in self.overview.risks.levels.items():
            count = self.number(period.levels.get(level, 0))
            of_level = FigureRows("matrix_rows", risks | {"level": level})
            yield name, f"{self.say('Risks')}: {label}", count, of_level
        total = self.number(sum(period.levels.values()))
        yield name, self.say("Risks"), total, FigureRows("matrix_rows", risks)

    def changes(self) -> Iterator[Line]:
        """Yield what the brief compares with the period before."""
        for period in self.brief.compared:
            yield from self._of_same_teams(period)
            if period.required:
                share = self.view.share(period.answered, period.required) / 100
                rows = FigureRows("teams", {"period": period.name, "team": [*period.by_team]})
                words = self.say("Required answers given")
                yield self.view.period_name(period.name), words, self.view.percent(share), rows

    def periods(self) -> Iterator[Line]:
        """Yield what the periods come to beside each other, where there are several."""
        if len(self.overview.periods) < 2:
            return
        for period in self.overview.periods:
            name = self.view.period_name(period.name)
            rows = FigureRows("periods", {"period": period.name})
            yield name, self.say("Returns that count"), self.number(period.returns), rows
            yield name, self.say("Teams"), self.number(period.teams), rows
        for period in self.view.compared.values():
            yield from self._of_same_teams(period)

    def trust(self) -> Iterator[Line]:
        """Yield what the figures of the brief are made of."""
        rows = self._of_period("submissions", current=True)
        yield "", self.say("Returns that count"), self.number(self.overview.counted), rows
        rows = self._of_period("submissions", current=True, verdict=RETURNED)
        yield "", self.say("Errors"), self.number(self.overview.from_returned), rows
        period = self.brief.period
        if period is not None:
            rows = self._of_period("aggregate_completeness")
            yield from self._given("", period.answered, period.required, rows)
        for word, count in self.brief_view.aside:
            yield "", word, self.number(count), FigureRows("reconciliation", {})

    def summary(self) -> Iterator[Line]:
        """Yield what stands on the cards of the overview."""
        overview = self.overview
        yield from self._counts_of_teams()
        if overview.gaps is not None:
            words = self.say("Questions that a team answered with no")
            yield "", words, self.number(overview.all_gaps), self._of_period("aggregate_gaps")
        if overview.overdue is not None:
            words = self.say("Overdue actions")
            yield "", words, self.number(overview.all_overdue), self._of_period(OVERDUE)

    # numbers and indicators

    def numbers(self) -> Iterator[Line]:
        """Yield the numbers that the spec puts on the brief."""
        for line in self.overview.numbers:
            field = self.brief.field(line["field"])
            label = field.label.say(self.overview.language)
            rows = self._of_period("aggregate_numbers", field=line["field"])
            for column, words in OF_NUMBERS.items():
                if line[column] is not None:
                    text = self.brief.figure(field.type, line[column])
                    yield label, self.say(words), text, rows
            yield label, self.say("Teams"), self.number(line["teams"]), rows

    def targets(self) -> Iterator[Line]:
        """Yield the indicators that are furthest from their targets."""
        for indicator in self.brief.targets[: self.brief_view.most_indicators]:
            yield from self._indicator(indicator, periods=1)

    def indicators(self) -> Iterator[Line]:
        """Yield every indicator, period by period, with its parts."""
        for indicator in self.overview.indicators or ():
            yield from self._indicator(indicator, periods=len(indicator.periods))
            by_label = {period.label: period.figures["n"] for period in indicator.periods}
            for name, total, teams in indicator.trend:
                rows = FigureRows("aggregate_indicators", {"n": by_label.get(name)})
                label = f"{indicator.code} {indicator.label} · {name}"
                yield label, self.say("Trend"), self.number(total), rows
                yield label, self.say("Teams"), self.number(teams), rows
            for period in indicator.periods:
                for split in period.parts:
                    for part in split.parts:
                        rows = FigureRows("aggregate_splits", {"n": part.figures["n"]})
                        label = f"{indicator.code} {indicator.label} · {part.label}"
                        yield label, split.label, self.number(part.figures["total"]), rows

    def _indicator(self, indicator: Indicator, periods: int) -> Iterator[Line]:
        for period in indicator.periods[:periods]:
            line = period.figures
            label = f"{indicator.code} {indicator.label} · {period.label}"
            rows = FigureRows("aggregate_indicators", {"n": line["n"]})
            for column, words in OF_INDICATORS.items():
                if line[column] is not None:
                    yield label, self.say(words), self.number(line[column]), rows
            if line["method"] == "sum" and line["total"] is not None:
                mean = self.number(line["total"] / line["frequency"])
                yield label, self.say("Mean"), mean, rows
            if line["progress"] is not None:
                progress = self.view.percent(line["progress"])
                yield label, self.say("Progress to target"), progress, rows
            if line["missing"]:
                yield label, self.say("Target"), self.number(line["other_targets"]), rows
            for status, count in line["statuses"]:
                yield label, status, self.number(count), rows

    # risks

    def top_risks(self, risks: Sequence[ListedRow] | None = None) -> Iterator[Line]:
        """Yield the names of the risks that weigh most: of these, else of all that the overview shows."""
        shown = self.overview.risks.top if self.overview.risks else ()
        for risk in shown if risks is None else risks:
            source = risk.source
            if source.text:
                rows = self._of_period(TOP_RISKS, team=source.team, name=source.text)
                yield source.team, self.say("Risks"), source.text, rows

    def risks(self) -> Iterator[Line]:
        """Yield the cells of the maps, then the risks by level: all of them, by team, and by part."""
        risks = self.overview.risks
        if risks is None:
            return
        of_all = self._of_period(TOP_RISKS)
        yield "", self.say("Most serious risks"), self.number(risks.open_risks), of_all
        titles = {"before": self.say("Before mitigation"), "after": self.say("After mitigation")}
        for heat in risks.maps:
            stage = {"stage": heat.stage}
            title = titles[heat.stage]
            for down, down_label in heat.down:
                for across, across_label in heat.across:
                    place = {"matrix_row": down, "matrix_column": across}
                    rows = self._of_period("aggregate_risks", **stage, **place)
                    count = self.number(heat.cells[down, across].total)
                    yield title, f"{down_label} × {across_label}", count, rows
            for level, label in risks.levels.items():
                rows = self._of_period("aggregate_risks", **stage, level=level)
                yield title, label, self.number(self.view.at_level(heat, level)), rows
        at_last = stages(risk_figures(self.overview.spec))[risks.maps[-1].stage]
        crossing = {"matrix_row_field": at_last.down, "matrix_column_field": at_last.across}
        for team in risks.by_team:
            for level, label in risks.levels.items():
                team_level = {"team": team.code, "level": level, "current": True}
                rows = self._of_period("matrix_rows", **crossing, **team_level)
                yield team.label, label, self.number(team.figures.get(level, 0)), rows
        yield from self._parts_of_risks(risks, titles)

    def _parts_of_risks(self, risks: Risks, titles: Mapping[str, str]) -> Iterator[Line]:
        for breakdown in risks.breakdowns:
            for part in breakdown.parts:
                part_key = {"breakdown": breakdown.code, "code": part.code or None}
                rows = self._of_period("aggregate_risks_by_part", **part_key)
                yield part.label, self.say("Teams"), self.number(part.figures["teams"]), rows
                for stage, title in titles.items():
                    for level, label in risks.levels.items() if stage in part.figures else ():
                        of_level = {"stage": stage, "level": level}
                        rows = self._of_period("aggregate_risks_by_part", **part_key, **of_level)
                        count = self.number(part.figures[stage].get(level, 0))
                        yield part.label, f"{title}: {label}", count, rows

    # questions

    def gaps(self) -> Iterator[Line]:
        """Yield the questions most often answered with no."""
        for gap in self.overview.gaps or ():
            line = gap.figures
            rows = FigureRows("aggregate_gaps", {"n": line["n"]})
            for column, words in OF_GAPS.items():
                yield gap.label, self.say(words), self.number(line[column]), rows

    def overdue(self) -> Iterator[Line]:
        """Yield what is past its day."""
        for late in self.overview.overdue or ():
            line = late.figures
            place = {"team": late.source.team, "due": line["due"], "cell": late.source.cell}
            rows = self._of_period(OVERDUE, **place)
            label = f"{late.source.team} {late.source.cell}"
            yield label, self.say("Days late"), self.number(line["days_late"]), rows
            yield label, self.say("Due date"), self.view.day(line["due"]), rows

    def questions(self) -> Iterator[Line]:
        """Yield how the answers to each question are distributed."""
        for question in self.overview.questions or ():
            tool, row_code, code = question.key
            conditions = {"tool": tool, "row_code": row_code, "field": code}
            yield from self._answers(question, conditions)
            rows = self._of_period("aggregate_numbers", n=[line["n"] for line in question.lines])
            for column, words in OF_QUESTIONS.items():
                value = getattr(question, column)
                if value is not None:
                    text = self.brief.figure(question.type, value)
                    yield question.text, self.say(words), text, rows
            if question.missing:
                conditions = {
                    name: value for name, value in conditions.items() if value is not None
                }
                rows = self._of_period(
                    "findings", **conditions, code=ANSWER_MISSING.code, current=True
                )
                yield question.text, self.say("Missing"), self.number(question.missing), rows

    def _answers(
        self, question: QuestionProfile, conditions: Mapping[str, str | None]
    ) -> Iterator[Line]:
        for answer in question.answers:
            rows = self._of_period("aggregate_answers", **conditions, code=answer.code)
            if question.type.stepped:  # counted one by one
                steps = {
                    "field": conditions["field"],
                    "number": float(answer.code),
                    "current": True,
                }
                fixed = {"row": conditions["row_code"]} if conditions["row_code"] else {}
                rows = self._of_period("answers", tool=conditions["tool"], **steps, **fixed)
            yield question.text, answer.label, self.number(answer.figures["frequency"]), rows


IN_PERCENT = "%"
# columns of figures, or what a profile knows, with the words for them on the pages
OF_NUMBERS = {"total": "Total", "mean": "Mean", "minimum": "Range", "maximum": "Range"}
OF_QUESTIONS = {"total": "Total", "mean": "Mean", "least": "Range", "most": "Range"}
OF_GAPS = {
    "teams_no": "Teams that say no",
    "teams": "Teams",
    "answered_no": "Answers",
    "answered": "Answers",
}
OF_INDICATORS = {
    "total": "Total",
    "minimum": "Range",
    "maximum": "Range",
    "baseline": "Baseline",
    "target": "Target",
    "teams": "Teams",
    "missing": "Teams",
    "change": "Change",
    "previous_total": "Before",
    "same_total": "Now",
    "same_teams": "Teams",
}
