"""Every figure of a round, worked out once: risks, completeness, questions, indicators, and how the periods compare."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice

import sqlalchemy as sa

from ..core.numerals import shown
from ..core.paths import name_of
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
    AFTER,
    BEFORE,
    STEPS,
    UNLISTED,
    part_labels,
    placed_risks,
    risk_parts,
    stages,
    unplaced_risks,
    ways,
)
from ..dataset.aggregates.sql import BY_COUNTRY, BY_TOOL, Figure, Sources, distinct, said
from ..dataset.dimensions import fixed_rows
from ..dataset.reconciliation import (
    PeriodFigures,
    choose,
    of_same_teams,
    over_periods,
    periods,
    same_teams_words,
)
from ..dataset.schema import (
    MASKED,
    TOP_RISKS,
    Record,
    Row,
    shown_column,
)
from ..dataset.store import STATE, Store
from ..fields import Field
from ..findings.value import ANSWER_MISSING
from ..spec.lookup import label_of
from ..spec.model import Level, Matrix
from ..spec.supplements import IndicatorFigures, RiskFigures, Split
from .overview_model import (
    MOST_ROWS,
    Drilldown,
    FigureBlock,
    FigureLine,
    FigureSource,
    HeatMap,
    ListLine,
    Number,
    QuestionKey,
    QuestionProfile,
    Risks,
    added_up,
)


class FigureReader:
    """Reads the figures of one period of a dataset, in the language of a page, and the rows behind them.

    `fixed_rows` are the texts of the fixed rows in that language, by tool and row. There can be very many rows behind
    questions: they are read only where the page `lists_rows` of them.
    """

    def __init__(
        self, store: Store, language: str, period: str | None, *, lists_rows: bool = True
    ) -> None:
        assert store.schema.spec is not None
        self.store = store
        self.spec = store.schema.spec
        self.language = language
        self.say = translator(language)
        self.period = period
        self.lists_rows = lists_rows
        matrix = self.spec.matrix
        self.levels = matrix.levels if matrix and self.spec.figures.risks else ()
        self.masked = MASKED in store.fact(STATE)
        rows = fixed_rows(self.spec, language)
        self.fixed_rows = {(tool, row): label for tool, row, _, label in rows}
        self.anchors = 0

    @cached_property
    def paths(self) -> dict[str, str]:
        """The paths of the files by submission."""
        return {row["submission"]: row["path"] for row in self.store.records("submissions")}

    def lines(self, name: str) -> Iterable[Record]:
        """Return the lines of a table of figures that are of the period; none where the dataset has no such table."""
        return self.store.figures(name, self.period)

    def field(self, row: Record) -> Field:
        """Return the question that a row is about."""
        return self.spec.tool[row["tool"]].fields[row["field"]]

    def question(self, row: Record) -> str:
        """Return what a row asks: its fixed row, if it stands in one, else its question."""
        fixed_row = self.fixed_rows.get((row["tool"], row["row_code"]))
        return fixed_row or self.field(row).label.say(self.language)

    def behind(self, rows: Sequence[Record], text: Callable[[Record], str | None]) -> Drilldown:
        """Return all rows behind a figure, of which the first are listed with a text."""
        return self.listed(rows[:MOST_ROWS], text, len(rows), len({row["team"] for row in rows}))

    def listed(
        self, rows: Sequence[Record], text: Callable[[Record], str | None], count: int, teams: int
    ) -> Drilldown:
        """Return the rows behind a figure of which so many are not listed. The page leads to them in this order."""
        self.anchors += 1
        return Drilldown(
            f"b{self.anchors}", [self.source(row, text(row)) for row in rows], count, teams
        )

    def source(self, row: Record, text: str | None) -> FigureSource:
        """Return one row behind a figure, with its sheet as the page calls it."""
        tool = self.spec.tool.get(row["tool"])
        baseline = row.get("baseline")
        target = row.get("target")
        return FigureSource(
            row["team"],
            name_of(self.paths[row["submission"]]),
            tool.sheet.say(self.language) if tool else row["sheet"],
            row["cell"],
            text,
            None if baseline is None or target is None else (baseline, target),
        )


# blocks: `data.xlsx` shows all of them, the overview draws those of several periods

MOST_QUESTIONS = 15
MOST_TRENDS = 20


def blocks(store: Store, language: str) -> Iterator[FigureBlock]:
    """Yield what the latest period comes to, then how the periods compare; nothing where no file could be read."""
    period = choose(periods(store), None)
    if store.schema.spec is None or period is None:
        return
    reader = FigureReader(store, language, period)
    yield from _risk_blocks(reader)
    for block in (_completeness_block(reader), _gaps_block(reader), _progress_block(reader)):
        if block.rows:
            yield block
    compared = of_same_teams(over_periods(store, by_team=True))[::-1]
    if compared:
        same = same_teams_words(reader.say, str(compared[0].teams))
        for block in period_blocks(compared, reader.levels, language):
            yield block._replace(title=f"{block.title}. {same}")
    yield from _trend_blocks(reader)


def _risk_blocks(reader: FigureReader) -> Iterator[FigureBlock]:
    """Yield the risks by level, before and after mitigation, once for each way to break them down."""
    figures = reader.spec.figures.risks
    if figures is None:
        return
    say = reader.say
    headings = {BY_TOOL: say("By sheet"), BY_COUNTRY: say("By country")}
    stage_titles = {BEFORE: say("Before mitigation"), AFTER: say("After mitigation")}
    ways_broken_down = breakdowns(reader, figures)
    for stage, unplaced in unplaced_risks(reader.store, reader.period).items():
        without = f". {say('Without a level: {n}').format(n=unplaced)}" if unplaced else ""
        for breakdown in ways_broken_down:
            heading = headings.get(breakdown.code, breakdown.label)
            counts = [(part.label, part.figures[stage]) for part in breakdown.parts]
            counts = [(label, levels) for label, levels in counts if levels]
            if counts:
                title = f"{stage_titles[stage]}: {heading}{without}"
                yield _levels_block(title, heading, counts, reader.levels, reader.language)


def _levels_block(
    title: str,
    heading: str,
    counts: Iterable[tuple[str, Mapping[str, int]]],
    levels: Sequence[Level],
    language: str,
) -> FigureBlock:
    """Return a block with a series for each level of the matrix; `counts` are by its code."""
    rows = [
        (label, [by_level.get(level.code, 0) for level in levels]) for label, by_level in counts
    ]
    heads = [heading, *(level.label.say(language) for level in levels)]
    return FigureBlock(title, heads, rows, colours=[level.colour for level in levels])


def _completeness_block(reader: FigureReader) -> FigureBlock:
    say = reader.say
    rows = [(tool.label, [tool.figures["share"]]) for tool in completeness(reader)]
    return FigureBlock(
        say("Completeness"), [say("By sheet"), say("Required answers")], rows, share=True
    )


def _gaps_block(reader: FigureReader) -> FigureBlock:
    say = reader.say
    lines = islice(reader.lines("aggregate_gaps"), MOST_QUESTIONS)
    rows = [(reader.question(line), [line["teams_no"]]) for line in lines]
    heads = [say("Question"), say("Teams that say no")]
    return FigureBlock(say("Questions most often answered with no"), heads, rows)


def _progress_block(reader: FigureReader) -> FigureBlock:
    """Return how far the indicators with a target are in the last period of each, and which teams are not in it."""
    say = reader.say
    rows = dict[str, tuple[str, Sequence[Number]]]()
    for line in reader.store.figures("aggregate_indicators"):
        if line["progress"] is not None:
            missing = say("Teams without a value: {n}").format(n=line["missing"])
            label = _indicator(reader, line) + (f" ({missing})" if line["missing"] else "")
            rows[line["indicator"]] = label, [line["progress"]]
    title = say("Progress to target")
    return FigureBlock(title, [say("Indicator"), title], [*rows.values()], progress=True)


def period_blocks(
    compared: Sequence[PeriodFigures], levels: Sequence[Level], language: str
) -> Iterator[FigureBlock]:
    """Yield how complete periods are, and their risks by level, if there are any; the earliest stands first."""
    say = translator(language)
    names = [period.name or say("none stated") for period in compared]
    shares = [
        [period.answered / period.required if period.required else None] for period in compared
    ]
    heads = [say("Period"), say("Required answers")]
    rows = [*zip(names, shares, strict=True)]
    yield FigureBlock(say("Completeness"), heads, rows, "column", share=True)
    if levels:
        counts = zip(names, (period.levels for period in compared), strict=True)
        block = _levels_block(say("Risks"), say("Period"), counts, levels, language)
        yield block._replace(kind="column")


def _trend_blocks(reader: FigureReader) -> Iterator[FigureBlock]:
    """Yield indicators with totals in several periods of one length, of the teams that reported in each of them."""
    figures = reader.spec.figures.indicators
    if figures is None:
        return
    say = reader.say
    counted = (row for row in reader.store.figures("indicator_values") if row["counted"])
    values = grouped((indicator_key(row), row) for row in counted)
    series = grouped(
        ((line["indicator"], shape(line["value_period"])), line)
        for line in reader.store.figures("aggregate_indicators")
    )
    trends = (
        (lines[0], trend_of(lines, values, figures, masked=reader.masked))
        for lines in series.values()
    )
    drawn = ((line, points) for line, points in trends if points)
    for line, points in islice(drawn, MOST_TRENDS):
        title = f"{_indicator(reader, line)}. {same_teams_words(say, str(points[0][2]))}"
        rows = [(period, [total]) for period, total, _ in points]
        yield FigureBlock(title, [say("Period"), say("Total")], rows, "line")


def _indicator(reader: FigureReader, line: Record) -> str:
    label = catalogue_label(reader.spec, line["indicator"], reader.language)
    return f"{line['indicator']} {label or line['label']}"


def completeness(reader: FigureReader) -> list[FigureLine]:
    """Return how far each sheet with required answers is, over all teams."""
    lines = {row["tool"]: row for row in reader.lines("aggregate_completeness")}
    return [
        FigureLine(tool.code, tool.sheet.say(reader.language), lines[tool.code])
        for tool in reader.spec.tools
        if tool.code in lines and lines[tool.code]["required"]
    ]


# risks

RiskRows = Mapping[tuple[str, ...], Sequence[Record]]  # by stage and steps


def risks(reader: FigureReader, whole: Store) -> Risks | None:
    """Return everything about the risks of the period; `whole` also holds what must not be shared."""
    spec = reader.spec
    figures = reader.spec.figures.risks
    if figures is None:
        return None
    assert spec.matrix is not None
    top = [*reader.lines(TOP_RISKS)]
    placed = _in_period(reader, placed_risks)
    names = ("stage", *STEPS, "team", "submission", "tool", "row_code", "sheet", "cell")
    placed_rows = sorted(reader.store.select(sa.select(*(placed.c[name] for name in names))))
    rows = grouped((row[:3], dict(zip(names, row, strict=True))) for row in placed_rows)
    return Risks(
        {level.code: level.label.say(reader.language) for level in reader.levels},
        [
            _heat_map(reader, figures, spec.matrix, rows, stage, count)
            for stage, count in unplaced_risks(whole, reader.period).items()
        ],
        breakdowns(reader, figures),
        _by_team(reader.store, placed, [*stages(figures)][-1]),
        [_top(reader, figures, row) for row in top[: spec.figures.overview.top_risks]],
        len(top),
        len({row["team"] for some in rows.values() for row in some}),
    )


def _in_period(reader: FigureReader, figure: Figure) -> sa.Subquery:
    lines = figure(Sources(reader.store, date.min)).subquery()  # no risk goes by the day
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


def breakdowns(reader: FigureReader, figures: RiskFigures) -> list[FigureLine]:
    """Return the risks by level and stage in each part of each breakdown, under its heading."""
    risk = _in_period(reader, risk_parts).c
    part = (risk.breakdown, risk.code)
    # how many teams have a risk in a part, at whatever stage
    counted = reader.store.select(sa.select(*part, distinct(risk.team)).group_by(*part))
    teams = {(breakdown, code): number for breakdown, code, number in counted}
    parts: dict[str, dict[str | None, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for line in reader.lines("aggregate_risks_by_part"):
        parts[line["breakdown"]][line["code"]].append(line)
    ways_broken_down = []
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
        ways_broken_down.append(FigureLine(by, heading, {}, parts=of_part))
    return ways_broken_down


def _by_level(figures: RiskFigures, lines: Sequence[Record]) -> dict[str, dict[str, int]]:
    """Count the risks at each level, by stage; perhaps none has a level at one of them."""
    counts = {stage: Counter[str]() for stage in stages(figures)}
    for line in lines:
        counts[line["stage"]][line["level"]] += line["frequency"]
    return {stage: dict(levels) for stage, levels in counts.items()}


def _top(reader: FigureReader, figures: RiskFigures, row: Record) -> ListLine:
    fields = reader.spec.tool[row["tool"]].fields
    facts = [
        (
            fields[code].label.say(reader.language),
            said(reader.spec, fields[code], value, reader.language),
        )
        for code in figures.shows
        if (value := row[shown_column(code)]) is not None
    ]
    return ListLine(row, facts, reader.source(row, row["name"]))


# indicators


def indicators(reader: FigureReader) -> list[FigureLine] | None:
    """Return every indicator that has values.

    Its figures are those of its last period, its parts the periods, the last one first. A period is its line of
    `aggregate_indicators` with the label of the period before (`previous`), the number of values by status
    (`statuses`), and what the targets of teams without a value add up to (`other_targets`). Its parts are the splits,
    each with the number of values that have no such split (`without`), or are not the sum of its parts (`disagree`, the
    rows behind it).
    """
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

    def indicator(self, code: str, lines: Sequence[Record]) -> FigureLine:
        """Return one indicator with its lines of figures, a period each.

        Beside the figures of its last period it has its `trend`: label, total and teams of periods of one length, the
        first one first.
        """
        last = lines[-1]  # they stand in the order of the periods
        series = [
            line for line in lines if shape(line["value_period"]) == shape(last["value_period"])
        ]
        label = catalogue_label(self.spec, code, self.language) or last["label"]
        figures = last | {"kind": self._kind(last["kind"]), "trend": self._trend(series)}
        return FigureLine(code, label, figures, parts=[*map(self._period, reversed(lines))])

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
            reader.question(line),
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
        self._count_missing()
        if self.reader.lists_rows:
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
        of_period = [table.current, table.period == self.reader.period, is_answered]
        if not self.reader.lists_rows:
            stepped = [key[2] for key, profile in self.profiles.items() if profile.type.stepped]
            of_period.append(table.field.in_(stepped))
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

    def _missing(self) -> tuple[sa.ColumnElement[bool], ...]:
        table = self.reader.store["findings"].c
        return (
            table.current,
            table.period == self.reader.period,
            table.code == ANSWER_MISSING.code,
        )

    def _count_missing(self) -> None:
        table = self.reader.store["findings"].c
        place = (table.tool, table.row_code, table.field)
        counted = sa.select(*place, sa.func.count()).where(*self._missing()).group_by(*place)
        for tool, row_code, field_code, count in self.reader.store.select(counted):
            if tool in self.spec.tool and field_code in self.spec.tool[tool].fields:
                self._question(tool, str(row_code), field_code).missing += count

    def _list_missing(self) -> None:
        for row in self.reader.store.rows("findings", *self._missing(), columns=OF_A_FINDING):
            key = _key(self.reader, *map(str, row[PLACE]))
            if key in self.profiles:
                self.rows[key].add(BLANK, OF_A_FINDING, row)

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
