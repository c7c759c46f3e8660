"""The sheet of `data.xlsx` that shows the figures of the latest period as tables with charts of Excel beside them.

What the periods come to beside each other stands below them; the figures of earlier ones are in the tables.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from ..dataset.aggregates.indicators import shape
from ..dataset.aggregates.risks import part_labels, unplaced_risks, ways
from ..dataset.aggregates.sql import BY_COUNTRY, BY_TOOL, TOTAL
from ..dataset.dimensions import matrix_blocks
from ..dataset.periods import choose, over_periods, periods
from ..dataset.schema import (
    AGGREGATE_COMPLETENESS,
    AGGREGATE_GAPS,
    AGGREGATE_INDICATORS,
    AGGREGATE_MATRIX,
    AGGREGATE_RISKS,
)
from ..dataset.store import Store
from ..dataset.table import INTEGER, NUMBER, Record
from ..spec.model import Spec
from ..words import Translate, translator
from .column_words import CodeLabels
from .readable_columns import SHARE
from .sheet_rows import FONT, put

MOST_QUESTIONS, MOST_TRENDS = 15, 20
LABEL_WIDTH, CHART_WIDTH = 40, 720
ROW_HEIGHT, LEAST_HEIGHT, AROUND = 20, 340, 130  # pixels; what a chart has around its bars
FEW = 10  # counted one by one along an axis
LONG_LABEL = 24  # characters of a label that needs room
BESIDE_LABELS = {"x": 0.46, "y": 0.1, "width": 0.5, "height": 0.74}  # of the bars, where their names are long
BLUE = "#2C6A8F"
Cell = str | int | float | None


class Block(NamedTuple):
    """One table with its chart. Every column but the first is a series, in its colour."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    colours: Sequence[str]
    kind: str = "bar"
    share: bool = False  # of 1, which is the end of the axis
    percent: bool = False  # shown in percent


def has_figures(store: Store, language: str) -> bool:
    """Tell whether there is anything to show."""
    return next(blocks(store, language), None) is not None


def write_figures(
    book: Workbook, sheet: Worksheet, store: Store, formats: Mapping[str, Any], language: str
) -> None:
    """Draw every block, below each other. Raises `LimitError` where a text does not fit."""
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 0)
    drawn = list(blocks(store, language))
    beside = max(len(block.heads) for block in drawn) + 1  # the column of the charts
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, beside - 2, 12)
    sheet.set_column(beside - 1, beside - 1, 3)
    top = write_period(sheet, store, formats, language)
    for block in drawn:
        _table(sheet, block, top, formats)
        chart = _chart(book, block, (sheet.name, top))
        chart.set_size({"width": CHART_WIDTH, "height": _height(block)})
        sheet.insert_chart(top + 1, beside, chart, _described(block))
        top += max(len(block.rows) + 4, _height(block) // ROW_HEIGHT + 3)


def write_period(sheet: Worksheet, store: Store, formats: Mapping[str, Any], language: str) -> int:
    """Say at the top of a sheet which period it shows, and where the others are; gives the next row."""
    known, say = periods(store), translator(language)
    put(sheet, 0, 0, f"{say('Period')}: {choose(known, None) or say('none stated')}", formats["title"])
    if len(known) == 1:
        return 2
    told = say("Periods in the tables of figures, column “period”: {periods}.")
    names = ", ".join(period.name or say("none stated") for period in known)
    put(sheet, 1, 0, told.format(periods=names), formats["plain"])
    return 3


def _table(sheet: Worksheet, block: Block, top: int, formats: Mapping[str, Any]) -> None:
    put(sheet, top, 0, block.title, formats["title"])
    for at, head in enumerate(block.heads):
        put(sheet, top + 1, at, head, formats["head_of_numbers" if at else "head"])
    for row, cells in enumerate(block.rows, start=top + 2):
        for at, cell in enumerate(cells):
            if cell is not None:
                put(
                    sheet,
                    row,
                    at,
                    cell,
                    formats[
                        "wrap" if isinstance(cell, str) else SHARE if block.share or block.percent else NUMBER
                    ],
                )


def _chart(book: Workbook, block: Block, place: tuple[str, int]) -> Any:
    stacked = {"subtype": "stacked"} if block.kind != "line" and len(block.heads) > 2 else {}
    chart = book.add_chart({"type": block.kind, **stacked})
    name, top = place
    first, last = top + 2, top + 1 + len(block.rows)
    for at, colour in zip(range(1, len(block.heads)), block.colours, strict=True):
        line = {"line": {"color": colour}, "marker": {"type": "circle"}} if block.kind == "line" else {}
        chart.add_series(
            {
                "name": [name, top + 1, at], "categories": [name, first, 0, last, 0],
                "values": [name, first, at, last, at],
                "fill": {"color": colour}, "border": {"color": "#404040"}, "gap": 60, **line, **_shown_values(block),
            }
        )  # fmt: skip
    chart.set_title({"name": block.title, "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom"} if len(block.heads) > 2 else {"none": True})
    value_axis: dict[str, Any] = {
        "min": 0,
        "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}},
    }
    if block.share:
        value_axis |= {"max": 1}
    if block.share or block.percent:
        value_axis |= {"num_format": "0%"}
    elif _largest(block) <= FEW:
        value_axis |= {"major_unit": 1}  # half a risk is none
    every_label = {"interval_unit": 1, "num_font": {"size": 9}}
    if block.kind == "bar":
        chart.set_y_axis({"reverse": True, **every_label})
        chart.set_x_axis({**value_axis, "label_position": "high"})  # below, though the bars run from the top
        if _long(block):
            chart.set_plotarea({"layout": BESIDE_LABELS})
    else:
        chart.set_x_axis(every_label)
        chart.set_y_axis(value_axis)
    return chart


def _largest(block: Block) -> float:
    """Give the length of the longest bar."""
    return max(
        (sum(cell for cell in cells[1:] if isinstance(cell, int | float)) for cells in block.rows), default=0
    )


def _shown_values(block: Block) -> dict[str, Any]:
    """Give numbers at the bars, where one series stands alone."""
    if block.kind == "line" or len(block.heads) > 2:
        return {}
    return {"data_labels": {"value": True, **({"num_format": "0%"} if block.share or block.percent else {})}}


def _long(block: Block) -> bool:
    """Say whether the names beside the bars need room."""
    return any(len(str(cells[0])) > LONG_LABEL for cells in block.rows)


def _height(block: Block) -> int:
    """Give the height of a chart in pixels, so that each name beside its bars can be read."""
    if block.kind != "bar":
        return LEAST_HEIGHT
    return max(LEAST_HEIGHT, AROUND + len(block.rows) * ROW_HEIGHT * (2 if _long(block) else 1))


def _described(block: Block) -> dict[str, Any]:
    """Give the chart in words, for those who do not see it."""

    def told(cells: Sequence[Cell]) -> str:
        pairs = zip(block.heads[1:], cells[1:], strict=True)
        return f"{cells[0]}: {', '.join(f'{head} {cell:g}' for head, cell in pairs if isinstance(cell, int | float))}"

    words = "; ".join(told(cells) for cells in block.rows)
    return {"description": f"{block.title}. {words}."[:4000], "object_position": 2}


def blocks(store: Store, language: str) -> Iterator[Block]:
    """Of the latest period risks by what they are broken down by, completeness and questions answered with no; then
    how the periods compare.
    """
    spec, period = store.schema.spec, choose(periods(store), None)
    if spec is None or period is None:
        return
    labels = CodeLabels(spec, language)
    yield from _risks(store, spec, period, language)
    yield from _completeness(store, spec, period, language)
    yield from _gaps(store, period, labels)
    yield from _progress(store, labels)
    yield from _over_periods(store, spec, language)
    yield from _trends(store, labels)


def _lines(store: Store, name: str, period: str) -> list[Record]:
    """Give the lines of a table of figures that are of a period."""
    return [*store.records(name, store.tables[name].c.period == period)]


def _risks(store: Store, spec: Spec, period: str, language: str) -> Iterator[Block]:
    figures = spec.figures.risks
    if figures is None or spec.matrix is None:
        return
    say = translator(language)
    headings = {BY_TOOL: say("By sheet"), BY_COUNTRY: say("By country")}
    names = {"before": say("Before mitigation"), "after": say("After mitigation")}
    levels = spec.matrix.levels
    lines = _lines(store, AGGREGATE_RISKS.name, period)
    for stage, unplaced in unplaced_risks(store, period).items():
        without = f". {say('Without a level: {n}').format(n=unplaced)}" if unplaced else ""
        for by in ways(spec):
            names_of = part_labels(spec, by, language)
            rows = _by_level([line for line in lines if (line["stage"], line["by"]) == (stage, by)], names_of)
            heading = figures.by[by].label.say(language) if by in figures.by else headings[by]
            if rows:
                yield Block(
                    f"{names[stage]}: {heading}{without}", [heading, *(level.label.say(language) for level in levels)],
                    [[label, *(counts.get(level.code, 0) for level in levels)] for label, counts in rows.items()],
                    [level.colour for level in levels],
                )  # fmt: skip


def _by_level(lines: Sequence[Record], names: Mapping[str, str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        found[names.get(line["code"]) or line["label"] or line["code"] or ""][line["level"]] += line["count"]
    return found


def _completeness(store: Store, spec: Spec, period: str, language: str) -> Iterator[Block]:
    say = translator(language)
    rows = [
        [spec.tool[line["tool"]].sheet.say(language), line["share"]]
        for line in _lines(store, AGGREGATE_COMPLETENESS.name, period)
        if line["by"] == TOTAL and line["share"] is not None
    ]
    if rows:
        yield Block(say("Completeness"), [say("By sheet"), say("Required answers")], rows, [BLUE], share=True)


def _gaps(store: Store, period: str, labels: CodeLabels) -> Iterator[Block]:
    if AGGREGATE_GAPS.name not in store.tables:
        return
    say, lines = labels.say, _lines(store, AGGREGATE_GAPS.name, period)[:MOST_QUESTIONS]
    rows = [
        [labels.item(line) or line["item"] or labels.question(line) or line["label"], line["teams_no"]]
        for line in lines
    ]
    if rows:
        heads = [say("Question"), say("Teams that say no")]
        yield Block(say("Questions most often answered with no"), heads, rows, [BLUE])


def _progress(store: Store, labels: CodeLabels) -> Iterator[Block]:
    """Show how far the indicators with a target are in the last period of each."""
    if AGGREGATE_INDICATORS.name not in store.tables:
        return
    say = labels.say
    found = {
        line["indicator"]: [_indicator(line, labels) + _without(line, say), line["progress"]]
        for line in store.records(AGGREGATE_INDICATORS.name)
        if line["progress"] is not None
    }
    if found:
        heads = [say("Indicator"), say("Progress to target")]
        yield Block(say("Progress to target"), heads, list(found.values()), [BLUE], percent=True)


def _without(line: Record, say: Translate) -> str:
    """Say how many teams are not in a figure of an indicator."""
    return f" ({say('Teams without a value: {n}').format(n=line['missing'])})" if line["missing"] else ""


def _indicator(line: Record, labels: CodeLabels) -> str:
    return f"{line['indicator']} {labels.indicator(line) or line['label']}"


def _over_periods(store: Store, spec: Spec, language: str) -> Iterator[Block]:
    """Show, where there are several periods, how complete they are and their risks by level."""
    say, found = translator(language), over_periods(store)[::-1]
    if len(found) < 2:
        return
    names = [period.name or say("none stated") for period in found]
    shares = [period.answered / period.required if period.required else None for period in found]
    rows = [*zip(names, shares, strict=True)]
    yield Block(
        say("Completeness"), [say("Period"), say("Required answers")], rows, [BLUE], "column", share=True
    )
    if spec.figures.risks is not None and spec.matrix is not None:
        levels = spec.matrix.levels
        counts = [[period.levels.get(level.code, 0) for level in levels] for period in found]
        yield Block(
            say("Risks"), [say("Period"), *(level.label.say(language) for level in levels)],
            [[name, *count] for name, count in zip(names, counts, strict=True)],
            [level.colour for level in levels], "column",
        )  # fmt: skip


def _trends(store: Store, labels: CodeLabels) -> Iterator[Block]:
    """Give indicators with totals in several periods of one length."""
    if AGGREGATE_INDICATORS.name not in store.tables:
        return
    say = labels.say
    series: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for line in store.records(AGGREGATE_INDICATORS.name):
        if line["total"] is not None:
            series[line["indicator"], shape(line["period"])].append(line)
    for lines in [each for each in series.values() if len(each) > 1][:MOST_TRENDS]:
        rows = [[line["period"], line["total"]] for line in lines]
        yield Block(_indicator(lines[0], labels), [say("Period"), say("Total")], rows, [BLUE], "line")


# the sheet of `data.xlsx` with the matrices of the latest period as heat maps, and rows by level as charts

Formats = Mapping[str, Any]


def write_heat_maps(book: Workbook, sheet: Worksheet, store: Store, formats: Formats, language: str) -> None:
    """Draw every matrix of the spec, below each other. Raises `LimitError` where a text does not fit."""
    _HeatMaps(book, sheet, store, formats, language).draw()


class _HeatMaps:
    """The matrices of the latest period: counts in the colours of their levels, and rows by level as a chart."""

    def __init__(
        self, book: Workbook, sheet: Worksheet, store: Store, formats: Formats, language: str
    ) -> None:
        self.book, self.sheet, self.say = book, sheet, translator(language)
        self.store, self.formats, self.language = store, formats, language
        spec = store.schema.spec
        assert spec is not None
        assert spec.matrix is not None
        self.spec, self.matrix = spec, spec.matrix
        self.names = {level.code: level.label.say(language) for level in spec.matrix.levels}
        self.colour = {level.code: self._colour(level.colour) for level in spec.matrix.levels}
        self.counted = {
            level.code: self._colour(level.colour, self._words(level.code)) for level in spec.matrix.levels
        }

    def draw(self) -> None:
        """Draw one block a matrix, below each other."""
        self.sheet.hide_gridlines(2)
        self.sheet.set_column(0, 0, 24)
        self.sheet.set_column(1, 12, 16)
        top, counts = write_period(self.sheet, self.store, self.formats, self.language), self._counts()
        blocks = dict(enumerate(matrix_blocks(self.spec), start=1))
        for number, block in blocks.items():
            if not counts[number] and any(counts.values()):
                continue  # a matrix in which nothing stands, beside others
            top = self._block(block.title.say(self.language) or self.say("Risk matrix"), counts[number], top)
        self.sheet.fit_to_pages(1, 0)

    def _counts(self) -> dict[int, Counter[tuple[str, str]]]:
        """Count the rows in each cell of each matrix."""
        table = self.store[AGGREGATE_MATRIX]
        ours = (table.c.by == TOTAL, table.c.period == choose(periods(self.store), None))
        found: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        for row in self.store.records(AGGREGATE_MATRIX.name, *ours):
            found[row["block"]][row["down"], row["across"]] = row["count"]
        return found

    def _block(self, title: str, counts: Counter[tuple[str, str]], top: int) -> int:
        """Give the title, the cells, then the rows by level; the first free row below."""
        down, across = (self.spec.vocabularies[name].items for name in (self.matrix.down, self.matrix.across))
        put(self.sheet, top, 0, title, self.formats["title"])
        for at, step in enumerate(across, start=1):
            put(self.sheet, top + 1, at, f"{step.code} {step.label.say(self.language)}", self.formats["head"])
        for row, step in enumerate(reversed(down), start=top + 2):
            self.sheet.set_row(row, 30)
            put(self.sheet, row, 0, f"{step.code} {step.label.say(self.language)}", self.formats["head"])
            for at, other in enumerate(across, start=1):
                self._cell(row, at, self.matrix.cells[step.code][other.code], counts[step.code, other.code])
        totals = dict.fromkeys(self.names, 0)
        for (one, other_), count in counts.items():
            totals[self.matrix.cells[one][other_]] += count
        return self._by_level(title, totals, (top + len(down) + 3, top, max(len(across), 2) + 2))

    def _cell(self, row: int, at: int, level: str, count: int) -> None:
        """Write the count; its number format says the level in words, so that colour never stands alone."""
        put(self.sheet, row, at, count, self.counted[level])

    def _words(self, level: str) -> str:
        word = self.names[level].replace('"', "'")
        return f'"{word}: "0;;"{word}: –"'

    def _colour(self, colour: str, number_format: str = "General") -> Any:
        look = {
            "bg_color": colour,
            "border": 1,
            "align": "center",
            "valign": "vcenter",
            "num_format": number_format,
        }
        return self.book.add_format({**FONT, **look})

    def _by_level(self, title: str, totals: dict[str, int], at: tuple[int, int, int]) -> int:
        top, first, right = at
        put(self.sheet, top, 0, self.say("Level"), self.formats["head"])
        put(self.sheet, top, 1, self.say("Rows"), self.formats["head_of_numbers"])
        for row, (code, total) in enumerate(totals.items(), start=top + 1):
            put(self.sheet, row, 0, self.names[code], self.colour[code])
            put(self.sheet, row, 1, total, self.formats[INTEGER])
        self._chart(title, totals, (top + 1, first, right))
        return max(top + len(totals), first + 15) + 3

    def _chart(self, title: str, totals: dict[str, int], at: tuple[int, int, int]) -> None:
        row, first, right = at
        name = self.sheet.name
        chart = self.book.add_chart({"type": "column"})
        last = row + len(totals) - 1
        chart.add_series(
            {
                "categories": [name, row, 0, last, 0], "values": [name, row, 1, last, 1],
                "points": [
                    {"fill": {"color": level.colour}, "border": {"color": "#404040"}} for level in self.matrix.levels
                ],
                "data_labels": {"value": True}, "gap": 60,
            }
        )  # fmt: skip
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.set_y_axis(
            {"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}}
        )
        said = ", ".join(f"{self.names[code]} {total}" for code, total in totals.items())
        options = {"description": f"{title}: {said}.", "object_position": 2}
        self.sheet.insert_chart(first + 1, right, chart, options)
