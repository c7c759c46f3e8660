"""Indicators: every value with what is known of it, and totals over all teams where kinds, units and periods agree.

Of a value that is its unit, kind, baseline, target and the cell it stands in; of a total how it moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from dataclasses import field as each_with
from itertools import chain, pairwise, product
from typing import Any

import sqlalchemy as sa

from ...core.spec_parts import localized
from ...core.words import fold
from ...core.work import grouped, who_is_in_each
from ...spec.model import CatalogueBlock, Item, Spec, Tool
from ...spec.supplements import IndicatorFigures, Split
from ..definitions import TYPES, in_bytes
from ..schema import NUMBER, TABLES, TEXT, Record, Row, field_column, list_of, spec_language
from ..store import Store
from . import sql
from .sql import picked, rounded, same

RESTATED = "stated again in a later return"
NO_VALUE = "no value"
ORDER = "catalogue indicator period_place value_period team country submission row_code"
VALUE = "value"
NUMBERS = (
    VALUE,
    "numerator",
    "denominator",
    "baseline",
    "target",
    "baseline_year",
    "target_year",
    "progress",
)
OF_ROW = "submission team country period tool row_code sheet cell file_sha256"


@dataclass(frozen=True)
class Value:
    """One value, with what is known of its indicator."""

    submission: str
    team: str
    country: str
    value_period: str
    framework: str  # the row that it is about
    indicator: str  # code in the catalogue; for an indicator of a team's own the team and the row
    own: bool
    label: str
    kind: str | None
    unit: str | None
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    baseline: float | None = None
    target: float | None = None
    baseline_year: float | None = None
    target_year: float | None = None
    reason: str | None = None  # why it does not count
    parts: dict[str, float] = each_with(
        default_factory=dict
    )  # of splits, as far as they are filled in

    @property
    def who(self) -> tuple[str, str]:
        """Who states it."""
        return self.team, self.country


OF_VALUE = [column.name for column in fields(Value) if column.name != "parts"]


def indicator_figures(spec: Spec) -> IndicatorFigures:
    """Return what the spec says of indicators."""
    assert spec.figures.indicators is not None
    return spec.figures.indicators


def indicator_values(source: sql.Sources, parts: Sequence[str] = ()) -> sql.Select:
    """Return one line per value, with the cell that it stands in; one stated again later says so in `reason`.

    `parts` are the fields of splits that stand behind the other columns.
    """
    return sql.numbered(
        source, "indicator_values", _values(source), ORDER, further_columns=map(_column, parts)
    )


def lines_and_values(store: Store, source: sql.Sources) -> Iterator[tuple[Row, Value]]:
    """Yield every line of the table of values, and the value in it with its parts."""
    names = TABLES["indicator_values"].names
    parts = _parts(indicator_figures(source.spec))
    for row in store.select(indicator_values(source, parts).order_by("n")):
        line = row[: len(names)]
        numbers = zip(parts, row[len(names) :], strict=True)
        columns = dict(zip(names, line, strict=True))
        filled = {code: number for code, number in numbers if number is not None}
        yield line, Value(**{name: columns[name] for name in OF_VALUE}, parts=filled)


# the select


def _values(source: sql.Sources) -> sql.Select:
    """Return every value, and why it does not count: there is none, or a later return of the team states it again."""
    lines = _stated(source).subquery()
    newest_first = (
        lines.c.period_end.desc().nulls_last(),
        lines.c.issued.desc().nulls_last(),
        in_bytes(lines.c.submission).desc(),
    )
    whose = ("team", "project", "intervention", "indicator", "country", "value_period")
    about = [lines.c[name] for name in whose]
    age = sa.func.rank().over(partition_by=about, order_by=newest_first)
    aged = sa.select(lines, age.label("age")).subquery()
    reason = sa.case((aged.c.age > 1, RESTATED), (aged.c.value.is_(None), NO_VALUE))
    return sa.select(aged, *picked("", reason=reason, counted=reason.is_(None)))


def _stated(source: sql.Sources) -> sql.Select:
    """Return every value of the returns that count, with what the rows say that it leads to."""
    figures = indicator_figures(source.spec)
    rows = _StatedRows(source)
    stated = rows.stated
    catalogue = rows.catalogue
    files = source["submissions"]
    typed = sql.answers_to(source, figures.value, [figures.tool])
    periods = source["codes"]
    its_list = list_of(source.spec.tool[figures.tool].fields[figures.period])
    worked_out = sql.answers_to(source, figures.calculated or figures.value, [figures.tool])
    framework = stated.c[_column(figures.of)]
    period = stated.c[_column(figures.period)]
    own_code = stated.c.team + " " + framework
    own_label = sa.func.coalesce(rows.first(*figures.name), "")
    label = sa.case((catalogue.c.code.is_(None), own_label), else_=catalogue.c.label)
    return (
        sa.select(
            *(stated.c[_column(code)] for code in _parts(figures)),
            *picked(
                f"{OF_ROW} project intervention period_end issued",
                stated,
                files,
                value_period=period,
                framework=framework,
                label=label,
                country=sa.func.coalesce(rows.first(figures.country), stated.c.country, ""),
                indicator=sa.func.coalesce(catalogue.c.code, own_code),
                own=catalogue.c.code.is_(None),
                catalogue=sa.func.coalesce(catalogue.c.place, len(catalogue_items(source.spec))),
                kind=rows.first(figures.kind),
                status=rows.first(figures.status),
                unit=rows.first(*figures.unit),
                **{
                    name: sa.cast(rows.first(*_fields(figures, name)), sa.Double())
                    for name in NUMBERS
                },
                sheet=sa.func.coalesce(typed.c.sheet, worked_out.c.sheet, stated.c.sheet),
                cell=sa.func.coalesce(typed.c.cell, worked_out.c.cell, stated.c.cell),
                period_place=periods.c.position,
            ),
        )
        .select_from(rows.joined)
        .join(files, same(files, stated, "submission"))
        .outerjoin(typed, same(typed, stated, "submission", "tool", "row_code"))
        .outerjoin(worked_out, same(worked_out, stated, "submission", "tool", "row_code"))
        .outerjoin(periods, sa.and_(periods.c.list == its_list, periods.c.code == period))
        .where(files.c.current, framework.is_not(None), period.is_not(None))
    )


class _StatedRows:
    """What is known of a value: in its own row, in the row that it is about, in the catalogue behind that one."""

    def __init__(self, source: sql.Sources) -> None:
        spec = source.spec
        figures = indicator_figures(source.spec)
        tool = spec.tool[figures.tool]
        about = [spec.tool[code] for code in tool.fields[figures.of].to]
        leads = _fields_to_catalogues(spec, about)
        kinds = _kinds_of_columns(figures, leads)
        self.stated = sql.materialized_cte(_rows(source, [tool], kinds))
        self.about = sql.materialized_cte(_rows(source, about, kinds))
        self.catalogue = _catalogue(spec, kinds)
        of = self.stated.c[_column(figures.of)]
        is_about = sa.and_(same(self.about, self.stated, "submission"), self.about.c.row_code == of)
        # a value leads to a row of the catalogue by way of the row that it is about, or at once
        reference = sa.func.coalesce(
            *(self.about.c[_column(code)] for code in leads), of, sa.null()
        )
        with_about = self.stated.outerjoin(self.about, is_about)
        self.joined = with_about.outerjoin(self.catalogue, self.catalogue.c.code == reference)

    def first(self, *codes: str | None) -> sql.Expression:
        """Return the first of some fields that is filled in; of one in several places the nearest to the value."""
        names = [_column(code) for code in codes if code]
        places = (self.stated, self.about, self.catalogue)
        columns = [place.c[name] for name in names for place in places if name in place.c]
        return sa.func.coalesce(*columns, sa.null(), sa.null())


def _column(code: str) -> str:
    """Return the column of a field, which meets no other one."""
    return f"field_{code}"


def _fields_to_catalogues(spec: Spec, tools: Sequence[Tool]) -> list[str]:
    """Return the fields of some sheets that refer to rows of a catalogue, which mean the same in every return."""
    catalogues = {
        tool.code
        for tool in spec.tools
        if any(isinstance(block, CatalogueBlock) for block in tool.blocks)
    }
    fields = (field for tool in tools for field in tool.fields.values())
    return [field.code for field in fields if not catalogues.isdisjoint(field.to)]


def _kinds_of_columns(figures: IndicatorFigures, leads: Sequence[str]) -> dict[str, str]:
    """Return the fields that a value is put together from, each with the kind of its column."""
    texts = (figures.of, figures.period, figures.kind, figures.country, figures.status)
    kinds: dict[str | None, str] = dict.fromkeys(
        (*texts, *figures.unit, *figures.name, *leads), TEXT
    )
    for name in NUMBERS:
        kinds |= dict.fromkeys(_fields(figures, name), NUMBER)
    kinds |= dict.fromkeys(_parts(figures), NUMBER)
    return {code: kind for code, kind in kinds.items() if code}


def _fields(figures: IndicatorFigures, name: str) -> tuple[str | None, ...]:
    """Return the fields that a number may stand in: a value is typed, or else calculated."""
    return (figures.value, figures.calculated) if name == VALUE else (getattr(figures, name),)


def _parts(figures: IndicatorFigures) -> list[str]:
    """Return the fields of all splits."""
    return list(dict.fromkeys(code for split in figures.splits for code in split.parts))


def _rows(source: sql.Sources, tools: Sequence[Tool], kinds: Mapping[str, str]) -> Any:
    """Return the rows of some sheets of all returns; a field that one of them does not have is blank there.

    Which returns count is asked of the values: with a condition here SQLite takes these rows for few, and goes through
    all of them for each value.
    """
    fields_of_tools = {code for tool in tools for code in tool.fields}
    selects = []
    for tool in tools:
        wide = source[source.store.schema.wide[tool.code].name]
        selected = dict[str, Any]()
        for code, kind in kinds.items():
            if code not in fields_of_tools:
                continue
            column = wide.c[field_column(code)] if code in tool.fields else sa.null()
            if kind == TEXT:
                selected[_column(code)] = sa.func.nullif(sql.as_text(column), "")
            else:
                selected[_column(code)] = sa.cast(column, TYPES[kind])
        columns = picked(OF_ROW, wide, **selected)
        selects.append(sa.select(*columns).where(wide.c.tool == tool.code))
    return sa.union_all(*selects)


# catalogues


def _catalogue(spec: Spec, kinds: Mapping[str, str]) -> sa.CTE:
    """Return every row of every catalogue with its fixed columns."""
    language = spec_language(spec)
    items = catalogue_items(spec).values()
    filled_in = {code for entry in items for code in entry.values}
    fixed_kinds = {code: kind for code, kind in kinds.items() if code in filled_in}
    as_kind = {TEXT: str, NUMBER: float}
    lines: list[list[Any]] = []
    for place, entry in enumerate(items):
        line = [entry.code, entry.label.say(language), place]
        for code, kind in fixed_kinds.items():
            value = localized(entry.values.get(code), language)
            line.append(None if value is None else as_kind[kind](value))
        lines.append(line)
    columns = (f"{_column(code)}:{kind}" for code, kind in fixed_kinds.items())
    return sql.listed("catalogue", " ".join(("code", "label", "place:integer", *columns)), lines)


def catalogue_items(spec: Spec) -> dict[str, Item]:
    """Return every row of every catalogue by its code."""
    blocks = (
        block for tool in spec.tools for block in tool.blocks if isinstance(block, CatalogueBlock)
    )
    return {
        entry.code: entry
        for block in blocks
        if isinstance(block.items, tuple)
        for entry in block.items
    }


def catalogue_label(spec: Spec, code: str, language: str) -> str:
    """Return the short name of a row of a catalogue; nothing for one that is in none."""
    entry = catalogue_items(spec).get(code)
    return entry.label.say(language) if entry else ""


# totals

SUM = "sum"
POOLED = "pooled"
UNITS = "the units differ"
KINDS = "the kinds of value differ"
NO_KIND = "the kind of value is not known"
NOT_ADDED = "values of this kind are not added up"
DOUBLED = "two values for one country and period"
NO_RATIO = "numerators or denominators are missing"
OF_FIGURE = [
    "indicator",
    "label",
    "teams",
    "missing",
    "baseline",
    "target",
    "progress",
    "previous_total",
    "same_total",
]


@dataclass(frozen=True)
class IndicatorTotal:
    """What some values come to, or why there is no total."""

    method: str | None = None
    number: float | None = None
    reason: str | None = None


@dataclass
class Figure:
    """One indicator in one period."""

    indicator: str
    period: str
    values: list[Value]  # those that count
    missing: int  # teams with a row, but no value
    total: IndicatorTotal
    baseline: float | None = None
    target: float | None = None
    progress: float | None = None
    previous: str | None = None  # the period before, and the total of those who reported in both
    same: Sequence[Value] = ()
    previous_total: float | None = None
    same_total: float | None = None

    @property
    def label(self) -> str:
        """The name of the indicator."""
        return self.values[0].label

    @property
    def teams(self) -> int:
        """How many teams it is based on."""
        return len({value.team for value in self.values})


def total_of(values: Sequence[Value], figures: IndicatorFigures) -> IndicatorTotal:
    """Return the sum, or numerators over denominators; nothing where that would mean nothing."""
    kinds = {value.kind for value in values}
    kind = next(iter(kinds), None) or ""
    # a country may be counted twice: two teams of it report, unless theirs add up, or one team does twice
    reported = [
        (value.country, value.value_period, value.team)
        if figures.adds_over_teams(value.indicator) or not value.country
        else (value.country, value.value_period)
        for value in values
    ]
    parts = [(value.numerator, value.denominator) for value in values]
    ratios = [(over, under) for over, under in parts if over is not None and under]
    obstacles = {
        KINDS: len(kinds) > 1,
        NO_KIND: not kind,
        NOT_ADDED: kind not in figures.sums and kind not in figures.ratios,
        UNITS: len({fold(value.unit or "") for value in values}) > 1,
        DOUBLED: len({*reported}) < len(reported),
        NO_RATIO: kind not in figures.sums and len(ratios) < len(parts),
    }
    for reason, is_so in obstacles.items():
        if is_so:
            return IndicatorTotal(reason=reason)
    if kind in figures.sums:
        return IndicatorTotal(SUM, rounded(sum(value.value or 0 for value in values)))
    over = sum(numerator for numerator, _ in ratios) / sum(denominator for _, denominator in ratios)
    return IndicatorTotal(POOLED, rounded(figures.ratios[kind] * over))


def totals(values: Sequence[Value], spec: Spec) -> list[Figure]:
    """Return one figure an indicator and period, in the order of the values: those of an indicator by period."""
    figures = indicator_figures(spec)
    stated = (value for value in values if value.reason != RESTATED)
    groups = grouped(((value.indicator, value.value_period), value) for value in stated)
    period_figures: list[Figure] = []
    for (indicator, period), group in groups.items():
        counted = [value for value in group if value.reason is None]
        without = {value.team for value in group if value.reason == NO_VALUE}
        missing = len(without - {value.team for value in counted})
        if counted:
            figure = Figure(indicator, period, counted, missing, total_of(counted, figures))
            _aims(figure)
            period_figures.append(figure)
    # each is compared with the period before, of the same length
    series = grouped(
        ((figure.indicator, shape(figure.period)), figure) for figure in period_figures
    )
    for earlier, figure in chain.from_iterable(map(pairwise, series.values())):
        _compare(earlier, figure, figures)
    return period_figures


def _aims(figure: Figure) -> None:
    """Baseline and target of a sum are sums themselves, where every team has both for the same years."""
    if figure.total.method != SUM:
        return
    rows = {(value.submission, value.framework) for value in figure.values}
    years = {(value.baseline_year, value.target_year) for value in figure.values}
    baselines = [value.baseline for value in figure.values if value.baseline is not None]
    targets = [value.target for value in figure.values if value.target is not None]
    if len(years) > 1 or not len(rows) == len(baselines) == len(targets) == len(figure.values):
        return
    figure.baseline = rounded(sum(baselines))
    figure.target = rounded(sum(targets))
    distance = (figure.target or 0) - (figure.baseline or 0)
    if distance:
        figure.progress = rounded(((figure.total.number or 0) - (figure.baseline or 0)) / distance)


def _compare(previous: Figure, figure: Figure, figures: IndicatorFigures) -> None:
    """Compare a figure with the one before, over the teams that reported in both."""
    figure.previous = previous.period
    reporters = {value.who for value in previous.values} & {value.who for value in figure.values}
    earlier = [value for value in previous.values if value.who in reporters]
    figure.same = [value for value in figure.values if value.who in reporters]
    earlier_total = total_of(earlier, figures)
    same_total = total_of(figure.same, figures)
    kinds = {(value.kind, fold(value.unit or "")) for value in (*earlier, *figure.same)}
    if (
        reporters
        and earlier_total.method is not None
        and earlier_total.method == same_total.method
        and len(kinds) == 1
    ):
        figure.previous_total = earlier_total.number
        figure.same_total = same_total.number


IndicatorKey = tuple[str, str]  # an indicator and a period of its values


def indicator_key(row: Record) -> IndicatorKey:
    """Return what a value, or a line of totals, is about."""
    return row["indicator"], row["value_period"]


def trend_of(
    lines: Sequence[Record],
    values: Mapping[IndicatorKey, Sequence[Record]],
    figures: IndicatorFigures,
    *,
    masked: bool,
) -> list[tuple[str, float, int]]:
    """Return period, total and number of teams as periods compare: of those who reported in each of them.

    `lines` are the totals of one indicator, the earliest period first, `values` the rows that count. Nothing is left
    where fewer than two periods compare. Where values are masked, only totals that stand in the lines are given: one
    of some of the teams could give away what is masked.
    """
    reported = []
    for line in lines:
        of_line = values.get(indicator_key(line), ())
        reported.append(grouped(((row["team"], row["country"]), row) for row in of_line))
    same = who_is_in_each([rows.keys() for rows in reversed(reported)])
    teams = {team for team, _ in same}
    points = []
    measures = set()
    for line, rows in zip(lines, reported, strict=True):
        if not same or not same <= rows.keys():
            continue
        of_same = [row for reporter in rows if reporter in same for row in rows[reporter]]
        total = line["total"]
        if same != rows.keys():
            stated = [Value(**{name: row[name] for name in OF_VALUE}) for row in of_same]
            total = None if masked else total_of(stated, figures).number
        if total is not None:
            measures |= {(row["kind"], fold(row["unit"] or "")) for row in of_same}
            points.append((line["value_period"], total, len(teams)))
    return points if len(points) > 1 and len(measures) == 1 else []


def shape(period: str) -> str:
    """Periods whose codes look alike are of one length: 2026-H1 and 2025-H2, but not 2025."""
    return re.sub(r"\d", "#", period)


def aggregate_indicators(period_figures: Sequence[Figure]) -> Iterator[Record]:
    """Yield one line an indicator and period."""
    for figure in period_figures:
        numbers = [value.value or 0.0 for value in figure.values]
        kinds = {value.kind for value in figure.values}
        units = {value.unit for value in figure.values}
        reporters = {value.team for value in figure.same}
        change = None
        if figure.previous_total is not None and figure.same_total is not None:
            change = rounded(figure.same_total - figure.previous_total)
        columns = {name: getattr(figure, name) for name in OF_FIGURE}
        yield columns | {
            "kind": kinds.pop() if len(kinds) == 1 else None,
            "unit": units.pop() if len(units) == 1 else None,
            "value_period": figure.period,
            "previous_period": figure.previous,
            "frequency": len(numbers),
            "method": figure.total.method,
            "total": figure.total.number,
            "reason": figure.total.reason,
            "minimum": min(numbers),
            "maximum": max(numbers),
            "change": change,
            "own": figure.values[0].own,
            "same_teams": len(reporters) if figure.previous else None,
        }


def indicators(spec: Spec, values: Sequence[Value]) -> Iterator[Record]:
    """Yield every indicator: those of the catalogues, then those of a team's own of which there is a value."""
    figures = indicator_figures(spec)
    language = spec_language(spec)
    of = spec.tool[figures.tool].fields[figures.of]
    ways = [of, *(field for code in of.to for field in spec.tool[code].fields.values())]
    tools = dict.fromkeys(code for field in ways for code in field.to)
    blocks = (block for code in tools for block in spec.tool[code].blocks)
    for block in blocks:
        if not isinstance(block, CatalogueBlock):
            continue
        for entry in block.written_out:
            fixed = {code: localized(value, language) for code, value in entry.values.items()}
            units = filter(None, map(fixed.get, figures.unit))
            yield {
                "indicator": entry.code,
                "label": entry.label.say(language),
                "own": False,
                "kind": fixed.get(figures.kind),
                "unit": next(units, None),
            }
    first_of_own = {value.indicator: value for value in reversed(values) if value.own}
    for value in first_of_own.values():
        names = ("indicator", "label", "own", "team", "kind", "unit")
        yield {name: getattr(value, name) for name in names}


# splits


def aggregate_splits(period_figures: Sequence[Figure], spec: Spec) -> Iterator[Record]:
    """Yield one line a part that somebody filled in, of the indicators that have a total."""
    figures = indicator_figures(spec)
    language = spec_language(spec)
    tool = spec.tool[figures.tool]
    parts = [(split, code) for split in figures.splits for code in split.parts]
    with_total = [figure for figure in period_figures if figure.total.method]
    for figure, (split, code) in product(with_total, parts):
        filled = [value for value in figure.values if code in value.parts]
        if not filled:
            continue
        yield {
            "indicator": figure.indicator,
            "label": figure.label,
            "value_period": figure.period,
            "split": split.code,
            "split_label": split.label.say(language) or None,
            "part_of": split.of,
            "part": code,
            "part_label": tool.fields[code].label.say(language),
            "disagree": sum(_disagrees(value, split, figures) for value in figure.values),
            "frequency": len(filled),
            "teams": len({value.team for value in filled}),
            "total": rounded(sum(value.parts[code] for value in filled)),
        }


def _disagrees(value: Value, split: Split, figures: IndicatorFigures) -> bool:
    """Whether a value, or its numerator, is not the sum of its parts; one without parts is."""
    parts = [value.parts[code] for code in split.parts if code in value.parts]
    whole = value.numerator if value.kind in figures.ratios else value.value
    if split.of is not None:
        whole = value.parts.get(split.of)
    return bool(parts) and whole is not None and rounded(sum(parts)) != rounded(whole)
