"""Every dataset has an engine of its own, which compiles each statement anew; a test process opens very many datasets.

Here all engines of SQLite files share one dialect and what was compiled for it: what a statement compiles to depends
on nothing else.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

_usual = sa.create_engine


@cache
def _first() -> sa.Engine:
    """Give the engine that the others share with; its dialect knows its database once it has been connected."""
    engine = _usual("sqlite://")
    with engine.connect():
        return engine


def share_compiled_statements() -> None:
    """Let every engine that is made from now on share."""

    def create_engine(*given: Any, **more: Any) -> sa.Engine:
        engine = _usual(*given, **more)
        if engine.dialect.name == "sqlite":
            engine.dialect = engine.pool._dialect = _first().dialect
            engine._compiled_cache = _first()._compiled_cache
        return engine

    sa.create_engine = create_engine
