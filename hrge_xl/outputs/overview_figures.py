"""The figures of an overview about risks, indicators and questions, with the rows behind each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from ..core.numerals import shown
from ..core.words import translator
from ..core.work import grouped
from ..dataset.aggregates.indicators import (
    NO_VALUE,
    IndicatorKey,
    catalogue_label,
    indicator_key,
    shape,
    trend_of,
)
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
from ..dataset.aggregates.sql import Figure, Sources, distinct, said
from ..dataset.schema import (
    MASKED,
    TOP_RISKS,
    Record,
    Row,
    shown_column,
)
from ..dataset.store import Store
from ..findings.value import ANSWER_MISSING
from ..spec.lookup import label_of
from ..spec.model import Matrix
from ..spec.supplements import IndicatorFigures, RiskFigures, Split
from .overview_model import (
    FigureLine,
    FigureReader,
    HeatMap,
    Indicator,
    ListedRow,
    QuestionKey,
    QuestionProfile,
    Risks,
    added_up,
)

RiskRows = Mapping[tuple[str, ...], Sequence[Record]]  # by stage and steps


def risks(reader: FigureReader, whole: Store) -> Risks | None:
    """Return everything about the risks of the period; `whole` also holds what must not be shared."""
    spec = reader.spec
    figures = reader.spec.figures.risks
    if figures is None:
        return None
    assert spec.matrix is not None
    lines = [*reader.lines("aggregate_risks_by_part")]
    top = [*reader.lines(TOP_RISKS)]
    placed = _in_period(reader, placed_risks)
    names = ("stage", *STEPS, "team", "submission", "tool", "row_code", "sheet", "cell")
    placed_rows = sorted(reader.store.select(sa.select(*(placed.c[name] for name in names))))
    rows = grouped((row[:3], dict(zip(names, row, strict=True))) for row in placed_rows)
    return Risks(
        {level.code: level.label.say(reader.language) for level in spec.matrix.levels},
        [
            _heat_map(reader, figures, spec.matrix, rows, stage, count)
            for stage, count in unplaced_risks(whole, reader.period).items()
        ],
        _breakdowns(reader, figures, lines),
        _by_team(reader.store, placed, [*stages(figures)][-1]),
        [_top(reader, figures, row) for row in top[: spec.figures.overview.top_risks]],
        len(top),
        len({row["team"] for some in rows.values() for row in some}),
    )


def _in_period(reader: FigureReader, figure: Figure) -> sa.Subquery:
    lines = figure(Sources(reader.store, reader.today)).subquery()
    return sa.select(lines).where(lines.c.period == reader.period).subquery()


def _by_team(store: Store, placed: sa.Subquery, stage: str) -> list[FigureLine]:
    """Count the risks of each team at each level at a stage."""
    keys = (placed.c.team, placed.c.level)
    query = sa.select(*keys, sa.func.count()).where(placed.c.stage == stage).group_by(*keys)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for team, level, count in sorted(store.select(query)):
        counts[team][level] = count
    return [FigureLine(team, team, levels) for team, levels in counts.items()]


def _heat_map(
    reader: FigureReader,
    figures: RiskFigures,
    matrix: Matrix,
    rows: RiskRows,
    stage: str,
    unplaced: int,
) -> HeatMap:
    crossing = stages(figures)[stage]
    down, across = (
        [*reader.spec.vocabularies[name].labels(reader.language).items()]
        for name in (matrix.down, matrix.across)
    )
    fields = reader.spec.tool[figures.tools[0]].fields
    label_down, label_across = (
        fields[code].label.say(reader.language) for code in (crossing.down, crossing.across)
    )
    places = [(step, to) for step, _ in down for to, _ in across]
    return HeatMap(
        stage,
        label_down,
        label_across,
        down,
        across,
        {place: matrix.cells[place[0]][place[1]] for place in places},
        {place: reader.behind(rows.get((stage, *place), ()), lambda _: "") for place in places},
        unplaced,
    )


def _breakdowns(
    reader: FigureReader, figures: RiskFigures, lines: Sequence[Record]
) -> list[FigureLine]:
    """Return the risks by level and stage in each part of each breakdown, under its heading."""
    risk = _in_period(reader, risk_parts).c
    part = (risk.breakdown, risk.code)
    # how many teams have a risk in a part, at whatever stage
    counted = reader.store.select(sa.select(*part, distinct(risk.team)).group_by(*part))
    teams = {(breakdown, code): number for breakdown, code, number in counted}
    parts: dict[str, dict[str | None, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        parts[line["breakdown"]][line["code"]].append(line)
    breakdowns = []
    for by in ways(reader.spec):
        labels = part_labels(reader.spec, by, reader.language)
        place = {code: at for at, code in enumerate(labels)}
        order = sorted(parts[by], key=lambda code: (place.get(code or "", UNLISTED), code or ""))
        heading = figures.by[by].label.say(reader.language) if by in figures.by else by
        of_part = [
            FigureLine(
                code or "",
                labels.get(code or "", code or ""),
                {**_by_level(figures, parts[by][code]), "teams": teams[by, code]},
            )
            for code in order
        ]
        breakdowns.append(FigureLine(by, heading, {}, parts=of_part))
    return breakdowns


def _by_level(figures: RiskFigures, lines: Sequence[Record]) -> dict[str, dict[str, int]]:
    """Count the risks at each level, by stage; perhaps none has a level at one of them."""
    counts = {stage: Counter[str]() for stage in stages(figures)}
    for line in lines:
        counts[line["stage"]][line["level"]] += line["frequency"]
    return {stage: dict(levels) for stage, levels in counts.items()}


def _top(reader: FigureReader, figures: RiskFigures, row: Record) -> ListedRow:
    fields = reader.spec.tool[row["tool"]].fields
    facts = [
        (
            fields[code].label.say(reader.language),
            said(reader.spec, fields[code], value, reader.language),
        )
        for code in figures.shows
        if (value := row[shown_column(code)]) is not None
    ]
    return ListedRow(row, facts, reader.source(row, row["name"]))


# indicators


def indicators(reader: FigureReader) -> list[Indicator] | None:
    """Return every indicator that has values, over all its periods."""
    figures = reader.spec.figures.indicators
    if figures is None:
        return None
    every = reader.store.figures("aggregate_indicators")
    lines_by_code = grouped((line["indicator"], line) for line in every)
    builder = _Indicators(reader, figures)
    return [builder.indicator(code, lines) for code, lines in lines_by_code.items()]


class _Indicators:
    """Holds the rows behind figures: values, targets without a value, and the parts of splits."""

    def __init__(self, reader: FigureReader, figures: IndicatorFigures) -> None:
        self.reader = reader
        self.figures = figures
        self.spec = reader.spec
        self.language = reader.language
        self.fields = self.spec.tool[figures.tool].fields
        stated = [*reader.store.figures("indicator_values")]
        self.values = grouped((indicator_key(row), row) for row in stated if row["counted"])
        silent = (row for row in stated if not row["counted"] and row["reason"] == NO_VALUE)
        self.other_targets = grouped((indicator_key(row), row["target"]) for row in silent)
        self.split_lines: dict[IndicatorKey, dict[str, Record]] = defaultdict(
            dict
        )  # what parts come to
        for row in reader.store.figures("aggregate_splits"):
            self.split_lines[indicator_key(row)][row["part"]] = row
        table = reader.store["answers"].c
        codes = [code for split in figures.splits if split.of is None for code in split.parts]
        conditions = (table.current, table.tool == figures.tool, table.field.in_(codes))
        # the answers to the fields of splits, by submission, row and field
        self.parts = grouped(
            ((row["submission"], row["row"], row["field"]), row)
            for row in reader.store.records("answers", *conditions)
            if row["number"] is not None or row["state"] == MASKED
        )

    def indicator(self, code: str, lines: Sequence[Record]) -> Indicator:
        """Return one indicator with its lines of figures, a period each."""
        last = lines[-1]  # they stand in the order of the periods
        series = [
            line for line in lines if shape(line["value_period"]) == shape(last["value_period"])
        ]
        return Indicator(
            code,
            catalogue_label(self.spec, code, self.language) or last["label"],
            last["unit"],
            self._kind(last["kind"]),
            [self._period(line) for line in reversed(lines)],
            self._trend(series),
        )

    def _trend(self, lines: Sequence[Record]) -> list[tuple[str, float, int]]:
        points = trend_of(lines, self.values, self.figures, masked=self.reader.masked)
        return [(self._label(period), total, teams) for period, total, teams in points]

    def _rows(self, line: Record) -> Sequence[Record]:
        """Return the values behind a line of figures."""
        return self.values.get(indicator_key(line), [])

    def _kind(self, code: str | None) -> str | None:
        """Return a kind of value in words: the first list that has all the kinds that the spec names."""
        kinds = {*self.figures.sums, *self.figures.ratios}
        names = (
            name
            for name, vocabulary in self.spec.vocabularies.items()
            if kinds <= set(vocabulary.by_code)
        )
        name = next(names, None)
        return label_of(self.spec, name, code, self.language) if code and name else code

    def _label(self, period: str) -> str:
        return label_of(
            self.spec, self.fields[self.figures.period].vocabulary, period, self.language
        )

    def _period(self, line: Record) -> FigureLine:
        key = indicator_key(line)
        rows = self._rows(line)
        lines = self.split_lines[key]
        statuses = Counter(row["status"] for row in rows if row["status"])
        previous_period = line["previous_period"]
        figures = line | {
            "previous": self._label(previous_period) if previous_period else None,
            "statuses": sorted(statuses.items()),
            "other_targets": added_up(self.other_targets.get(key, ())),
        }
        return FigureLine(
            line["value_period"],
            self._label(line["value_period"]),
            figures,
            # in this order: it numbers what the page leads to
            self.reader.behind(rows, lambda row: self._number(row["value"])),
            [
                self._split(split, lines, rows)
                for split in self.figures.splits
                if split.of is None and not lines.keys().isdisjoint(split.parts)
            ],
        )

    def _split(
        self, split: Split, lines: Mapping[str, Record], rows: Sequence[Record]
    ) -> FigureLine:
        """Return the parts of a split, held against the values that they are parts of."""
        parts = []
        of_value = defaultdict[tuple[str, str], list[float | None]](list)
        for code in split.parts:
            cells = [
                cell
                for row in rows
                for cell in self.parts.get((row["submission"], row["row_code"], code), ())
            ]
            for cell in cells:
                of_value[cell["submission"], cell["row"]].append(cell["number"])
            if code in lines:
                behind = self.reader.behind(cells, lambda row: self._number(row["number"]))
                label = self.fields[code].label.say(self.language)
                parts.append(FigureLine(code, label, lines[code], behind))
        sums = {value: added_up(numbers) for value, numbers in of_value.items()}
        disagreeing = []
        for row in rows:
            whole = row["numerator" if row["kind"] in self.figures.ratios else "value"]
            number = sums.get((row["submission"], row["row_code"]))
            if None not in (whole, number) and number != whole:
                disagreeing.append(row | {"told": f"{shown(whole)} ≠ {shown(number)}"})
        figures = {
            "without": len(rows) - len(sums),
            "disagree": next(
                line["disagree"] for code, line in lines.items() if code in split.parts
            ),
        }
        behind = self.reader.behind(disagreeing, lambda row: row["told"])
        return FigureLine(split.code, split.label.say(self.language), figures, behind, parts)

    def _number(self, value: float | None) -> str | None:
        """Return a value as it stands in the cell; None where it is masked."""
        if value is not None:
            return shown(value)
        return None if self.reader.masked else ""


# questions: those that were answered with no, and every one in a line

MOST_ROWS_OF_A_QUESTION = 30
OF_AN_ANSWER = ("submission", "team", "tool", "row", "field", "code", "number", "sheet", "cell")
OF_A_FINDING = ("submission", "team", "tool", "row_code", "field", "sheet", "cell")
# where these stand in both, and in the first
TEAM = 1
PLACE = slice(2, 5)
CODE = 5
NUMBER = 6
NO, BLANK, OTHER = range(3)  # which rows behind a question come first


def gaps(reader: FigureReader, lines: Sequence[Record]) -> list[FigureLine]:
    """Return the first of the questions that were answered with no, with these answers of the period."""
    spec = reader.spec
    question_figures = reader.spec.figures.questions
    if question_figures is None:
        return []
    lines = lines[: spec.figures.overview.top_gaps]
    table = reader.store["answers"].c
    fields = {line["field"] for line in lines}
    conditions = (
        table.current,
        table.period == reader.period,
        table.code.in_(question_figures.no),
        table.field.in_(fields),
    )
    answers = grouped(
        (_key(reader, row["tool"], row["row"], row["field"]), row)
        for row in reader.store.records("answers", *conditions)
    )
    return [
        FigureLine(
            spec.tool[line["tool"]].sheet.say(reader.language),
            reader.fixed_rows.get((line["tool"], line["row_code"]))
            or reader.field(line).label.say(reader.language),
            line,
            reader.behind(
                answers.get((line["tool"], line["row_code"], line["field"]), ()),
                lambda row: said(spec, reader.field(row), row["code"], reader.language),
            ),
        )
        for line in lines
    ]


def _key(reader: FigureReader, tool: str, row: str, code: str) -> QuestionKey:
    return tool, row if (tool, row) in reader.fixed_rows else None, code


@dataclass
class _Rows:
    """The rows behind a question: how many, of which teams, and the first of each kind, which are listed."""

    count: int = 0
    teams: set[str] = field(default_factory=set)
    first: tuple[list[Record], list[Record], list[Record]] = field(
        default_factory=lambda: ([], [], [])
    )

    def add(self, kind: int, names: Sequence[str], row: Row) -> None:
        """Count a row, and keep it if it may be listed; a question can have thousands."""
        self.count += 1
        self.teams.add(str(row[TEAM]))
        if len(self.first[kind]) < MOST_ROWS_OF_A_QUESTION:
            self.first[kind].append(dict(zip(names, row, strict=True)))

    def listed(self) -> list[Record]:
        """Return those that are listed, in their order."""
        return [row for rows in self.first for row in rows][:MOST_ROWS_OF_A_QUESTION]


class QuestionProfiles:
    """Reads the figures of the questions of one period, and the rows behind them."""

    def __init__(self, reader: FigureReader) -> None:
        self.reader = reader
        self.spec = reader.spec
        self.language = reader.language
        self.blank = translator(reader.language)("Missing")
        self.profiles: dict[QuestionKey, QuestionProfile] = {}
        self.rows: dict[QuestionKey, _Rows] = defaultdict(_Rows)

    def all(self) -> list[QuestionProfile]:
        """Return every question that somebody answered or should have, with its rows.

        Those most often answered with no come first, then those most often missing, then those that differ most.
        """
        self._count_codes()
        self._count_numbers()
        self._list_answers()
        self._list_missing()
        place = {
            (tool.code, field.code): at for at, (tool, _, field) in enumerate(self.spec.places())
        }
        keys = sorted(self.profiles, key=lambda key: (place[key[0], key[2]], key[1] or ""))
        for key in keys:
            rows = self.rows[key]
            self.profiles[key].behind = self.reader.listed(
                rows.listed(), self._describe, rows.count, len(rows.teams)
            )
        return sorted(
            (self.profiles[key] for key in keys), key=lambda profile: profile.weight, reverse=True
        )

    # figures, as they stand in every export

    def _count_codes(self) -> None:
        gaps = self.spec.figures.questions
        for line in self.reader.lines("aggregate_answers"):
            field = self.reader.field(line)
            is_no = (
                gaps is not None and field.vocabulary == gaps.vocabulary and line["code"] in gaps.no
            )
            label = said(self.spec, field, line["code"], self.language)
            answer = FigureLine(line["code"], label, line | {"is_no": is_no})
            self._question(line["tool"], line["row_code"], line["field"]).answers.append(answer)

    def _count_numbers(self) -> None:
        """Numbers whose rows mean the same: those that are about something else in each row have their own figures."""
        for line in self.reader.lines("aggregate_numbers"):
            field = self.reader.field(line)
            comparable = line["refers_to"] is None or field.vocabulary is not None
            if comparable and not field.calculated and line["minimum"] is not None:
                question = self._question(line["tool"], line["row_code"], line["field"])
                if not field.type.stepped:  # steps are counted one by one
                    question.lines.append(line)

    # rows behind them

    def _list_answers(self) -> None:
        table = self.reader.store["answers"].c
        gaps = {
            key: {answer.code for answer in profile.answers if answer.figures["is_no"]}
            for key, profile in self.profiles.items()
        }
        is_answered = sa.or_(table.code.is_not(None), table.number.is_not(None))
        of_period = (table.current, table.period == self.reader.period, is_answered)
        steps: Counter[tuple[QuestionKey, str]] = Counter()
        for row in self.reader.store.rows("answers", *of_period, columns=OF_AN_ANSWER):
            key = _key(self.reader, *map(str, row[PLACE]))
            if key in gaps:
                self.rows[key].add(NO if row[CODE] in gaps[key] else OTHER, OF_AN_ANSWER, row)
                if self.profiles[key].type.stepped:
                    steps[key, f"{row[NUMBER]:g}"] += 1
        for (key, code), count in sorted(steps.items(), key=lambda step: float(step[0][1])):
            label = label_of(
                self.spec, self.spec.tool[key[0]].fields[key[2]].vocabulary, code, self.language
            )
            figures = {"frequency": count, "is_no": False}
            self.profiles[key].answers.append(FigureLine(code, label, figures))

    def _list_missing(self) -> None:
        table = self.reader.store["findings"].c
        missing = (
            table.current,
            table.period == self.reader.period,
            table.code == ANSWER_MISSING.code,
        )
        for row in self.reader.store.rows("findings", *missing, columns=OF_A_FINDING):
            tool, row_code, field_code = map(str, row[PLACE])
            if tool in self.spec.tool and field_code in self.spec.tool[tool].fields:
                self._question(tool, row_code, field_code).missing += 1
                self.rows[_key(self.reader, tool, row_code, field_code)].add(
                    BLANK, OF_A_FINDING, row
                )

    def _describe(self, row: Record) -> str:
        """Return what stands in a row behind a question: an answer, or a finding that says that there is none."""
        if "number" not in row:
            return self.blank
        answer = row["number"] if row["code"] is None else row["code"]
        return said(self.spec, self.reader.field(row), answer, self.language)

    def _question(self, tool: str, row: str, code: str) -> QuestionProfile:
        """Return what is known of a question so far, in words: its fixed row, if it has one, and what is asked
        there.
        """
        key = _key(self.reader, tool, row, code)
        if key not in self.profiles:
            field = self.spec.tool[tool].fields[code]
            row_label = self.reader.fixed_rows.get((tool, row))
            sheet = self.spec.tool[tool].sheet.say(self.language)
            text = field.label.say(self.language)
            self.profiles[key] = QuestionProfile(
                sheet, f"{row_label} · {text}" if row_label else text, key, field.type
            )
        return self.profiles[key]
