"""A dataset to the overview: what its tables of figures say, with the rows behind each figure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from ..dataset.aggregates.indicators import shape
from ..dataset.aggregates.risks import UNLISTED, part_labels, risk_places, stages, unplaced_risks, ways
from ..dataset.aggregates.sql import TOTAL, Sources, distinct, label_of, rounded, said
from ..dataset.aggregates.values import NO_VALUE, catalogue_label
from ..dataset.dimensions import fixed_rows
from ..dataset.periods import choose, over_periods, periods
from ..dataset.reconciliation import reconciliation
from ..dataset.run_history import RunChange
from ..dataset.schema import (
    AGGREGATE_ANSWERS,
    AGGREGATE_COMPLETENESS,
    AGGREGATE_GAPS,
    AGGREGATE_INDICATORS,
    AGGREGATE_RISKS,
    AGGREGATE_SPLITS,
    ANSWERS,
    INDICATOR_VALUES,
    MASKED,
    MATRIX_ROWS,
    SUBMISSIONS,
)
from ..dataset.store import STATE, Store
from ..dataset.table import Record
from ..fields import Field
from ..numerals import shown
from ..paths import name_of
from ..rounds.rounds import Round
from ..spec.figures import IndicatorFigures, OverviewFigures, Part, QuestionFigures, RiskFigures
from ..spec.figures import Split as SpecSplit
from ..spec.model import CollectBlock, Matrix, Spec
from ..validation import RETURNED
from ..words import translator
from .overview_model import (
    MOST_ROWS,
    Behind,
    Gap,
    HeatMap,
    Indicator,
    Level,
    Overdue,
    Overview,
    Period,
    Question,
    RiskPart,
    Risks,
    Source,
    Split,
    SplitPart,
    Tool,
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
    return replace(_Builder(store, whole or store, today, language, chosen).overview(expected), change=change)


class _Builder:
    """Reads the tables once and puts the figures of one period together."""

    def __init__(self, store: Store, whole: Store, today: date, language: str, period: str | None) -> None:
        self.store, self.whole, self.today, self.language, self.period = store, whole, today, language, period
        self.spec = store.schema.spec
        self.files = {row["submission"]: row for row in store.records(SUBMISSIONS.name)}
        self.masked = MASKED in store.fact(STATE)
        self.anchors = 0

    def overview(self, round_: Round | None) -> Overview:
        """Everything."""
        spec = self.spec
        counted = [row for row in self.files.values() if row["current"] and row["period"] == self.period]
        gaps, late = [*self._of_period(AGGREGATE_GAPS.name)], [*self._of_period("overdue")]
        expected, found = teams(self.store, self.today, round_, self.period)
        days, in_time = arrivals(found)
        return Overview(
            title=spec.title.say(self.language) if spec else "",
            round=round_.name if round_ else self._round(counted),
            period=self.period,
            periods=over_periods(self.store),
            language=self.language,
            today=self.today,
            spec=spec.name if spec else "",
            spec_version=spec.version if spec else "",
            spec_digest=spec.digest if spec else "",
            masked=self.masked,
            received=reconciliation(self.store),
            counted=len(counted),
            from_returned=sum(row["verdict"] == RETURNED for row in counted),
            expected=round_ is not None,
            teams=[replace(team, country=self._country(team.country)) for team in expected],
            countries=countries(expected, self._country),
            arrivals=days,
            in_time=in_time,
            deadlines=deadlines(expected),
            tools=self._tools(),
            risks=self._risks() if self._shows("risks") else None,
            indicators=self._indicators() if self._shows("indicators") else None,
            gaps=self._gaps(gaps[: self._asked.top_gaps])
            if self._shows("questions", AGGREGATE_GAPS.name)
            else None,
            all_gaps=len(gaps),
            overdue=self._overdue(late) if self._shows("overdue", "overdue") else None,
            all_overdue=len(late),
            questions=self._questions() if self._shows("questions") else None,
            left_out={name: self._left_out(name) for name in MAY_LACK},
        )

    def _left_out(self, name: str) -> list[str]:
        """Name the sheets of which a table of the period has fewer lines than the whole dataset."""
        if self.spec is None or name not in self.store.tables:
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

    @property
    def _asked(self) -> OverviewFigures:
        return self.spec.figures.overview if self.spec else OverviewFigures()

    def _shows(self, part: Part, table: str | None = None) -> bool:
        """Say whether a part is shown: the dataset has its table, and the spec does not leave it out."""
        return part not in self._asked.leave_out and (table is None or table in self.store.tables)

    def _table(self, name: str, *where: Any) -> Iterable[Record]:
        return self.store.records(name, *where) if name in self.store.tables else ()

    def _of_period(self, name: str) -> Iterable[Record]:
        """Give the lines of a table of figures that are of the period."""
        return (
            self._table(name, self.store.tables[name].c.period == self.period)
            if name in self.store.tables
            else ()
        )

    @staticmethod
    def _round(counted: Sequence[Record]) -> str | None:
        """Give the round that all files are of, where they agree."""
        rounds = {row["round"] for row in counted if row["round"]}
        return next(iter(rounds)) if len(rounds) == 1 else None

    def _country(self, code: str) -> str:
        """Give the name of a country, where the spec has one."""
        return label_of(self.spec, self.spec.countries, code, self.language) if self.spec else code

    # rows behind figures

    def _behind(self, rows: Sequence[Record], text: Callable[[Record], str | None]) -> Behind:
        return self._listed(rows[:MOST_ROWS], text, len(rows), len({row["team"] for row in rows}))

    def _listed(
        self, rows: Sequence[Record], text: Callable[[Record], str | None], count: int, teams: int
    ) -> Behind:
        """Give the rows behind a figure of which so many are not listed."""
        self.anchors += 1
        return Behind(f"b{self.anchors}", [self._source(row, text(row)) for row in rows], count, teams)

    def _source(self, row: Record, text: str | None) -> Source:
        file = name_of(self.files[row["submission"]]["path"])
        baseline, target = row.get("baseline"), row.get("target")
        aim = None if baseline is None or target is None else (baseline, target)
        return Source(row["team"], file, row["sheet"], row["cell"], row.get("row") or "", text, aim)

    # completeness

    def _tools(self) -> list[Tool]:
        spec = self.spec
        if spec is None:
            return []
        lines = {
            row["tool"]: row for row in self._of_period(AGGREGATE_COMPLETENESS.name) if row["by"] == TOTAL
        }
        return [
            Tool(
                tool.code, tool.sheet.say(self.language), lines[tool.code]["answered"],
                lines[tool.code]["required"], lines[tool.code]["teams"],
            )
            for tool in spec.tools
            if tool.code in lines and lines[tool.code]["required"]
        ]  # fmt: skip

    # risks

    def _risks(self) -> Risks | None:
        spec = self.spec
        figures = spec.figures.risks if spec else None
        if spec is None or figures is None or spec.matrix is None:
            return None
        lines = [*self._of_period(AGGREGATE_RISKS.name)]
        top = [*self._of_period("top_risks")]
        return Risks(
            [Level(each.code, each.label.say(self.language), each.colour) for each in spec.matrix.levels],
            [
                self._map(spec, figures, spec.matrix, stage, count)
                for stage, count in unplaced_risks(self.whole, self.period).items()
            ],
            [self._breakdown(spec, figures, by, lines) for by in ways(spec)],
            self._by_team(list(stages(figures))[-1]),
            [self._top(spec, figures, row) for row in top[: self._asked.top_risks]],
            len(top),
            self._teams_at_risk.get((TOTAL, None), 0),
        )

    @cached_property
    def _places(self) -> sa.Subquery:
        """Where the risks of the period stand, once for each part of each breakdown."""
        places = risk_places(Sources.of(self.store, self.today)).subquery()
        return sa.select(places).where(places.c.period == self.period).subquery()

    @cached_property
    def _teams_at_risk(self) -> dict[tuple[str, str | None], int]:
        """How many teams have a risk in each part of each breakdown, at whatever stage."""
        part = (self._places.c.by, self._places.c.code)
        wanted = sa.select(*part, distinct(self._places.c.team)).group_by(*part)
        return {(by, code): teams for by, code, teams in self.store.select(wanted)}

    @cached_property
    def _risks_by_place(self) -> dict[tuple[str, str, str], list[Record]]:
        """The risks by stage and steps."""
        names = ("stage", "down", "across", "team", "submission", "tool", "row", "sheet", "cell")
        wanted = sa.select(*(self._places.c[name] for name in names)).where(self._places.c.by == TOTAL)
        found: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
        for row in sorted(self.store.select(wanted)):
            found[row[0], row[1], row[2]].append(dict(zip(names, row, strict=True)))
        return found

    def _by_team(self, stage: str) -> list[tuple[str, dict[str, int]]]:
        """Count the risks of each team at each level at a stage."""
        place = self._places.c
        keys = (place.team, place.level)
        wanted = (
            sa.select(*keys, sa.func.count()).where(place.by == TOTAL, place.stage == stage).group_by(*keys)
        )
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for team, level, count in sorted(self.store.select(wanted)):
            found[team][level] = count
        return list(found.items())

    def _map(self, spec: Spec, figures: RiskFigures, matrix: Matrix, stage: str, unplaced: int) -> HeatMap:
        crossing = stages(figures)[stage]
        down, across = (
            [(item.code, item.label.say(self.language)) for item in spec.vocabularies[name].items]
            for name in (matrix.down, matrix.across)
        )
        fields = spec.tool[figures.tools[0]].fields
        one, other = (fields[code].label.say(self.language) for code in (crossing.down, crossing.across))
        places = [(step, to) for step, _ in down for to, _ in across]
        return HeatMap(
            stage, one, other, down, across, {place: matrix.cells[place[0]][place[1]] for place in places},
            {place: self._behind(self._risks_by_place[stage, *place], _step) for place in places},
            unplaced,
        )  # fmt: skip

    def _breakdown(
        self, spec: Spec, figures: RiskFigures, by: str, lines: Sequence[Record]
    ) -> tuple[str, list[RiskPart]]:
        heading = figures.by[by].label.say(self.language) if by in figures.by else by
        labels = part_labels(spec, by, self.language)
        place = {code: at for at, code in enumerate(labels)}
        parts: dict[str | None, list[Record]] = defaultdict(list)
        for line in lines:
            if line["by"] == by:
                parts[line["code"]].append(line)
        order = sorted(parts, key=lambda code: (place.get(code or "", UNLISTED), code or ""))
        return heading, [
            RiskPart(
                labels.get(code or "", code or ""), _by_level(parts[code]), self._teams_at_risk[by, code]
            )
            for code in order
        ]

    def _top(self, spec: Spec, figures: RiskFigures, row: Record) -> TopRisk:
        fields = spec.tool[row["tool"]].fields
        facts = [
            (
                fields[code].label.say(self.language),
                said(spec, fields[code], row[f"shows_{code}"], self.language),
            )
            for code in figures.shows
            if row[f"shows_{code}"] is not None
        ]
        return TopRisk(
            row["name"], row["level_before"], row["level_after"], facts, self._source(row, row["name"])
        )

    # indicators

    def _indicators(self) -> list[Indicator] | None:
        spec = self.spec
        figures = spec.figures.indicators if spec else None
        if spec is None or figures is None:
            return None
        values: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self.other_targets: dict[tuple[str, str], list[float | None]] = defaultdict(list)
        for row in self._table(INDICATOR_VALUES.name):
            if row["counted"]:
                values[row["indicator"], row["period"]].append(row)
            elif row["why"] == NO_VALUE:
                self.other_targets[row["indicator"], row["period"]].append(row["target"])
        parts = self._parts(figures)
        found: dict[str, list[Record]] = defaultdict(list)
        for line in self._table(AGGREGATE_INDICATORS.name):
            found[line["indicator"]].append(line)
        return [self._indicator(spec, figures, code, lines, values, parts) for code, lines in found.items()]

    def _parts(self, figures: IndicatorFigures) -> dict[tuple[str, str, str], list[Record]]:
        """Give the answers to the fields of splits, by submission, row and field."""
        table = self.store[ANSWERS]
        codes = [code for split in figures.splits if split.of is None for code in split.parts]
        rows = self._table(
            ANSWERS.name, table.c.current, table.c.tool == figures.tool, table.c.field.in_(codes)
        )
        found: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
        for row in rows:
            if row["number"] is not None or row["state"] == MASKED:
                found[row["submission"], row["row"], row["field"]].append(row)
        return found

    def _indicator(
        self, spec: Spec, figures: IndicatorFigures, code: str, lines: Sequence[Record],
        values: Mapping[tuple[str, str], Sequence[Record]],
        parts: Mapping[tuple[str, str, str], Sequence[Record]],
    ) -> Indicator:  # fmt: skip
        last = lines[-1]  # they stand in the order of the periods
        trend = [
            (self._period_label(spec, figures, line["period"]), line["total"], line["teams"])
            for line in lines
            if shape(line["period"]) == shape(last["period"]) and line["total"] is not None
        ]
        made = [
            self._period(spec, figures, line, values[code, line["period"]], parts) for line in reversed(lines)
        ]
        label = catalogue_label(spec, code, self.language) or last["label"]
        kind = self._kind(spec, figures, last["kind"])
        return Indicator(code, label, last["unit"], kind, made, trend if len(trend) > 1 else ())

    def _kind(self, spec: Spec, figures: IndicatorFigures, code: str | None) -> str | None:
        """Give a kind of value in words: the first list that has all the kinds that the spec names."""
        wanted = {*figures.sums, *figures.ratios}
        names = (name for name, each in spec.vocabularies.items() if wanted <= set(each.by_code))
        name = next(names, None)
        return label_of(spec, name, code, self.language) if code and name else code

    def _period_label(self, spec: Spec, figures: IndicatorFigures, code: str) -> str:
        vocabulary = spec.tool[figures.tool].fields[figures.period].vocabulary
        return label_of(spec, vocabulary, code, self.language)

    def _period(
        self, spec: Spec, figures: IndicatorFigures, line: Record, rows: Sequence[Record],
        parts: Mapping[tuple[str, str, str], Sequence[Record]],
    ) -> Period:  # fmt: skip
        numbers = (
            "total", "least", "most", "baseline", "target", "progress", "previous_total", "same_total", "change",
        )  # fmt: skip
        statuses = Counter(row["status"] for row in rows if row["status"])
        return Period(
            line["period"], self._period_label(spec, figures, line["period"]),
            **{name: line[name] for name in numbers},
            how=line["how"], why=line["why"], teams=line["teams"], missing=line["missing"],
            previous=self._period_label(spec, figures, line["previous"]) if line["previous"] else None,
            same_teams=line["same_teams"] or 0, statuses=sorted(statuses.items()),
            behind=self._behind(rows, lambda row: _number(row["value"], self.masked)),
            splits=[
                self._split(spec.tool[figures.tool].fields, split, figures, lines, rows, parts)
                for lines in [self._split_lines.get((line["indicator"], line["period"]), {})]
                for split in figures.splits
                if split.of is None and not lines.keys().isdisjoint(split.parts)
            ],
            other_targets=_added_up(self.other_targets[line["indicator"], line["period"]]),
        )  # fmt: skip

    def _split(
        self, fields: Mapping[str, Field], split: SpecSplit, figures: IndicatorFigures, lines: Mapping[str, Record],
        rows: Sequence[Record], parts: Mapping[tuple[str, str, str], Sequence[Record]],
    ) -> Split:  # fmt: skip
        """Give the parts of a split, held against the values that they are parts of."""
        made, of_value = [], defaultdict[tuple[str, str], list[float | None]](list)
        for code in split.parts:
            cells = [cell for row in rows for cell in parts.get((row["submission"], row["row"], code), ())]
            for cell in cells:
                of_value[cell["submission"], cell["row"]].append(cell["number"])
            if code in lines:
                behind = self._behind(cells, lambda row: _number(row["number"], self.masked))
                made.append(SplitPart(fields[code].label.say(self.language), lines[code]["total"], behind))
        sums = {value: _added_up(numbers) for value, numbers in of_value.items()}
        disagreeing = []
        for row in rows:
            whole = row["numerator" if row["kind"] in figures.ratios else "value"]
            number = sums.get((row["submission"], row["row"]))
            if None not in (whole, number) and number != whole:
                disagreeing.append(row | {"told": f"{shown(whole)} ≠ {shown(number)}"})
        return Split(
            split.label.say(self.language), made, len(rows) - len(sums),
            next(line["disagree"] for code, line in lines.items() if code in split.parts),
            self._behind(disagreeing, lambda row: row["told"]),
        )  # fmt: skip

    @cached_property
    def _split_lines(self) -> dict[tuple[str, str], dict[str, Record]]:
        """What parts come to by indicator and period."""
        found: dict[tuple[str, str], dict[str, Record]] = defaultdict(dict)
        for row in self._table(AGGREGATE_SPLITS.name):
            found[row["indicator"], row["period"]][row["part"]] = row
        return found

    # questions and actions

    def _gaps(self, lines: Sequence[Record]) -> list[Gap]:
        spec = self.spec
        if spec is None or spec.figures.questions is None:
            return []
        told = self._told_no(spec.figures.questions, lines)
        return [
            Gap(
                spec.tool[line["tool"]].sheet.say(self.language),
                self._fixed_rows.get(key[:2]) or spec.tool[line["tool"]].fields[line["field"]].label.say(self.language),
                line["no"], line["answered"], line["teams_no"], line["teams"],
                self._behind(told[key], self._answer(spec)),
            )
            for line in lines
            for key in [(line["tool"], line["row"], line["field"])]
        ]  # fmt: skip

    def _told_no(
        self, asked: QuestionFigures, lines: Sequence[Record]
    ) -> dict[tuple[str, str | None, str], list[Record]]:
        """Give the answers of the period that show a gap, by question."""
        table = self.store[ANSWERS]
        given = self._table(
            ANSWERS.name, table.c.current, table.c.period == self.period, table.c.code.in_(asked.no),
            table.c.field.in_({line["field"] for line in lines}),
        )  # fmt: skip
        found: dict[tuple[str, str | None, str], list[Record]] = defaultdict(list)
        for row in given:
            fixed = (row["tool"], row["row"]) in self._fixed_rows
            found[row["tool"], row["row"] if fixed else None, row["field"]].append(row)
        return found

    def _questions(self) -> list[Question] | None:
        if self.spec is None:
            return None
        blank = translator(self.language)("Missing")
        profiles = Profiles(
            self.store, self.spec, self.language, self.period, blank, self._listed, self._fixed_rows
        )
        return profiles.questions()

    @cached_property
    def _fixed_rows(self) -> dict[tuple[str, str], str]:
        """The texts of the fixed rows in the language of the page, by tool and row."""
        rows = fixed_rows(self.spec, self.language) if self.spec else ()
        return {(tool, row): label for tool, row, _, label in rows}

    def _answer(self, spec: Spec) -> Callable[[Record], str]:
        return lambda row: said(spec, spec.tool[row["tool"]].fields[row["field"]], row["code"], self.language)

    def _overdue(self, late: Sequence[Record]) -> list[Overdue]:
        spec = self.spec
        return [self._late(spec, row) for row in late[:MOST_ROWS]] if spec else []

    def _late(self, spec: Spec, row: Record) -> Overdue:
        blocks = [block for block in spec.tool[row["list"]].blocks if isinstance(block, CollectBlock)]
        due = {block.due for block in blocks}
        facts = [
            (heading.say(self.language), self._column(spec, blocks, row, column))
            for block in blocks
            for column, heading in block.columns.items()
            if column not in due
        ]
        title = next((block.title.say(self.language) for block in blocks), "")
        return Overdue(title, row["due"], row["days_late"], facts, self._source(row, None))

    def _column(self, spec: Spec, blocks: Sequence[CollectBlock], row: Record, column: str) -> str | None:
        value = row[f"list_{column}"]
        codes = [
            source.columns[column]
            for block in blocks
            for source in block.sources
            if source.tool == row["tool"] and column in source.columns
        ]
        if value is None:
            return None if self.masked and codes else ""
        return said(spec, spec.tool[row["tool"]].fields[codes[0]], value, self.language) if codes else value


def _by_level(lines: Sequence[Record]) -> dict[str, dict[str, int]]:
    """Count the risks at each level, by stage."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        found[line["stage"]][line["level"]] += line["count"]
    return {stage: dict(levels) for stage, levels in found.items()}


def _step(row: Record) -> str:
    return f"{row['down']} × {row['across']}"


def _added_up(numbers: Sequence[float | None]) -> float | None:
    """Add up some figures; None where there is none, or one is masked."""
    known = [number for number in numbers if number is not None]
    return rounded(sum(known)) if known and len(known) == len(numbers) else None


def _number(value: float | None, masked: bool) -> str | None:
    """Give a value as it stands in the cell; None where it is masked."""
    return shown(value) if value is not None else None if masked else ""
