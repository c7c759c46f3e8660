"""The sheet of `data.xlsx` that shows the figures of the latest period as tables with charts of Excel beside them.

What the periods come to beside each other stands below them; the figures of earlier ones are in the tables.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from ..dataset.dimensions import matrix_blocks
from ..dataset.reconciliation import choose, periods
from ..dataset.schema import INTEGER, NUMBER
from ..dataset.store import Store
from ..layout.lists import LEVELS
from ..workbook.plain_sheets import Crossing, PlainSheet, level_look
from .overview_model import FigureBlock
from .table_sheets import FONT, SHARE, CodeLabels

LABEL_WIDTH = 40
CHART_WIDTH = 720
# pixels; what a chart has around its bars
ROW_HEIGHT = 20
LEAST_HEIGHT = 340
AROUND = 130
FEW = 10  # counted one by one along an axis
LONG_LABEL = 24  # characters of a label that needs room
# where the bars stand, if their names are long
BESIDE_LABELS = {"x": 0.46, "y": 0.1, "width": 0.5, "height": 0.74}
EDGE = {"color": "#404040"}  # of bars
# behind the values of a chart
GRID = {"major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}}


def write_figures(
    drawn: Sequence[FigureBlock], book: Workbook, pen: PlainSheet, store: Store, labels: CodeLabels
) -> None:
    """Draw blocks, below each other. Raises `LimitError` where a text does not fit."""
    sheet = pen.sheet
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 0)
    chart_column = max(len(block.heads) for block in drawn) + 1
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, chart_column - 2, 12)
    sheet.set_column(chart_column - 1, chart_column - 1, 3)
    top = write_period(pen, store, labels)
    for block in drawn:
        _write_table(pen, block, top)
        chart = _make_chart(book, block, sheet.name, top)
        height = _chart_height(block)
        chart.set_size({"width": CHART_WIDTH, "height": height})
        about = {"description": _describe(block)[:4000], "object_position": 2}
        sheet.insert_chart(top + 1, chart_column, chart, about)
        top += max(len(block.rows) + 4, height // ROW_HEIGHT + 3)


def write_period(pen: PlainSheet, store: Store, labels: CodeLabels) -> int:
    """Say at the top of a sheet which period it shows, and where the others are; return the next row."""
    all_periods = periods(store)
    say = labels.say
    unnamed = say("none stated")
    pen.put(0, 0, f"{say('Period')}: {choose(all_periods, None) or unnamed}", "title")
    if len(all_periods) == 1:
        return 2
    note = say("Periods in the tables of figures, column “period”: {periods}.")
    names = ", ".join(name or unnamed for name in all_periods)
    pen.put(1, 0, note.format(periods=names), "plain")
    return 3


def _chart_height(block: FigureBlock) -> int:
    """Return the height in pixels at which each name beside its bars can be read."""
    if block.kind != "bar":
        return LEAST_HEIGHT
    lines = 2 if _has_long_labels(block) else 1
    return max(LEAST_HEIGHT, AROUND + len(block.rows) * ROW_HEIGHT * lines)


def _has_long_labels(block: FigureBlock) -> bool:
    return any(len(label) > LONG_LABEL for label, _ in block.rows)


def _write_table(pen: PlainSheet, block: FigureBlock, top: int) -> None:
    pen.put(top, 0, block.title, "title")
    for at, head in enumerate(block.heads):
        pen.put(top + 1, at, head, "head_of_numbers" if at else "head")
    look = SHARE if block.percent else NUMBER
    for row, (label, numbers) in enumerate(block.rows, start=top + 2):
        pen.put(row, 0, label, "wrap")
        for at, number in enumerate(numbers, start=1):
            if number is not None:
                pen.put(row, at, number, look)


def _make_chart(book: Workbook, block: FigureBlock, sheet: str, top: int) -> Any:
    """Return the chart of a block whose table stands on a sheet from a row on: its title, its heads, its rows."""
    is_line = block.kind == "line"
    kind = {"type": block.kind}
    if block.several and not is_line:
        kind["subtype"] = "stacked"
    chart = book.add_chart(kind)
    look: dict[str, Any] = {"border": EDGE, "gap": 60}
    value_axis: dict[str, Any] = {"min": 0, **GRID}
    labels: dict[str, Any] = {"value": True}
    if block.percent:
        labels["num_format"] = value_axis["num_format"] = "0%"
    if not block.several and not is_line:  # then its numbers stand at the bars
        look["data_labels"] = labels
    if block.by_row:
        look["points"] = [{"fill": {"color": colour}, "border": EDGE} for colour in block.colours]
    first = top + 2
    last = top + 1 + len(block.rows)
    for column in range(1, len(block.heads)):
        colour = {"color": block.colours[column - 1]}
        if is_line:
            look |= {"line": colour, "marker": {"type": "circle"}}
        chart.add_series(
            {
                "name": [sheet, top + 1, column],
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, column, last, column],
                "fill": colour,
                **look,
            }
        )
    chart.set_title({"name": block.title, "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom"} if block.several else {"none": True})
    if block.share:
        value_axis["max"] = 1
    highest = max(sum(filter(None, numbers)) for _, numbers in block.rows)
    if not block.percent and highest <= FEW:
        value_axis["major_unit"] = 1  # half a risk is none
    every_label = {"interval_unit": 1, "num_font": {"size": 9}}
    if block.kind == "bar":
        chart.set_y_axis({"reverse": True, **every_label})
        # below, though the bars run from the top
        chart.set_x_axis({**value_axis, "label_position": "high"})
        if _has_long_labels(block):
            chart.set_plotarea({"layout": BESIDE_LABELS})
    else:
        chart.set_x_axis(every_label)
        chart.set_y_axis(value_axis)
    return chart


def _describe(block: FigureBlock) -> str:
    """Return what is said of a chart to those who do not see it."""
    rows = [block.describe_row(label, numbers, "{:g}".format) for label, numbers in block.rows]
    return f"{block.title}. {'; '.join(rows)}."


# the sheet of `data.xlsx` with the matrices of the latest period as heat maps, and rows by level as charts


def write_heat_maps(book: Workbook, pen: PlainSheet, store: Store, labels: CodeLabels) -> None:
    """Draw every matrix of the spec, below each other. Raises `LimitError` where a text does not fit."""
    sheet = pen.sheet
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 12, 16)
    top = write_period(pen, store, labels)
    counts = _count_crossings(store)
    maps = _HeatMaps(book, pen, labels)
    say = labels.say
    for block in matrix_blocks(maps.spec):
        block_counts = Counter[Crossing]()
        for tool in block.sources:
            block_counts += counts[tool, block.down, block.across]
        if block_counts or not any(counts.values()):  # none in which nothing stands, beside others
            title = block.title.say(labels.language) or say("Risk matrix")
            top = maps.draw(title, block_counts, top)
    sheet.fit_to_pages(1, 0)


def _count_crossings(store: Store) -> dict[tuple[str, str, str], Counter[Crossing]]:
    """Return how many rows stand at each crossing in the latest period, by tool and the two fields."""
    counts: dict[tuple[str, str, str], Counter[Crossing]] = defaultdict(Counter)
    latest = store["aggregate_matrix"].c.period == choose(periods(store), None)
    for row in store.records("aggregate_matrix", latest):
        of_fields = counts[row["tool"], row["matrix_row_field"], row["matrix_column_field"]]
        of_fields[row["matrix_row"], row["matrix_column"]] = row["frequency"]
    return counts


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
        self.names = labels.entries_of(LEVELS)
        self.coloured = self._level_formats("General")
        # a number that says its level in words, so that colour never stands alone
        self.counted = self._level_formats('"{0}: "0;;"{0}: –"')

    def _level_formats(self, number_format: str) -> dict[str, Format]:
        """Return a format in the colour of each level; `{0}` in that of the number stands for the name."""
        formats = {}
        for level in self.matrix.levels:
            name = self.names[level.code].replace('"', "'")
            look = {**FONT, **level_look(level.colour), "valign": "vcenter"}
            look["num_format"] = number_format.format(name)
            formats[level.code] = self.book.add_format(look)
        return formats

    def draw(self, title: str, counts: Counter[Crossing], top: int) -> int:
        """Draw the title, the cells, then the rows by level; return the first free row below."""
        down = self._steps(self.matrix.down)
        across = self._steps(self.matrix.across)
        looks = {}
        totals = dict.fromkeys(self.names, 0)
        for crossing in product(dict(down), dict(across)):
            level = self.matrix.cells[crossing[0]][crossing[1]]
            looks[crossing] = self.counted[level]
            totals[level] += counts[crossing]
        for row in range(top + 2, top + 2 + len(down)):
            self.pen.sheet.set_row(row, 30)
        below = self.pen.heat_map(top, title, "", down, across, counts, looks)
        chart = self._draw_totals(title, totals, below + 1)
        self.pen.sheet.insert_chart(top + 1, max(len(across), 2) + 2, *chart)
        return max(below + 1 + len(totals), top + 15) + 3

    def _steps(self, name: str) -> list[tuple[str, str]]:
        return [(code, f"{code} {label}") for code, label in self.labels.entries_of(name).items()]

    def _draw_totals(
        self, title: str, totals: Mapping[str, int], top: int
    ) -> tuple[Any, dict[str, Any]]:
        """Draw how many rows each level has; return their chart, and how it is inserted."""
        heads = [self.labels.say("Level"), self.labels.say("Rows")]
        self.pen.put(top, 0, heads[0], "head")
        self.pen.put(top, 1, heads[1], "head_of_numbers")
        for row, (code, total) in enumerate(totals.items(), start=top + 1):
            self.pen.put(row, 0, self.names[code], self.coloured[code])
            self.pen.put(row, 1, total, INTEGER)
        rows = [(self.names[code], [total]) for code, total in totals.items()]
        colours = [level.colour for level in self.matrix.levels]
        block = FigureBlock(title, heads, rows, "column", colours)
        texts = ", ".join(f"{label} {total}" for label, (total,) in rows)
        about = {"description": f"{title}: {texts}.", "object_position": 2}
        return _make_chart(self.book, block, self.pen.sheet.name, top - 1), about
