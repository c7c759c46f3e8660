"""Figures over all teams, each with the number of teams and files behind it; only returns that count go in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as each_with
from datetime import date
from typing import Any

import sqlalchemy as sa

from ..fields import Kind, kind_of
from ..spec.model import Field, FieldType, MatrixBlock, RegisterBlock, Spec
from ..validation import RETURNED
from .codebook import code_labels, labels
from .crossings import matrix_blocks
from .schema import (
    AGGREGATE_ANSWERS,
    AGGREGATE_COMPLETENESS,
    AGGREGATE_MATRIX,
    AGGREGATE_NUMBERS,
    ANSWERS,
    COLLECTED,
    COMPLETENESS,
    CROSSINGS,
    ITEMS,
    SUBMISSIONS,
    Row,
    Rows,
    field_column,
    restricted_fields,
    spec_language,
)
from .store import Store

TOTAL, BY_TOOL, BY_COUNTRY = "total", "tool", "country"
SMALL = range(1, 11)  # counts of people that could lead to a person


def aggregates(store: Store, today: date) -> Rows:
    """Every table of figures."""
    spec = store.schema.spec
    if spec is None:
        return {}
    found: Rows = {
        AGGREGATE_ANSWERS.name: _numbered(_answers(store, spec)),
        AGGREGATE_NUMBERS.name: _numbered(_numbers(store, spec)),
        AGGREGATE_COMPLETENESS.name: _numbered(_completeness(store)),
    }
    if CROSSINGS.name in store.tables:
        found[AGGREGATE_MATRIX.name] = _numbered(_matrices(store, spec))
    if COLLECTED.name in store.tables:
        found["overdue"] = _numbered(_overdue(store, today))
    return found


def _numbered(lines: Iterable[Row]) -> list[Row]:
    return [(n, *line) for n, line in enumerate(lines, start=1)]


def _distinct(column: Any) -> Any:
    return sa.func.count(sa.distinct(column))


# matrices


def _matrices(store: Store, spec: Spec) -> Iterator[Row]:
    for number, block in enumerate(matrix_blocks(spec), start=1):
        yield from _matrix(store, spec, block, number)


def _matrix(store: Store, spec: Spec, block: MatrixBlock, number: int) -> Iterator[Row]:
    """All crossings in total, also those without a row; then those with one, by tool and by country."""
    matrix, language = spec.matrix, spec_language(spec)
    if matrix is None:
        return
    steps = {name: spec.vocabularies[name].by_code for name in (matrix.down, matrix.across)}

    def line(by: str, tools: str, country: str | None, at: tuple[str, str], counts: Sequence[Any]) -> Row:
        level = matrix.level[matrix.cells[at[0]][at[1]]]
        names = [
            steps[name][code].label.say(language)
            for name, code in zip((matrix.down, matrix.across), at, strict=True)
        ]
        return (
            number, block.title.say(language), by, tools, country, at[0], names[0], at[1], names[1],
            level.code, level.label.say(language), *counts,
        )  # fmt: skip

    every = " ".join(block.sources)
    totals = {(row[0], row[1]): row[2:] for row in _crossed(store, block, ())}
    for down in steps[matrix.down]:
        for across in steps[matrix.across]:
            yield line(TOTAL, every, None, (down, across), totals.get((down, across), (0, 0, 0, 0)))
    for tool, down, across, *counts in _crossed(store, block, ("tool",)) if len(block.sources) > 1 else ():
        yield line(BY_TOOL, tool, None, (down, across), counts)
    for country, down, across, *counts in _crossed(store, block, ("country",)):
        yield line(BY_COUNTRY, every, country, (down, across), counts)


def _crossed(store: Store, block: MatrixBlock, by: Sequence[str]) -> list[Any]:
    table, files = store.tables[CROSSINGS.name], store.tables[SUBMISSIONS.name]
    keys = [table.c[name] for name in (*by, "down", "across")]
    wanted = (
        sa.select(
            *keys, sa.func.count(), _distinct(table.c.team), _distinct(table.c.submission),
            sa.func.sum(sa.case((files.c.verdict == RETURNED, 1), else_=0)),
        )
        .join(files, files.c.submission == table.c.submission)
        .where(
            table.c.current, table.c.tool.in_(block.sources),
            table.c.down_field == block.down, table.c.across_field == block.across,
        )
        .group_by(*keys)
    )  # fmt: skip
    return sorted(store.select(wanted))


# answers


def _answers(store: Store, spec: Spec) -> Iterator[Row]:
    label, code_label = labels(store.schema), code_labels(store.schema)
    order = {(t.code, f.code): n for n, (t, _, f) in enumerate(spec.places())}
    found = _counted(store, spec)
    for (by, tool, row, field, code, country), tally in sorted(
        found.items(),
        key=lambda each: (each[0][0] != TOTAL, order[each[0][1], each[0][3]], each[0][2], *each[0][4:]),
    ):
        yield (
            by, tool, row or None, field, label.get((tool, field)), code, code_label.get((tool, field, code)),
            country or None, tally.count, len(tally.teams), tally.submissions,
        )  # fmt: skip


@dataclass(slots=True)
class _Tally:
    """How often something stands, and how many teams and files say so. Files come one after the other."""

    count: int = 0
    submissions: int = 0
    last: str = ""
    teams: set[str] = each_with(default_factory=set)

    def add(self, submission: str, team: str) -> None:
        self.count += 1
        if submission != self.last:
            self.submissions += 1
            self.last = submission
            self.teams.add(team)


def _counted(store: Store, spec: Spec) -> dict[tuple[str, ...], _Tally]:
    """Every code by question, and by fixed row where there is one; codes of own rows mean nothing elsewhere."""
    own_rows = {(t.code, f.code) for t, _, f in spec.places() if f.type is FieldType.REFERENCE}
    listed = {(row[1], row[2]) for row in store.rows(ITEMS.name)}
    table = store.tables[ANSWERS.name]
    columns = [table.c[name] for name in ("submission", "team", "tool", "row", "field", "code", "country")]
    wanted = (
        sa.select(*columns).where(table.c.current, table.c.code.is_not(None)).order_by(table.c.submission)
    )
    found: dict[tuple[str, ...], _Tally] = defaultdict(_Tally)
    for submission, team, tool, row, field_code, code, country in store.select(wanted):
        if (tool, field_code) not in own_rows:
            place = row if (tool, row) in listed else ""
            found[TOTAL, tool, place, field_code, code, ""].add(submission, team)
            found[BY_COUNTRY, tool, place, field_code, code, country].add(submission, team)
    return found


# numbers


def _numbers(store: Store, spec: Spec) -> Iterator[Row]:
    label = labels(store.schema)
    for by in (TOTAL, BY_COUNTRY):
        for tool, wide in store.schema.wide.items():
            fields = [f for f in spec.tool[tool].fields.values() if kind_of(f) is Kind.NUMBER and not f.fixed]
            open_rows = any(isinstance(block, RegisterBlock) for block in spec.tool[tool].field_blocks)
            for line in _figures(store, wide.name, fields, by, open_rows=open_rows) if fields else ():
                yield (by, tool, *line[:2], line[2], label[tool, str(line[2])], *line[3:])


def _figures(store: Store, name: str, fields: Sequence[Field], by: str, *, open_rows: bool) -> Iterator[Row]:
    table = store.tables[name]
    row = sa.literal(None) if open_rows else table.c.row
    country = table.c.country if by == BY_COUNTRY else sa.literal(None)
    keys = [
        key for key in (row, table.c.about, country, table.c.period) if not isinstance(key, sa.BindParameter)
    ]
    figures = [
        figure
        for field in fields
        for column in (table.c[field_column(field.code)],)
        for figure in (
            sa.func.count(column),
            _distinct(sa.case((column.is_not(None), table.c.team))),
            sa.func.sum(column) if field.type is FieldType.INTEGER else sa.null(),
            sa.func.avg(column), sa.func.min(column), sa.func.max(column),
        )
    ]  # fmt: skip
    wanted = (
        sa.select(row, table.c.about, country, table.c.period, *figures)
        .where(table.c.current)
        .group_by(*keys)
    )
    found = sorted(store.select(wanted), key=lambda line: tuple(str(part or "") for part in line[:4]))
    for at, field in enumerate(fields):
        for line in found:
            count, teams, *rest = line[4 + 6 * at : 10 + 6 * at]
            if count:
                yield (*line[:2], field.code, *line[2:4], count, teams, *(_round(each) for each in rest))


def _round(value: Any) -> float | None:
    """Sums of two databases agree up to their last bits."""
    return None if value is None else float(f"{value:.12g}")


# completeness and lists


def _completeness(store: Store) -> Iterator[Row]:
    table = store.tables[COMPLETENESS.name]
    sums = [sa.func.sum(table.c[name]) for name in ("required", "answered", "errors", "warnings")]
    for by, keys in ((TOTAL, [table.c.tool]), (BY_COUNTRY, [table.c.tool, table.c.country])):
        wanted = (
            sa.select(*keys, _distinct(table.c.submission), _distinct(table.c.team), *sums)
            .where(table.c.current)
            .group_by(*keys)
        )
        for row in sorted(store.select(wanted)):
            tool, country = (row[0], row[1]) if by == BY_COUNTRY else (row[0], None)
            files, teams, required, answered, errors, warnings = (int(each) for each in row[len(keys) :])
            share = round(answered / required, 4) if required else None
            yield (by, tool, country, files, teams, required, answered, share, errors, warnings)


def _overdue(store: Store, today: date) -> Iterator[Row]:
    table = store.tables[COLLECTED.name]
    columns = list(store.schema.list_columns)
    at = COLLECTED.at
    items: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in store.rows(COLLECTED.name, table.c.current, table.c.due < today):
        key = (row[at["submission"]], row[at["item"]])
        item = items.setdefault(key, {name: row[index] for name, index in at.items()} | {"shown": {}})
        item["shown"][row[at["column_code"]]] = row[at["value"]]
    late = sorted(items.items(), key=lambda each: (each[1]["due"], each[0]))
    for _, item in late:
        yield (
            *(item[name] for name in ("submission", "team", "country", "list", "tool", "row", "due")),
            (today - item["due"]).days, *(item["shown"].get(column) for column in columns),
            item["sheet"], item["cell"], item["file_sha256"],
        )  # fmt: skip


# what may leave the house


def shareable(store: Store, name: str, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of a table of figures without restricted questions and with small figures taken out."""
    at = {column: place for place, column in enumerate(store.schema.by_name[name].names)}
    hidden = restricted_fields(store.schema.spec)
    for row in rows:
        if "field" in at and (str(row[at["tool"]]), str(row[at["field"]])) in hidden:
            continue
        yield tuple(
            _masked(value) if column in MASKED else value for column, value in zip(at, row, strict=True)
        )


MASKED = frozenset({"count", "total", "mean", "least", "most"})


def _masked(value: Any) -> Any:
    """1 to 10 of anything could be known to somebody."""
    return None if isinstance(value, int | float) and 0 < value <= SMALL[-1] else value
