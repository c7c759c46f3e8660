"""Totals over returns, with the cells that each is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ..dataset.aggregates.common import BY_COUNTRY, TOTAL, Record
from ..dataset.aggregates.numbers import has_open_rows
from ..dataset.schema import AGGREGATE_INDICATORS, Schema, field_column
from ..spec.figures import IndicatorFigures
from ..spec.model import Spec
from .figures import Cell, Total
from .indicator_rows import IndicatorRows, Tables
from .people_fields import PeopleFields

NUMBERS = "numbers"  # a line of the figures by period, which these columns tell from the others
LINE = ("by", "tool", "row", "about", "field", "country", "period")
VALUE, NUMERATOR, DENOMINATOR, PART = "value", "numerator", "denominator", "part"
ALL, SAME, PREVIOUS = "total", "same_total", "previous_total"  # columns, each of a group of teams

Behind = Iterator[tuple[Total, Cell]]


def totals(
    schema: Schema, spec: Spec, tables: Tables, fields: PeopleFields, indicators: IndicatorRows | None
) -> Behind:
    """Yield every figure over several returns in which people may be counted, once with each cell behind it."""
    for tool, codes in _by_tool(fields).items():
        open_rows = has_open_rows(spec.tool[tool])
        for record in tables[schema.wide[tool].name]:
            for code in codes if record["current"] else ():
                if record[field_column(code)] is not None:
                    yield from _lines(record, code, open_rows=open_rows)
    for line in tables.get(AGGREGATE_INDICATORS.name, ()) if indicators else ():
        yield from _of_indicator(line, indicators) if indicators else ()


def _by_tool(fields: PeopleFields) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for tool, code in sorted(fields.all):
        found[tool].append(code)
    return found


def line_of(record: Record) -> Total:
    """Return which figure a line of the figures by period is."""
    return Total(NUMBERS, tuple(record[name] for name in LINE))


def _lines(record: Record, code: str, *, open_rows: bool) -> Behind:
    """Yield the lines of the figures by period that an answer goes into."""
    cell = Cell(record["submission"], record["tool"], record["row"], code)
    row = None if open_rows else record["row"]
    line = record | {"row": row, "field": code}
    for by, country in ((TOTAL, None), (BY_COUNTRY, record["country"])):
        yield line_of(line | {"by": by, "country": country}), cell


# indicators


def of_indicator(line: Record, kind: str, which: str) -> Total:
    """Return which figure stands in a line of the indicators: a kind, and a group of teams or a part."""
    return Total(kind, (line["indicator"], line["period"], which))


def _of_indicator(line: Record, indicators: IndicatorRows) -> Behind:
    """Yield the figures of an indicator in a period."""
    figures, groups = indicators.figures, _groups(line, indicators)
    fields = {VALUE: figures.value, NUMERATOR: figures.numerator, DENOMINATOR: figures.denominator}
    for column, values in groups.items():
        for kind in _added_up(values, figures) if line[column] is not None else ():
            for value in values:
                yield of_indicator(line, kind, column), indicators.cell(value, fields[kind])
    parts = dict.fromkeys(code for split in figures.splits for code in split.parts)
    for value in groups[ALL]:
        for code in parts:
            yield of_indicator(line, PART, code), indicators.cell(value, code)
        for column, cell in indicators.aims(value).items():
            if line[column] is not None:
                yield of_indicator(line, column, ALL), cell


def _groups(line: Record, indicators: IndicatorRows) -> dict[str, list[Record]]:
    """Return the values behind each total of an indicator: of all teams, and of those that reported in both periods."""
    now, before = (
        indicators.counted.get((line["indicator"], line[period]), []) for period in ("period", "previous")
    )
    both = {_who(value) for value in now} & {_who(value) for value in before}
    same, earlier = ([value for value in values if _who(value) in both] for values in (now, before))
    return {ALL: now, SAME: same, PREVIOUS: earlier}


def _who(value: Record) -> tuple[str, str]:
    return value["team"], value["country"]


def _added_up(values: Sequence[Record], figures: IndicatorFigures) -> tuple[str, ...]:
    """Return what a total adds up: values, or numerators and denominators of rates."""
    kinds = {value["kind"] for value in values}
    if kinds <= set(figures.sums):
        return (VALUE,)
    return (NUMERATOR, DENOMINATOR) if kinds <= figures.ratios.keys() else ()
