"""What the selects of the figures share: where they read, and expressions that SQLite and PostgreSQL both know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import FromClause, Join

from ...core.words import day
from ...exchange.validation import RETURNED
from ...fields import ColumnKind, Field, kind_of
from ...spec.lookup import label_of
from ...spec.model import Spec
from ...spec.supplements import USUAL_BREAKDOWNS
from ..definitions import TYPES, in_bytes
from ..dimensions import entries
from ..schema import TEXT, list_of
from ..store import Store


def picked(names: str, *places: FromClause, **computed: Any) -> list[Any]:
    """Return columns by name: the expression that is `computed`, else that of the first place with this name."""
    columns = dict[str, Any]()
    for name in names.split():
        having_it = (place for place in places if name in place.c)
        place = next(having_it, None)
        columns[name] = None if place is None else place.c[name]
    columns |= computed

    def labelled(name: str, column: Any) -> Any:
        is_named_so = isinstance(column, sa.ColumnClause) and column.name == name
        return column if is_named_so else column.label(name)

    return [labelled(name, column) for name, column in columns.items()]


def same(first: FromClause, second: FromClause, *columns: str) -> sa.ColumnElement[Any]:
    """Say whether two lines agree in some columns."""
    return sa.and_(*(first.c[name] == second.c[name] for name in columns))


class InOrder(Join):
    """A join that goes through the left side, and looks up the right one for each of its rows.

    Going by its statistics, SQLite finds it cheap to go through every cell of a spec and, for each, through all files:
    with thousands of files that takes many minutes. PostgreSQL joins large tables in other ways, and keeps its choice.
    """

    inherit_cache = True


@compiles(InOrder, "sqlite")
def _in_order(element: InOrder, compiler: Any, **options: Any) -> str:
    """Write what SQLite calls a cross join: it is one with a condition, whose order is kept."""
    linter = options.get("from_linter")
    if linter is not None:  # it warns of tables that nothing connects, and every join does
        linter.edges.update(product(element.left._from_objects, element.right._from_objects))
    sides = (
        compiler.process(side, **{**options, "asfrom": True})
        for side in (element.left, element.right)
    )
    condition = compiler.process(element.onclause, **{**options, "asfrom": False})
    return f"{' CROSS JOIN '.join(sides)} ON {condition}"


Select = sa.Select[Any]
Expression = sa.ColumnElement[Any]


@dataclass(frozen=True)
class Sources:
    """The tables or views that figures are made of, and the day of the check; of some `periods` alone, or of all."""

    store: Store
    day: date
    periods: frozenset[str] | None = None  # empty: what is of none

    @property
    def spec(self) -> Spec:
        """The spec, which every dataset with figures has."""
        assert self.store.schema.spec is not None
        return self.store.schema.spec

    def __getitem__(self, table: str) -> Any:
        lines = self.store.tables[table]
        if self.periods is None or "period" not in lines.c:
            return lines
        period = sa.func.coalesce(lines.c.period, "")
        return sa.select(lines).where(period.in_(sorted(self.periods))).subquery()


Figure = Callable[[Sources], Select]
"""A table of figures as one select, with the columns of that table in their order."""


def numbered(
    source: Sources, table: str, lines: Select, order: str, further_columns: Iterable[str] = ()
) -> Select:
    """Select the columns of a table, and further ones, of some lines, numbered as `n` in an order of columns.

    `-name`: downwards. Nothing comes before everything, and texts are in the order of their bytes.
    """
    columns = (*source.store.schema.by_name[table].names, *further_columns)
    unnumbered = lines.subquery()
    keys = []
    for name in order.split():
        column = unnumbered.c[name.removeprefix("-")]
        key = in_bytes(column) if isinstance(column.type, sa.String) else column
        keys.append(key.desc().nulls_last() if name.startswith("-") else key.asc().nulls_first())
    number = sa.func.row_number().over(order_by=keys)
    return sa.select(*picked(" ".join(columns), unnumbered, n=number))


def grouped(lines: sa.FromClause, keys: str, **figures: Expression) -> Select:
    """Return figures by these columns."""
    columns = picked(keys, lines)
    return sa.select(*columns, *picked("", **figures)).group_by(*columns)


def counted(lines: Select, keys: str) -> Select:
    """Count lines, teams and submissions by these columns; where the lines tell, returned ones as well."""
    some = lines.subquery()
    returned = {"from_returned": sa.func.count(some.c.returned)} if "returned" in some.c else {}
    teams = distinct(some.c.team)
    submissions = distinct(some.c.submission)
    return grouped(
        some, keys, frequency=sa.func.count(), teams=teams, submissions=submissions, **returned
    )


def returned(files: sa.FromClause) -> sa.Label[Any]:
    """Something for what is from a file that was returned with errors, else nothing."""
    return sa.case((files.c.verdict == RETURNED, files.c.verdict)).label("returned")


def listed(name: str, columns: str, rows: Iterable[Sequence[Any]]) -> sa.CTE:
    """Make a table of what the spec says; columns as in the schema: `"code label place:integer"`."""
    parts = [part.partition(":") for part in columns.split()]
    named = [sa.column(column, TYPES[kind or TEXT]) for column, _, kind in parts]
    lines = [tuple(row) for row in rows] or [(None,) * len(named)]
    return sa.values(*named, name=name).data(lines).cte(name)


def country(lines: sa.FromClause) -> sa.Label[Any]:
    """Return the country of a line; nothing where no country is known."""
    return sa.func.nullif(lines.c.country, "").label("country")


def cells(source: Sources) -> sa.CTE:
    """Return every cell that can hold an answer, with the numbers of its question and of its fixed row, if any.

    Millions of answers are sorted to be counted: by numbers in a fraction of the time and space of texts.
    """
    cell = source["slots"]
    question = source["questions"]
    items = source["items"]
    numbers = (question.c.n.label("asked"), question.c.type, items.c.n.label("item"))
    return materialized_cte(
        sa.select(cell.c.slot, cell.c.tool, cell.c.row_code, cell.c.calculated, *numbers)
        .join_from(cell, question, same(question, cell, "tool", "field"))
        .outerjoin(items, same(items, cell, "tool", "row_code"))
    )


def by_file(files: sa.FromClause, answers: sa.FromClause, cell: sa.FromClause) -> sa.FromClause:
    """Join the facts of each file with their cells."""
    facts = InOrder(files, answers, same(answers, files, "submission_id"))
    return InOrder(facts, cell, same(cell, answers, "slot"))


def current(source: Sources, table: str) -> sa.CTE:
    """Return the lines of a view that are of returns that count."""
    lines = source[table]
    return materialized_cte(sa.select(lines).where(lines.c.current))


def answers_to(source: Sources, field: str, tools: Sequence[str]) -> sa.CTE:
    """Return the answers to one question of some sheets."""
    answers = source["answers"]
    conditions = (answers.c.current, answers.c.tool.in_(tools), answers.c.field == field)
    return materialized_cte(sa.select(answers, answers.c.row.label("row_code")).where(*conditions))


def materialized_cte(lines: Select) -> sa.CTE:
    """Return lines that are worked out once and then looked up: a database would go through them for every row."""
    return lines.cte().prefix_with("MATERIALIZED")


def distinct(column: Expression) -> Expression:
    """Count the different values of a column."""
    return sa.func.count(sa.distinct(column))


def whole(number: Expression) -> Expression:
    """Return a sum of whole numbers as one itself: PostgreSQL makes it a decimal."""
    return sa.cast(number, sa.BigInteger())


def share(part: Expression, of: Expression) -> Expression:
    """Return a share of whole numbers with four decimals; nothing where there is nothing to have a share in."""
    ten_thousandths = (20_000 * whole(part) + whole(of)) // whole(sa.func.nullif(2 * of, 0))
    return sa.cast(ten_thousandths, sa.Double()) / 10_000


def as_text(column: Expression) -> Expression:
    """Return a column as text; whole numbers without a point."""
    if not isinstance(column.type, sa.Double):
        return sa.cast(column, sa.Text())
    number = sa.cast(column, sa.BigInteger())
    return sa.case((column == number, sa.cast(number, sa.Text())), else_=sa.cast(column, sa.Text()))


class days_between(FunctionElement[int]):
    """How many days one day is after another one."""

    inherit_cache = True
    type = sa.BigInteger()


@compiles(days_between)
def _days_between(element: days_between, compiler: Any, **options: Any) -> str:
    late, early = (compiler.process(day, **options) for day in element.clauses)
    if compiler.dialect.name == "sqlite":
        return f"CAST(julianday({late}) - julianday({early}) AS INTEGER)"
    return f"({late} - {early})"


# what the tables of figures share

BY_TOOL, BY_COUNTRY = USUAL_BREAKDOWNS
OF_COUNTRIES = "_by_country"  # how tables of figures by country end


def rounded(value: Any) -> float | None:
    """Round a sum to twelve digits: sums of two databases agree up to their last bits."""
    return None if value is None else float(f"{value:.12g}")


def said(spec: Spec, field: Field, value: Any, language: str) -> str:
    """Return a value as people read it: labels in place of codes."""
    if field.vocabulary is not None:
        codes = str(f"{value:g}" if isinstance(value, float) else value).split(";")
        return "; ".join(label_of(spec, field.vocabulary, code, language) for code in codes)
    list_name = list_of(field)
    if list_name is not None:
        labels = dict(entries(spec, list_name, language))
        return labels.get(str(value), str(value))
    if kind_of(field) is ColumnKind.DATE:
        return day(value if isinstance(value, date) else date.fromisoformat(value), language)
    return f"{value:g}" if isinstance(value, float) else str(value)
