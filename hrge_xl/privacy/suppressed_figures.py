"""Which figures of a dataset are suppressed, cell by cell and column by column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from ..dataset.aggregates.counts import has_open_rows, unreferenced
from ..dataset.schema import Record, Schema, field_column
from ..spec.model import Spec
from ..spec.supplements import IndicatorFigures
from .people_counts import (
    BASELINE,
    TARGET,
    CellFigure,
    Figure,
    IndicatorRows,
    PeopleAnswers,
    PeopleCounts,
    Tables,
    TotalFigure,
)
from .people_fields import PeopleFields, never_shared
from .suppression import AdditiveRelation, is_sensitive, suppress

WHOSE = (
    "team",
    "country",
    "period",
    "project",
    "intervention",
)  # what the versions of a return agree in


class SuppressedFigures:
    """Tells of every figure whether it may be told."""

    def __init__(self, schema: Schema, spec: Spec, tables: Tables) -> None:
        figures = spec.figures.indicators
        fields = PeopleFields(spec)
        answers = PeopleAnswers(tables["answers"], fields)
        self._indicators = IndicatorRows(schema, spec, figures, tables) if figures else None
        self._counts = PeopleCounts(fields, answers, self._indicators)
        self._behind: dict[TotalFigure, list[CellFigure]] = defaultdict(list)
        for total, cell in totals(schema, spec, tables, fields, self._indicators):
            if cell in answers.numbers:
                self._behind[total].append(cell)
        self._suppressed = self._suppress(tables)
        self.restricted = never_shared(spec)
        hidden = {figure.key for figure in self._suppressed if isinstance(figure, CellFigure)}
        # by tool and code: those that are restricted, or of which some answer must not be told
        self.fields = self.restricted | hidden

    # what is suppressed

    def _suppress(self, tables: Tables) -> set[Figure]:
        counts = self._counts.numbers
        signed = self._counts.signed
        self._added = {
            total: cells
            for total, cells in self._behind.items()
            if all(cell in counts for cell in cells)
        }
        numbers = counts | {
            total: sum(counts[cell] for cell in cells) for total, cells in self._added.items()
        }
        sums = [*self._counts.sums, *self._twins(tables)]
        sums += [AdditiveRelation(total, tuple(cells)) for total, cells in self._added.items()]
        unbounded = {total for total, cells in self._added.items() if not signed.isdisjoint(cells)}
        sensitive = {figure for figure, number in numbers.items() if is_sensitive(number)}
        suppressed = suppress(numbers, sums, sensitive, signed | unbounded)
        # whatever is worked out from something suppressed goes with it
        inputs = self._counts.inputs.items()
        while True:
            derived = {cell for cell, read in inputs if not suppressed.isdisjoint(read)}
            if derived <= suppressed:
                return suppressed
            suppressed |= derived

    def _twins(self, tables: Tables) -> Iterator[AdditiveRelation[Figure]]:
        """Yield the counts that another return states as well: a version of it, or a later one."""
        numbers = self._counts.numbers
        cells = [cell for cell in numbers if isinstance(cell, CellFigure)]
        pairs = [
            *_versions(tables, cells),
            *(self._indicators.restated() if self._indicators else ()),
        ]
        for cell, twin in pairs:
            if cell in numbers and numbers.get(twin) == numbers[cell]:
                yield AdditiveRelation(cell, (twin,))

    def _gone(self, total: TotalFigure) -> bool:
        """Say whether a figure over returns is suppressed, or is made in another way of something that is."""
        if total in self._added:
            return total in self._suppressed
        return not self._suppressed.isdisjoint(self._behind.get(total, ()))

    # what must not be told

    def hides(self, record: Record, codes: Iterable[str]) -> bool:
        """Say whether the answer to any of some fields in a row is restricted or suppressed."""
        return any(
            (record["tool"], code) in self.restricted
            or CellFigure.of(record, code) in self._suppressed
            for code in codes
        )

    def hides_answer(self, answer: Record) -> bool:
        """Say whether an answer is suppressed, or one that counts people and could not be read."""
        cell = CellFigure.of(answer, answer["field"])
        return cell in self._suppressed or self._counts.is_unread(cell)

    def hidden_in_numbers(self, line: Record) -> tuple[str, ...]:
        """Return the columns of a line of figures by period that are suppressed."""
        total = line_of(line)
        if self._gone(total):
            return ("total", "mean", "minimum", "maximum")
        return (
            ("minimum", "maximum")
            if not self._suppressed.isdisjoint(self._behind.get(total, ()))
            else ()
        )

    def hidden_in_value(self, record: Record) -> tuple[str, ...]:
        """Return the columns of a value of an indicator that are suppressed."""
        assert self._indicators is not None  # or there is no such table
        figures = self._indicators.figures
        named = ("numerator", "denominator", "progress", "status")
        named_cells = [(name, CellFigure.of(record, getattr(figures, name))) for name in named]
        named_cells += [(VALUE, cell) for cell in self._indicators.cells_of(record)]
        cells = [*named_cells, *self._indicators.aims(record).items()]
        return tuple(dict.fromkeys(name for name, cell in cells if cell in self._suppressed))

    def hidden_in_indicator(self, line: Record) -> tuple[str, ...]:
        """Return the columns of a line of indicators that are suppressed."""
        hidden = [name for name in (BASELINE, TARGET) if self._gone(of_indicator(line, name, ALL))]
        for column in (ALL, SAME, PREVIOUS):
            if any(
                self._gone(of_indicator(line, kind, column))
                for kind in (VALUE, NUMERATOR, DENOMINATOR)
            ):
                hidden.append(column)
        assert self._indicators is not None
        if not self._suppressed.isdisjoint(self._indicators.cells_behind(line)):
            hidden += ["minimum", "maximum"]
        if not {ALL, BASELINE, TARGET}.isdisjoint(hidden):
            hidden.append("progress")
        if not {SAME, PREVIOUS}.isdisjoint(hidden):
            hidden.append("change")
        return tuple(hidden)

    def hidden_in_split(self, line: Record) -> tuple[str, ...]:
        """Return the columns of a line about a part of an indicator that are suppressed."""
        return ("total",) if self._gone(of_indicator(line, PART, line["part"])) else ()


def _versions(
    tables: Tables, cells: Iterable[CellFigure]
) -> Iterator[tuple[CellFigure, CellFigure]]:
    """Yield each cell with the same one in the version of the return that counts."""
    first: dict[tuple[str, ...], str] = {}
    version: dict[str, str] = {}
    for row in sorted(
        tables["submissions"], key=lambda row: (not row["current"], row["submission"])
    ):
        version[row["submission"]] = first.setdefault(
            tuple(row[name] for name in WHOSE), row["submission"]
        )
    for cell in cells:
        counting_submission = version.get(cell.submission, cell.submission)
        if counting_submission != cell.submission:
            yield cell, cell._replace(submission=counting_submission)


# totals over returns, with the cells that each is made of

NUMBERS = "numbers"  # a line of the figures by period, which these columns tell from the others
LINE = ("tool", "row_code", "refers_to", "field", "country", "period")
VALUE = "value"
NUMERATOR = "numerator"
DENOMINATOR = "denominator"
PART = "part"
# columns, each of a group of teams
ALL = "total"
SAME = "same_total"
PREVIOUS = "previous_total"

WHO = itemgetter("team", "country")  # of a value
Behind = Iterator[tuple[TotalFigure, CellFigure]]


def totals(
    schema: Schema,
    spec: Spec,
    tables: Tables,
    fields: PeopleFields,
    indicators: IndicatorRows | None,
) -> Behind:
    """Yield every figure over several returns in which people may be counted, once with each cell behind it."""
    for tool, keys in groupby(sorted(fields.all), key=itemgetter(0)):
        codes = [code for _, code in keys]
        open_rows = has_open_rows(spec.tool[tool])
        missing = unreferenced(spec.tool[tool])
        for name in dict.fromkeys(schema.table_of(tool, code).name for code in codes):
            for record in tables[name]:
                for code in codes if record["current"] and record["tool"] == tool else ():
                    if record.get(field_column(code)) is not None:
                        about = record["refers_to"] or missing
                        line = record | {"refers_to": about}
                        yield from _lines(line, code, open_rows=open_rows)
    if indicators is not None:
        for line in tables.get("aggregate_indicators", ()):
            yield from _of_indicator(line, indicators)


def line_of(record: Record) -> TotalFigure:
    """Return which figure a line of the figures by period is."""
    return TotalFigure(NUMBERS, tuple(record.get(name, ALL) for name in LINE))


def _lines(record: Record, code: str, *, open_rows: bool) -> Behind:
    """Yield the lines of the figures by period that an answer goes into."""
    cell = CellFigure.of(record, code)
    row = None if open_rows else record["row_code"]
    line = record | {"row_code": row, "field": code}
    for country in (ALL, record["country"] or None):  # as figures have a country that is not known
        yield line_of(line | {"country": country}), cell


# indicators


def of_indicator(line: Record, kind: str, group: str) -> TotalFigure:
    """Return which figure stands in a line of the indicators: a kind, and a group of teams or a part."""
    return TotalFigure(kind, (line["indicator"], line["value_period"], group))


def _of_indicator(line: Record, indicators: IndicatorRows) -> Behind:
    """Yield the figures of an indicator in a period."""
    figures = indicators.figures
    groups = _groups(line, indicators)
    fields = {VALUE: figures.value, NUMERATOR: figures.numerator, DENOMINATOR: figures.denominator}
    for column, values in groups.items():
        for kind in _added_up(values, figures) if line[column] is not None else ():
            for value in values:
                yield of_indicator(line, kind, column), CellFigure.of(value, fields[kind])
    parts = dict.fromkeys(code for split in figures.splits for code in split.parts)
    for value in groups[ALL]:
        for code in parts:
            yield of_indicator(line, PART, code), CellFigure.of(value, code)
        for column, cell in indicators.aims(value).items():
            if line[column] is not None:
                yield of_indicator(line, column, ALL), cell


def _groups(line: Record, indicators: IndicatorRows) -> dict[str, list[Record]]:
    """Return the values behind each total of an indicator: of all teams, and of those that reported in both periods."""
    current = indicators.counted.get((line["indicator"], line["value_period"]), [])
    previous = indicators.counted.get((line["indicator"], line["previous_period"]), [])
    in_both = {WHO(value) for value in current} & {WHO(value) for value in previous}
    same = [value for value in current if WHO(value) in in_both]
    earlier = [value for value in previous if WHO(value) in in_both]
    return {ALL: current, SAME: same, PREVIOUS: earlier}


def _added_up(values: Sequence[Record], figures: IndicatorFigures) -> tuple[str, ...]:
    """Return what a total adds up: values, or numerators and denominators of rates."""
    kinds = {value["kind"] for value in values}
    if kinds <= set(figures.sums):
        return (VALUE,)
    return (NUMERATOR, DENOMINATOR) if kinds <= figures.ratios.keys() else ()
