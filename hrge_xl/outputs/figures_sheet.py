"""The sheet of `data.xlsx` that shows the figures of the latest period as tables with charts of Excel beside them.

What the periods come to beside each other stands below them; the figures of earlier ones are in the tables.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from xlsxwriter import Workbook

from ..core.work import grouped
from ..dataset.aggregates.indicators import indicator_key, shape, trend_of
from ..dataset.aggregates.risks import part_labels, unplaced_risks, ways
from ..dataset.aggregates.sql import BY_COUNTRY, BY_TOOL
from ..dataset.dimensions import matrix_blocks
from ..dataset.reconciliation import (
    choose,
    of_same_teams,
    over_periods,
    periods,
    same_teams_words,
)
from ..dataset.schema import INTEGER, MASKED, NUMBER, Record
from ..dataset.store import STATE, Store
from ..layout.lists import LEVELS
from ..spec.model import Spec
from ..workbook.plain_sheets import Crossing, PlainSheet, level_look
from .table_sheets import FONT, SHARE, CodeLabels

MOST_QUESTIONS = 15
MOST_TRENDS = 20
LABEL_WIDTH = 40
CHART_WIDTH = 720
# pixels; what a chart has around its bars
ROW_HEIGHT = 20
LEAST_HEIGHT = 340
AROUND = 130
FEW = 10  # counted one by one along an axis
LONG_LABEL = 24  # characters of a label that needs room
BESIDE_LABELS = {
    "x": 0.46,
    "y": 0.1,
    "width": 0.5,
    "height": 0.74,
}  # of the bars, where their names are long
BLUE = "#2C6A8F"
GRID = {
    "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}
}  # behind the values of a chart
Cell = str | int | float | None


class ChartBlock(NamedTuple):
    """One table with its chart. Every column but the first is a series, in its colour."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    colours: Sequence[str]
    kind: str = "bar"
    share: bool = False  # of 1, which is the end of the axis
    progress: bool = False  # a share too, which may be more than 1

    @property
    def percent(self) -> bool:
        """Whether its numbers are shown in percent."""
        return self.share or self.progress

    @property
    def beside(self) -> bool:
        """Whether several series stand beside each other."""
        return len(self.heads) > 2

    @property
    def long(self) -> bool:
        """Whether the names beside the bars need room."""
        return any(len(str(cells[0])) > LONG_LABEL for cells in self.rows)

    @property
    def height(self) -> int:
        """The height of the chart in pixels, so that each name beside its bars can be read."""
        if self.kind != "bar":
            return LEAST_HEIGHT
        return max(LEAST_HEIGHT, AROUND + len(self.rows) * ROW_HEIGHT * (2 if self.long else 1))


def write_figures(
    drawn: Sequence[ChartBlock], book: Workbook, pen: PlainSheet, store: Store, labels: CodeLabels
) -> None:
    """Draw blocks, below each other. Raises `LimitError` where a text does not fit."""
    sheet = pen.sheet
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 0)
    beside = max(len(block.heads) for block in drawn) + 1  # the column of the charts
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, beside - 2, 12)
    sheet.set_column(beside - 1, beside - 1, 3)
    top = write_period(pen, store, labels)
    for block in drawn:
        _table(pen, block, top)
        chart = _chart(book, block, (sheet.name, top))
        chart.set_size({"width": CHART_WIDTH, "height": block.height})
        words = "; ".join(_in_words(block.heads, cells) for cells in block.rows)
        about = f"{block.title}. {words}."  # for those who do not see it
        sheet.insert_chart(
            top + 1, beside, chart, {"description": about[:4000], "object_position": 2}
        )
        top += max(len(block.rows) + 4, block.height // ROW_HEIGHT + 3)


def write_period(pen: PlainSheet, store: Store, labels: CodeLabels) -> int:
    """Say at the top of a sheet which period it shows, and where the others are; gives the next row."""
    all_periods = periods(store)
    say = labels.say
    pen.put(0, 0, f"{say('Period')}: {choose(all_periods, None) or say('none stated')}", "title")
    if len(all_periods) == 1:
        return 2
    note = say("Periods in the tables of figures, column “period”: {periods}.")
    names = ", ".join(period.name or say("none stated") for period in all_periods)
    pen.put(1, 0, note.format(periods=names), "plain")
    return 3


def _table(pen: PlainSheet, block: ChartBlock, top: int) -> None:
    pen.put(top, 0, block.title, "title")
    for at, head in enumerate(block.heads):
        pen.put(top + 1, at, head, "head_of_numbers" if at else "head")
    number = SHARE if block.percent else NUMBER
    for row, cells in enumerate(block.rows, start=top + 2):
        for at, cell in enumerate(cells):
            if cell is not None:
                pen.put(row, at, cell, "wrap" if isinstance(cell, str) else number)


def _chart(book: Workbook, block: ChartBlock, place: tuple[str, int]) -> Any:
    stacked = {"subtype": "stacked"} if block.kind != "line" and block.beside else {}
    chart = book.add_chart({"type": block.kind, **stacked})
    name, top = place
    share = {"num_format": "0%"} if block.percent else {}
    alone = block.kind != "line" and not block.beside  # then its numbers stand at the bars
    labels = {"data_labels": {"value": True, **share}} if alone else {}
    first = top + 2
    last = top + 1 + len(block.rows)
    for at, colour in zip(range(1, len(block.heads)), block.colours, strict=True):
        line = (
            {"line": {"color": colour}, "marker": {"type": "circle"}}
            if block.kind == "line"
            else {}
        )
        chart.add_series(
            {
                "name": [name, top + 1, at],
                "categories": [name, first, 0, last, 0],
                "values": [name, first, at, last, at],
                "fill": {"color": colour},
                "border": {"color": "#404040"},
                "gap": 60,
                **line,
                **labels,
            }
        )
    chart.set_title({"name": block.title, "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom"} if block.beside else {"none": True})
    value_axis: dict[str, Any] = {"min": 0, **GRID, **({"max": 1} if block.share else {}), **share}
    if (
        not block.percent
        and max(sum(n for n in cells[1:] if isinstance(n, int | float)) for cells in block.rows)
        <= FEW
    ):
        value_axis |= {"major_unit": 1}  # half a risk is none
    every_label = {"interval_unit": 1, "num_font": {"size": 9}}
    if block.kind == "bar":
        chart.set_y_axis({"reverse": True, **every_label})
        chart.set_x_axis(
            {**value_axis, "label_position": "high"}
        )  # below, though the bars run from the top
        if block.long:
            chart.set_plotarea({"layout": BESIDE_LABELS})
    else:
        chart.set_x_axis(every_label)
        chart.set_y_axis(value_axis)
    return chart


def _in_words(heads: Sequence[str], cells: Sequence[Cell]) -> str:
    pairs = zip(heads[1:], cells[1:], strict=True)
    return f"{cells[0]}: {', '.join(f'{head} {cell:g}' for head, cell in pairs if isinstance(cell, int | float))}"


def blocks(store: Store, labels: CodeLabels) -> Iterator[ChartBlock]:
    """Of the latest period risks by what they are broken down by, completeness and questions answered with no; then
    how the periods compare.
    """
    spec = labels.spec
    period = choose(periods(store), None)
    if spec is not None and period is not None:
        figures = _Figures(store, spec, period, labels)
        yield from figures.risks()
        yield from figures.completeness()
        yield from figures.gaps()
        yield from figures.progress()
        yield from figures.over_periods()
        yield from figures.trends()


class _Figures:
    """What the tables of figures come to, as blocks."""

    def __init__(self, store: Store, spec: Spec, period: str, labels: CodeLabels) -> None:
        self.store = store
        self.spec = spec
        self.period = period
        self.labels = labels
        self.say = labels.say
        self.language = labels.language
        self.levels = spec.matrix.levels if spec.matrix else ()

    def risks(self) -> Iterator[ChartBlock]:
        """Show the risks by level, before and after mitigation, once for each way to break them down."""
        spec = self.spec
        say = self.say
        figures = spec.figures.risks
        if figures is None:
            return
        headings = {BY_TOOL: say("By sheet"), BY_COUNTRY: say("By country")}
        stages = {"before": say("Before mitigation"), "after": say("After mitigation")}
        lines = [*self.store.figures("aggregate_risks_by_part", self.period)]
        for stage, unplaced in unplaced_risks(self.store, self.period).items():
            without = f". {say('Without a level: {n}').format(n=unplaced)}" if unplaced else ""
            for by in ways(spec):
                parts = part_labels(spec, by, self.language)
                counts: dict[str, Counter[str]] = defaultdict(Counter)
                for line in lines:
                    if (line["stage"], line["breakdown"]) == (stage, by):
                        part = parts.get(line["code"]) or line["label"] or line["code"] or ""
                        counts[part][line["level"]] += line["frequency"]
                heading = (
                    figures.by[by].label.say(self.language) if by in figures.by else headings[by]
                )
                if counts:
                    title = f"{stages[stage]}: {heading}{without}"
                    yield self._of_levels(title, heading, counts.items(), "bar")

    def completeness(self) -> Iterator[ChartBlock]:
        """Show the share of the required answers that were given, by sheet."""
        rows = [
            [self.labels.sheet(line), line["share"]]
            for line in self.store.figures("aggregate_completeness", self.period)
            if line["share"] is not None
        ]
        if rows:
            heads = [self.say("By sheet"), self.say("Required answers")]
            yield ChartBlock(self.say("Completeness"), heads, rows, [BLUE], share=True)

    def gaps(self) -> Iterator[ChartBlock]:
        """Show the questions that most teams answered with no."""
        labels = self.labels
        say = self.say
        rows = [
            [
                labels.item(line) or line["item"] or labels.question(line) or line["label"],
                line["teams_no"],
            ]
            for line in islice(self.store.figures("aggregate_gaps", self.period), MOST_QUESTIONS)
        ]
        if rows:
            heads = [say("Question"), say("Teams that say no")]
            yield ChartBlock(say("Questions most often answered with no"), heads, rows, [BLUE])

    def _indicator(self, line: Record) -> str:
        return f"{line['indicator']} {self.labels.indicator(line) or line['label']}"

    def progress(self) -> Iterator[ChartBlock]:
        """Show how far the indicators with a target are in the last period of each, and which teams are not in it."""
        say = self.say
        rows_by_indicator = {}
        for line in self.store.figures("aggregate_indicators"):
            if line["progress"] is not None:
                missing = say("Teams without a value: {n}").format(n=line["missing"])
                label = self._indicator(line) + (f" ({missing})" if line["missing"] else "")
                rows_by_indicator[line["indicator"]] = [label, line["progress"]]
        if rows_by_indicator:
            heads = [say("Indicator"), say("Progress to target")]
            yield ChartBlock(
                say("Progress to target"),
                heads,
                [*rows_by_indicator.values()],
                [BLUE],
                progress=True,
            )

    def over_periods(self) -> Iterator[ChartBlock]:
        """Show how complete periods are, and their risks by level, of the teams that answered in each of them."""
        say = self.say
        compared = of_same_teams(over_periods(self.store, by_team=True))[::-1]
        if not compared:
            return
        same = same_teams_words(say, str(compared[0].teams))
        names = [period.name or say("none stated") for period in compared]
        shares = [
            period.answered / period.required if period.required else None for period in compared
        ]
        heads = [say("Period"), say("Required answers")]
        rows = [*zip(names, shares, strict=True)]
        yield ChartBlock(
            f"{say('Completeness')}. {same}", heads, rows, [BLUE], "column", share=True
        )
        if self.spec.figures.risks is not None:
            levels = [*zip(names, (period.levels for period in compared), strict=True)]
            yield self._of_levels(f"{say('Risks')}. {same}", say("Period"), levels, "column")

    def _of_levels(
        self, title: str, heading: str, counts: Iterable[tuple[str, Mapping[str, int]]], kind: str
    ) -> ChartBlock:
        """Return a block with a series for each level."""
        rows: list[list[Cell]] = [
            [name, *(count.get(level.code, 0) for level in self.levels)] for name, count in counts
        ]
        heads = [heading, *self.labels.entries_of(LEVELS).values()]
        return ChartBlock(title, heads, rows, [level.colour for level in self.levels], kind)

    def trends(self) -> Iterator[ChartBlock]:
        """Yield indicators with totals in several periods of one length, of the teams that reported in each of them."""
        say = self.say
        figures = self.spec.figures.indicators
        if figures is None:
            return
        counted = (row for row in self.store.figures("indicator_values") if row["counted"])
        values = grouped((indicator_key(row), row) for row in counted)
        series = grouped(
            ((line["indicator"], shape(line["value_period"])), line)
            for line in self.store.figures("aggregate_indicators")
        )
        masked = MASKED in self.store.fact(STATE)
        trends = (
            (lines[0], trend_of(lines, values, figures, masked=masked)) for lines in series.values()
        )
        drawn = [(line, points) for line, points in trends if points]
        for line, points in drawn[:MOST_TRENDS]:
            same = same_teams_words(say, str(points[0][2]))
            title = f"{self._indicator(line)}. {same}"
            rows = [(period, total) for period, total, _ in points]
            yield ChartBlock(title, [say("Period"), say("Total")], rows, [BLUE], "line")


# the sheet of `data.xlsx` with the matrices of the latest period as heat maps, and rows by level as charts


def write_heat_maps(book: Workbook, pen: PlainSheet, store: Store, labels: CodeLabels) -> None:
    """Draw every matrix of the spec, below each other. Raises `LimitError` where a text does not fit."""
    sheet = pen.sheet
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 12, 16)
    top = write_period(pen, store, labels)
    table = store["aggregate_matrix"].c
    counts: dict[tuple[str, str, str], Counter[Crossing]] = defaultdict(Counter)
    for row in store.records("aggregate_matrix", table.period == choose(periods(store), None)):
        crossed = counts[row["tool"], row["matrix_row_field"], row["matrix_column_field"]]
        crossed[row["matrix_row"], row["matrix_column"]] = row["frequency"]
    maps = _HeatMaps(book, pen, labels)
    say = labels.say
    for block in matrix_blocks(maps.spec):
        block_counts = sum(
            (counts[tool, block.down, block.across] for tool in block.sources), Counter[Crossing]()
        )
        if block_counts or not any(counts.values()):  # none in which nothing stands, beside others
            title = block.title.say(labels.language) or say("Risk matrix")
            top = maps.draw(title, block_counts, top)
    sheet.fit_to_pages(1, 0)


class _HeatMaps:
    """Draws matrices: counts in the colours of their levels, and rows by level as a chart."""

    def __init__(self, book: Workbook, pen: PlainSheet, labels: CodeLabels) -> None:
        self.book = book
        self.pen = pen
        self.labels = labels
        assert labels.spec is not None
        assert labels.spec.matrix is not None
        self.spec = labels.spec
        self.matrix = labels.spec.matrix
        self.names = self.labels.entries_of(LEVELS)
        words = {code: name.replace('"', "'") for code, name in self.names.items()}
        # the format of a number says the level in words, so that colour never stands alone
        self.colour, self.counted = (
            {
                level.code: book.add_format(
                    {
                        **FONT,
                        **level_look(level.colour),
                        "valign": "vcenter",
                        "num_format": shown.format(words[level.code]),
                    }
                )
                for level in self.matrix.levels
            }
            for shown in ("General", '"{0}: "0;;"{0}: –"')
        )

    def draw(self, title: str, counts: Counter[Crossing], top: int) -> int:
        """Return the title, the cells, then the rows by level; the first free row below."""
        down, across = (
            [(code, f"{code} {label}") for code, label in self.labels.entries_of(name).items()]
            for name in (self.matrix.down, self.matrix.across)
        )
        levels = {
            (step_down, step_across): self.matrix.cells[step_down][step_across]
            for step_down, _ in down
            for step_across, _ in across
        }
        looks = {crossing: self.counted[level] for crossing, level in levels.items()}
        for row in range(top + 2, top + 2 + len(down)):
            self.pen.sheet.set_row(row, 30)
        below = self.pen.heat_map(top, title, "", down, across, counts, looks)
        totals = dict.fromkeys(self.names, 0)
        for crossing, level in levels.items():
            totals[level] += counts[crossing]
        return self._by_level(title, totals, (below + 1, top, max(len(across), 2) + 2))

    def _by_level(self, title: str, totals: Mapping[str, int], at: tuple[int, int, int]) -> int:
        top, first, right = at
        self.pen.put(top, 0, self.labels.say("Level"), "head")
        self.pen.put(top, 1, self.labels.say("Rows"), "head_of_numbers")
        for row, (code, total) in enumerate(totals.items(), start=top + 1):
            self.pen.put(row, 0, self.names[code], self.colour[code])
            self.pen.put(row, 1, total, INTEGER)
        last = top + len(totals)
        name = self.pen.sheet.name
        chart = self.book.add_chart({"type": "column"})
        chart.add_series(
            {
                "categories": [name, top + 1, 0, last, 0],
                "values": [name, top + 1, 1, last, 1],
                "points": [
                    {"fill": {"color": level.colour}, "border": {"color": "#404040"}}
                    for level in self.matrix.levels
                ],
                "data_labels": {"value": True},
                "gap": 60,
            }
        )
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"num_format": "0", **GRID})
        totals_text = ", ".join(f"{self.names[code]} {total}" for code, total in totals.items())
        options = {"description": f"{title}: {totals_text}.", "object_position": 2}
        self.pen.sheet.insert_chart(first + 1, right, chart, options)
        return max(last, first + 15) + 3
