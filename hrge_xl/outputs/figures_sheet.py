"""The sheet of `data.xlsx` that shows the figures of the latest period as tables with charts of Excel beside them.

What the periods come to beside each other stands below them; the figures of earlier ones are in the tables.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook

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
BESIDE_LABELS = {
    "x": 0.46,
    "y": 0.1,
    "width": 0.5,
    "height": 0.74,
}  # of the bars, where their names are long
EDGE = {"color": "#404040"}  # of bars
GRID = {
    "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}
}  # behind the values of a chart


def write_figures(
    drawn: Sequence[FigureBlock], book: Workbook, pen: PlainSheet, store: Store, labels: CodeLabels
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
        chart = _draw_chart(book, block, sheet.name, top)
        height = _height(block)
        chart.set_size({"width": CHART_WIDTH, "height": height})
        about = {"description": _describe(block)[:4000], "object_position": 2}
        sheet.insert_chart(top + 1, beside, chart, about)
        top += max(len(block.rows) + 4, height // ROW_HEIGHT + 3)


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


def _height(block: FigureBlock) -> int:
    """Return the height of the chart in pixels, so that each name beside its bars can be read."""
    if block.kind != "bar":
        return LEAST_HEIGHT
    lines = 2 if _has_long_labels(block) else 1
    return max(LEAST_HEIGHT, AROUND + len(block.rows) * ROW_HEIGHT * lines)


def _has_long_labels(block: FigureBlock) -> bool:
    return any(len(label) > LONG_LABEL for label, _ in block.rows)


def _table(pen: PlainSheet, block: FigureBlock, top: int) -> None:
    pen.put(top, 0, block.title, "title")
    for at, head in enumerate(block.heads):
        pen.put(top + 1, at, head, "head_of_numbers" if at else "head")
    look = SHARE if block.percent else NUMBER
    for row, (label, numbers) in enumerate(block.rows, start=top + 2):
        pen.put(row, 0, label, "wrap")
        for at, number in enumerate(numbers, start=1):
            if number is not None:
                pen.put(row, at, number, look)


def _draw_chart(book: Workbook, block: FigureBlock, sheet: str, top: int) -> Any:
    """Return the chart of a block whose table stands on a sheet from a row on: its title, its heads, its rows."""
    is_line = block.kind == "line"
    stacked = {"subtype": "stacked"} if block.several and not is_line else {}
    chart = book.add_chart({"type": block.kind, **stacked})
    share = {"num_format": "0%"} if block.percent else {}
    look: dict[str, Any] = {"border": EDGE, "gap": 60}
    if not block.several and not is_line:  # then its numbers stand at the bars
        look["data_labels"] = {"value": True, **share}
    if block.by_row:
        look["points"] = [{"fill": {"color": colour}, "border": EDGE} for colour in block.colours]
    first = top + 2
    last = top + 1 + len(block.rows)
    for at in range(1, len(block.heads)):
        colour = {"color": block.colours[at - 1]}
        line = {"line": colour, "marker": {"type": "circle"}} if is_line else {}
        chart.add_series(
            {
                "name": [sheet, top + 1, at],
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, at, last, at],
                "fill": colour,
                **look,
                **line,
            }
        )
    chart.set_title({"name": block.title, "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom"} if block.several else {"none": True})
    value_axis: dict[str, Any] = {"min": 0, **GRID, **({"max": 1} if block.share else {}), **share}
    highest = max(sum(filter(None, numbers)) for _, numbers in block.rows)
    if not block.percent and highest <= FEW:
        value_axis |= {"major_unit": 1}  # half a risk is none
    every_label = {"interval_unit": 1, "num_font": {"size": 9}}
    if block.kind == "bar":
        chart.set_y_axis({"reverse": True, **every_label})
        chart.set_x_axis(
            {**value_axis, "label_position": "high"}
        )  # below, though the bars run from the top
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
        heads = [self.labels.say("Level"), self.labels.say("Rows")]
        rows = [(self.names[code], [total]) for code, total in totals.items()]
        colours = [level.colour for level in self.matrix.levels]
        block = FigureBlock(title, heads, rows, "column", colours)
        chart = _draw_chart(self.book, block, self.pen.sheet.name, top - 1)
        totals_text = ", ".join(f"{label} {total}" for label, (total,) in rows)
        about = {"description": f"{title}: {totals_text}.", "object_position": 2}
        self.pen.sheet.insert_chart(first + 1, right, chart, about)
        return max(top + len(totals), first + 15) + 3
