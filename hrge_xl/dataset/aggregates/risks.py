"""Risks over all teams: how many stand where before and after mitigation, broken down, and which weigh most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as each_with
from heapq import nsmallest
from typing import Any

from ...spec.figures import Breakdown, Crossing, RiskFigures
from ...spec.model import Matrix, Spec
from ...validation import RETURNED
from ..schema import ANSWERS, MATRIX_ROWS, SUBMISSIONS, Row, field_column, spec_language
from ..store import Store
from .common import BY_COUNTRY, BY_TOOL, TOTAL, Record, label_of, records

BEFORE, AFTER = "before", "after"
MOST = 200  # risks in the list of those that weigh most

Place = tuple[str, str]  # steps down and across
Cell = tuple[str, str]  # sheet and cell


@dataclass(frozen=True)
class Risk:
    """One risk of one return, with its place before and after mitigation."""

    record: Record
    at: Mapping[str, Place]  # stage → place
    where: Cell  # the cell that names it

    @property
    def latest(self) -> Place | None:
        """Where it stands: after mitigation where that is said."""
        return self.at.get(AFTER) or self.at.get(BEFORE)


def stages(figures: RiskFigures) -> dict[str, Crossing]:
    """The crossings that place a risk."""
    return {BEFORE: figures.before} | ({AFTER: figures.after} if figures.after else {})


def all_risks(store: Store, figures: RiskFigures) -> Iterator[Risk]:
    """Every risk of the returns that count, return after return, in the order of the sheets."""
    places = _places(store, figures)
    cells = _cells(store, figures)
    for tool in figures.tools:
        for record in _rows(store, tool):
            key = (record["submission"], tool, record["row"])
            if key in places:
                yield Risk(record, places[key], cells.get(key, (record["sheet"], record["cell"])))


def _rows(store: Store, tool: str) -> Iterator[Record]:
    table = store.schema.wide[tool]
    return records(store, table.name, store.tables[table.name].c.current)


def _places(store: Store, figures: RiskFigures) -> dict[tuple[str, ...], dict[str, Place]]:
    table = store.tables[MATRIX_ROWS.name]
    pairs = {(crossing.down, crossing.across): stage for stage, crossing in stages(figures).items()}
    found: dict[tuple[str, ...], dict[str, Place]] = defaultdict(dict)
    columns = ("submission", "tool", "row", "down_field", "across_field", "down", "across")
    ours = (table.c.current, table.c.tool.in_(figures.tools))
    for row in records(store, MATRIX_ROWS.name, *ours, columns=columns):
        stage = pairs.get((row["down_field"], row["across_field"]))
        if stage is not None:
            found[row["submission"], row["tool"], row["row"]][stage] = (row["down"], row["across"])
    return found


def _cells(store: Store, figures: RiskFigures) -> dict[tuple[str, ...], Cell]:
    table = store.tables[ANSWERS.name]
    ours = (table.c.current, table.c.tool.in_(figures.tools), table.c.field == figures.name)
    named = records(store, ANSWERS.name, *ours, columns=("submission", "tool", "row", "sheet", "cell"))
    return {(row["submission"], row["tool"], row["row"]): (row["sheet"], row["cell"]) for row in named}


# how many stand where


@dataclass(slots=True)
class Tally:
    """How many risks stand in one place, from how many teams and files, and how many of them from returned files."""

    count: int = 0
    returned: int = 0
    teams: set[str] = each_with(default_factory=set)
    files: set[str] = each_with(default_factory=set)

    def add(self, record: Record, *, returned: bool) -> None:
        """One more risk."""
        self.count += 1
        self.returned += returned
        self.teams.add(record["team"])
        self.files.add(record["submission"])


Part = tuple[str, str]  # what risks are broken down by, and the code in it
Tallies = dict[Part, dict[Place, Tally]]


def aggregate_risks(store: Store, spec: Spec) -> Iterator[Row]:
    """Crossings by stage: all of them in total, then those with a risk, by tool, country and breakdown."""
    figures, matrix = spec.figures.risks, spec.matrix
    if figures is None or matrix is None:
        return
    returned = {row["submission"] for row in records(store, SUBMISSIONS.name) if row["verdict"] == RETURNED}
    tally = _tallies(figures, all_risks(store, figures), returned)
    for stage in stages(figures):
        for by, code, label in _parts(spec, figures, tally):
            places = tally[stage].get((by, code), {})
            if places or by == TOTAL:
                yield from _crossed(spec, matrix, (stage, by, code or None, label), places)


def _tallies(figures: RiskFigures, risks: Iterable[Risk], returned: set[str]) -> dict[str, Tallies]:
    """Where the risks of every part of every breakdown stand, by stage."""
    found: dict[str, Tallies] = {stage: {} for stage in stages(figures)}
    ways = (TOTAL, BY_TOOL, BY_COUNTRY, *figures.by)
    for risk in risks:
        parts = [(by, code) for by in ways for code in _codes(figures, by, risk)]
        of_returned = risk.record["submission"] in returned
        for stage, place in risk.at.items():
            for part in parts:
                tally = found[stage].setdefault(part, {}).setdefault(place, Tally())
                tally.add(risk.record, returned=of_returned)
    return found


def _parts(
    spec: Spec, figures: RiskFigures, tally: Mapping[str, Tallies]
) -> Iterator[tuple[str, str, str | None]]:
    """Every breakdown with the codes that occur in it, in the order of their list."""
    yield TOTAL, "", None
    occur = {part for parts in tally.values() for part in parts}
    for by in (BY_TOOL, BY_COUNTRY, *figures.by):
        for code, label in named_parts(spec, figures, by, {code for way, code in occur if way == by}):
            yield by, code, label


def named_parts(
    spec: Spec, figures: RiskFigures, by: str, codes: set[str], language: str | None = None
) -> list[tuple[str, str]]:
    """Codes of a breakdown with their labels, in the order of their list."""
    tag = language or spec_language(spec)
    if by == BY_TOOL:
        order = {tool.code: tool.title.say(tag) for tool in spec.tools}
    else:
        name = spec.countries if by == BY_COUNTRY else vocabulary_of(spec, figures, figures.by[by])
        entries = spec.vocabularies[name].items if name in spec.vocabularies else ()
        order = {item.code: item.label.say(tag) for item in entries}
    rest = sorted(codes - set(order))
    return [(code, order.get(code, code)) for code in (*order, *rest) if code in codes]


def vocabulary_of(spec: Spec, figures: RiskFigures, by: Breakdown) -> str | None:
    """The list that the codes of a breakdown are from."""
    return by.vocabulary or spec.tool[figures.tools[0]].fields[by.field or ""].vocabulary


def _codes(figures: RiskFigures, by: str, risk: Risk) -> Sequence[str]:
    """Where a risk belongs in a breakdown: in one place, in several, or in none."""
    if by == TOTAL:
        return ("",)
    if by in (BY_TOOL, BY_COUNTRY):
        return (risk.record[by] or "",)
    way = figures.by[by]
    if way.field is None:
        return (way.tools[risk.record["tool"]],) if risk.record["tool"] in way.tools else ()
    value = risk.record[field_column(way.field)]
    return () if value is None else str(f"{value:g}" if isinstance(value, float) else value).split(";")


def _crossed(spec: Spec, matrix: Matrix, head: Row, places: Mapping[Place, Tally]) -> Iterator[Row]:
    for down in spec.vocabularies[matrix.down].by_code:
        for across in spec.vocabularies[matrix.across].by_code:
            if (down, across) in places or head[1] == TOTAL:
                found = places.get((down, across), Tally())
                level = matrix.level[matrix.cells[down][across]]
                yield (
                    *head, down, label_of(spec, matrix.down, down), across, label_of(spec, matrix.across, across),
                    level.code, level.label.say(spec_language(spec)), found.count, len(found.teams),
                    len(found.files), found.returned,
                )  # fmt: skip


# which weigh most


def top_risks(store: Store, spec: Spec) -> Iterator[Row]:
    """Open risks by weight: level after mitigation, then steps, then the same before."""
    figures, matrix = spec.figures.risks, spec.matrix
    if figures is None or matrix is None:
        return
    for risk in weightiest(all_risks(store, figures), figures, matrix):
        record = risk.record
        yield (
            *(record[name] for name in ("submission", "team", "country", "period", "tool", "row")),
            record[field_column(figures.name)],
            *_stage(matrix, risk.at.get(BEFORE)), *_stage(matrix, risk.at.get(AFTER)),
            *(_shown(record[field_column(code)]) for code in figures.shows),
            *risk.where, record["file_sha256"],
        )  # fmt: skip


def _stage(matrix: Matrix, place: Place | None) -> Row:
    return (None, None, None) if place is None else (*place, matrix.cells[place[0]][place[1]])


def _shown(value: Any) -> str | None:
    return None if value is None else str(f"{value:g}" if isinstance(value, float) else value)


def weightiest(risks: Iterable[Risk], figures: RiskFigures, matrix: Matrix) -> list[Risk]:
    """The first of the risks that are not closed, the heaviest first; those of one weight by team and row."""
    rank = {code: number for number, code in enumerate(matrix.level)}

    def weight(place: Place | None) -> tuple[int, int]:
        if place is None:
            return -1, 0
        return rank[matrix.cells[place[0]][place[1]]], int(place[0]) * int(place[1])

    def order(risk: Risk) -> tuple[Any, ...]:
        after, before = weight(risk.latest), weight(risk.at.get(BEFORE))
        who = (risk.record["team"] or "", risk.record["tool"], risk.record["row"], risk.record["submission"])
        return (*(-part for part in (*after, *before)), *who)

    return nsmallest(MOST, (risk for risk in risks if not _closed(risk, figures)), key=order)


def _closed(risk: Risk, figures: RiskFigures) -> bool:
    return any(risk.record[field_column(code)] in codes for code, codes in figures.closed.items())
