"""Every value of every indicator with what is known of it: unit, kind, baseline, target, the cell it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...spec.figures import IndicatorFigures
from ...spec.model import CatalogueBlock, Field, FieldType, Spec, Tool
from ..schema import ANSWERS, SUBMISSIONS, Row, field_column, spec_language
from ..store import Store
from .common import Record, records

RESTATED = "stated again in a later return"
NO_VALUE = "no value"
LONGEST_WAY = 3  # references from a value to what its indicator says


@dataclass
class Value:
    """One value: a row of the register, with what the rows say that it refers to."""

    record: Record  # the row itself
    known: Mapping[str, Any]  # every field that can be reached from it
    indicator: str  # code in the catalogue; for an indicator of a team's own the team and the row
    own: bool
    framework: str | None  # the row that it is about
    label: str
    country: str
    period: str
    unit: str | None
    kind: str | None
    number: float | None
    why: str | None = None  # it does not count
    splits: dict[str, float] = field(default_factory=dict)

    @property
    def team(self) -> str:
        """Who reported it."""
        return str(self.record["team"])

    def of(self, code: str | None) -> Any:
        """What a field says that can be reached from the value; None where nobody asks."""
        return self.known.get(code) if code else None


def values(store: Store, spec: Spec) -> list[Value]:
    """Every value of the returns that count; one stated again later says so in `why`."""
    figures = spec.figures.indicators
    if figures is None:
        return []
    reader = _Reader(store, spec, figures)
    found = [reader.value(record) for record in reader.rows(figures.tool)]
    found = [value for value in found if value.indicator and value.period]
    _leave_out(found, _ages(store))
    return sorted(found, key=_order(spec, figures))


def _order(spec: Spec, figures: IndicatorFigures) -> Any:
    periods = period_order(spec, figures)
    place = {code: n for n, code in enumerate(_catalogue(spec))}

    def order(value: Value) -> tuple[Any, ...]:
        who = (value.team, value.country, value.record["submission"], value.record["row"])
        return (place.get(value.indicator, len(place)), value.indicator, periods.get(value.period, -1), *who)

    return order


def period_order(spec: Spec, figures: IndicatorFigures) -> dict[str, int]:
    """The periods in the order of their list."""
    name = spec.tool[figures.tool].fields[figures.period].vocabulary or ""
    return {code: n for n, code in enumerate(spec.vocabularies[name].by_code)} if name else {}


def _leave_out(found: list[Value], ages: Mapping[str, tuple[Any, ...]]) -> None:
    """Say why a value does not count: there is none, or a later return of the same team states it again."""
    newest: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    owners = {id(value): (*ages[value.record["submission"]][1], *_about(value)) for value in found}
    for value in found:
        age = ages[value.record["submission"]][0]
        newest[owners[id(value)]] = max(age, newest.get(owners[id(value)], age))
    for value in found:
        if ages[value.record["submission"]][0] != newest[owners[id(value)]]:
            value.why = RESTATED
        elif value.number is None:
            value.why = NO_VALUE


def _about(value: Value) -> tuple[str, ...]:
    return value.indicator, value.country, value.period


def _ages(store: Store) -> dict[str, tuple[Any, ...]]:
    """For each return how new it is, and whose: team, project and intervention."""
    first = date.min
    return {
        row["submission"]: (
            (row["period_end"] or first, row["issued"] or first, row["submission"]),
            (row["team"], row["project"], row["intervention"]),
        )
        for row in records(store, SUBMISSIONS.name)
    }


class _Reader:
    """Follows the references of a value: to the row of its indicator, and from there to the catalogue."""

    def __init__(self, store: Store, spec: Spec, figures: IndicatorFigures) -> None:
        self.store, self.spec, self.figures = store, spec, figures
        self.language = spec_language(spec)
        self.catalogue = _catalogue(spec)
        tools = spec.tool[figures.tool].fields[figures.of].to
        self.referred = {
            (row["submission"], tool, row["row"]): row for tool in tools for row in self.rows(tool)
        }

    def rows(self, tool: str) -> Iterator[Record]:
        """The rows of a sheet of the returns that count."""
        table = self.store.schema.wide[tool]
        return records(self.store, table.name, self.store.tables[table.name].c.current)

    def value(self, record: Record) -> Value:
        """A row with everything that it refers to."""
        figures = self.figures
        tool = self.spec.tool[figures.tool]
        framework = record[field_column(figures.of)]
        known, indicator = self._follow(record, tool, (figures.of,))
        own = indicator is None
        number = known.get(figures.value)
        return Value(
            record, known, indicator or (f"{record['team']} {framework}" if framework else ""), own, framework,
            self._label(indicator, known), str(known.get(figures.country or "") or record["country"] or ""),
            str(known.get(figures.period) or ""), _first(known, figures.unit), _text(known.get(figures.kind)),
            float(number) if number is not None else None,
            splits={code: known[code] for split in figures.splits for code in split.parts if code in known},
        )  # fmt: skip

    def _follow(self, record: Record, tool: Tool, ways: tuple[str, ...]) -> tuple[dict[str, Any], str | None]:
        """Every field that can be reached, the nearest first, and the row of the catalogue at the end."""
        known = _filled(record, tool)
        for _ in range(LONGEST_WAY):
            step = next((self._step(record, tool.fields[way]) for way in ways if known.get(way)), None)
            if step is None:
                break
            code, following, fixed = step
            if following is None:
                return fixed | known, code
            record, tool = following
            ways = tuple(each.code for each in tool.fields.values() if self._leads_on(each))
            known = _filled(record, tool) | known
        return known, None

    def _step(
        self, record: Record, way: Field
    ) -> tuple[str, tuple[Record, Tool] | None, dict[str, Any]] | None:
        code = str(record[field_column(way.code)])
        if code in self.catalogue and self._leads_on(way):
            return code, None, self.catalogue[code]
        for name in way.to:
            row = self.referred.get((record["submission"], name, code))
            if row is not None:
                return code, (row, self.spec.tool[name]), {}
        return None

    def _leads_on(self, way: Field) -> bool:
        """Whether a reference goes to a catalogue, whose rows mean the same in every return."""
        return way.type is FieldType.REFERENCE and any(_is_catalogue(self.spec.tool[name]) for name in way.to)

    def _label(self, indicator: str | None, known: Mapping[str, Any]) -> str:
        if indicator is not None:
            return catalogue_label(self.spec, indicator, self.language)
        return _first(known, self.figures.name) or ""


def _filled(record: Record, tool: Tool) -> dict[str, Any]:
    found = {code: record[field_column(code)] for code in tool.fields}
    return {code: value for code, value in found.items() if value is not None}


def _first(known: Mapping[str, Any], codes: tuple[str, ...]) -> str | None:
    return next((str(known[code]) for code in codes if known.get(code)), None)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _is_catalogue(tool: Tool) -> bool:
    return any(isinstance(block, CatalogueBlock) for block in tool.blocks)


def _catalogue(spec: Spec) -> dict[str, dict[str, Any]]:
    """Every row of every catalogue with its fixed columns."""
    return {
        item.code: dict(item.values)
        for tool in spec.tools
        for block in tool.blocks
        if isinstance(block, CatalogueBlock) and isinstance(block.items, tuple)
        for item in block.items
    }


def catalogue_label(spec: Spec, code: str, language: str) -> str:
    """The short name of a row of a catalogue; nothing for one that is in none."""
    for tool in spec.tools:
        for block in tool.blocks:
            if isinstance(block, CatalogueBlock) and isinstance(block.items, tuple):
                for item in block.items:
                    if item.code == code:
                        return item.label.say(language)
    return ""


def indicator_values(store: Store, spec: Spec, found: list[Value]) -> Iterator[Row]:
    """One line a value, with the cell that it stands in."""
    figures = spec.figures.indicators
    if figures is None:
        return
    cells = _cells(store, figures)
    for value in found:
        record = value.record
        where = cells.get((record["submission"], record["row"]), (record["sheet"], record["cell"]))
        yield (
            record["submission"], value.team, value.country, value.period, record["tool"], record["row"],
            value.framework, value.indicator, value.own, value.label, value.kind, value.unit, value.number,
            *(value.of(code) for code in (figures.numerator, figures.denominator, figures.baseline,
              figures.target, figures.baseline_year, figures.target_year, figures.progress, figures.status)),
            value.why is None, value.why, *where, record["file_sha256"],
        )  # fmt: skip


def _cells(store: Store, figures: IndicatorFigures) -> dict[tuple[str, str], tuple[str, str]]:
    """The cell of each value; that of the row where it has none."""
    table = store.tables[ANSWERS.name]
    found = records(
        store, ANSWERS.name, table.c.current, table.c.tool == figures.tool, table.c.field == figures.value
    )
    return {(row["submission"], row["row"]): (row["sheet"], row["cell"]) for row in found}
