"""The figures that stand on the overview and the brief, each with the rows of the dataset that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from ..dataset.aggregates.risks import AFTER, BEFORE, risk_figures, stages
from ..dataset.reconciliation import PeriodFigures
from ..dataset.schema import OVERDUE, TOP_RISKS
from ..exchange.validation import RETURNED
from ..findings.value import ANSWER_MISSING
from .brief import BriefView
from .overview_model import FigureLine, ListLine, Overview, QuestionProfile, Risks, TeamProgress

# a table of the dataset, and what its rows hold in columns by name: a value, or any of a list
FigureRows = tuple[str, Mapping[str, Any]]
Line = tuple[str, str, str, FigureRows]  # label, column, text and rows of a figure
IN_PERCENT = "%"
# columns of figures, or what a profile knows, with the words for them on the pages
OF_ANSWERS = {"answered": "Required answers given", "required": "Required answers"}
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


class PageFigure(NamedTuple):
    """A figure as it stands on a page, with the titles that people find it by, and what it is made of."""

    page: str
    block: str
    label: str  # of its row in the block
    column: str
    text: str
    rows: FigureRows


def page_figures(overview: Overview) -> Iterator[PageFigure]:
    """Yield what the brief and then the overview of a dataset print, block by block, in the language of the pages.

    Left out are drawings, what changed since the last run, and the lists of rows behind figures.
    """
    view = _PageFigures(overview)
    heading = view.heading
    say = view.say
    of_brief = [
        (view.title, view.of_sentences()),
        (heading("teams"), view.of_answers_in_time()),
        (heading("numbers"), view.of_numbers()),
        (heading("risks"), view.of_top_risks(view.risks)),
        (heading("indicators"), view.of_targets()),
        (heading("changes"), view.of_changes()),
        (heading("trust"), view.of_trust()),
    ]
    of_overview = [
        (say("Summary"), view.of_summary()),
        (say("Who has answered"), view.of_teams()),
        (say("Countries"), view.of_countries()),
        (say("Completeness"), view.of_completeness()),
        (say("Periods compared"), view.of_periods()),
        (say("Risks"), view.of_risks()),
        (
            say("Most serious risks"),
            view.of_top_risks(overview.risks.top if overview.risks else ()),
        ),
        (say("Indicators"), view.of_indicators()),
        (say("Questions most often answered with no"), view.of_gaps()),
        (say("Overdue actions"), view.of_overdue()),
        (say("Profile of the questions"), view.of_questions()),
    ]
    for page, blocks in ((say("Brief"), of_brief), (say("Overview"), of_overview)):
        for block, lines in blocks:
            for line in lines:
                yield PageFigure(page, block, *line)


def numbered(table: str, number: int | None) -> FigureRows:
    """Return the row of a table of figures that has a number."""
    return table, {"n": number}


class _PageFigures(BriefView):
    """A view of both pages that tells the lines of each block."""

    def _rows(self, table: str, **conditions: Any) -> FigureRows:
        return table, {"period": self.overview.period, **conditions}

    def _rows_of(self, teams: Sequence[TeamProgress]) -> FigureRows:
        return self._rows("teams", team=[team.code for team in teams])

    def _line(self, label: str, words: str, number: float | None, rows: FigureRows) -> Line:
        return label, self.say(words), self.number(number), rows

    def _known(
        self,
        label: str,
        columns: Mapping[str, str],
        figures: Mapping[str, Any],
        rows: FigureRows,
        write: Callable[[float], str] | None = None,
    ) -> Iterator[Line]:
        """Yield the figures that are known, by the words for their columns."""
        for column, words in columns.items():
            if figures[column] is not None:
                yield label, self.say(words), (write or self.number)(figures[column]), rows

    def _given(self, label: str, answered: int, required: int, rows: FigureRows) -> Iterator[Line]:
        """Yield how many of the required answers were given, and how many there are."""
        if required:
            figures = {"answered": answered, "required": required}
            yield from self._known(label, OF_ANSWERS, figures, rows)

    # teams

    def of_sentences(self) -> Iterator[Line]:
        """Yield the figures in the sentences that both pages begin with."""
        overview = self.overview
        targets = [target.figures for target in self.targets]
        reached = [line["n"] for line in targets if line["progress"] >= 1]
        at_last = {"stage": overview.risks.maps[-1].stage} if overview.risks else {}
        highest = {"level": self.level} if self.level else {}
        rows = {
            "answered": self._rows_of(self.answered),
            "late": self._rows_of(self.arrived_late),
            "silent": self._rows_of(self.silent),
            "risks": self._rows("aggregate_risks", **at_last),
            "highest": self._rows("aggregate_risks", **at_last, **highest),
            "targets": ("aggregate_indicators", {"n": [line["n"] for line in targets]}),
            "reached": ("aggregate_indicators", {"n": reached}),
            "returns": self._rows("submissions", current=True),
            "open_errors": self._rows("submissions", current=True, verdict=RETURNED),
            "complete": self._rows("aggregate_completeness"),
        } | {
            line["field"]: self._rows("aggregate_numbers", field=line["field"])
            for line in overview.numbers
        }
        for sentence, names in self.worded:
            for name in sorted(rows.keys() & names):
                yield sentence, "", self.figures[name], rows[name]
            if "answered" in names and self.expected is not None:  # of how many stands there too
                yield sentence, "", self.number(len(self.answered)), rows["answered"]
                yield sentence, "", self.number(self.expected), self._expected_rows

    @property
    def _expected_rows(self) -> FigureRows:
        return self._rows_of([*self.answered, *self.silent])

    def _count_of(self, words: str, teams: Sequence[TeamProgress]) -> Line:
        return self._line("", words, len(teams), self._rows_of(teams))

    def _counts_of_teams(self) -> Iterator[Line]:
        yield self._count_of("Have answered", self.answered)
        if self.expected is not None:
            yield self._line("", "Teams", self.expected, self._expected_rows)
            yield self._count_of("Not answered", self.silent)

    def of_answers_in_time(self) -> Iterator[Line]:
        """Yield how many teams have answered, and how many of them late."""
        yield from self._counts_of_teams()
        if self.overview.deadlines:
            yield self._count_of("Arrived late", self.arrived_late)
            yield self._count_of("Late now", self.late_now)

    def of_teams(self) -> Iterator[Line]:
        """Yield how many teams have answered, what came in, and where each team stands."""
        yield from self._counts_of_teams()
        for part, word in self.parts.items():
            if count := getattr(self.overview.received, part, 0):
                yield "", word, self.number(count), ("reconciliation", {})
        for team in self.overview.teams:
            rows = self._rows_of([team])
            yield self._line(team.code, "Errors", team.errors, rows)
            if team.days_late:
                yield self._line(team.code, "Days late", team.days_late, rows)
            if team.correction_overdue:
                words = "Correction overdue (days)"
                yield self._line(team.code, words, team.correction_overdue, rows)
            yield from self._given(team.code, team.answered, team.required, rows)
            if team.deadline:
                yield team.code, self.say("Deadline"), self.day(team.deadline), rows

    def of_countries(self) -> Iterator[Line]:
        """Yield the teams of each country, and what they answered."""
        for country in self.overview.countries:
            label = country.label
            figures = country.figures
            rows = self._rows_of([team for team in self.overview.teams if team.country == label])
            yield self._line(label, "Teams", sum(figures["states"].values()), rows)
            yield from self._given(label, figures["answered"], figures["required"], rows)

    def of_completeness(self) -> Iterator[Line]:
        """Yield how far each sheet is, over all teams and team by team."""
        for tool in self.overview.tools:
            figures = tool.figures
            rows = numbered("aggregate_completeness", figures["n"])
            yield from self._known(tool.label, {**OF_ANSWERS, "teams": "Teams"}, figures, rows)
            yield self._share(tool.label, figures["answered"], figures["required"], rows)
        for team in self.overview.teams:
            for code, (answered, required) in team.tools.items():
                rows = self._rows("completeness", team=team.code, tool=code, current=True)
                yield self._share(f"{team.code} {code}", answered, required, rows)

    def _share(self, label: str, answered: int, required: int, rows: FigureRows) -> Line:
        return label, IN_PERCENT, self.number(self.share(answered, required)), rows

    # periods

    def _of_same_teams(self, period: PeriodFigures) -> Iterator[Line]:
        """Yield what a period comes to for the teams that it is compared by."""
        name = self.period_name(period.name)
        of_teams = {"period": period.name, "team": [*period.by_team]}
        rows = "teams", of_teams
        yield self._line(name, "Teams", period.teams, rows)
        yield self._line(name, "Returns that count", period.returns, rows)
        yield from self._given(name, period.answered, period.required, rows)
        if self.overview.risks is None:
            return
        figures = risk_figures(self.overview.spec)
        at_last = [*stages(figures).values()][-1]
        risks = of_teams | {
            "matrix_row_field": at_last.down,
            "matrix_column_field": at_last.across,
            "tool": figures.tools,
            "current": True,
        }
        words = self.say("Risks")
        for level, label in self.levels.items():
            of_level = "matrix_rows", risks | {"level": level}
            count = self.number(period.levels.get(level, 0))
            yield name, f"{words}: {label}", count, of_level
        yield name, words, self.number(sum(period.levels.values())), ("matrix_rows", risks)

    def of_changes(self) -> Iterator[Line]:
        """Yield what the brief compares with the period before."""
        for period in self.with_before:
            yield from self._of_same_teams(period)
            if period.required:
                share = self.percent(self.share(period.answered, period.required) / 100)
                rows = "teams", {"period": period.name, "team": [*period.by_team]}
                words = self.say("Required answers given")
                yield self.period_name(period.name), words, share, rows

    def of_periods(self) -> Iterator[Line]:
        """Yield what the periods come to beside each other, where there are several."""
        if len(self.overview.periods) < 2:
            return
        for period in self.overview.periods:
            name = self.period_name(period.name)
            rows = "periods", {"period": period.name}
            yield self._line(name, "Returns that count", period.returns, rows)
            yield self._line(name, "Teams", period.teams, rows)
        for period in self.compared.values():
            yield from self._of_same_teams(period)

    def of_trust(self) -> Iterator[Line]:
        """Yield what the figures of the brief are made of."""
        overview = self.overview
        rows = self._rows("submissions", current=True)
        yield self._line("", "Returns that count", overview.counted, rows)
        rows = self._rows("submissions", current=True, verdict=RETURNED)
        yield self._line("", "Errors", overview.from_returned, rows)
        if self.period is not None:
            rows = self._rows("aggregate_completeness")
            yield from self._given("", self.period.answered, self.period.required, rows)
        for word, count in self.aside:
            yield "", word, self.number(count), ("reconciliation", {})

    def of_summary(self) -> Iterator[Line]:
        """Yield the figures in the sentences of the overview, and what stands on its cards."""
        overview = self.overview
        yield from self.of_sentences()
        yield from self._counts_of_teams()
        if overview.gaps is not None:
            words = "Questions that a team answered with no"
            yield self._line("", words, overview.all_gaps, self._rows("aggregate_gaps"))
        if overview.overdue is not None:
            yield self._line("", "Overdue actions", overview.all_overdue, self._rows(OVERDUE))

    # numbers and indicators

    def of_numbers(self) -> Iterator[Line]:
        """Yield the numbers that the spec puts on the brief."""
        for line in self.overview.numbers:
            field = self.field(line["field"])
            label = field.label.say(self.language)
            rows = self._rows("aggregate_numbers", field=line["field"])
            write = partial(self.figure, field.type)
            yield from self._known(label, OF_NUMBERS, line, rows, write)
            yield self._line(label, "Teams", line["teams"], rows)

    def of_targets(self) -> Iterator[Line]:
        """Yield the indicators that are furthest from their targets."""
        for indicator in self.targets[: self.most_indicators]:
            yield from self._of_indicator(indicator, periods=1)

    def of_indicators(self) -> Iterator[Line]:
        """Yield every indicator, period by period, with its parts."""
        for indicator in self.overview.indicators or ():
            yield from self._of_indicator(indicator, periods=len(indicator.parts))
            title = f"{indicator.code} {indicator.label}"
            by_label = {period.label: period.figures["n"] for period in indicator.parts}
            for name, total, teams in indicator.figures["trend"]:
                rows = numbered("aggregate_indicators", by_label.get(name))
                yield self._line(f"{title} · {name}", "Trend", total, rows)
                yield self._line(f"{title} · {name}", "Teams", teams, rows)
            for period in indicator.parts:
                for split in period.parts:
                    for part in split.parts:
                        of_part = numbered("aggregate_splits", part.figures["n"])
                        text = self.number(part.figures["total"])
                        yield f"{title} · {part.label}", split.label, text, of_part

    def _of_indicator(self, indicator: FigureLine, periods: int) -> Iterator[Line]:
        for period in indicator.parts[:periods]:
            line = period.figures
            label = f"{indicator.code} {indicator.label} · {period.label}"
            rows = numbered("aggregate_indicators", line["n"])
            yield from self._known(label, OF_INDICATORS, line, rows)
            if line["method"] == "sum" and line["total"] is not None:
                yield self._line(label, "Mean", line["total"] / line["frequency"], rows)
            if line["progress"] is not None:
                progress = self.percent(line["progress"])
                yield label, self.say("Progress to target"), progress, rows
            if line["missing"]:
                yield self._line(label, "Target", line["other_targets"], rows)
            for status, count in line["statuses"]:
                yield label, status, self.number(count), rows

    # risks

    def of_top_risks(self, risks: Sequence[ListLine]) -> Iterator[Line]:
        """Yield the names of risks that weigh most."""
        for risk in risks:
            source = risk.source
            if source.text:
                rows = self._rows(TOP_RISKS, team=source.team, name=source.text)
                yield source.team, self.say("Risks"), source.text, rows

    def of_risks(self) -> Iterator[Line]:
        """Yield the cells of the maps, then the risks by level: all of them, by team, and by part."""
        risks = self.overview.risks
        if risks is None:
            return
        yield self._line("", "Most serious risks", risks.open_risks, self._rows(TOP_RISKS))
        titles = {BEFORE: self.say("Before mitigation"), AFTER: self.say("After mitigation")}
        for heat in risks.maps:
            of_stage = partial(self._rows, "aggregate_risks", stage=heat.stage)
            title = titles[heat.stage]
            for down, down_label in heat.down:
                for across, across_label in heat.across:
                    rows = of_stage(matrix_row=down, matrix_column=across)
                    count = self.number(heat.cells[down, across].total)
                    yield title, f"{down_label} × {across_label}", count, rows
            for level, label in self.levels.items():
                count = self.number(self.at_level(heat, level))
                yield title, label, count, of_stage(level=level)
        at_last = stages(risk_figures(self.overview.spec))[risks.maps[-1].stage]
        crossing = {"matrix_row_field": at_last.down, "matrix_column_field": at_last.across}
        for team in risks.by_team:
            for level, label in self.levels.items():
                of_team = {"team": team.code, "level": level, "current": True}
                count = self.number(team.figures.get(level, 0))
                yield team.label, label, count, self._rows("matrix_rows", **crossing, **of_team)
        yield from self._of_parts(risks, titles)

    def _of_parts(self, risks: Risks, titles: Mapping[str, str]) -> Iterator[Line]:
        for breakdown in risks.breakdowns:
            for part in breakdown.parts:
                of_part = partial(
                    self._rows,
                    "aggregate_risks_by_part",
                    breakdown=breakdown.code,
                    code=part.code or None,
                )
                yield self._line(part.label, "Teams", part.figures["teams"], of_part())
                for heat in risks.maps:
                    for level, label in self.levels.items():
                        count = self.number(part.figures[heat.stage].get(level, 0))
                        rows = of_part(stage=heat.stage, level=level)
                        yield part.label, f"{titles[heat.stage]}: {label}", count, rows

    # questions

    def of_gaps(self) -> Iterator[Line]:
        """Yield the questions most often answered with no."""
        for gap in self.overview.gaps or ():
            rows = numbered("aggregate_gaps", gap.figures["n"])
            yield from self._known(gap.label, OF_GAPS, gap.figures, rows)

    def of_overdue(self) -> Iterator[Line]:
        """Yield what is past its day."""
        for late in self.overview.overdue or ():
            source = late.source
            due = late.figures["due"]
            rows = self._rows(OVERDUE, team=source.team, due=due, cell=source.cell)
            label = f"{source.team} {source.cell}"
            yield self._line(label, "Days late", late.figures["days_late"], rows)
            yield label, self.say("Due date"), self.day(due), rows

    def of_questions(self) -> Iterator[Line]:
        """Yield how the answers to each question are distributed."""
        for question in self.overview.questions or ():
            yield from self._of_answers(question)
            figures = {name: getattr(question, name) for name in OF_QUESTIONS}
            rows = self._rows("aggregate_numbers", n=[line["n"] for line in question.lines])
            write = partial(self.figure, question.type)
            yield from self._known(question.text, OF_QUESTIONS, figures, rows, write)
            if question.missing:
                tool, row_code, field = question.key
                fixed = {"row_code": row_code} if row_code else {}
                place = {"tool": tool, **fixed, "field": field, "code": ANSWER_MISSING.code}
                rows = self._rows("findings", **place, current=True)
                yield self._line(question.text, "Missing", question.missing, rows)

    def _of_answers(self, question: QuestionProfile) -> Iterator[Line]:
        tool, row_code, field = question.key
        for answer in question.answers:
            if question.type.stepped:  # counted one by one
                fixed = {"row": row_code} if row_code else {}
                number = float(answer.code)
                place = {"tool": tool, "field": field, **fixed, "number": number, "current": True}
                rows = self._rows("answers", **place)
            else:
                rows = numbered("aggregate_answers", answer.figures["n"])
            yield question.text, answer.label, self.number(answer.figures["frequency"]), rows
