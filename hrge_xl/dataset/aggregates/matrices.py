"""The matrices over all teams, in total, by tool and by country."""

from __future__ import annotations

import sqlalchemy as sa

from ...spec.model import Spec
from ..matrix_rows import matrix_blocks
from ..schema import AGGREGATE_MATRIX, MATRIX_ROWS, SUBMISSIONS, spec_language
from . import sql
from .common import BY_COUNTRY, BY_TOOL, TOTAL

CELL = ("down_label", "across_label", "level", "level_label", "cell")  # what is said of one


def matrices(source: sql.Sources) -> sql.Select:
    """Give the cells of every matrix of the spec that have a row."""
    cells, lines = matrix_cells(source.spec), _rows(source).subquery()
    keys = ("period", "block", "title", "by", "place", "tools", "country", "down", "across")
    counted = sql.grouped(lines, keys, *sql.counts(lines)).subquery()
    told = (
        sa.select(counted, *(cells.c[name] for name in CELL))
        .select_from(counted)
        .join(cells, sql.same(cells, counted, "down", "across"))
    )
    return sql.numbered(AGGREGATE_MATRIX.names, told, "period", "block", "place", "tools", "country", "cell")


def matrix_cells(spec: Spec) -> sa.CTE:
    """Give every cell of the matrix: its labels, its level, its number, and how much it weighs."""
    matrix, language = spec.matrix, spec_language(spec)
    assert matrix is not None
    downs, acrosses = (spec.vocabularies[name].items for name in (matrix.down, matrix.across))
    rank = {code: number for number, code in enumerate(matrix.level)}
    most = max(int(down.code) * int(across.code) for down in downs for across in acrosses) + 1
    lines: list[tuple[str | int, ...]] = []
    for down in downs:
        for across in acrosses:
            level = matrix.level[matrix.cells[down.code][across.code]]
            weight = rank[level.code] * most + int(down.code) * int(across.code)
            labels = [each.label.say(language) for each in (down, across, level)]
            lines.append((down.code, across.code, level.code, *labels, len(lines), weight))
    columns = "down across level down_label across_label level_label cell:integer weight:integer"
    return sql.listed("cells", columns, lines)


def _sources(spec: Spec) -> sa.CTE:
    """Give one line a matrix and sheet that its rows are from."""
    language = spec_language(spec)
    lines = [
        (number, block.title.say(language), " ".join(block.sources), len(block.sources), tool, block.down, block.across)
        for number, block in enumerate(matrix_blocks(spec), start=1)
        for tool in block.sources
    ]  # fmt: skip
    return sql.listed(
        "sources", "block:integer title tools several:integer tool down_field across_field", lines
    )


def _rows(source: sql.Sources) -> sql.Select:
    """Give every row of a matrix, by everything that it is broken down by."""
    rows, files, sources = sql.current(source, MATRIX_ROWS), source[SUBMISSIONS], _sources(source.spec)
    ways = sql.breakdowns(TOTAL, BY_TOOL, BY_COUNTRY)
    return (
        sa.select(
            rows.c.period, sources.c.block, sources.c.title, ways.c.by, ways.c.place,
            sa.case((ways.c.by == BY_TOOL, rows.c.tool), else_=sources.c.tools).label("tools"),
            sql.country(ways, rows), rows.c.down, rows.c.across,
            rows.c.submission, rows.c.team, sql.returned(files),
        )
        .select_from(rows)
        .join(sources, sql.same(sources, rows, "tool", "down_field", "across_field"))
        .join(files, sql.same(files, rows, "submission"))
        .join(ways, sa.or_(ways.c.by != BY_TOOL, sources.c.several > 1))
    )  # fmt: skip
