"""The sheet of `data.xlsx` that shows the figures of the latest period as tables with charts of Excel beside them.

What the periods come to beside each other stands below them; the figures of earlier ones are in the tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from ..dataset.aggregates.common import BY_COUNTRY, BY_TOOL, TOTAL, Record, records
from ..dataset.aggregates.indicators import shape
from ..dataset.aggregates.risks import stages, ways
from ..dataset.periods import choose, over_periods, periods
from ..dataset.schema import (
    AGGREGATE_COMPLETENESS,
    AGGREGATE_GAPS,
    AGGREGATE_INDICATORS,
    AGGREGATE_RISKS,
    spec_language,
)
from ..dataset.store import Store
from ..dataset.table import NUMBER
from ..errors import LimitError
from ..spec.model import Spec
from ..words import translator
from .sheet_rows import fitted

FIGURES = "Figures"
MOST_QUESTIONS, MOST_TRENDS = 15, 20
CHART_COLUMN, CHART_ROWS = 8, 17
BLUE = "#2C6A8F"
Cell = str | int | float | None


class Block(NamedTuple):
    """One table with its chart. Every column but the first is a series, in its colour."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    colours: Sequence[str]
    kind: str = "bar"
    share: bool = False


def has_figures(store: Store) -> bool:
    """Whether there is anything to show."""
    return next(blocks(store), None) is not None


def write_figures(book: Workbook, sheet: Worksheet, store: Store, formats: Mapping[str, Any]) -> None:
    """Draw every block, below each other. Raises `LimitError` where a text does not fit."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, CHART_COLUMN - 2, 12)
    top = write_period(sheet, store, formats)
    for block in blocks(store):
        _table(sheet, block, top, formats)
        sheet.insert_chart(top + 1, CHART_COLUMN, _chart(book, block, top), _described(block))
        top += max(len(block.rows) + 4, CHART_ROWS + 2)


def write_period(sheet: Worksheet, store: Store, formats: Mapping[str, Any]) -> int:
    """Say at the top of a sheet which period it shows, and where the others are; gives the next row."""
    known, say = periods(store), translator(spec_language(store.schema.spec))
    _put(sheet, 0, 0, f"{say('Period')}: {choose(known, None) or say('none stated')}", formats["title"])
    if len(known) == 1:
        return 2
    told = say("Periods in the tables of figures, column “period”: {periods}.")
    names = ", ".join(period.name or say("none stated") for period in known)
    _put(sheet, 1, 0, told.format(periods=names), formats["text"])
    return 3


def _table(sheet: Worksheet, block: Block, top: int, formats: Mapping[str, Any]) -> None:
    _put(sheet, top, 0, block.title, formats["title"])
    for at, head in enumerate(block.heads):
        _put(sheet, top + 1, at, head, formats["head"])
    for row, cells in enumerate(block.rows, start=top + 2):
        for at, cell in enumerate(cells):
            if cell is not None:
                _put(sheet, row, at, cell, formats["wrap" if isinstance(cell, str) else NUMBER])


def _put(sheet: Worksheet, row: int, at: int, value: str | int | float, style: Any) -> None:
    if isinstance(value, str):
        done = sheet.write_string(row, at, fitted(value), style)
    else:
        done = sheet.write_number(row, at, value, style)
    if done != 0:
        raise LimitError(
            f"A text does not fit into row {row + 1} of a workbook (error {done} of the writer)."
        )


def _chart(book: Workbook, block: Block, top: int) -> Any:
    stacked = {"subtype": "stacked"} if block.kind != "line" and len(block.heads) > 2 else {}
    chart = book.add_chart({"type": block.kind, **stacked})
    first, last = top + 2, top + 1 + len(block.rows)
    for at, colour in zip(range(1, len(block.heads)), block.colours, strict=True):
        line = {"line": {"color": colour}, "marker": {"type": "circle"}} if block.kind == "line" else {}
        chart.add_series(
            {
                "name": [FIGURES, top + 1, at], "categories": [FIGURES, first, 0, last, 0],
                "values": [FIGURES, first, at, last, at],
                "fill": {"color": colour}, "border": {"color": "#404040"}, "gap": 60, **line,
            }
        )  # fmt: skip
    chart.set_title({"name": block.title, "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom"} if len(block.heads) > 2 else {"none": True})
    value_axis: dict[str, Any] = {
        "min": 0,
        "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}},
    }
    if block.share:
        value_axis |= {"max": 1, "num_format": "0%"}
    if block.kind == "bar":
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis(value_axis)
    else:
        chart.set_y_axis(value_axis)
    return chart


def _described(block: Block) -> dict[str, Any]:
    """The chart in words, for those who do not see it."""

    def told(cells: Sequence[Cell]) -> str:
        pairs = zip(block.heads[1:], cells[1:], strict=True)
        return f"{cells[0]}: {', '.join(f'{head} {cell:g}' for head, cell in pairs if isinstance(cell, int | float))}"

    words = "; ".join(told(cells) for cells in block.rows)
    return {"description": f"{block.title}. {words}."[:4000], "object_position": 1}


def blocks(store: Store) -> Iterator[Block]:
    """Of the latest period risks by what they are broken down by, completeness and questions answered with no; then
    how the periods compare.
    """
    spec, period = store.schema.spec, choose(periods(store), None)
    if spec is None or period is None:
        return
    yield from _risks(store, spec, period)
    yield from _completeness(store, spec, period)
    yield from _gaps(store, period)
    yield from _over_periods(store, spec)
    yield from _trends(store)


def _lines(store: Store, name: str, period: str) -> list[Record]:
    """The lines of a table of figures that are of a period."""
    return [*records(store, name, store.tables[name].c.period == period)]


def _risks(store: Store, spec: Spec, period: str) -> Iterator[Block]:
    figures, language = spec.figures.risks, spec_language(spec)
    if figures is None or spec.matrix is None:
        return
    say = translator(language)
    headings = {BY_TOOL: say("By sheet"), BY_COUNTRY: say("By country")}
    names = {"before": say("Before mitigation"), "after": say("After mitigation")}
    levels = spec.matrix.levels
    lines = _lines(store, AGGREGATE_RISKS.name, period)
    for stage in stages(figures):
        for by in ways(spec):
            rows = _by_level([line for line in lines if (line["stage"], line["by"]) == (stage, by)])
            heading = figures.by[by].label.say(language) if by in figures.by else headings[by]
            if rows:
                yield Block(
                    f"{names[stage]}: {heading}", [heading, *(level.label.say(language) for level in levels)],
                    [[label, *(counts.get(level.code, 0) for level in levels)] for label, counts in rows.items()],
                    [level.colour for level in levels],
                )  # fmt: skip


def _by_level(lines: Sequence[Record]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        found[line["label"] or line["code"] or ""][line["level"]] += line["count"]
    return found


def _completeness(store: Store, spec: Spec, period: str) -> Iterator[Block]:
    say, language = translator(spec_language(spec)), spec_language(spec)
    rows = [
        [spec.tool[line["tool"]].sheet.say(language), line["share"]]
        for line in _lines(store, AGGREGATE_COMPLETENESS.name, period)
        if line["by"] == TOTAL and line["share"] is not None
    ]
    if rows:
        yield Block(say("Completeness"), [say("By sheet"), say("Required answers")], rows, [BLUE], share=True)


def _gaps(store: Store, period: str) -> Iterator[Block]:
    if AGGREGATE_GAPS.name not in store.tables:
        return
    say = translator(spec_language(store.schema.spec))
    lines = _lines(store, AGGREGATE_GAPS.name, period)[:MOST_QUESTIONS]
    rows = [[line["item"] or line["label"], line["teams_no"]] for line in lines]
    if rows:
        heads = [say("Question"), say("Teams that say no")]
        yield Block(say("Questions most often answered with no"), heads, rows, [BLUE])


def _over_periods(store: Store, spec: Spec) -> Iterator[Block]:
    """Where there are several periods: how complete they are, and their risks by level."""
    language, found = spec_language(spec), over_periods(store)[::-1]
    say = translator(language)
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


def _trends(store: Store) -> Iterator[Block]:
    """Indicators with totals in several periods of one length."""
    if AGGREGATE_INDICATORS.name not in store.tables:
        return
    say = translator(spec_language(store.schema.spec))
    series: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for line in records(store, AGGREGATE_INDICATORS.name):
        if line["total"] is not None:
            series[line["indicator"], shape(line["period"])].append(line)
    for lines in [each for each in series.values() if len(each) > 1][:MOST_TRENDS]:
        rows = [[line["period"], line["total"]] for line in lines]
        title = f"{lines[0]['indicator']} {lines[0]['label']}"
        yield Block(title, [say("Period"), say("Total")], rows, [BLUE], "line")
