"""The matrices over all teams, in total, by tool and by country."""

from __future__ import annotations

import sqlalchemy as sa

from ...spec.model import Spec
from ..matrix_rows import matrix_blocks
from ..schema import AGGREGATE_MATRIX, MATRIX_ROWS, SUBMISSIONS, spec_language
from .common import BY_COUNTRY, BY_TOOL, TOTAL
from .sql import (
    NOTHING,
    Select,
    Sources,
    breakdowns,
    counts,
    from_returned,
    grouped,
    listed,
    numbered,
    returned,
    same,
)


def matrices(source: Sources) -> Select:
    """Every matrix of the spec: all cells in total, also those without a row; then those with one."""
    cells, sources = matrix_cells(source.spec), _sources(source.spec)
    titles = sa.select(sources.c.block, sources.c.title).distinct().subquery()
    lines = sa.union_all(_rows(source, sources), _blanks(source, sources, cells)).subquery()
    keys = ("period", "block", "by", "place", "tools", "country", "down", "across")
    found = grouped(lines, keys, *counts(lines), from_returned(lines))
    counted = found.subquery()
    named = [cells.c[name] for name in ("down_label", "across_label", "level", "level_label")]
    told = (
        sa.select(counted, titles.c.title, *named, cells.c.place.label("cell"))
        .select_from(counted)
        .join(titles, same(titles, counted, "block"))
        .join(cells, same(cells, counted, "down", "across"))
    )
    return numbered(AGGREGATE_MATRIX.names, told, "period", "block", "place", "tools", "country", "cell")


def matrix_cells(spec: Spec) -> sa.CTE:
    """Every cell of the matrix: its labels, its level, its place, and how much it weighs."""
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
    columns = "down across level down_label across_label level_label place:integer weight:integer"
    return listed("cells", columns, lines)


def periods(source: Sources) -> sa.Subquery:
    """The periods of which something counts."""
    files = source[SUBMISSIONS]
    return sa.select(files.c.period).where(files.c.current).distinct().subquery()


def _sources(spec: Spec) -> sa.CTE:
    """One line a matrix and sheet that its rows are from."""
    language = spec_language(spec)
    lines = [
        (number, block.title.say(language), " ".join(block.sources), len(block.sources), tool, block.down, block.across)
        for number, block in enumerate(matrix_blocks(spec), start=1)
        for tool in block.sources
    ]  # fmt: skip
    return listed("sources", "block:integer title tools several:integer tool down_field across_field", lines)


def _rows(source: Sources, sources: sa.CTE) -> Select:
    """Every row that stands in a matrix, by everything that it is broken down by."""
    rows, files, ways = source[MATRIX_ROWS], source[SUBMISSIONS], breakdowns(TOTAL, BY_TOOL, BY_COUNTRY)
    return (
        sa.select(
            rows.c.period, sources.c.block, ways.c.by, ways.c.place,
            sa.case((ways.c.by == BY_TOOL, rows.c.tool), else_=sources.c.tools).label("tools"),
            sa.case((ways.c.by == BY_COUNTRY, rows.c.country)).label("country"), rows.c.down, rows.c.across,
            rows.c.submission, rows.c.team,
            returned(files),
        )
        .select_from(rows)
        .join(sources, same(sources, rows, "tool", "down_field", "across_field"))
        .join(files, same(files, rows, "submission"))
        .join(ways, sa.or_(ways.c.by != BY_TOOL, sources.c.several > 1))
        .where(rows.c.current)
    )  # fmt: skip


def _blanks(source: Sources, sources: sa.CTE, cells: sa.CTE) -> Select:
    """Every cell of every matrix in every period, of nobody."""
    period, blocks = periods(source), sa.select(sources.c.block, sources.c.tools).distinct().subquery()
    return sa.select(
        period.c.period, blocks.c.block, sa.literal(TOTAL), sa.literal(0), blocks.c.tools, NOTHING,
        cells.c.down, cells.c.across, NOTHING, NOTHING, sa.literal(0),
    ).select_from(period.join(blocks, sa.true()).join(cells, sa.true()))  # fmt: skip
