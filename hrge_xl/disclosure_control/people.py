"""Which figures of a dataset count people, how they add up, and which of them must not be told."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from ..dataset.aggregates.common import BY_COUNTRY, TOTAL, Record
from ..dataset.aggregates.indicators import POOLED, SUM
from ..dataset.aggregates.numbers import has_open_rows
from ..dataset.schema import AGGREGATE_INDICATORS, ANSWERS, INDICATOR_VALUES, Schema, field_column
from ..spec.figures import IndicatorFigures
from ..spec.model import Spec
from .suppression import Sum, is_small, suppressed


class Count(NamedTuple):
    """A count of people in a cell of a return."""

    submission: str
    tool: str
    row: str
    field: str


class Together(NamedTuple):
    """A count of people over several returns: what kind of figure, and which one."""

    what: str
    key: tuple[str | None, ...]


Place = Count | Together
Tables = Mapping[str, Iterable[Record]]
NUMBERS, WHOLE, OVER, UNDER, BASELINE, PART = "numbers", "whole", "over", "under", "baseline", "part"
NOW, EARLIER = "now", "earlier"


class People:
    """Tells of every figure whether it has to be masked."""

    def __init__(self, schema: Schema, spec: Spec, tables: Tables) -> None:
        self.schema, self.spec, self.tables = schema, spec, tables
        self.figures = self.spec.figures.indicators
        self.fields = {(tool.code, f.code) for tool, _, f in self.spec.places() if f.people}
        self.values = {(r["submission"], r["row"]): r for r in tables.get(INDICATOR_VALUES.name, ())}
        self.abouts = {
            (r["submission"], tool, r["row"]): r for tool in self._indicator_tools for r in self._wide(tool)
        }
        self.counts: dict[Place, float] = dict(self._cells())
        self.sums = [each for each in self._all_sums() if all(part in self.counts for part in each.parts)]
        self.counts |= {
            each.total: sum(self.counts[part] for part in each.parts)
            for each in self.sums
            if isinstance(each.total, Together)
        }
        small = {place for place, number in self.counts.items() if is_small(number)}
        self.masked = suppressed(self.counts, self.sums, small)

    def _wide(self, tool: str) -> Iterable[Record]:
        return self.tables[self.schema.wide[tool].name]

    # the cells that count people

    @cached_property
    def _indicator_tools(self) -> tuple[str, ...]:
        """The register of values, and the sheets that its rows are about."""
        if self.figures is None:
            return ()
        about = self.spec.tool[self.figures.tool].fields[self.figures.of].to
        return (self.figures.tool, *(tool for tool in about if self.spec.tool[tool].fields))

    def _cells(self) -> Iterator[tuple[Place, float]]:
        for record in self.tables[ANSWERS.name]:
            place = Count(record["submission"], record["tool"], record["row"], record["field"])
            asked = (place.tool, place.field) in self.fields and record["number"] is not None
            if asked and self._counts_people(place):
                yield place, record["number"]

    def _counts_people(self, place: Count) -> bool:
        figures = self.figures
        row = self.abouts.get(place[:3])
        if figures is None or row is None:
            return True
        kind = self._kind(place)
        if row["about"] in figures.harmless:
            return False
        if place.field in (figures.value, figures.baseline):
            return kind is None or kind in figures.sums
        if place.field in (figures.numerator, figures.denominator):
            return kind is None or kind in figures.ratios
        return True

    def _kind(self, place: Count) -> str | None:
        """The kind of value of a row of the register, or of the row that it is about."""
        figures = self.figures
        if figures is None:
            return None
        known = self.values.get((place.submission, place.row)) if place.tool == figures.tool else None
        row = self.abouts[place[:3]]
        if place.tool == figures.tool:
            row = self._framework(place.submission, place.row) or row
        return known["kind"] if known else row.get(field_column(figures.kind))

    def _framework(self, submission: str, row: str) -> Record | None:
        """The row that a value is about."""
        figures = self.figures
        value = self.abouts.get((submission, figures.tool, row)) if figures else None
        code = value[field_column(figures.of)] if value and figures else None
        found = (self.abouts.get((submission, tool, code)) for tool in self._indicator_tools[1:])
        return next((each for each in found if each), None)

    # what adds up

    def _all_sums(self) -> Iterator[Sum[Place]]:
        yield from self._over_returns()
        if self.figures is not None and INDICATOR_VALUES.name in self.tables:
            yield from self._in_rows(self.figures)
            yield from self._of_indicators(self.figures)

    def _in_rows(self, figures: IndicatorFigures) -> Iterator[Sum[Place]]:
        """A count with its splits."""
        for submission, tool, row in self.abouts:
            if tool != figures.tool:
                continue
            over = self._kind(Count(submission, tool, row, "")) in figures.ratios
            whole = figures.numerator if over else figures.value
            for split in figures.splits:
                total = Count(submission, tool, row, split.of or whole or "")
                parts = [Count(submission, tool, row, code) for code in split.parts]
                yield Sum(total, tuple(part for part in parts if part in self.counts))

    @cached_property
    def members(self) -> dict[tuple[str | None, ...], list[Count]]:
        """The cells behind each line of the figures by period, of fields that matter here."""
        found: dict[tuple[str | None, ...], list[Count]] = defaultdict(list)
        for tool, fields in self._of_interest.items():
            open_rows = has_open_rows(self.spec.tool[tool])
            for record in self._wide(tool):
                for code in fields if record["current"] else ():
                    if record[field_column(code)] is not None:
                        row = None if open_rows else record["row"]
                        place = Count(record["submission"], tool, record["row"], code)
                        found[TOTAL, tool, row, record["about"], code, None, record["period"]].append(place)
                        key = (
                            BY_COUNTRY,
                            tool,
                            row,
                            record["about"],
                            code,
                            record["country"],
                            record["period"],
                        )
                        found[key].append(place)
        return found

    @cached_property
    def _of_interest(self) -> dict[str, list[str]]:
        """For each sheet the fields that count people, and those that are worked out from some."""
        people = {code for _, code in self.fields}
        found: dict[str, list[str]] = defaultdict(list)
        for tool, _, each in self.spec.places():
            if each.people or mentioned(each.formula) & people:
                found[tool.code].append(each.code)
        return found

    def _over_returns(self) -> Iterator[Sum[Place]]:
        for key, places in self.members.items():
            if (key[1], key[4]) in self.fields:
                yield Sum(Together(NUMBERS, key), tuple(places))

    def _of_indicators(self, figures: IndicatorFigures) -> Iterator[Sum[Place]]:
        for line in self.tables.get(AGGREGATE_INDICATORS.name, ()):
            key = (line["indicator"], line["period"])
            now = self.counted[key]
            yield from self._total(key, WHOLE, now, line["how"], figures)
            for split in figures.splits:
                for code in split.parts:
                    yield Sum(Together(PART, (*key, code)), self._places(now, code))
            if line["baseline"] is not None and figures.baseline:
                places = (self._baseline(record) for record in now)
                yield Sum(Together(BASELINE, key), tuple(place for place in places if place))
            if line["previous"] is not None:
                before = self.counted[line["indicator"], line["previous"]]
                both = {_who(r) for r in now} & {_who(r) for r in before}
                for what, group in ((NOW, now), (EARLIER, before)):
                    same = [record for record in group if _who(record) in both]
                    yield from self._total(key, what, same, line["how"], figures)

    def _total(
        self, key: tuple[str, str], what: str, group: Sequence[Record], how: str | None, figures: IndicatorFigures
    ) -> Iterator[Sum[Place]]:  # fmt: skip
        """A total as it was made: a sum of values, or of numerators over denominators."""
        if how == SUM:
            yield Sum(Together(what, key), self._places(group, figures.value))
        elif how == POOLED:
            yield Sum(Together(what + OVER, key), self._places(group, figures.numerator))
            yield Sum(Together(what + UNDER, key), self._places(group, figures.denominator))

    def _places(self, group: Sequence[Record], code: str | None) -> tuple[Place, ...]:
        places = (Count(r["submission"], r["tool"], r["row"], code or "") for r in group)
        return tuple(place for place in places if place in self.counts)

    @cached_property
    def counted(self) -> dict[tuple[str, str], list[Record]]:
        """The values that count, by indicator and period."""
        found: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in self.tables.get(INDICATOR_VALUES.name, ()):
            if record["counted"]:
                found[record["indicator"], record["period"]].append(record)
        return found

    def _baseline(self, record: Record) -> Count | None:
        row = self._framework(record["submission"], record["row"])
        if row is None or self.figures is None:
            return None
        return Count(record["submission"], row["tool"], row["row"], self.figures.baseline or "")

    # what must not be told

    def hidden(self, record: Record, code: str) -> bool:
        """Whether an answer of a row is masked itself, or worked out from one that is."""
        tool, figures = record["tool"], self.figures
        if Count(record["submission"], tool, record["row"], code) in self.masked:
            return True
        if code not in self._of_interest.get(tool, ()):
            return False
        if figures is not None and (tool, code) == (figures.tool, figures.value):
            return any(
                Count(record["submission"], tool, record["row"], part or "") in self.masked
                for part in (figures.numerator, figures.denominator)
            )
        names = mentioned(self.spec.tool[tool].fields[code].formula)
        own = self.spec.tool[tool].fields
        if any(name in own and name != code and self.hidden(record, name) for name in names):
            return True
        return figures is not None and figures.baseline in names and self.baseline_hidden(record)

    def unread(self, answer: Record) -> bool:
        """Whether a count of people stands there that could not be read."""
        place = Count(answer["submission"], answer["tool"], answer["row"], answer["field"])
        asked = (place.tool, place.field) in self.fields
        return asked and answer["number"] is None and self._counts_people(place)

    def baseline_hidden(self, record: Record) -> bool:
        """Whether the baseline that a value is measured against is masked."""
        return self._baseline(record) in self.masked

    def of_numbers(self, line: Record) -> tuple[bool, bool]:
        """Whether the extremes, and whether all figures of a line by period are masked."""
        key = tuple(line[name] for name in ("by", "tool", "row", "about", "field", "country", "period"))
        places = self.members.get(key, [])
        hidden = any(self.hidden(place._asdict(), place.field) for place in places)
        is_sum = Together(NUMBERS, key) in self.counts
        return hidden, Together(NUMBERS, key) in self.masked or (hidden and not is_sum)

    def of_indicator(self, line: Record) -> list[str]:
        """The columns of a line that are masked."""
        key = (line["indicator"], line["period"])
        value = self.figures.value if self.figures else ""
        hidden = []
        if any(self.hidden(record, value) for record in self.counted[key]):
            hidden += ["least", "most"]
        if self._gone(WHOLE, key):
            hidden += ["total", "progress"]
        if Together(BASELINE, key) in self.masked:
            hidden += ["baseline", "progress"]
        if self._gone(EARLIER, key):
            hidden += ["previous_total", "change"]
        if self._gone(NOW, key):
            hidden += ["same_total", "change"]
        return list(dict.fromkeys(hidden))

    def _gone(self, what: str, key: tuple[str, str]) -> bool:
        return any(Together(what + part, key) in self.masked for part in ("", OVER, UNDER))

    def of_split(self, line: Record) -> bool:
        """Whether the part of an indicator is masked."""
        return Together(PART, (line["indicator"], line["period"], line["part"])) in self.masked


def _who(record: Record) -> tuple[str, str]:
    return record["team"], record["country"]


@cache
def mentioned(formula: str | None) -> frozenset[str]:
    """The fields that a formula names."""
    if formula is None:
        return frozenset()
    return frozenset(
        node.id for node in ast.walk(ast.parse(formula, mode="eval")) if isinstance(node, ast.Name)
    )
