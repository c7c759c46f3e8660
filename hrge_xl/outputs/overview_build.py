"""A dataset to the overview: what its tables of figures say, with the rows behind each figure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

import sqlalchemy as sa

from ..core.numerals import shown
from ..core.paths import name_of
from ..core.words import translator
from ..dataset.aggregates.indicators import shape
from ..dataset.aggregates.risks import (
    STEPS,
    UNLISTED,
    part_labels,
    placed_risks,
    risk_parts,
    stages,
    unplaced_risks,
    ways,
)
from ..dataset.aggregates.sql import Figure, Sources, distinct, label_of, rounded, said
from ..dataset.aggregates.values import NO_VALUE, catalogue_label
from ..dataset.dimensions import fixed_rows
from ..dataset.reconciliation import choose, over_periods, periods, reconciliation
from ..dataset.run_history import RunChange
from ..dataset.schema import (
    AGGREGATE_ANSWERS,
    AGGREGATE_COMPLETENESS,
    AGGREGATE_GAPS,
    AGGREGATE_INDICATORS,
    AGGREGATE_RISKS_BY_PART,
    AGGREGATE_SPLITS,
    ANSWERS,
    INDICATOR_VALUES,
    MASKED,
    MATRIX_ROWS,
    SUBMISSIONS,
    Record,
    shown_column,
)
from ..dataset.store import STATE, Store
from ..exchange.validation import RETURNED
from ..fields import Field
from ..rounds.rounds import Round
from ..spec.figures import IndicatorFigures, Part, QuestionFigures, RiskFigures, Split
from ..spec.model import CollectBlock, Matrix, Spec
from .overview_model import (
    MOST_ROWS,
    Drilldown,
    FigureSource,
    HeatMap,
    Indicator,
    IndicatorPeriod,
    IndicatorSplit,
    Overdue,
    Overview,
    QuestionGap,
    QuestionProfile,
    RiskLevel,
    RiskPart,
    Risks,
    SplitPart,
    ToolProgress,
    TopRisk,
)
from .overview_questions import Profiles
from .overview_teams import arrivals, countries, deadlines, teams

# lines, on a page to share
MAY_LACK = "overdue", AGGREGATE_GAPS.name, MATRIX_ROWS.name, AGGREGATE_ANSWERS.name


def overview(
    store: Store, today: date, language: str, round_: Round | None = None,
    *, period: str | None = None, change: RunChange | None = None, whole: Store | None = None,
) -> Overview:  # fmt: skip
    """Build the overview of one period of a dataset as of a day: the one asked for, else the round's, else the latest.

    `round_` says who was expected. The language is that of the page; texts of the
    spec follow it as far as the spec has them.
    `change` is what the last run changed, `whole` the dataset that `store` is a copy to share of.
    Raises `UsageError` where there is no such period.
    """
    known = periods(store)
    of_round = [each.name for each in known if round_ and each.name == round_.name]
    chosen = choose(known, of_round[0] if of_round and period is None else period)
    expected = None if of_round and chosen not in of_round else round_  # of another period nobody knows
    spec, files = store.schema.spec, [*store.records(SUBMISSIONS.name)]
    counted = [row for row in files if row["current"] and row["period"] == chosen]
    rounds = {row["round"] for row in counted if row["round"]}

    def country(code: str) -> str:
        return label_of(spec, spec.countries, code, language) if spec else code

    all_teams, statuses = teams(store, today, expected, chosen)
    days, in_time = arrivals(statuses)
    found = Overview(
        language=language,
        today=today,
        round=expected.name if expected else rounds.pop() if len(rounds) == 1 else None,
        period=chosen,
        periods=over_periods(store),
        spec=spec,
        masked=MASKED in store.fact(STATE),
        received=reconciliation(store),
        counted=len(counted),
        from_returned=sum(row["verdict"] == RETURNED for row in counted),
        expected=expected is not None,
        teams=[replace(team, country=country(team.country)) for team in all_teams],
        countries=countries(all_teams, country),
        arrivals=days,
        in_time=in_time,
        deadlines=deadlines(all_teams),
        change=change,
    )
    if spec is None:
        return found
    paths = {row["submission"]: row["path"] for row in files}
    return _Builder(store, whole or store, spec, paths, found).with_figures()


class _Builder:
    """Reads the tables once and puts the figures of one period together."""

    def __init__(
        self, store: Store, whole: Store, spec: Spec, paths: Mapping[str, str], found: Overview
    ) -> None:
        self.store, self.whole, self.spec, self.paths, self.found = store, whole, spec, paths, found
        self.language, self.period, self.masked = found.language, found.period, found.masked
        self.anchors = 0

    def with_figures(self) -> Overview:
        """Give the overview with everything that its spec has figures about, as far as that does not leave it out."""
        gaps, late = [*self._of_period(AGGREGATE_GAPS.name)], [*self._of_period("overdue")]
        return replace(
            self.found,
            tools=self._tools(),
            risks=self._risks() if self._shows("risks") else None,
            indicators=self._indicators() if self._shows("indicators") else None,
            gaps=self._gaps(gaps) if self._shows("questions", AGGREGATE_GAPS.name) else None,
            all_gaps=len(gaps),
            overdue=[*map(self._late, late[:MOST_ROWS])] if self._shows("overdue", "overdue") else None,
            all_overdue=len(late),
            questions=self._questions() if self._shows("questions") else None,
            left_out={name: self._left_out(name) for name in MAY_LACK},
        )

    def _left_out(self, name: str) -> list[str]:
        """Name the sheets of which a table of the period has fewer lines than the whole dataset."""
        if name not in self.store.tables:
            return []
        every, ours = (self._lines_by_tool(store, name) for store in (self.whole, self.store))
        return [
            self.spec.tool[tool].sheet.say(self.language)
            for tool in self.spec.tool
            if every[tool] > ours[tool]
        ]

    def _lines_by_tool(self, store: Store, name: str) -> Counter[str]:
        table = store.tables[name].c
        wanted = (
            sa.select(table.tool, sa.func.count()).where(table.period == self.period).group_by(table.tool)
        )
        return Counter(dict(store.select(wanted)))

    def _shows(self, part: Part, table: str | None = None) -> bool:
        """Say whether a part is shown: the dataset has its table, and the spec does not leave it out."""
        return part not in self.spec.figures.overview.leave_out and (
            table is None or table in self.store.tables
        )

    def _table(self, name: str) -> Iterable[Record]:
        return self.store.records(name) if name in self.store.tables else ()

    def _of_period(self, name: str) -> Iterable[Record]:
        """Give the lines of a table of figures that are of the period."""
        return (
            self.store.records(name, self.store.tables[name].c.period == self.period)
            if name in self.store.tables
            else ()
        )

    # rows behind figures

    def _behind(self, rows: Sequence[Record], text: Callable[[Record], str | None]) -> Drilldown:
        return self._listed(rows[:MOST_ROWS], text, len(rows), len({row["team"] for row in rows}))

    def _listed(
        self, rows: Sequence[Record], text: Callable[[Record], str | None], count: int, teams: int
    ) -> Drilldown:
        """Give the rows behind a figure of which so many are not listed."""
        self.anchors += 1
        return Drilldown(f"b{self.anchors}", [self._source(row, text(row)) for row in rows], count, teams)

    def _source(self, row: Record, text: str | None) -> FigureSource:
        file = name_of(self.paths[row["submission"]])
        baseline, target = row.get("baseline"), row.get("target")
        aim = None if baseline is None or target is None else (baseline, target)
        named = str(row.get("row_code") or row.get("row") or "")
        return FigureSource(row["team"], file, row["sheet"], row["cell"], named, text, aim)

    # completeness

    def _tools(self) -> list[ToolProgress]:
        lines = {row["tool"]: row for row in self._of_period(AGGREGATE_COMPLETENESS.name)}
        return [
            ToolProgress(tool.code, tool.sheet.say(self.language), line)
            for tool in self.spec.tools
            if (line := lines.get(tool.code)) and line["required"]
        ]

    # risks

    def _risks(self) -> Risks | None:
        spec, figures = self.spec, self.spec.figures.risks
        if figures is None:
            return None
        assert spec.matrix is not None
        lines, top = [*self._of_period(AGGREGATE_RISKS_BY_PART.name)], [*self._of_period("top_risks")]
        return Risks(
            [RiskLevel(each.code, each.label.say(self.language), each.colour) for each in spec.matrix.levels],
            [
                self._map(figures, spec.matrix, stage, count)
                for stage, count in unplaced_risks(self.whole, self.period).items()
            ],
            [self._breakdown(figures, by, lines) for by in ways(spec)],
            self._by_team([*stages(figures)][-1]),
            [self._top(figures, row) for row in top[: spec.figures.overview.top_risks]],
            len(top),
            len({row["team"] for rows in self._risks_by_place.values() for row in rows}),
        )

    @cached_property
    def _places(self) -> sa.Subquery:
        """Where the risks of the period stand."""
        return self._in_period(placed_risks)

    def _in_period(self, figure: Figure) -> sa.Subquery:
        lines = figure(Sources(self.store, self.found.today)).subquery()
        return sa.select(lines).where(lines.c.period == self.period).subquery()

    @cached_property
    def _teams_at_risk(self) -> dict[tuple[str, str | None], int]:
        """How many teams have a risk in each part of each breakdown, at whatever stage."""
        lines = self._in_period(risk_parts)
        part = (lines.c.breakdown, lines.c.code)
        wanted = sa.select(*part, distinct(lines.c.team)).group_by(*part)
        return {(breakdown, code): teams for breakdown, code, teams in self.store.select(wanted)}

    @cached_property
    def _risks_by_place(self) -> dict[tuple[str, str, str], list[Record]]:
        """The risks by stage and steps."""
        names = ("stage", *STEPS, "team", "submission", "tool", "row_code", "sheet", "cell")
        wanted = sa.select(*(self._places.c[name] for name in names))
        found: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
        for row in sorted(self.store.select(wanted)):
            found[row[0], row[1], row[2]].append(dict(zip(names, row, strict=True)))
        return found

    def _by_team(self, stage: str) -> list[tuple[str, dict[str, int]]]:
        """Count the risks of each team at each level at a stage."""
        place = self._places.c
        keys = (place.team, place.level)
        wanted = sa.select(*keys, sa.func.count()).where(place.stage == stage).group_by(*keys)
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for team, level, count in sorted(self.store.select(wanted)):
            found[team][level] = count
        return list(found.items())

    def _map(self, figures: RiskFigures, matrix: Matrix, stage: str, unplaced: int) -> HeatMap:
        crossing = stages(figures)[stage]
        down, across = (
            [(item.code, item.label.say(self.language)) for item in self.spec.vocabularies[name].items]
            for name in (matrix.down, matrix.across)
        )
        fields = self.spec.tool[figures.tools[0]].fields
        one, other = (fields[code].label.say(self.language) for code in (crossing.down, crossing.across))
        places = [(step, to) for step, _ in down for to, _ in across]
        return HeatMap(
            stage, one, other, down, across, {place: matrix.cells[place[0]][place[1]] for place in places},
            {place: self._behind(self._risks_by_place[stage, *place], _step) for place in places},
            unplaced,
        )  # fmt: skip

    def _breakdown(
        self, figures: RiskFigures, by: str, lines: Sequence[Record]
    ) -> tuple[str, list[RiskPart]]:
        heading = figures.by[by].label.say(self.language) if by in figures.by else by
        labels = part_labels(self.spec, by, self.language)
        place = {code: at for at, code in enumerate(labels)}
        parts: dict[str | None, list[Record]] = defaultdict(list)
        for line in lines:
            if line["breakdown"] == by:
                parts[line["code"]].append(line)
        order = sorted(parts, key=lambda code: (place.get(code or "", UNLISTED), code or ""))
        return heading, [
            RiskPart(
                labels.get(code or "", code or ""), _by_level(parts[code]), self._teams_at_risk[by, code]
            )
            for code in order
        ]

    def _top(self, figures: RiskFigures, row: Record) -> TopRisk:
        fields = self.spec.tool[row["tool"]].fields
        facts = [
            (fields[code].label.say(self.language), said(self.spec, fields[code], value, self.language))
            for code in figures.shows
            if (value := row[shown_column(code)]) is not None
        ]
        return TopRisk(row["level_before"], row["level_after"], facts, self._source(row, row["name"]))

    # indicators

    def _indicators(self) -> list[Indicator] | None:
        figures = self.spec.figures.indicators
        if figures is None:
            return None
        values: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self.other_targets: dict[tuple[str, str], list[float | None]] = defaultdict(list)
        for row in self._table(INDICATOR_VALUES.name):
            if row["counted"]:
                values[row["indicator"], row["value_period"]].append(row)
            elif row["reason"] == NO_VALUE:
                self.other_targets[row["indicator"], row["value_period"]].append(row["target"])
        parts = self._parts(figures)
        found: dict[str, list[Record]] = defaultdict(list)
        for line in self._table(AGGREGATE_INDICATORS.name):
            found[line["indicator"]].append(line)
        return [self._indicator(figures, code, lines, values, parts) for code, lines in found.items()]

    def _parts(self, figures: IndicatorFigures) -> dict[tuple[str, str, str], list[Record]]:
        """Give the answers to the fields of splits, by submission, row and field."""
        table = self.store[ANSWERS].c
        codes = [code for split in figures.splits if split.of is None for code in split.parts]
        ours = (table.current, table.tool == figures.tool, table.field.in_(codes))
        found: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
        for row in self.store.records(ANSWERS.name, *ours):
            if row["number"] is not None or row["state"] == MASKED:
                found[row["submission"], row["row"], row["field"]].append(row)
        return found

    def _indicator(
        self, figures: IndicatorFigures, code: str, lines: Sequence[Record],
        values: Mapping[tuple[str, str], Sequence[Record]],
        parts: Mapping[tuple[str, str, str], Sequence[Record]],
    ) -> Indicator:  # fmt: skip
        last = lines[-1]  # they stand in the order of the periods
        trend = [
            (self._period_label(figures, line["value_period"]), line["total"], line["teams"])
            for line in lines
            if shape(line["value_period"]) == shape(last["value_period"]) and line["total"] is not None
        ]
        made = [
            self._period(figures, line, values[code, line["value_period"]], parts) for line in reversed(lines)
        ]
        label = catalogue_label(self.spec, code, self.language) or last["label"]
        kind = self._kind(figures, last["kind"])
        return Indicator(code, label, last["unit"], kind, made, trend if len(trend) > 1 else ())

    def _kind(self, figures: IndicatorFigures, code: str | None) -> str | None:
        """Give a kind of value in words: the first list that has all the kinds that the spec names."""
        wanted = {*figures.sums, *figures.ratios}
        names = (name for name, each in self.spec.vocabularies.items() if wanted <= set(each.by_code))
        name = next(names, None)
        return label_of(self.spec, name, code, self.language) if code and name else code

    def _period_label(self, figures: IndicatorFigures, code: str) -> str:
        vocabulary = self.spec.tool[figures.tool].fields[figures.period].vocabulary
        return label_of(self.spec, vocabulary, code, self.language)

    def _period(
        self, figures: IndicatorFigures, line: Record, rows: Sequence[Record],
        parts: Mapping[tuple[str, str, str], Sequence[Record]],
    ) -> IndicatorPeriod:  # fmt: skip
        statuses = Counter(row["status"] for row in rows if row["status"])
        lines = self._split_lines[line["indicator"], line["value_period"]]
        return IndicatorPeriod(
            line,
            self._period_label(figures, line["value_period"]),
            self._period_label(figures, line["previous_period"]) if line["previous_period"] else None,
            sorted(statuses.items()),
            # in this order: it numbers what the page leads to
            self._behind(rows, lambda row: _number(row["value"], self.masked)),
            [
                self._split(split, figures, lines, rows, parts)
                for split in figures.splits
                if split.of is None and not lines.keys().isdisjoint(split.parts)
            ],
            _added_up(self.other_targets[line["indicator"], line["value_period"]]),
        )

    def _split(
        self, split: Split, figures: IndicatorFigures, lines: Mapping[str, Record],
        rows: Sequence[Record], parts: Mapping[tuple[str, str, str], Sequence[Record]],
    ) -> IndicatorSplit:  # fmt: skip
        """Give the parts of a split, held against the values that they are parts of."""
        fields = self.spec.tool[figures.tool].fields
        made, of_value = [], defaultdict[tuple[str, str], list[float | None]](list)
        for code in split.parts:
            cells = [
                cell for row in rows for cell in parts.get((row["submission"], row["row_code"], code), ())
            ]
            for cell in cells:
                of_value[cell["submission"], cell["row"]].append(cell["number"])
            if code in lines:
                behind = self._behind(cells, lambda row: _number(row["number"], self.masked))
                made.append(SplitPart(fields[code].label.say(self.language), lines[code]["total"], behind))
        sums = {value: _added_up(numbers) for value, numbers in of_value.items()}
        disagreeing = []
        for row in rows:
            whole = row["numerator" if row["kind"] in figures.ratios else "value"]
            number = sums.get((row["submission"], row["row_code"]))
            if None not in (whole, number) and number != whole:
                disagreeing.append(row | {"told": f"{shown(whole)} ≠ {shown(number)}"})
        return IndicatorSplit(
            split.label.say(self.language), made, len(rows) - len(sums),
            next(line["disagree"] for code, line in lines.items() if code in split.parts),
            self._behind(disagreeing, lambda row: row["told"]),
        )  # fmt: skip

    @cached_property
    def _split_lines(self) -> dict[tuple[str, str], dict[str, Record]]:
        """What parts come to by indicator and period."""
        found: dict[tuple[str, str], dict[str, Record]] = defaultdict(dict)
        for row in self._table(AGGREGATE_SPLITS.name):
            found[row["indicator"], row["value_period"]][row["part"]] = row
        return found

    # questions and actions

    def _gaps(self, lines: Sequence[Record]) -> list[QuestionGap]:
        asked = self.spec.figures.questions
        if asked is None:
            return []
        lines = lines[: self.spec.figures.overview.top_gaps]
        told = self._told_no(asked, lines)

        def answer(row: Record) -> str:
            return said(self.spec, self._field(row), row["code"], self.language)

        return [
            QuestionGap(
                self.spec.tool[line["tool"]].sheet.say(self.language),
                self._fixed_rows.get((line["tool"], line["row_code"])) or self._field(line).label.say(self.language),
                line, self._behind(told[line["tool"], line["row_code"], line["field"]], answer),
            )
            for line in lines
        ]  # fmt: skip

    def _field(self, row: Record) -> Field:
        return self.spec.tool[row["tool"]].fields[row["field"]]

    def _told_no(
        self, asked: QuestionFigures, lines: Sequence[Record]
    ) -> dict[tuple[str, str | None, str], list[Record]]:
        """Give the answers of the period that show a gap, by question."""
        table = self.store[ANSWERS].c
        fields = {line["field"] for line in lines}
        ours = (table.current, table.period == self.period, table.code.in_(asked.no), table.field.in_(fields))
        found: dict[tuple[str, str | None, str], list[Record]] = defaultdict(list)
        for row in self.store.records(ANSWERS.name, *ours):
            fixed = (row["tool"], row["row"]) in self._fixed_rows
            found[row["tool"], row["row"] if fixed else None, row["field"]].append(row)
        return found

    def _questions(self) -> list[QuestionProfile]:
        blank = translator(self.language)("Missing")
        profiles = Profiles(
            self.store, self.spec, self.language, self.period, blank, self._listed, self._fixed_rows
        )
        return profiles.questions()

    @cached_property
    def _fixed_rows(self) -> dict[tuple[str, str], str]:
        """The texts of the fixed rows in the language of the page, by tool and row."""
        return {(tool, row): label for tool, row, _, label in fixed_rows(self.spec, self.language)}

    def _late(self, row: Record) -> Overdue:
        blocks = [block for block in self.spec.tool[row["list"]].blocks if isinstance(block, CollectBlock)]
        due = {block.due for block in blocks}
        facts = [
            (heading.say(self.language), self._column(blocks, row, column))
            for block in blocks
            for column, heading in block.columns.items()
            if column not in due
        ]
        return Overdue(row["due"], row["days_late"], facts, self._source(row, None))

    def _column(self, blocks: Sequence[CollectBlock], row: Record, column: str) -> str | None:
        value = row[f"list_{column}"]
        codes = [
            source.columns[column]
            for block in blocks
            for source in block.sources
            if source.tool == row["tool"] and column in source.columns
        ]
        if value is None:
            return None if self.masked and codes else ""
        field = self.spec.tool[row["tool"]].fields[codes[0]] if codes else None
        return said(self.spec, field, value, self.language) if field else value


def _by_level(lines: Sequence[Record]) -> dict[str, dict[str, int]]:
    """Count the risks at each level, by stage."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        found[line["stage"]][line["level"]] += line["frequency"]
    return {stage: dict(levels) for stage, levels in found.items()}


def _step(row: Record) -> str:
    return f"{row['matrix_row']} × {row['matrix_column']}"


def _added_up(numbers: Sequence[float | None]) -> float | None:
    """Add up some figures; None where there is none, or one is masked."""
    known = [number for number in numbers if number is not None]
    return rounded(sum(known)) if known and len(known) == len(numbers) else None


def _number(value: float | None, masked: bool) -> str | None:
    """Give a value as it stands in the cell; None where it is masked."""
    return shown(value) if value is not None else None if masked else ""
