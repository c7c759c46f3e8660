"""Where a figure stands: on the brief, on the overview and in the tables of the dataset, with the way to its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..core.numerals import Ambiguous, parse_date, parse_number, percentage, shown
from ..core.paths import quoted
from ..core.words import fold, plain_digits
from ..core.work import grouped
from ..dataset.aggregates.sql import OF_COUNTRIES
from ..dataset.schema import DATE, INTEGER, NUMBER, TEXT, Record, Table, TableColumn
from ..dataset.store import Store
from ..dataset.tracing import (
    BEHIND,
    FigureHit,
    FigureHits,
    Traced,
    add_places,
    describe_answer,
    text_of,
)
from ..rounds.rounds import Round
from .overview import day_of
from .overview_build import build_overview
from .page_figures import FigureRows, page_figures

Command = Callable[[str, Sequence[int]], str]  # of a table and numbers of its rows
# what a row is about, by which it is named and not found
KEYS = (
    "period",
    "country",
    "team",
    "tool",
    "row",
    "row_code",
    "field",
    "refers_to",
    "indicator",
    "value_period",
    "breakdown",
    "stage",
    "matrix_row",
    "matrix_column",
)
NAMED_BY = (*KEYS, "label", "part_label", "code", "code_label", "level")
NO_FIGURES = {
    "n",
    "return_number",
    "size",
    "submission",
    "sha256",
    "file_sha256",
    "sheet",
    "cell",
    "part",
}
AS_TYPED = {"original", "text", "value"}  # texts that may be the number itself


class FigureReading(NamedTuple):
    """A number that a text may mean, and how far one that was rounded to it may be from it."""

    number: float
    tolerance: float

    def stands_for(self, number: float) -> bool:
        """Say whether a number, rounded as this one is, is this one."""
        return abs(number - self.number) <= self.tolerance


class SoughtFigure:
    """A figure as somebody reads it: a number, a percentage, a day or a text."""

    def __init__(self, text: str, language: str) -> None:
        """Take the text, and the language of the page that it may stand on."""
        self.text = text.strip()
        self.language = language
        self.readings = readings(self.text, language)
        self.is_share = percentage(self.text) is not None
        try:
            self.day = parse_date(self.text, language)
        except ValueError:
            self.day = None

    def is_on_page(self, text: str) -> bool:
        """Say whether a page prints this figure, perhaps less rounded."""
        if fold(text) == fold(self.text):
            return True
        if not self.readings or self.is_share != (percentage(text) is not None):
            return False
        printed = [reading.number for reading in readings(text, self.language)]
        return any(sought.stands_for(number) for sought in self.readings for number in printed)

    def in_column(self, column: TableColumn, values: Any) -> Any:
        """Return the condition for the figure to stand in a column; None where it cannot stand there."""
        if column.name in NO_FIGURES:
            return None
        if column.kind in ((NUMBER,) if self.is_share else (INTEGER, NUMBER)) and self.readings:
            bounds = [
                (reading.number - reading.tolerance, reading.number + reading.tolerance)
                for reading in self.readings
            ]
            return sa.or_(*(values.between(*within) for within in bounds))
        if column.kind == DATE and self.day:
            return values == self.day
        is_text = not self.readings and not self.day and column.name not in KEYS
        if column.kind == TEXT and (is_text or column.name in AS_TYPED):
            typed = [self.text, *(shown(reading.number) for reading in self.readings)]
            return sa.or_(values.in_(typed), sa.func.lower(values) == self.text.lower())
        return None


def readings(text: str, language: str) -> list[FigureReading]:
    """Return the numbers that a text may mean: of `1,234` both, of `45 %` the share.

    Decimals say how far a number was rounded; a percentage always was, and a whole number never.
    """
    share = percentage(text)
    plain = text if share is None else share
    try:
        number = parse_number(plain, language)
        numbers = [] if number is None else [number]
    except Ambiguous:
        digits = [part for part in _parts_of_number(plain) if part]
        numbers = [float("".join(digits)), float(f"{''.join(digits[:-1])}.{digits[-1]}")]
    possible = []
    for number in numbers:
        decimals = len(str(number).partition(".")[2].rstrip("0"))
        per = 1 if share is None else 100
        rounded_by = 0 if share is None and not decimals else 0.5 * 10**-decimals
        possible.append(FigureReading(number / per, rounded_by / per + 1e-9 * max(1, abs(number))))
    return possible


def _parts_of_number(text: str) -> Iterable[str]:
    digits = plain_digits(text)
    return "".join(sign if sign.isdecimal() else " " for sign in digits).split(" ")


# where it stands


def find_figure(
    store: Store, round_: Round | None, text: str, place: str, most: int | None
) -> list[FigureHits]:
    """Return the pages, then the tables, on which a figure stands, with its first places there; None: with all.

    `place` is where the commands that lead on find the dataset. Raises as `day_of` does.
    """
    sought = SoughtFigure(text, store.schema.language)

    def command(table: str, rows: Sequence[int]) -> str:
        return f"hrge-xl trace {table} {quoted(row_ranges(rows))} --data {place}" if rows else ""

    return [
        *_on_pages(store, round_, sought, command, most),
        *_in_tables(store, sought, command, most),
    ]


def row_ranges(rows: Sequence[int]) -> str:
    """Return numbers of rows as they are typed: 1-3,7."""
    runs = groupby(enumerate(sorted(rows)), lambda numbered: numbered[1] - numbered[0])
    spans = [[row for _, row in run] for _, run in runs]
    return ",".join(f"{span[0]}-{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)


def _on_pages(
    store: Store, round_: Round | None, sought: SoughtFigure, command: Command, most: int | None
) -> Iterator[FigureHits]:
    overview = build_overview(store, day_of(store), store.schema.language, round_, lists_rows=False)
    on_page = [figure for figure in page_figures(overview) if sought.is_on_page(figure.text)]
    for page, figures in grouped((figure.page, figure) for figure in on_page).items():
        hits = []
        numbers = _numbers_of(store, [figure.rows for figure in figures[:most]])
        for figure, rows in zip(figures, numbers, strict=False):
            titles = " · ".join(filter(None, (figure.block, figure.label, figure.column)))
            table, _ = figure.rows
            to_cells = command(table, rows)
            hits.append(FigureHit(titles, figure.text, "", "", "", to_cells, table, tuple(rows)))
        yield FigureHits(page, len(figures), hits)


def _numbers_of(store: Store, figures: Sequence[FigureRows]) -> list[list[int]]:
    """Return of some figures the numbers of their rows in their tables, each of which is read once.

    The first row has the number 1; there are none where the dataset has no such table.
    """
    numbers: list[list[int]] = [[] for _ in figures]
    by_table = grouped((table, at) for at, (table, _) in enumerate(figures))
    for table, places in by_table.items():
        if table not in store.tables:
            continue
        numbered = sa.select(store[table], _row_number(store, table)).subquery()
        are_behind = [_are_behind(numbered, figures[at][1]) for at in places]
        marked = [condition.label(f"figure_{at}") for at, condition in enumerate(are_behind)]
        query = sa.select(numbered.c.row_number, *marked).where(sa.or_(*are_behind))
        for row, *marks in store.select(query.order_by(numbered.c.row_number)):
            for at, is_behind in zip(places, marks, strict=True):
                if is_behind:
                    numbers[at].append(row)
    return numbers


def _are_behind(numbered: sa.Subquery, values: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Return the condition for rows to hold these values, or any of a list."""
    conditions = []
    for name, value in values.items():
        column = numbered.c[name]
        several = isinstance(value, list | tuple)
        conditions.append(column.in_(value) if several else column.is_not_distinct_from(value))
    return sa.and_(sa.true(), *conditions)


def _row_number(store: Store, table: str) -> sa.Label[int]:
    return sa.func.row_number().over(order_by=store.order(table)).label("row_number")


def _in_tables(
    store: Store, sought: SoughtFigure, command: Command, most: int | None
) -> Iterator[FigureHits]:
    for table in searched_tables(store):
        view = store[table.name].c
        columns = {
            column.name: sought.in_column(column, view[column.name]) for column in table.columns
        }
        possible = {name: condition for name, condition in columns.items() if condition is not None}
        if not possible:
            continue
        is_hit = sa.or_(*possible.values())
        [(count,)] = store.select(
            sa.select(sa.func.count()).select_from(store[table.name]).where(is_hit)
        )
        if count:
            yield FigureHits(table.name, count, _hits_in(store, table, possible, command, most))


def searched_tables(store: Store) -> list[Table]:
    """Return the tables whose rows lead to cells or files, each answer in one of them."""
    sheets = {table.name for table in store.schema.sheets}
    return [
        table
        for table in store.schema.shown
        if table.name not in sheets and not table.repeated
        if "submission" in table.at or table.name.removesuffix(OF_COUNTRIES) in BEHIND
    ]


def _hits_in(
    store: Store, table: Table, possible: Mapping[str, Any], command: Command, most: int | None
) -> list[FigureHit]:
    """Return the first rows that the figure stands in: `possible` has the condition for each column."""
    columns = [store[table.name].c[name] for name in table.names]
    stands = [condition.label(f"in_{name}") for name, condition in possible.items()]
    marked = sa.select(*columns, *stands, _row_number(store, table.name)).subquery()
    is_hit = sa.or_(*(marked.c[f"in_{name}"] for name in possible))
    query = sa.select(marked).where(is_hit).order_by(marked.c.row_number).limit(most)
    names = marked.c.keys()
    rows = [dict(zip(names, row, strict=True)) for row in store.select(query)]
    for row in rows:
        row["stands_in"] = next(name for name in possible if row[f"in_{name}"])
    is_answer = table.name == "answers"
    text = describe_answer if is_answer else lambda row: text_of(row[row["stands_in"]])
    if "submission" in table.at:
        sources = add_places(store, rows, text)
    else:
        sources = [Traced("", text(row), "", "", "") for row in rows]
    return [
        FigureHit(
            _name_of(row),
            source.said,
            source.place,
            source.file,
            source.status,
            command(table.name, [row["row_number"]]),
            table.name,
            (row["row_number"],),
        )
        for row, source in zip(rows, sources, strict=True)
    ]


def _name_of(row: Record) -> str:
    """Return the keys and labels of a row, and the column that the figure stands in."""
    keys = [text_of(row[name]) for name in NAMED_BY if row.get(name) is not None]
    return f"{' '.join(filter(None, keys))} · {row['stands_in']}"
