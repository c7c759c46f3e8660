"""Indicators over all teams: totals only where kinds, units and periods agree, and how they move."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from ...core.spec_parts import localized
from ...core.words import fold
from ...core.work import grouped
from ...spec.model import CatalogueBlock, Spec
from ...spec.supplements import IndicatorFigures, Split
from ..schema import Record, spec_language
from .sql import rounded
from .values import NO_VALUE, RESTATED, Value, indicator_figures

SUM, POOLED = "sum", "pooled"
UNITS, KINDS = "the units differ", "the kinds of value differ"
NO_KIND, NOT_ADDED = "the kind of value is not known", "values of this kind are not added up"
DOUBLED = "two values for one country and period"
NO_RATIO = "numerators or denominators are missing"
OF_FIGURE = ["indicator", "label", "teams", "missing", "baseline", "target", "progress"]


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
    before: float | None = None
    now: float | None = None

    @property
    def label(self) -> str:
        """The name of the indicator."""
        return self.values[0].label

    @property
    def teams(self) -> int:
        """How many teams it is based on."""
        return len({value.team for value in self.values})


def total_of(found: Sequence[Value], figures: IndicatorFigures) -> IndicatorTotal:
    """Give the sum, or numerators over denominators; nothing where that would mean nothing."""
    kinds = {value.kind for value in found}
    kind = next(iter(kinds), None) or ""
    # a country may be counted twice: two teams of it report, unless theirs add up, or one team does twice
    reported = [
        (value.country, value.value_period, value.team)
        if figures.adds_over_teams(value.indicator) or not value.country
        else (value.country, value.value_period)
        for value in found
    ]
    parts = [(value.numerator, value.denominator) for value in found]
    ratios = [(over, under) for over, under in parts if over is not None and under]
    obstacles = {
        KINDS: len(kinds) > 1,
        NO_KIND: not kind,
        NOT_ADDED: kind not in figures.sums and kind not in figures.ratios,
        UNITS: len({fold(value.unit or "") for value in found}) > 1,
        DOUBLED: len({*reported}) < len(reported),
        NO_RATIO: kind not in figures.sums and len(ratios) < len(parts),
    }
    for reason, is_so in obstacles.items():
        if is_so:
            return IndicatorTotal(reason=reason)
    if kind in figures.sums:
        return IndicatorTotal(SUM, rounded(sum(value.value or 0 for value in found)))
    over = sum(numerator for numerator, _ in ratios) / sum(denominator for _, denominator in ratios)
    return IndicatorTotal(POOLED, rounded(figures.ratios[kind] * over))


def totals(found: Sequence[Value], spec: Spec) -> list[Figure]:
    """Give one figure an indicator and period, in the order of the values: those of an indicator by period."""
    figures = indicator_figures(spec)
    stated = (value for value in found if value.reason != RESTATED)
    groups = grouped(((value.indicator, value.value_period), value) for value in stated)
    made: list[Figure] = []
    for (indicator, period), group in groups.items():
        counted = [value for value in group if value.reason is None]
        without = {value.team for value in group if value.reason == NO_VALUE}
        missing = len(without - {value.team for value in counted})
        if counted:
            figure = Figure(indicator, period, counted, missing, total_of(counted, figures))
            _aims(figure)
            made.append(figure)
    # each is compared with the period before, of the same length
    series = grouped(((figure.indicator, shape(figure.period)), figure) for figure in made)
    for before, figure in chain.from_iterable(map(pairwise, series.values())):
        _compare(before, figure, figures)
    return made


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
    figure.baseline, figure.target = rounded(sum(baselines)), rounded(sum(targets))
    way = (figure.target or 0) - (figure.baseline or 0)
    if way:
        figure.progress = rounded(((figure.total.number or 0) - (figure.baseline or 0)) / way)


def _compare(before: Figure, figure: Figure, figures: IndicatorFigures) -> None:
    """Compare a figure with the one before, over the teams that reported in both."""
    figure.previous = before.period
    both = {value.who for value in before.values} & {value.who for value in figure.values}
    earlier = [value for value in before.values if value.who in both]
    figure.same = [value for value in figure.values if value.who in both]
    one, other = total_of(earlier, figures), total_of(figure.same, figures)
    kinds = {(value.kind, fold(value.unit or "")) for value in (*earlier, *figure.same)}
    if both and one.method is not None and one.method == other.method and len(kinds) == 1:
        figure.before, figure.now = one.number, other.number


def shape(period: str) -> str:
    """Periods whose codes look alike are of one length: 2026-H1 and 2025-H2, but not 2025."""
    return re.sub(r"\d", "#", period)


def aggregate_indicators(made: Sequence[Figure]) -> Iterator[Record]:
    """Give one line an indicator and period."""
    for figure in made:
        numbers = [value.value or 0.0 for value in figure.values]
        change = None if figure.before is None or figure.now is None else rounded(figure.now - figure.before)
        own = {name: getattr(figure, name) for name in OF_FIGURE}
        kinds, units = {value.kind for value in figure.values}, {value.unit for value in figure.values}
        yield own | {
            "kind": kinds.pop() if len(kinds) == 1 else None, "unit": units.pop() if len(units) == 1 else None,
            "value_period": figure.period, "previous_period": figure.previous, "frequency": len(numbers),
            "method": figure.total.method, "total": figure.total.number, "reason": figure.total.reason,
            "minimum": min(numbers), "maximum": max(numbers), "change": change, "own": figure.values[0].own,
            "same_teams": len({value.team for value in figure.same}) if figure.previous else None,
            "previous_total": figure.before, "same_total": figure.now,
        }  # fmt: skip


def indicators(spec: Spec, found: Sequence[Value]) -> Iterator[Record]:
    """Give every indicator: those of the catalogues, then those of a team's own of which there is a value."""
    figures, language = indicator_figures(spec), spec_language(spec)
    of = spec.tool[figures.tool].fields[figures.of]
    ways = [of, *(field for code in of.to for field in spec.tool[code].fields.values())]
    for tool in dict.fromkeys(code for field in ways for code in field.to):
        for block in spec.tool[tool].blocks:
            for item in block.written_out if isinstance(block, CatalogueBlock) else ():
                known = {code: localized(value, language) for code, value in item.values.items()}
                yield {
                    "indicator": item.code, "label": item.label.say(language), "own": False,
                    "kind": known.get(figures.kind), "unit": next(filter(None, map(known.get, figures.unit)), None),
                }  # fmt: skip
    for value in {value.indicator: value for value in reversed(found) if value.own}.values():
        yield {name: getattr(value, name) for name in ("indicator", "label", "own", "team", "kind", "unit")}


# splits


def aggregate_splits(made: Sequence[Figure], spec: Spec) -> Iterator[Record]:
    """Give one line a part that somebody filled in, of the indicators that have a total."""
    figures, language = indicator_figures(spec), spec_language(spec)
    fields = spec.tool[figures.tool].fields
    parts = [(split, code) for split in figures.splits for code in split.parts]
    for figure in made:
        for split, code in parts if figure.total.method else ():
            filled = [(value.team, value.parts[code]) for value in figure.values if code in value.parts]
            if filled:
                disagree = sum(_disagrees(value, split, figures) for value in figure.values)
                yield {
                    "indicator": figure.indicator, "label": figure.label, "value_period": figure.period,
                    "split": split.code, "split_label": split.label.say(language) or None, "part_of": split.of,
                    "part": code, "part_label": fields[code].label.say(language), "disagree": disagree,
                    "frequency": len(filled),
                    "teams": len({team for team, _ in filled}), "total": rounded(sum(number for _, number in filled)),
                }  # fmt: skip


def _disagrees(value: Value, split: Split, figures: IndicatorFigures) -> bool:
    """Whether a value, or its numerator, is not the sum of its parts; one without parts is."""
    parts = [value.parts[code] for code in split.parts if code in value.parts]
    whole = value.numerator if value.kind in figures.ratios else value.value
    if split.of is not None:
        whole = value.parts.get(split.of)
    return bool(parts) and whole is not None and rounded(sum(parts)) != rounded(whole)
