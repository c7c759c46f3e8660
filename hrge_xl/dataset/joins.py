"""What selections are written with: columns by their names, and joins in the order in which they stand.

Going by its statistics, SQLite finds it cheap to go through every cell of a spec and, for each, through all files: with
thousands of files that takes many minutes. PostgreSQL joins large tables in other ways, and keeps its choice.
"""

from __future__ import annotations

from functools import reduce
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.selectable import FromClause, Join


def picked(names: str, *places: FromClause, **own: Any) -> list[Any]:
    """Give columns by name: what is worked out here (`own`), else that of the first place that has one of this name."""
    wanted = dict.fromkeys((*names.split(), *own))
    there = {name: next((each.c[name] for each in places if name in each.c), None) for name in wanted} | own
    return [
        column if isinstance(column, sa.ColumnClause) and column.name == name else column.label(name)
        for name, column in there.items()
    ]


def same(one: FromClause, other: FromClause, *columns: str) -> sa.ColumnElement[Any]:
    """Say whether two lines agree in some columns."""
    return sa.and_(*(one.c[name] == other.c[name] for name in columns))


class InOrder(Join):
    """A join that goes through the left side, and looks up the right one for each of its rows."""

    inherit_cache = True


def in_order(first: FromClause, *more: tuple[FromClause, Any]) -> FromClause:
    """Join tables in this order, each on its condition."""
    return reduce(lambda left, right: InOrder(left, *right), more, first)


@compiles(InOrder, "sqlite")
def _in_order(element: InOrder, compiler: Any, **options: Any) -> str:
    """Write what SQLite calls a cross join: it is one with a condition, whose order is kept."""
    linter = options.get("from_linter")
    if linter is not None:  # it warns of tables that nothing connects, and every join does
        linter.edges.update(product(element.left._from_objects, element.right._from_objects))
    sides = (compiler.process(side, **{**options, "asfrom": True}) for side in (element.left, element.right))
    condition = compiler.process(element.onclause, **{**options, "asfrom": False})
    return f"{' CROSS JOIN '.join(sides)} ON {condition}"
