"""Statements are built and compiled once in a run of the tests, not once for each of the many datasets.

A command opens a dataset or two, so the program keeps none of this. What a dataset in a SQLite file is asked depends
on its spec and not on its rows: the same statement is compiled for the first, and serves all. Nor do tests wait for
the disk: what stays when a machine stops is shown by processes of their own, which know nothing of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from hrge_xl.dataset import aggregates, store
from hrge_xl.dataset.aggregates.sql import Figure, Select, Sources
from hrge_xl.spec.model import Spec

MOST = 2_000  # statements
Key = tuple[Any, ...]


@contextmanager
def kept_statements() -> Iterator[None]:
    """Keep what was compiled for SQLite, and the selects of figures."""
    compiled: LRUCache[Any, Any] = LRUCache(MOST)
    selects: LRUCache[Key, tuple[Spec, Select]] = LRUCache(MOST)
    ordered: LRUCache[int, tuple[Select, Select]] = LRUCache(MOST)
    careful = store._careful

    def sharing(engine: sa.Engine, *pragmas: Any) -> sa.Engine:
        return careful(engine, *pragmas).execution_options(compiled_cache=compiled)

    def kept(figure: Figure, source: Sources) -> Select:
        key = _key(figure, source)
        if key not in selects:
            selects[key] = source.spec, figure(source)  # as long as the spec is held, its id is no other's
        return selects[key][1]

    def selected(of: store.Store, figure: Select) -> list[Any]:
        if not of.is_file:
            return [*of.select(figure.order_by("n"))]
        if id(figure) not in ordered:
            ordered[id(figure)] = figure, _compiled_once(figure.order_by("n"))
        return [*of.select(ordered[id(figure)][1])]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda one: hash(type(one)))
        patch.setattr(store, "_careful", sharing)
        patch.setattr(store, "DURABLE", ("journal_mode=DELETE", "synchronous=OFF"))
        patch.setattr(aggregates, "_selected", selected)
        for name, figure in aggregates.SELECTS.items():
            patch.setitem(aggregates.SELECTS, name, partial(kept, figure))
        yield


def _compiled_once(select: Select) -> Select:
    """The same select; lists out of the spec in it keep SQLAlchemy from keeping by itself what it was compiled to."""
    usual, made = select._compile_w_cache, []

    def once(*arguments: Any, **options: Any) -> Any:
        if not made:
            made.append(usual(*arguments, **options))
        return made[0]

    select._compile_w_cache = once  # type: ignore[method-assign]
    return select


def _key(figure: Figure, source: Sources) -> Key:
    """What a select hangs on: the spec, what the dataset holds, the day of the check, and whether it has views."""
    schema, kinds = source.schema, (type(source.tables[name]) for name in ("answers", "submissions"))
    return figure, id(source.spec), schema.flat, schema.answers, source.today.value, *kinds
